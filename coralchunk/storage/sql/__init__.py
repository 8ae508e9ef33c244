"""Open the SQL database, and define its tables."""
