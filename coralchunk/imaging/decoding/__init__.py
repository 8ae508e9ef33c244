"""Decode an opened file to managed, upright pixels, and find which of them are empty."""
