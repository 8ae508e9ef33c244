"""Speak the language of Ximilar's Recognition v2: tasks, labels, training images, classification."""
