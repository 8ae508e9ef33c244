"""A model's bytes, its manifest and pixel windows -> calibrated probabilities.

Pure: whoever opens the files hands the bytes in (storage.models does).
"""
