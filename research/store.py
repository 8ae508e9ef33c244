"""Keep what takes long, the cut patches and the trained model, in a working folder between runs."""

from collections.abc import Callable
from dataclasses import asdict, fields
from pathlib import Path

import numpy as np
import torch

from research.backbone import Backbone
from research.fit import Recipe
from research.folds import Trained
from research.heads import Decisions
from research.known import Known
from research.network import Network
from research.packed import Packed


def packed(path: Path, make: Callable[[], Packed]) -> Packed:
    """Read the cut patches from `path`, or make and keep them."""
    if not path.exists():
        made = make()
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, **{field.name: getattr(made, field.name) for field in fields(Packed)})
        return made
    with np.load(path) as stored:
        return Packed(*(stored[field.name] for field in fields(Packed)))


def trained(path: Path, recipe: Recipe, make: Callable[[], Trained]) -> Trained:
    """Read the trained model from `path`, or train and keep it."""
    if path.exists():
        return _read(path, recipe)
    made = make()
    write(path, made)
    return made


def write(path: Path, made: Trained) -> None:
    """Keep a trained model."""
    path.parent.mkdir(parents=True, exist_ok=True)
    parts = {"decisions": made.decisions, "known": made.known}
    arrays = {
        name: {key: torch.from_numpy(np.asarray(value)) for key, value in asdict(part).items()}
        for name, part in parts.items()
    }
    torch.save({"network": made.network.state_dict(), **arrays}, path)


def _read(path: Path, recipe: Recipe) -> Trained:
    stored = torch.load(path, map_location="cpu", weights_only=True)
    network = Network(Backbone(recipe.blocks), recipe.dropout)
    network.load_state_dict(stored["network"])
    decisions, known = (
        {key: value.numpy() for key, value in stored[name].items()} for name in ("decisions", "known")
    )
    return Trained(network.eval(), Decisions(**decisions), Known(**known))
