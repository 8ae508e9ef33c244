"""The life of a job, from upload to answer.

In the order of a photo's way: plan, submit -> tasks (the queue) -> batch -> stitch -> finish; and at any
time cancel, lookup, sweep.

A job's truth is its record in Redis (records, scripts); RQ only carries work, and its status is never read
for an answer. Every step may run twice and changes nothing the second time.
"""
