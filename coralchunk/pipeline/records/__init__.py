"""The record of a job in Redis: its fields, scripts, results, share link and change notifications."""
