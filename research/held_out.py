"""Keep what models said of patches that they never saw, so that figures need no new training."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

import numpy as np

from research.dataset import Item
from research.fit import Recipe
from research.folds import LeftOut, leave_out
from research.heads import Scores
from research.packed import Packed
from research.table import Table, by_collection, by_group, by_sea

#: What is left out: each photo (in five parts), each sea, each collection of web photos.
WAYS: Final = {"photo": by_group, "sea": by_sea, "collection": by_collection}


class StaleFigures(RuntimeError):
    """The held-out answers are of other patches or another recipe."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What was said of each patch by a model that never saw it; NaN where none was asked."""

    odds: Scores  # (N, 2)
    single: Scores  # (N, 2), as if the patch were a photo of its own
    distance: Scores  # (N,)


def ask(
    recipe: Recipe, packed: Packed, table: Table, device: str, tell: Callable[[str], None]
) -> dict[str, Answers]:
    """Train a model for each part that is left out, and ask it about that part."""
    found = {}
    for way, splits in WAYS.items():
        parts = []
        for name, marks in splits(table):
            tell(f"Training without {name}")
            parts.append(leave_out(recipe, packed, table, marks, device))
        found[way] = together(parts, len(table.labels))
    return found


def together(parts: Sequence[LeftOut], count: int) -> Answers:
    """Put the answers of all parts into the rows of the table."""
    answers = Answers(np.full((count, 2), np.nan), np.full((count, 2), np.nan), np.full(count, np.nan))
    for part in parts:
        answers.odds[part.rows], answers.single[part.rows] = part.odds, part.single
        answers.distance[part.rows] = part.distance
    return answers


def save(
    path: Path, answers: Mapping[str, Answers], recipe: Recipe, items: Sequence[Item], note: str
) -> None:
    """Write answers with the fingerprint of what they are about; `note` tells how they came about."""
    columns = {
        f"{way} {field.name}": getattr(one, field.name).astype(np.float32)
        for way, one in answers.items()
        for field in fields(Answers)
    }
    np.savez_compressed(path, fingerprint=fingerprint(recipe, items), note=note, **columns)


def load(path: Path, recipe: Recipe, items: Sequence[Item]) -> tuple[dict[str, Answers], str]:
    """Read answers and how they came about. Raises StaleFigures if they are of other patches."""
    with np.load(path) as stored:
        if str(stored["fingerprint"]) != fingerprint(recipe, items):
            raise StaleFigures(f"{path} is of other patches or another recipe: run `make folds` first.")
        answers = {
            way: Answers(*(stored[f"{way} {field.name}"].astype(np.float64) for field in fields(Answers)))
            for way in WAYS
        }
        return answers, str(stored["note"])


def fingerprint(recipe: Recipe, items: Sequence[Item]) -> str:
    """Return a digest of the recipe and of every patch, its label and its weight."""
    lines = [repr(recipe)]
    for item in items:
        patch = item.patch
        place = f"{patch.photo.parent.name}/{patch.photo.name} {patch.left} {patch.top} {patch.side_px}"
        lines.append(f"{place} {patch.label} {patch.group} {item.trust:.6f} {item.classified}")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
