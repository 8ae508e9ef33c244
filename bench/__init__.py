"""Measure the server against the bare model and against alternatives.

`python -m bench` starts everything it measures by itself, on loopback, and ends it again. Whatever a figure
is compared with ran in the same minutes on the same machine, so that ratios mean something where seconds
do not.
"""
