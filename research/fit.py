"""Fine-tune the network end to end, held near its ImageNet weights."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim import AdamW
from torch.optim.lr_scheduler import LambdaLR
from torch.optim.swa_utils import AveragedModel

from research import checkpoint
from research.backbone import pretrained
from research.batches import Batch, Patches
from research.network import Network, greyed, standardised
from research.views import Framing, varied

Tell = Callable[[int, float], None]  # step and loss

_SAVE_EVERY: Final = 25  # steps


def _silent(step: int, loss: float) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Run:
    """How one training run is followed."""

    tell: Tell = _silent
    #: Where its state is kept, so that an interrupted run can go on; None: nowhere.
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class Recipe:
    """All choices of one training run."""

    input_px: int = 122
    blocks: int = 16  # of the backbone
    steps: int = 350
    batch: int = 96
    rate: float = 3e-4
    decay: float = 0.02
    head_rate: float = 2e-3
    head_decay: float = 0.1
    warm_up: float = 0.1  # share of the steps
    #: Pull of the backbone's weights to where they came from: the sum of squared differences times this is
    #: added to the loss (L2-SP, Li 2018). Without it the texture of the training seas replaces ImageNet's.
    pull: float = 0.05
    drop_path: float = 0.1
    dropout: float = 0.3
    smoothing: float = 0.03
    average: float = 0.998  # decay of the moving average of the weights, which is what is kept
    greyed: float = 0.5  # share of each batch whose colour is taken away
    clip: float = 1.0  # largest norm of a gradient
    seed: int = 0
    framing: Framing = field(default_factory=Framing)


def fit(recipe: Recipe, patches: Patches, chances: Tensor, seed: int, run: Run | None = None) -> Network:
    """Train a network on patches drawn with these chances; the same seed gives the same weights.

    An interrupted run goes on from its last saved step, with the same result. On a CPU the result also
    depends on the number of threads, because sums are taken in another order.

    chances  (N,) of each patch to be drawn for a batch; 0 for what must not be learned from
    """
    run = run or Run()
    torch.manual_seed(seed)
    device = patches.windows.device
    network = Network(pretrained(recipe.blocks), recipe.dropout)
    for block in network.backbone.blocks:
        block.drop_path = recipe.drop_path
    network = network.to(device, memory_format=torch.channels_last).train()
    kept = AveragedModel(network, multi_avg_fn=_averaging(recipe.average))
    body = list(network.backbone.parameters())
    start = [one.detach().clone() for one in body]
    optimiser, schedule = _optimiser(recipe, network, body)
    state = checkpoint.State(network, kept, optimiser, schedule)
    for step in range(checkpoint.restore(run.path, state) if run.path else 0, recipe.steps):
        loss = _loss(recipe, network, patches.drawn(chances, recipe.batch))
        optimiser.zero_grad()
        loss.backward()
        _pull(body, start, recipe.pull)
        nn.utils.clip_grad_norm_(network.parameters(), recipe.clip)
        optimiser.step()
        schedule.step()
        kept.update_parameters(network)
        run.tell(step, float(loss.detach()))
        if run.path and (step + 1) % _SAVE_EVERY == 0:
            checkpoint.save(run.path, state, step + 1)
    return kept.module.eval()


def _loss(recipe: Recipe, network: Network, batch: Batch) -> Tensor:
    rgb, scene = varied(batch, recipe.input_px, recipe.framing)
    grey = torch.rand(len(rgb), 1, 1, 1, device=rgb.device) < recipe.greyed
    pixels = torch.where(grey, greyed(rgb), standardised(rgb, scene))
    pixels = pixels.contiguous(memory_format=torch.channels_last)
    with torch.autocast(rgb.device.type, dtype=torch.bfloat16, enabled=rgb.device.type == "cuda"):
        odds = network(pixels, rgb, scene)
    coral = batch.targets[:, 0] + batch.targets[:, 1]
    pale = batch.targets[:, 0] / coral.clamp(min=1e-6)
    is_coral, is_pale = (_surprise(odds[:, n].float(), t, recipe) for n, t in ((0, coral), (1, pale)))
    return is_coral.mean() + (is_pale * coral).sum() / coral.sum().clamp(min=1)


def _surprise(odds: Tensor, target: Tensor, recipe: Recipe) -> Tensor:
    softened = target * (1 - 2 * recipe.smoothing) + recipe.smoothing
    return functional.binary_cross_entropy_with_logits(odds, softened, reduction="none")


def _pull(body: list[nn.Parameter], start: list[Tensor], strength: float) -> None:
    """Add the gradient of the squared differences to the starting weights."""
    with torch.no_grad():
        for now, before in zip(body, start, strict=True):
            if now.grad is not None:
                now.grad.add_(now - before, alpha=2 * strength)


def _optimiser(recipe: Recipe, network: Network, body: list[nn.Parameter]) -> tuple[AdamW, LambdaLR]:
    head = [*network.norm.parameters(), *network.decisions.parameters()]
    optimiser = AdamW(
        [
            {"params": body, "lr": recipe.rate, "weight_decay": recipe.decay},
            {"params": head, "lr": recipe.head_rate, "weight_decay": recipe.head_decay},
        ]
    )

    def share(step: int) -> float:
        warm = min(1.0, (step + 1) / (recipe.warm_up * recipe.steps))
        return warm * 0.5 * (1 + math.cos(math.pi * step / recipe.steps))

    return optimiser, LambdaLR(optimiser, share)


def _averaging(decay: float) -> Callable[[list[Tensor], list[Tensor], Tensor], None]:
    """Average over few steps at first, so that the starting weights are soon forgotten."""

    @torch.no_grad()
    def average(averaged: list[Tensor], current: list[Tensor], count: Tensor) -> None:
        share = min(decay, (int(count) + 1) / (int(count) + 10))
        for kept, now in zip(averaged, current, strict=True):
            kept.lerp_(now, 1 - share)

    return average
