"""Read jobs and the queue without changing them: look up, wait for a change, watch."""
