"""Hold the result of a photo as dataclasses, and as tables for pandas."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    import pandas as pd

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk, in pixels of the upright photo from its top left corner. Probabilities are 0 to 1."""

    x: int
    y: int
    width: int
    height: int
    predicted_label: str
    bleached: float
    healthy: float
    not_coral: float


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of one photo. Covers and intervals (95 %) are 0 to 1, or None with the reason."""

    bleached_chunks: int
    healthy_chunks: int
    not_coral_chunks: int
    unsure_chunks: int
    no_data_chunks: int
    total_chunks: int
    coral_cover: float | None
    coral_cover_interval: Interval | None
    coral_cover_reason: str | None
    bleached_cover: float | None
    bleached_cover_interval: Interval | None
    bleached_cover_reason: str | None
    severity: str
    model: str  # name and version
    quality_notes: tuple[str, ...]  # codes such as "blurred"

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Self:
        """Read the `summary` of a status."""
        known = {field.name: body.get(field.name) for field in fields(cls)}
        quality = body.get("quality") or {"notes": []}
        return cls(
            **known
            | {
                "model": f"{body['model']['name']}-{body['model']['version']}",
                "quality_notes": tuple(note["code"] for note in quality["notes"]),
                "coral_cover_interval": _interval(body["coral_cover_interval"]),
                "bleached_cover_interval": _interval(body["bleached_cover_interval"]),
            }
        )


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one photo; `raw` is the server's answer as it came."""

    job_id: int
    image_width: int
    image_height: int
    summary: Summary
    chunks: tuple[Chunk, ...]
    raw: Mapping[str, Any]

    @classmethod
    def read(cls, job_id: int, status: Mapping[str, Any]) -> Self:
        """Read the status of a completed job."""
        return cls(
            job_id,
            status["image_width"],
            status["image_height"],
            Summary.read(status["summary"]),
            tuple(_chunk(chunk) for chunk in status["chunks"]),
            status,
        )

    def table(self) -> "pd.DataFrame":
        """Return one row per chunk; needs pandas."""
        import pandas as pd  # noqa: PLC0415 - optional

        return pd.DataFrame([asdict(chunk) for chunk in self.chunks])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one photo of many: a result, or the error that it ended with."""

    name: str
    result: Result | None
    error: Exception | None


def table(outcomes: Iterable[Outcome]) -> "pd.DataFrame":
    """Return one row per photo, with intervals as two columns each; needs pandas."""
    import pandas as pd  # noqa: PLC0415 - optional

    return pd.DataFrame([_row(outcome) for outcome in outcomes])


def _row(outcome: Outcome) -> dict[str, object]:
    row: dict[str, object] = {"photo": outcome.name}
    if outcome.result is not None:
        row["job_id"] = outcome.result.job_id
        for name, value in asdict(outcome.result.summary).items():
            if name.endswith("_interval"):
                row[f"{name}_low"], row[f"{name}_high"] = value or (None, None)
            else:
                row[name] = " ".join(value) if isinstance(value, tuple) else value
    row["error"] = None if outcome.error is None else str(outcome.error)
    return row


def _interval(body: list[float] | None) -> Interval | None:
    return None if body is None else (body[0], body[1])


def _chunk(body: Mapping[str, Any]) -> Chunk:
    place = {name: body[name] for name in ("x", "y", "width", "height", "predicted_label")}
    return Chunk(
        **place, **{name: body["probabilities"][name] for name in ("bleached", "healthy", "not_coral")}
    )
