"""Run an uploaded network in a separate process, with limits on memory and time.

The calling process loads nothing of the network. Whatever the network does, at most the process that runs it
ends, and the calling process reports what happened.
"""
