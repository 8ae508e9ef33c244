"""Keep labelled images: workspaces, labels, images, and the collections that classifiers are trained on.

Every method takes the id of the requester; things of other users are unknown to them.
"""
