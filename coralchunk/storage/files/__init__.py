"""Lay out what is stored as objects: the parts of jobs, images, trained models."""
