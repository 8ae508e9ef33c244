"""Bytes from a stranger -> upright RGB pixels -> grid of chunks -> the picture a diver sees.

Pure: takes and returns values, opens nothing.
"""
