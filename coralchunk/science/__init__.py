"""Turn probabilities into predictions for chunks and into figures for photos and surveys.

Pure: numbers in, numbers out.
"""
