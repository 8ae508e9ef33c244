"""Define the counters that any process may increment; GET /metrics adds them up.

The processes share files in the folder that PROMETHEUS_MULTIPROC_DIR names (the supervisor sets it before any
of them starts); without it each counts for itself.
"""

from typing import Final

from prometheus_client import Counter, Histogram

REQUESTS: Final = Histogram(
    "coralchunk_request_seconds",
    "Time to answer a request",
    ["method", "route", "status"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 30),
)
CHUNKS_CLASSIFIED: Final = Counter(
    "coralchunk_chunks_total",
    "Chunks of completed jobs, by what was said of them; a shift means drift",
    ["state"],
)
JOBS: Final = Counter("coralchunk_jobs_total", "Jobs that became final, by outcome", ["outcome"])
BATCH_SECONDS: Final = Histogram(
    "coralchunk_batch_seconds",
    "Time to classify one batch, decoding included",
    buckets=(0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 30),
)
MODEL_SECONDS: Final = Counter("coralchunk_model_seconds_total", "CPU time of workers inside the model")
UPLOAD_BYTES: Final = Counter("coralchunk_upload_bytes_total", "Bytes of accepted photos")
