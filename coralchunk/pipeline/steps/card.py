"""Use the colour card in a photo: leave out what it covers, and tell what it measures."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from coralchunk.arrays import Probabilities
from coralchunk.imaging.card.in_photo import MOST_TILT_DEGREES, CardInPhoto
from coralchunk.terms import CORAL, Chunk, Prediction, State


def leave_out(
    card: CardInPhoto | None, chunks: Sequence[Chunk], probabilities: Probabilities, seen_px: Sequence[int]
) -> tuple[Probabilities, list[int]]:
    """Return probabilities and seen pixels of chunks without what the card covers.

    A chunk of which the card leaves less than half has no data; it is part of no cover.
    """
    if card is None:
        return probabilities, list(seen_px)
    left = [max(0, seen - card.covered_px(chunk)) for chunk, seen in zip(chunks, seen_px, strict=True)]
    covered = [2 * px < chunk.width * chunk.height for chunk, px in zip(chunks, left, strict=True)]
    return np.where(np.array(covered)[:, np.newaxis], np.float32(np.nan), probabilities), left


def described(card: CardInPhoto, classified: Sequence[Prediction]) -> dict[str, Any]:
    """Return what the card measures, as answers tell it."""
    balance = card.white_balance
    error = None if balance is None else balance.colour_error
    return {
        "markers": card.markers,
        "corners": [[round(float(x), 1), round(float(y), 1)] for x, y in card.corners],
        "px_per_cm": round(card.px_per_cm, 2),
        "tilt_degrees": round(card.tilt_degrees, 1),
        "white_balance": None
        if balance is None
        else {"red": balance.red, "green": balance.green, "blue": balance.blue},
        "colour_error": None if error is None else {"before": error[0], "after": error[1]},
        "area_cm2": _areas(card, classified) if card.is_flat else None,
        "area_reason": None
        if card.is_flat
        else f"the card is tilted by {card.tilt_degrees:.0f} degrees, and areas need at most"
        f" {MOST_TILT_DEGREES:.0f}: lay it flat and hold the camera straight above it",
    }


def _areas(card: CardInPhoto, classified: Sequence[Prediction]) -> dict[str, float]:
    def area(states: frozenset[State]) -> float:
        px = sum(prediction.area_px for prediction in classified if prediction.state in states)
        return round(px / card.px_per_cm**2, 1)

    return {
        "classified": area(CORAL | {State.NOT_CORAL}),
        "coral": area(CORAL),
        "bleached": area(frozenset({State.BLEACHED})),
    }
