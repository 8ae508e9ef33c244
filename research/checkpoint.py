"""Keep the state of a training run, so that an interrupted run goes on where it was and ends the same."""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler
from torch.optim.swa_utils import AveragedModel

from research.network import Network


@dataclass(frozen=True, slots=True)
class State:
    """Everything that changes while a network is trained, beside the random numbers."""

    network: Network
    kept: AveragedModel
    optimiser: Optimizer
    schedule: LRScheduler


def save(path: Path, state: State, steps: int) -> None:
    """Write the state after so many steps; the file is replaced at once, never half-written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    parts = {name: getattr(state, name).state_dict() for name in State.__slots__}
    device = next(state.network.parameters()).device
    numbers = {"cpu": torch.get_rng_state()}
    if device.type == "cuda":
        numbers["cuda"] = torch.cuda.get_rng_state(device)
    new = path.with_suffix(".new")
    torch.save({"steps": steps, "random": numbers, **parts}, new)
    new.replace(path)


def restore(path: Path, state: State) -> int:
    """Read the state back, and return how many steps were done; 0 if nothing was saved."""
    if not path.exists():
        return 0
    stored = torch.load(path, map_location="cpu", weights_only=True)
    for name in State.__slots__:
        getattr(state, name).load_state_dict(stored[name])
    torch.set_rng_state(stored["random"]["cpu"])
    if "cuda" in stored["random"]:
        torch.cuda.set_rng_state(stored["random"]["cuda"])
    return int(stored["steps"])
