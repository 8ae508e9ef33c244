"""Classify whole images by any classifiers, for requests that wait for the answer."""
