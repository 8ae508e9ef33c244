"""Keep corrections of chunks, with the pixels and the prediction that the model saw and made.

In the folder of corrections, one folder per photo, which outlives its job:

    <photo key>/<chunk>.png   the chunk as the model saw it
    <photo key>/context.png   the photo, at most 256 px a side: a chunk is classified relative to it
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any, Final

from coralchunk.errors import UnknownJob
from coralchunk.errors.surveys import NothingToCorrect, UnknownChunk, UnknownCorrection
from coralchunk.imaging.grid import grid
from coralchunk.pipeline.queries.lookup import get_completed_job, get_job
from coralchunk.pipeline.steps.request_crop import ChunkCrop, request_crop
from coralchunk.pipeline.stores import Stores
from coralchunk.storage.files.blobs import CHUNKS, CONTEXT, SUMMARY
from coralchunk.storage.model_repository import ModelRepository
from coralchunk.storage.objects.object_store import ObjectStore
from coralchunk.storage.rows import correction_events, corrections
from coralchunk.storage.rows.correction_events import CorrectionEvent
from coralchunk.storage.rows.corrections import Correction
from coralchunk.storage.sql.database import Database
from coralchunk.surveys.corrected import corrected_figures, corrected_predictions, labels_of
from coralchunk.terms import CHUNK_PX, LABELS, Size, State

_STATES: Final = {label: state for state, label in LABELS.items()}
_KEY_DIGITS: Final = 32


@dataclass(frozen=True, slots=True)
class ChunkSource:
    """Where the chunks of a photo are: in a job, or in a survey that keeps its photo."""

    job_id: int
    owner: str  # whose corrections they are
    photo_key: str  # of the pictures, if there are none yet
    size: Size
    model: Mapping[str, str]  # name, version, sha256
    chunks: bytes  # JSON array
    crop: Callable[[int], ChunkCrop]


class Corrections:
    """The corrections that this server was given.

    requester  as in pipeline.lookup.get_job
    """

    def __init__(
        self,
        database: Database,
        stores: Stores,
        pictures: ObjectStore,
        models: ModelRepository,
        on_taken_back: Callable[[Correction, bytes], None],
    ) -> None:
        """Keep corrections.

        on_taken_back  receives a correction that is removed, and its image
        """
        self._database: Final = database
        self._stores: Final = stores
        self._pictures: Final = pictures
        self._models: Final = models
        self._on_taken_back: Final = on_taken_back

    def correct(
        self, job_id: int, chunk: int, label: str, by: str | None, requester: str | None, now: float
    ) -> Correction:
        """Store the correction of a chunk, replacing an earlier one.

        label  as in answers, such as "Healthy Coral"
        by     name of the person, if they give it
        now    Unix seconds

        Raises UnknownJob, NotFinished, UnknownChunk, NothingToCorrect, CropUnavailable.
        """
        return self.correct_in(self.source(job_id, requester), chunk, label, by, now)

    def source(self, job_id: int, requester: str | None) -> ChunkSource:
        """Return where the chunks of a completed job are. Raises UnknownJob, NotFinished."""
        job = get_completed_job(self._stores, job_id, requester)
        try:
            model = json.loads(self._stores.blobs.read(job.id, SUMMARY))["model"]
            chunks = self._stores.blobs.read(job.id, CHUNKS)
        except FileNotFoundError:
            raise UnknownJob(job.id) from None
        key = photo_key(job.id, job.created_at)
        return ChunkSource(
            job_id, job.owner, key, job.size, model, chunks, partial(request_crop, self._stores, job)
        )

    def correct_in(
        self, source: ChunkSource, chunk: int, label: str, by: str | None, now: float
    ) -> Correction:
        """Store the correction of a chunk wherever its photo is. As `correct`."""
        places = grid(source.size)
        if not 0 <= chunk < len(places):
            raise UnknownChunk(chunk, len(places))
        with self._database.reading() as connection:
            known = corrections.corrections_of(connection, source.job_id)
        key = known[0].photo_key if known else source.photo_key
        predicted = _prediction(source, chunk)
        if predicted["said"] == State.NO_DATA:
            raise NothingToCorrect(chunk)
        pictures = source.crop(chunk)
        correction = Correction(
            job_id=source.job_id,
            chunk=chunk,
            owner=source.owner,
            photo_key=key,
            label=_STATES[label].value,
            by=by,
            corrected_at=now,
            window_x=max(0, min(places[chunk].x, source.size.width - CHUNK_PX)),
            window_y=max(0, min(places[chunk].y, source.size.height - CHUNK_PX)),
            photo_width=source.size.width,
            photo_height=source.size.height,
            **predicted,
        )
        self._pictures.write(f"{key}/{CONTEXT}", BytesIO(pictures.context))
        self._pictures.write(f"{key}/{chunk}.png", BytesIO(pictures.window))
        with self._database.writing() as connection:
            corrections.keep_correction(connection, correction)
        return correction

    def of_job(self, job_id: int, requester: str | None) -> list[Correction]:
        """Return the corrections of a job, even after it has expired. Raises UnknownJob."""
        return self._known(job_id, requester) or self._none_of(job_id, requester)

    def figures(self, job_id: int, corrected: Sequence[Correction]) -> dict[str, Any] | None:
        """Return the counts and figures of a photo with these corrections of it.

        None without corrections, or if the result of the job has expired.
        """
        if not corrected:
            return None
        try:
            chunks = self._stores.blobs.read(job_id, CHUNKS)
        except FileNotFoundError:
            return None
        predictions = corrected_predictions(chunks, labels_of(corrected))
        first = corrected[0]
        return corrected_figures(
            predictions, {"name": first.model_name, "version": first.model_version}, self._models
        )

    def take_back(self, job_id: int, chunk: int, by: str | None, requester: str | None, now: float) -> None:
        """Remove the correction of a chunk and its images, even after its job has expired.

        by   name of the person, if they give it
        now  Unix seconds

        Raises UnknownCorrection, or UnknownJob if neither the job nor any correction of it exists.
        """
        known = self.of_job(job_id, requester)
        mine = [one for one in known if one.chunk == chunk]
        if not mine:
            raise UnknownCorrection(chunk)
        with self._database.writing() as connection:
            corrections.delete_correction(connection, job_id, chunk, by, now)
        with suppress(FileNotFoundError):  # taken back twice at once
            self._on_taken_back(mine[0], self.picture(mine[0].photo_key, f"{chunk}.png"))
        self._pictures.remove(f"{mine[0].photo_key}/{chunk}.png")
        if len(known) == 1:
            self._pictures.remove(f"{mine[0].photo_key}/{CONTEXT}")

    def log_of_job(self, job_id: int, requester: str | None) -> list[CorrectionEvent]:
        """Return what people said of the chunks of a job, oldest first. Raises UnknownJob."""
        self.of_job(job_id, requester)
        with self._database.reading() as connection:
            return correction_events.events_of_jobs(connection, [job_id])

    def every(self) -> list[Correction]:
        """Return all corrections, oldest first."""
        with self._database.reading() as connection:
            return corrections.all_corrections(connection)

    def picture(self, photo_key: str, name: str) -> bytes:
        """Return a picture, a PNG file. Raises FileNotFoundError."""
        return self._pictures.read(f"{photo_key}/{name}")

    def _known(self, job_id: int, requester: str | None) -> list[Correction]:
        if job_id >= 2**53:
            return []
        with self._database.reading() as connection:
            known = corrections.corrections_of(connection, job_id)
        return [one for one in known if requester in {None, one.owner}]

    def _none_of(self, job_id: int, requester: str | None) -> list[Correction]:
        get_job(self._stores, job_id, requester)
        return []


def _prediction(source: ChunkSource, chunk: int) -> dict[str, Any]:
    said = json.loads(source.chunks)[chunk]
    return {
        "said": _STATES[said["predicted_label"]].value,
        **said["probabilities"],
        **{f"model_{name}": value for name, value in source.model.items()},
    }


def photo_key(job_id: int, at: float) -> str:
    """Name the folder of a photo's pictures: not the job's id, which is the key to its result.

    at  when it came, in Unix seconds: it makes the key hard to guess
    """
    return hashlib.sha256(f"{job_id}:{at!r}".encode()).hexdigest()[:_KEY_DIGITS]
