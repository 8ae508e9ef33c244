"""Speak the language of API Torch: training sets, classifiers, classification and feedback, under /api."""
