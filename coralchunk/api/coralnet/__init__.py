"""CoralNet's deploy API under /api."""
