"""Load a model and its manifest, and compute calibrated probabilities for windows.

Pure: whoever opens the files hands the bytes in (storage.models does).
"""
