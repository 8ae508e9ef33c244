"""The queue of tasks: admission, priorities, batches, recovery of lost tasks, and slots for fetches."""
