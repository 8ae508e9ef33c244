"""Hold the chunks that people can check: those of a survey, or of one photo."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from coralchunk.storage.rows.correction_events import CorrectionEvent
from coralchunk.storage.rows.corrections import Correction
from coralchunk.terms import LABELS, Chunk, Size, State

_STATES: Final = {label: state for state, label in LABELS.items()}

_CLASSES: Final = ("bleached", "healthy", "not_coral")

Place = tuple[int, int]  # job and chunk


@dataclass(frozen=True, slots=True)
class ReviewPhoto:
    """A photo whose chunks can be checked."""

    photo_id: int | None  # in its survey; None for a photo by itself
    job_id: int
    name: str
    size: Size
    chunks: bytes  # JSON array
    model: Mapping[str, Any]  # name, version, sha256


@dataclass(frozen=True, slots=True)
class ReviewChunk:
    """A chunk that can be checked."""

    photo: ReviewPhoto
    number: int
    box: Chunk
    said: State  # by the model
    probabilities: tuple[float, float, float]  # in the order of CLASSES
    weight: float  # share of the population; they add up to 1, and photos weigh alike
    label: State | None  # given by people; None for none

    @property
    def place(self) -> Place:
        """Where it is."""
        return self.photo.job_id, self.number


@dataclass(frozen=True, slots=True)
class Population:
    """All chunks with data of the photos that can still be looked at."""

    photos: tuple[ReviewPhoto, ...]
    chunks: tuple[ReviewChunk, ...]
    labels_by: Mapping[str, Mapping[Place, str]]  # the last label that each named person gave
    photos_away: int = 0  # that cannot be looked at any more


def population(
    photos: Sequence[ReviewPhoto],
    corrections: Iterable[Correction],
    events: Iterable[CorrectionEvent],
    away: int = 0,
) -> Population:
    """Put the chunks of photos together with what people said of them."""
    given = {(one.job_id, one.chunk): State(one.label) for one in corrections}
    found = [chunk for photo in photos for chunk in _chunks(photo, given)]
    with_data = {chunk.photo.job_id for chunk in found}
    weighted = tuple(replace(chunk, weight=chunk.weight / len(with_data)) for chunk in found)
    return Population(tuple(photos), weighted, _labels_by(events), away)


def _chunks(photo: ReviewPhoto, given: Mapping[Place, State]) -> list[ReviewChunk]:
    told = [
        (number, chunk)
        for number, chunk in enumerate(json.loads(photo.chunks))
        if chunk["predicted_label"] != LABELS[State.NO_DATA]
    ]
    area = [chunk.get("seen_px") or chunk["width"] * chunk["height"] for _, chunk in told]
    return [
        ReviewChunk(
            photo,
            number,
            Chunk(chunk["x"], chunk["y"], chunk["width"], chunk["height"]),
            _STATES[chunk["predicted_label"]],
            tuple(chunk["probabilities"][name] for name in _CLASSES),
            px / sum(area),
            given.get((photo.job_id, number)),
        )
        for (number, chunk), px in zip(told, area, strict=True)
    ]


def _labels_by(events: Iterable[CorrectionEvent]) -> dict[str, dict[Place, str]]:
    labels: dict[str, dict[Place, str]] = {}
    for event in events:
        if not event.by:
            continue
        place = event.job_id, event.chunk
        if event.to_label is None:
            labels.get(event.by, {}).pop(place, None)
        else:
            labels.setdefault(event.by, {})[place] = event.to_label
    return labels
