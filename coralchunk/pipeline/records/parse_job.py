"""Read a job from the fields of its record."""

from collections.abc import Mapping
from typing import Final

from coralchunk.pipeline.records.job import Job, JobKind, JobState
from coralchunk.terms import Size

_NAMES_BEFORE_1_0: Final = {b"lanes": b"streams", b"express": b"high_priority"}


def parse_job(job_id: int, fields: Mapping[bytes, bytes], completed: int) -> Job:
    """Return a job; `completed` is the number of its results."""
    fields = _with_current_names(fields)
    picture_width = int(fields.get(b"picture_width", 0))
    error = fields.get(b"error")
    return Job(
        id=job_id,
        state=JobState(fields[b"state"].decode()),
        size=Size(int(fields[b"width"]), int(fields[b"height"])),
        total_chunks=int(fields[b"total"]),
        completed_chunks=completed,
        batch_chunks=int(fields[b"batch"]),
        streams=int(fields[b"streams"]),
        is_high_priority=fields[b"high_priority"] == b"1",
        created_at=float(fields[b"created"]),
        expires_at=float(fields[b"expires"]),
        picture=Size(picture_width, int(fields[b"picture_height"])) if picture_width else None,
        request_id=fields[b"request"].decode(),
        error=error.decode() if error is not None else None,
        owner=fields.get(b"owner", b"").decode(),
        kind=JobKind(fields.get(b"kind", b"photo").decode()),
        batch_name=fields.get(b"batch_name", b"").decode(),
        model=fields.get(b"model", b"").decode(),
        ended_at=float(fields[b"ended"]) if b"ended" in fields else None,
        progress=float(fields.get(b"progress", 0)),
        threads=int(fields.get(b"threads", 1)),
        trace=fields.get(b"trace", b"").decode(),
    )


def _with_current_names(fields: Mapping[bytes, bytes]) -> Mapping[bytes, bytes]:
    """Rename the fields of a record that version 0.3 or older wrote."""
    renamed = {_NAMES_BEFORE_1_0.get(name, name): value for name, value in fields.items()}
    if renamed.get(b"kind") == b"enquiry":
        renamed[b"kind"] = JobKind.POINTS.value.encode()
    return renamed
