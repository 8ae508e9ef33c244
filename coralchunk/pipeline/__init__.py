"""The life of a job, from upload to answer.

records    the job record in Redis and the Lua scripts that change it
queue      the tasks that wait for a worker: admission, priorities, recovery
queries    look up a job, wait for its changes
worker     what a worker keeps in memory between tasks
recognition  uploaded networks: deployments and inferences
images     image jobs: whole images, classified while a request waits
training   training jobs: a separate process trains a classifier
points     point jobs: photos on the web and points in them
steps      submit, classify a batch, stitch, finish; cancel, retry, sweep, share, crop

To follow a photo, read `steps` in this order: submit, classify, finish (which calls stitch).

The truth about a job is its record in Redis. RQ only carries tasks, and its own job status is never read to
answer a request. Every step may run twice; the second run changes nothing.
"""
