"""Assemble the graph that is served: from a window and a scene to probabilities and a distance.

Texture (of the grey, contrast-stretched window) decides whether there is coral; texture, colour relative to
the photo and plain colour decide whether it is bleached. If the window is the whole photo, there is nothing
to compare, and only texture and plain colour are used.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from research.backbone import Backbone
from research.colour import NUMBERS, Colour, alone, plain

SCENE: Final = 28
#: Blocks of the backbone whose channels are averaged: the ends of its fifth and sixth stage. Later layers
#: know what ImageNet holds, these know surfaces; on a sea left out of training they tell coral best.
LISTENED: Final = (10, 14)
TEXTURE: Final = 2 * (112 + 192)
PLAIN: Final = 4
#: The place of each kind of number in a row of features.
PARTS: Final = {
    "texture": slice(0, TEXTURE),
    "colour": slice(TEXTURE, TEXTURE + NUMBERS),
    "plain": slice(TEXTURE + NUMBERS, TEXTURE + NUMBERS + PLAIN),
    "alone": slice(TEXTURE + NUMBERS + PLAIN, TEXTURE + NUMBERS + PLAIN + 1),
}
_CONTRAST: Final = 0.45  # spread of the grey picture, near that of ImageNet's
_LARGEST: Final = 1.4
_LEAST_SPREAD: Final = 0.03


class Features(nn.Module):
    """Everything the decisions rest on, in one row of numbers a window."""

    def __init__(self, backbone: Backbone) -> None:
        super().__init__()
        self.blocks = backbone.blocks[: LISTENED[-1] + 1]
        self.colour = Colour()
        # The picture is grey: three equal channels weigh like one with their weights added up.
        stem = backbone.stem.layer
        self.stem = nn.Conv2d(1, stem.out_channels, stem.kernel_size, stride=stem.stride)
        self.stem.weight = nn.Parameter(stem.weight.detach().sum(dim=1, keepdim=True))
        self.stem.bias = nn.Parameter(stem.bias.detach().clone())

    def forward(self, windows: Tensor, scene: Tensor) -> Tensor:
        """Describe (N, side, side, 3) uint8 windows of photos with scenes (28,); returns (N, 618)."""
        rgb = windows.permute(0, 3, 1, 2).float() / 255
        return torch.cat([self._texture(rgb), self.colour(rgb, scene), plain(rgb), alone(rgb, scene)], dim=1)

    def _texture(self, rgb: Tensor) -> Tensor:
        seen = nn.functional.relu6(self.stem(nn.functional.pad(_grey(rgb), (0, 1, 0, 1))))
        heard = []
        for number, block in enumerate(self.blocks):
            seen = block(seen)
            if number in LISTENED:
                mean = seen.mean(dim=(2, 3))
                spread = (seen - mean[:, :, None, None]).square().mean(dim=(2, 3)).sqrt()
                heard += [mean, spread]
        return torch.cat(heard, dim=1)


def _grey(rgb: Tensor) -> Tensor:
    """Take light and colour away: brightness, centred and stretched; (N, 1, H, W)."""
    grey = rgb.mean(dim=1, keepdim=True)
    centred = grey - grey.mean(dim=(2, 3), keepdim=True)
    spread = centred.square().mean(dim=(2, 3), keepdim=True).sqrt().clamp(min=_LEAST_SPREAD)
    return (_CONTRAST * centred / spread).clamp(-_LARGEST, _LARGEST)


@dataclass(frozen=True, slots=True)
class Line:
    """A linear decision on raw numbers: log odds = numbers @ weights + bias."""

    weights: NDArray[np.float64]
    bias: float

    def odds(self, numbers: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the log odds of each row."""
        return numbers @ self.weights + self.bias


@dataclass(frozen=True, slots=True)
class Known:
    """What the training patches look like: their texture in a few whitened directions, and some of them."""

    directions: NDArray[np.float64]  # (TEXTURE, K)
    middle: NDArray[np.float64]  # (TEXTURE,)
    examples: NDArray[np.float64]  # (M, K)

    def distance(self, texture: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the distance of each row from the nearest example."""
        placed = (texture - self.middle) @ self.directions
        squares = (placed**2).sum(1)[:, None] - 2 * placed @ self.examples.T + (self.examples**2).sum(1)
        return np.sqrt(np.maximum(squares.min(axis=1), 0))


@dataclass(frozen=True, slots=True)
class Decisions:
    """All that is learned on top of the backbone."""

    coral: Line  # on texture and colour
    bleached: Line  # on texture, colour and plain colour
    bleached_alone: Line  # on texture and plain colour, for a window that is all of its photo
    temperature: float
    shift: tuple[float, float, float]  # added to the log probabilities: how common each class is
    known: Known
    far: float  # beyond this distance probabilities fade to a third each

    def classify(self, features: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return (N, 3) probabilities, as the served graph does."""
        sharp = softmax(self.logits(features) / self.temperature + np.array(self.shift))
        fade = self.fade(features)[:, None]
        return (1 - fade) * sharp + fade / 3

    def logits(self, features: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return (N, 3) log probabilities before calibration."""
        part = {name: features[:, place] for name, place in PARTS.items()}
        coral = self.coral.odds(np.hstack([part["texture"], part["colour"]]))
        weight = part["alone"][:, 0]
        beside = self.bleached.odds(np.hstack([part["texture"], part["colour"], part["plain"]]))
        single = self.bleached_alone.odds(np.hstack([part["texture"], part["plain"]]))
        pale = (1 - weight) * beside + weight * single
        is_coral = -np.logaddexp(0, -coral)
        return np.stack(
            [is_coral - np.logaddexp(0, -pale), is_coral - np.logaddexp(0, pale), -np.logaddexp(0, coral)],
            axis=1,
        )

    def fade(self, features: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return 0 for what looks like the training patches, 1 for what is far beyond."""
        beyond = self.known.distance(features[:, PARTS["texture"]]) / self.far - 1
        return 1 / (1 + np.exp(-_STEEPNESS * beyond))


_STEEPNESS: Final = 20.0


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn rows of log scores into probabilities."""
    grown = np.exp(logits - logits.max(axis=1, keepdims=True))
    return grown / grown.sum(axis=1, keepdims=True)


class Classify(nn.Module):
    """The served graph: features and decisions."""

    def __init__(self, features: Features, decisions: Decisions) -> None:
        super().__init__()
        self.features = features
        self.temperature, self.far = decisions.temperature, decisions.far
        for name, values in _tensors(decisions).items():
            self.register_buffer(name, torch.tensor(values, dtype=torch.float32))

    def forward(self, windows: Tensor, scene: Tensor) -> tuple[Tensor, Tensor]:
        """Classify (N, side, side, 3) uint8 windows; returns (N, 3) probabilities and (N,) distances."""
        found = self.features(windows, scene)
        texture, colour, plain_, single = (found[:, place] for place in PARTS.values())
        coral = torch.cat([texture, colour], dim=1) @ self.coral + self.coral_bias
        beside = torch.cat([texture, colour, plain_], dim=1) @ self.bleached + self.bleached_bias
        alone_ = torch.cat([texture, plain_], dim=1) @ self.bleached_alone + self.bleached_alone_bias
        pale = (1 - single[:, 0]) * beside + single[:, 0] * alone_
        yes, no = nn.functional.logsigmoid(coral), nn.functional.logsigmoid(-coral)
        split = (nn.functional.logsigmoid(pale), nn.functional.logsigmoid(-pale))
        logits = torch.stack([yes + split[0], yes + split[1], no], dim=1)
        sharp = torch.softmax(logits / self.temperature + self.shift, dim=1)
        placed = (texture - self.middle) @ self.directions
        gaps = (placed[:, None, :] - self.examples[None]).square().sum(dim=2)
        distance = gaps.amin(dim=1).sqrt()
        fade = torch.sigmoid(_STEEPNESS * (distance / self.far - 1))[:, None]
        return (1 - fade) * sharp + fade / 3, distance


def _tensors(decisions: Decisions) -> Mapping[str, NDArray[np.float64]]:
    lines = {name: getattr(decisions, name) for name in ("coral", "bleached", "bleached_alone")}
    return {
        **{name: line.weights for name, line in lines.items()},
        **{f"{name}_bias": np.array(line.bias) for name, line in lines.items()},
        "shift": np.array(decisions.shift),
        "middle": decisions.known.middle,
        "directions": decisions.known.directions,
        "examples": decisions.known.examples,
    }
