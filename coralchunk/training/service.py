"""Ask for trainings, and tell how they are going. What trains is training.process."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from coralchunk.config import Settings
from coralchunk.datasets.collections import Collections
from coralchunk.errors import CoralchunkError, UnknownJob
from coralchunk.errors.training import AlreadyTraining, TooLittleToLearn
from coralchunk.pipeline.queries.lookup import get_job
from coralchunk.pipeline.records.job import Job, JobKind, JobState
from coralchunk.pipeline.steps.cancel import cancel
from coralchunk.pipeline.stores import Stores
from coralchunk.pipeline.training.training_job import (
    MappedNetwork,
    TrainingRequest,
    new_training_id,
    submit_training_job,
)
from coralchunk.storage.rows import collections, labels
from coralchunk.storage.rows.collections import Collection, CollectionType, TrainingState
from coralchunk.storage.rows.labels import Label, LabelFilter
from coralchunk.storage.sql.database import Database
from coralchunk.terms import CLASSES, LABELS

_JUST_BEGUN_S: Final = 30  # a younger training may be about to get its job
_INTERRUPTED: Final = "The training was interrupted. Train again."


class Trainings:
    """The trainings of all collections."""

    def __init__(self, database: Database, stores: Stores, collections: Collections) -> None:
        self._database: Final = database
        self._stores: Final = stores
        self._collections: Final = collections

    @property
    def settings(self) -> Settings:
        """The settings of this server."""
        return self._stores.settings

    def begin(
        self, collection: Collection, min_images: int, owner: str, now: float, *, needs_all: bool = False
    ) -> Collection:
        """Have a collection trained into a new version of its classifier. Returns it as it is now.

        min_images  of a label; those with fewer are left out
        owner       whose job it is
        now         Unix seconds
        needs_all   refuse a label with fewer images instead of leaving it out

        Raises TooLittleToLearn, AlreadyTraining, Stopping, QueueFull, QueueDown or StorageFull.
        """
        collection = self.settled(collection, now)
        self._check(collection, min_images, needs_all=needs_all)
        return self._submit(
            TrainingRequest(user_id=collection.user_id, collection_id=collection.id, min_images=min_images),
            collection,
            owner,
            now,
        )

    def begin_for_site(
        self, collection: Collection, owner: str, now: float, network: MappedNetwork | None = None
    ) -> Collection:
        """Have a model of chunks made and compared on corrections. Returns their collection as it is now.

        owner    whose job it is
        now      Unix seconds
        network  that becomes the model; None to train a head on the server's own network

        Raises TooLittleToLearn, AlreadyTraining, Stopping, QueueFull, QueueDown or StorageFull.
        """
        collection, min_images = self.settled(collection, now), self.settings.training_min_images
        wanted = LabelFilter(collection.workspace_id, collection_id=collection.id)
        with self._database.reading() as connection:
            counts = {one.name: one.images_count for one in labels.page_of_labels(connection, wanted)}
        few = [LABELS[state] for state in CLASSES if counts.get(LABELS[state], 0) < min_images]
        if few:
            raise TooLittleToLearn(
                f"fewer than {min_images} corrected chunks are labelled {' and '.join(few)}",
                "Correct or confirm more chunks, and collect the corrections again.",
            )
        request = TrainingRequest(
            user_id=collection.user_id,
            collection_id=collection.id,
            min_images=min_images,
            for_site=True,
            network=network,
        )
        return self._submit(request, collection, owner, now)

    def _submit(self, request: TrainingRequest, collection: Collection, owner: str, now: float) -> Collection:
        job_id = new_training_id()
        self._note_begin(collection, job_id, now)
        try:
            submit_training_job(self._stores, job_id, request, owner, now)
        except CoralchunkError:
            before = {"training_state": collection.training_state, "training_job_id": None}
            self._change(collection, before)
            raise
        return self._collections.get(collection.user_id, collection.public_id)

    def settled(self, collection: Collection, now: float) -> Collection:
        """Return a collection, with its training given up if that has ended without telling.

        now  Unix seconds
        """
        if collection.training_state != TrainingState.TRAINING:
            return collection
        job = self._job(collection)
        if job is None and now - collection.updated_at < _JUST_BEGUN_S:
            return collection
        if job is not None and job.state is not JobState.ERROR:
            return collection
        reason = _INTERRUPTED if job is None else job.error or _INTERRUPTED
        self._change(
            collection,
            {"training_state": TrainingState.FAILED.value, "training_error": reason},
            only_now=True,
        )
        return self._collections.get(collection.user_id, collection.public_id)

    def progress(self, collection: Collection) -> float:
        """Return how much of its training is done, 0 to 1; 1 if none is under way."""
        if collection.training_state != TrainingState.TRAINING:
            return 1.0
        job = self._job(collection)
        return 0.0 if job is None else job.progress

    def delete(self, collection: Collection) -> None:
        """Remove a collection, and end its training if there is one."""
        self._collections.delete(collection)
        job = self._job(collection)
        if job is not None:
            cancel(self._stores, job.id, kind=JobKind.TRAINING)

    def _check(self, collection: Collection, min_images: int, *, needs_all: bool) -> None:
        wanted = LabelFilter(collection.workspace_id, collection_id=collection.id)
        with self._database.reading() as connection:
            known = [
                label for label in labels.page_of_labels(connection, wanted) if label.negative_for is None
            ]
        enough = [label for label in known if label.images_count >= min_images]
        needed = 2 if collection.type == CollectionType.MULTI_CLASS else 1
        few = [label for label in known if label.images_count < min_images]
        if len(enough) < needed or (needs_all and few):
            remedy = f"Add images until {needed} label{'s have' if needed > 1 else ' has'} {min_images} each."
            if needs_all and len(known) >= needed:
                remedy = f"Each label needs {min_images} images."
            raise TooLittleToLearn(_label_names(known), remedy)
        most, count = self.settings.training_max_images, sum(label.images_count for label in enough)
        if count > most:
            raise TooLittleToLearn(
                f"{count} labelled images are more than the {most} that can be learned from at once",
                "Remove some, or have the operator raise CORALCHUNK_TRAINING_MAX_IMAGES.",
            )

    def _note_begin(self, collection: Collection, job_id: int, now: float) -> None:
        with self._database.writing() as connection:
            found = collections.find_collection_by_id(connection, collection.user_id, collection.id)
            if found is None or found.training_state == TrainingState.TRAINING:
                raise AlreadyTraining(collection.name)
            changes = {
                "training_state": TrainingState.TRAINING.value,
                "training_error": None,
                "training_job_id": job_id,
                "updated_at": now,
            }
            collections.change_collection(connection, collection.id, changes)

    def _change(self, collection: Collection, changes: Mapping[str, Any], *, only_now: bool = False) -> None:
        with self._database.writing() as connection:
            found = collections.find_collection_by_id(connection, collection.user_id, collection.id)
            # It may have ended or been restarted since it was read.
            if found is None or (
                only_now and replace(found, updated_at=0) != replace(collection, updated_at=0)
            ):
                return
            collections.change_collection(connection, collection.id, changes)

    def _job(self, collection: Collection) -> Job | None:
        if collection.training_job_id is None:
            return None
        try:
            return get_job(self._stores, collection.training_job_id, kind=JobKind.TRAINING)
        except UnknownJob:
            return None


def _label_names(known: list[Label]) -> str:
    if not known:
        return "it has no labels"
    counts = ", ".join(f"{label.name!r} has {label.images_count}" for label in known[:10])
    return f"of its {len(known)} labels, {counts}{', ...' if len(known) > 10 else ''} images"
