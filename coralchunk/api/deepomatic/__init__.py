"""Deepomatic's API v0.7: uploaded networks, and what they recognise."""
