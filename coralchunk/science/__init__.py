"""Probabilities -> what is said about chunks and about the reef.

Pure: numbers in, numbers out.
"""
