"""Measure the recipe on patches that were left out: photo by photo, sea by sea, collection by collection."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from research.batches import Patches
from research.embed import as_served, as_single, as_varied
from research.fit import Recipe, Run, fit
from research.heads import Decisions, Scores, learn
from research.known import Known, know
from research.network import Network
from research.packed import Packed, to_torch
from research.table import Marks, Table, chances

_VARIANTS: Final = 3  # drawn of each patch for the decisions, beside the one as served


@dataclass(frozen=True, slots=True)
class Trained:
    """A network with the decisions on its features."""

    network: Network
    decisions: Decisions
    known: Known


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a model said of the patches that it never saw."""

    rows: NDArray[np.int64]  # in the table
    odds: Scores  # (R, 2), see Decisions.odds
    single: Scores  # (R, 2), as if each patch were a photo of its own
    distance: Scores  # (R,) from everything that it learned from


def train(
    recipe: Recipe,
    packed: Packed,
    table: Table,
    left_out: Marks,
    patches: Patches,
    *,
    run: Run | None = None,
) -> Trained:
    """Train a network and its decisions on everything but what is left out; the same every time."""
    weights = chances(table, left_out)
    network = fit(recipe, patches, torch.from_numpy(weights), recipe.seed, run)
    return decide(network, recipe, packed, table, left_out, patches)


def decide(
    network: Network, recipe: Recipe, packed: Packed, table: Table, left_out: Marks, patches: Patches
) -> Trained:
    """Learn the decisions on a trained network's features, on everything but what is left out."""
    weights = chances(table, left_out)
    rows = np.flatnonzero(weights > 0)
    served = as_served(network, packed, rows)
    varied = [as_varied(network, recipe, patches, rows, seed) for seed in range(1, _VARIANTS + 1)]
    features, passes = np.concatenate([served, *varied]), 1 + _VARIANTS
    decisions = learn(features, np.tile(table.targets[rows], (passes, 1)), np.tile(weights[rows], passes))
    return Trained(network, decisions, know(served[:, : network.texture]))


def classify(trained: Trained, packed: Packed, rows: NDArray[np.int64]) -> LeftOut:
    """Ask a model about patches."""
    served = as_served(trained.network, packed, rows)
    return LeftOut(
        rows,
        trained.decisions.odds(served),
        trained.decisions.odds(as_single(trained.network, packed, rows)),
        trained.known.distance(served[:, : trained.network.texture]),
    )


def leave_out(recipe: Recipe, packed: Packed, table: Table, left_out: Marks, device: str) -> LeftOut:
    """Train without the left-out patches and ask about those of them that are classified."""
    patches = to_torch(packed, table.targets, device)
    trained = train(recipe, packed, table, left_out, patches)
    return classify(trained, packed, np.flatnonzero(left_out & table.classified))
