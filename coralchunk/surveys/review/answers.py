"""Write reviews and audits as answers tell them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from coralchunk.imaging.grid import surroundings
from coralchunk.science.audit import Audit
from coralchunk.science.cover import share_fields
from coralchunk.science.model_error import ModelErrors
from coralchunk.surveys.review.figures import AHEAD, audit_of, checked_covers, pairs_of
from coralchunk.surveys.review.population import Population, ReviewChunk
from coralchunk.surveys.review.queue import Queue, Wanted, queue_of
from coralchunk.surveys.tables import without_formula
from coralchunk.terms import LABELS

_DIGITS: Final = 4
_CLASSES: Final = ("bleached", "healthy", "not_coral")
_COLUMNS: Final = ("survey_id", "method", "chunks_checked", "chunks", "first", "second")
_SHARES: Final = ("coral_cover", "bleached_cover")


def review_answer(found: Population, wanted: Wanted, errors: ModelErrors | None) -> dict[str, Any]:
    """Return the next chunks to check and what is known by now."""
    queue = queue_of(found, wanted)
    now, ahead = _estimates(found, wanted, queue, errors)
    return {
        "order": wanted.order,
        "checked": queue.checked,
        "total": queue.total,
        "photos": len(found.photos),
        "photos_away": found.photos_away,
        "chunks": [_chunk(one) for one in queue.open[: wanted.limit]],
        "now": _estimate(now),
        "ahead": _estimate(ahead) | {"checks": min(AHEAD, len(queue.open))},
    }


def _estimates(
    found: Population, wanted: Wanted, queue: Queue, errors: ModelErrors | None
) -> tuple[Audit, Audit]:
    if wanted.order == "random":
        more = min(AHEAD, len(queue.open))
        return audit_of(found, wanted.seed)[0], audit_of(found, wanted.seed, more)[0]
    return checked_covers(found, errors), checked_covers(found, errors, queue.open[:AHEAD])


def audit_answer(found: Population, seed: int) -> dict[str, Any]:
    """Return what the random sample says of cover, and how far people agree."""
    audit, sample = audit_of(found, seed)
    return {
        "photos": len(found.photos),
        "photos_away": found.photos_away,
        "audit": _estimate(audit) | {"sample": sample, "chunks": len(found.chunks)},
        "agreement": [
            {"first": pair.first, "second": pair.second, **asdict(pair.agreement)} for pair in pairs_of(found)
        ],
    }


def audit_table(answer: Mapping[str, Any]) -> Iterator[Sequence[Any]]:
    """Lay an audit out as a table: a row a method, then a row a pair of people."""
    ends = [f"{share}{end}" for share in _SHARES for end in ("", "_low", "_high")]
    yield [*_COLUMNS, *ends, "agreed", "kappa"]
    number, audit = answer["survey_id"], answer["audit"]
    for method in ("model", "corrected", "audit"):
        figures = answer[method]
        if figures is not None:
            checked = [audit["sample"], audit["chunks"]] if method == "audit" else [None, None]
            yield [number, method, *checked, None, None, *_cells(figures), None, None]
    for pair in answer["agreement"]:
        names = without_formula(pair["first"]), without_formula(pair["second"])
        empty = [None] * len(ends)
        yield [number, "agreement", pair["chunks"], None, *names, *empty, pair["agreed"], pair["kappa"]]


def _cells(figures: Mapping[str, Any]) -> list[float | None]:
    return [
        cell
        for share in _SHARES
        for cell in (figures[share], *(figures[f"{share}_interval"] or (None, None)))
    ]


def _estimate(audit: Audit) -> dict[str, Any]:
    return {**share_fields("coral_cover", audit.coral), **share_fields("bleached_cover", audit.bleached)}


def _chunk(chunk: ReviewChunk) -> dict[str, Any]:
    probabilities = (round(value, _DIGITS) for value in chunk.probabilities)
    return {
        "job_id": chunk.photo.job_id,
        "photo_id": chunk.photo.photo_id,
        "photo": chunk.photo.name,
        "chunk": chunk.number,
        "box": asdict(chunk.box),
        "view": asdict(surroundings(chunk.photo.size, chunk.box)),
        "predicted_label": LABELS[chunk.said],
        "probabilities": dict(zip(_CLASSES, probabilities, strict=True)),
        "label": None if chunk.label is None else LABELS[chunk.label],
    }
