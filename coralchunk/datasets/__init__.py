"""Keep labelled images: workspaces, labels, images, and the collections that classifiers are trained of.

Every method takes the id of the user who asks; what belongs to another user is unknown to them.
"""
