"""Run the parent process: it starts Redis, web processes and workers, and restarts those that end."""
