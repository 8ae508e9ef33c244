"""Measure how far two people agree about the labels of the same chunks."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two people agree."""

    chunks: int  # that both labelled
    agreed: int
    kappa: float | None  # None where both gave one label to all


def agreement(first: Sequence[str], second: Sequence[str]) -> Agreement:
    """Compare the labels that two people gave to the same chunks, in the same order.

    Kappa is that of Cohen, "A coefficient of agreement for nominal scales" (Educational and Psychological
    Measurement 20, 1960): 1 for full agreement, 0 for as much as chance gives.
    """
    chunks = len(first)
    agreed = sum(one == other for one, other in zip(first, second, strict=True))
    mine, others = Counter(first), Counter(second)
    by_chance = sum(mine[label] * others[label] for label in mine)
    if by_chance == chunks**2 or not chunks:
        return Agreement(chunks, agreed, None)
    return Agreement(chunks, agreed, (agreed * chunks - by_chance) / (chunks**2 - by_chance))
