"""Load a model and its manifest, and compute calibrated probabilities for windows.

Pure: callers open the files and pass the bytes.
"""
