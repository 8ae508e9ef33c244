"""The parent of all processes: starts Redis, web and workers, and restarts what dies."""
