"""Decode uploads to upright RGB pixels, divide them into chunks, and draw the result picture.

Pure: takes and returns values, opens nothing.
"""
