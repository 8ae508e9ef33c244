"""Define the data types of this field. Everything imports this module; it imports nothing, not even NumPy.

Pixels count from the top left corner of the upright photo; x runs right, y runs down.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

CHUNK_PX: Final = 244  # side of a chunk, in pixels of the upright photo


class State(StrEnum):
    """The state of a chunk."""

    BLEACHED = "bleached"  #: live coral that has lost its colour
    HEALTHY = "healthy"  #: live coral with its pigment
    NOT_CORAL = "not coral"  #: sand, rock, algae, water, equipment, a diver
    PARTLY = "partly bleached"  #: live coral, about half of it bleached; only people say so, no model does
    UNSURE = "unsure"  #: the model does not know; counted apart, never guessed
    NO_DATA = "no data"  #: more than half of it is empty in the photo; not classified, part of no cover


CLASSES: Final = (State.BLEACHED, State.HEALTHY, State.NOT_CORAL)  # the classes of a model
CORAL: Final = frozenset({State.BLEACHED, State.PARTLY, State.HEALTHY})
# As answers tell them.
LABELS: Final[dict[State, str]] = {
    State.BLEACHED: "Bleached Coral",
    State.HEALTHY: "Healthy Coral",
    State.NOT_CORAL: "Not Coral",
    State.PARTLY: "Partly Bleached Coral",
    State.UNSURE: "Unsure",
    State.NO_DATA: "No Data",
}


class OutputKind(StrEnum):
    """What the numbers of a classifier mean."""

    MULTI_CLASS = "multi_class"  #: probabilities that add up to 1: exactly one label holds
    MULTI_LABEL = "multi_label"  #: a probability for each label by itself: any number of labels holds
    REGRESSION = "regression"  #: one value on the scale of the training values


@dataclass(frozen=True, slots=True)
class Chunk:
    """One cell of the grid laid over a photo; edge chunks may be smaller than the rest."""

    x: int  # px, left edge
    y: int  # px, top edge
    width: int  # px
    height: int  # px

    @property
    def area(self) -> tuple[slice, slice]:
        """Index of this chunk in an (H, W, ...) array."""
        return slice(self.y, self.y + self.height), slice(self.x, self.x + self.width)


@dataclass(frozen=True, slots=True)
class Size:
    """Extent of a photo, upright."""

    width: int  # px
    height: int  # px

    @property
    def pixels(self) -> int:
        """Number of pixels."""
        return self.width * self.height


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the model says about one chunk."""

    chunk: Chunk
    state: State
    probabilities: tuple[float, float, float]  # calibrated, in the order of CLASSES; all 0 without data
    seen_px: int | None = None  # pixels of the chunk that hold something; None for all of them

    @property
    def area_px(self) -> int:
        """The number of pixels it represents."""
        return self.chunk.width * self.chunk.height if self.seen_px is None else self.seen_px


@dataclass(frozen=True, slots=True)
class Point:
    """One pixel of a photo to classify."""

    row: int  # px from the top, 0 is the first
    column: int  # px from the left, 0 is the first
