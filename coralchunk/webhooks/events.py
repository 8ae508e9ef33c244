"""Write what happened as CloudEvents 1.0, https://cloudevents.io."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from coralchunk.pipeline.records.job import Job, JobState


class EventType(StrEnum):
    """What a webhook can be told."""

    JOB_COMPLETED = "coralchunk.job.completed"  #: a photo is classified
    JOB_FAILED = "coralchunk.job.failed"  #: a photo could not be classified
    BATCH_FINISHED = "coralchunk.batch.finished"  #: all photos of a batch are classified, or have failed


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened."""

    id: str  # the same each time that it is told
    type: EventType
    source: str
    subject: str
    at: float  # Unix seconds
    data: Mapping[str, Any]

    def body(self) -> str:
        """Return the event as JSON, in the structured mode of CloudEvents."""
        return json.dumps(
            {
                "specversion": "1.0",
                "id": self.id,
                "type": self.type.value,
                "source": self.source,
                "subject": self.subject,
                "time": datetime.fromtimestamp(self.at, UTC).isoformat(timespec="milliseconds"),
                "datacontenttype": "application/json",
                "data": self.data,
            },
            separators=(",", ":"),
        )


def job_event(job: Job, ended: str) -> Event:
    """Return the event of a job that has ended."""
    is_completed = job.state is JobState.COMPLETED
    data: dict[str, Any] = {
        "job_id": job.id,
        "job_id_text": str(job.id),  # for languages that round large numbers
        "status": job.state.value,
        "batch": job.batch_name or None,
        "status_url": f"/V1/api/status/{job.id}",
    }
    if job.error is not None:
        data["error"] = job.error
    kind = EventType.JOB_COMPLETED if is_completed else EventType.JOB_FAILED
    return Event(f"job-{job.id}-{ended}", kind, "/V1/api/classify", str(job.id), float(ended), data)


def batch_event(owner: str, batch_name: str, jobs: Sequence[Job], now: float) -> Event:
    """Return the event of a batch whose jobs have all ended. `now` in Unix seconds."""
    known = sorted((job.id, job.state.value) for job in jobs)
    digest = hashlib.sha256(json.dumps([owner, batch_name, known]).encode()).hexdigest()
    completed = sum(job.state is JobState.COMPLETED for job in jobs)
    data = {
        "batch": batch_name,
        "photos": len(jobs),
        "completed": completed,
        "failed": len(jobs) - completed,
        "job_ids": [job_id for job_id, _ in known],
    }
    return Event(f"batch-{digest[:40]}", EventType.BATCH_FINISHED, "/V1/api/jobs", batch_name, now, data)
