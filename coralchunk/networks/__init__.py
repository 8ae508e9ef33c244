"""Networks that users bring: what goes in, what comes out, and which of them are refused.

Pure: no files, no processes, no database. The pipeline runs the networks, each in a process of its own.
"""
