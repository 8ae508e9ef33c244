"""Take what is known about the photos of a survey from a table."""
