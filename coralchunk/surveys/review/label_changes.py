"""Store the labels that a person gives to several chunks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coralchunk.errors import CoralchunkError, Unavailable, UnknownJob
from coralchunk.errors.surveys import UnknownCorrection
from coralchunk.pipeline.queries.lookup import get_completed_job
from coralchunk.pipeline.steps.request_crop import queue_crops
from coralchunk.pipeline.stores import Stores
from coralchunk.surveys.corrections import ChunkSource, Corrections


@dataclass(frozen=True, slots=True)
class LabelChange:
    """The label that a chunk gets."""

    job_id: int
    chunk: int
    label: str | None  # as in answers; None: take the correction back


@dataclass(frozen=True, slots=True)
class Author:
    """Who says so."""

    by: str | None  # name, if they give it
    requester: str | None  # as in pipeline.lookup.get_job
    sources: Mapping[int, ChunkSource | None] | None = None  # of photos of a survey, as ReviewService.sources


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a change was not made."""

    job_id: int
    chunk: int
    detail: str


def change_labels(
    corrections: Corrections, stores: Stores, changes: Sequence[LabelChange], author: Author, now: float
) -> tuple[int, list[Refusal]]:
    """Store changes in their order. Returns how many are stored, and why others are not.

    A change that was made before counts as stored, so a client may send the same changes again.

    now  Unix seconds

    Raises CropUnavailable, QueueDown, DatabaseDown, StorageFull; what was stored before stays.
    """
    _queue_crops(stores, changes, author)
    refused = []
    for one in changes:
        try:
            _change(corrections, one, author, now)
        except Unavailable:
            raise
        except CoralchunkError as refusal:
            refused.append(Refusal(one.job_id, one.chunk, str(refusal)))
    return len(changes) - len(refused), refused


def _change(corrections: Corrections, change: LabelChange, author: Author, now: float) -> None:
    if change.label is not None:
        source = _source(corrections, change, author)
        corrections.correct_in(source, change.chunk, change.label, author.by, now)
        return
    if author.sources is not None and change.job_id not in author.sources:
        raise UnknownJob(change.job_id)
    requester = _job_requester(change.job_id, author)
    try:
        corrections.take_back(change.job_id, change.chunk, author.by, requester, now)
    except UnknownCorrection:
        return  # it was taken back before


def _source(corrections: Corrections, change: LabelChange, author: Author) -> ChunkSource:
    if author.sources is None:
        return corrections.source(change.job_id, author.requester)
    source = author.sources.get(change.job_id)
    if source is None:
        raise UnknownJob(change.job_id)
    return source


def _job_requester(job_id: int, author: Author) -> str | None:
    """Return who asks for a job: a photo of a survey is for all who may use the survey."""
    return None if author.sources is not None and job_id in author.sources else author.requester


def _queue_crops(stores: Stores, changes: Sequence[LabelChange], author: Author) -> None:
    """Let the workers begin with all crops, where one after another would take longer."""
    wanted = []
    for one in changes:
        if one.label is None:
            continue
        try:
            job = get_completed_job(stores, one.job_id, _job_requester(one.job_id, author))
        except Unavailable:
            raise
        except CoralchunkError:
            continue  # refused in its turn
        if one.chunk < job.total_chunks:
            wanted.append((job, one.chunk))
    queue_crops(stores, wanted)
