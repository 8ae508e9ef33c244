"""Ximilar's Recognition v2 API: tasks, labels, training images, classification."""
