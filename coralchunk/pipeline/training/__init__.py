"""Training jobs: a process of its own trains a classifier, beside the queue and behind photos."""
