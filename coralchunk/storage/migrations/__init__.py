"""The steps that bring a database of any earlier version to what tables.py says, oldest first."""
