"""Run a network that a user brought in a process of its own, within limits of memory and time.

The process that asks loads nothing of the network. Whatever the network does, it ends at most the process
that runs it, and the asking process tells what happened.
"""
