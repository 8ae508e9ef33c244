"""The steps of a job: submit, classify a batch, stitch, finish; and cancel, retry, sweep, share, crop."""
