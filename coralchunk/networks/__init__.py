"""Describe uploaded networks: their inputs, their outputs, and which are refused.

Pure: no files, no processes, no database. The pipeline runs each network in a separate process.
"""
