"""Learn a classifier from pictures and labels on a frozen backbone. Pure: no files, no queue, no database."""
