"""Train classifiers on labelled images: a collection becomes a new version of its classifier.

learning    the computation: features, split, heads, figures, export; values in, values out
"""
