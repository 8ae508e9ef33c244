"""Measure the server against the bare model and against alternatives.

`python -m bench` starts everything that it measures on loopback, and ends it again. Both sides of a
comparison run in the same minutes on the same machine, so that ratios are meaningful even if seconds are not.
"""
