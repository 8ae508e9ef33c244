"""Vary a batch of windows and photos: other water, light, lens and framing for each training step.

What changes the light (cast, haze, exposure) changes window and photo alike, as water does. What belongs to
the lens and the file (blur, coarse pixels, noise) changes the window alone.
"""

import math
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from research.batches import Batch

PHOTO_PX: Final = 32  # a photo's statistics hardly change when it is scaled to this
_WATER: Final = ((0.0, 0.4), (0.3, 0.8), (0.2, 0.8))  # red, green, blue of haze: least and most
_CLOSEST: Final = 1.5  # how much larger than the window a part of the photo is: least and most
_WIDEST: Final = 8.0
_STEPS: Final = 21  # brightness quantiles in a scene


@dataclass(frozen=True, slots=True)
class Framing:
    """How often a window is shown in its whole photo, and how often alone; else in a part of its photo."""

    whole: float = 0.5
    alone: float = 0.1


def varied(batch: Batch, side_px: int, framing: Framing) -> tuple[Tensor, Tensor]:
    """Draw one variant of each window.

    Returns (N, 3, side_px, side_px) windows in 0..1 and (N, 28) scenes of the photos around them.
    """
    windows, photos = batch.windows.float() / 255, batch.photos.float() / 255
    around = _framed(photos, windows, batch.places, framing)
    water, mix = _Water.drawn(windows), _desaturation(windows)
    windows, around = (_desaturated(water(pixels), mix) for pixels in (windows, around))
    return _lens(_turned(_zoomed(windows, side_px))), scenes(around)


def scenes(photos: Tensor) -> Tensor:
    """Measure (N, 3, H, W) photos in 0..1 as imaging.scene does; returns (N, 28)."""
    pixels = photos.flatten(2)
    brightest = pixels.amax(dim=1)
    saturation = (brightest - pixels.amin(dim=1)) / brightest.clamp(min=1 / 255)
    steps = torch.linspace(0, 1, _STEPS, device=photos.device)
    quantiles = torch.quantile(pixels.mean(dim=1), steps, dim=1).T
    mean, spread = pixels.mean(dim=2), pixels.std(dim=2, correction=0)
    return torch.cat([mean, spread, quantiles, saturation.mean(dim=1, keepdim=True)], dim=1)


@dataclass(frozen=True, slots=True)
class _Water:
    """Gamma, gain of each channel and haze, for each window of a batch."""

    gamma: Tensor
    gain: Tensor
    haze: Tensor
    colour: Tensor

    @classmethod
    def drawn(cls, like: Tensor) -> "_Water":
        count = len(like)
        least, most = torch.tensor(_WATER, device=like.device).T.reshape(2, 1, 3, 1, 1)
        hazy = _uniform(like, 1) < 0.3
        return cls(
            torch.exp(_normal(like, 1) * 0.2),
            torch.exp(_normal(like, 3) * 0.22 + _normal(like, 1) * 0.18),
            _uniform(like, 1) * 0.35 * hazy,
            least + (most - least) * torch.rand(count, 3, 1, 1, device=like.device),
        )

    def __call__(self, pixels: Tensor) -> Tensor:
        lit = pixels.clamp(0, 1) ** self.gamma * self.gain
        return (lit * (1 - self.haze) + self.haze * self.colour).clamp(0, 1)


def _desaturation(like: Tensor) -> Tensor:
    return (_uniform(like, 1) * 0.75 - 0.25) * (_uniform(like, 1) < 0.5)


def _desaturated(pixels: Tensor, mix: Tensor) -> Tensor:
    return (pixels * (1 - mix) + pixels.mean(dim=1, keepdim=True) * mix).clamp(0, 1)


def _framed(photos: Tensor, windows: Tensor, places: Tensor, framing: Framing) -> Tensor:
    """Show the photo, a part of it round the window, or nothing but the window."""
    count, device = len(photos), photos.device
    draw = torch.rand(count, device=device)
    spread = math.log(_WIDEST / _CLOSEST)
    grown = _CLOSEST * torch.exp(torch.rand(count, device=device) * spread)
    half = (places[:, 2:] * grown[:, None]).clamp(max=1)
    moved = (torch.rand(count, 2, device=device) - 0.5) * 0.6 * half
    middle = (places[:, :2] + places[:, 2:] / 2) * 2 - 1 + moved
    middle = torch.maximum(torch.minimum(middle, 1 - half), half - 1)
    everything = torch.tensor([0.0, 0.0, 1.0, 1.0], device=device)
    box = torch.where((draw < framing.whole)[:, None], everything, torch.cat([middle, half], dim=1))
    shown = _cropped(photos, box, PHOTO_PX)
    alone = functional.interpolate(windows, size=(PHOTO_PX, PHOTO_PX), mode="area")
    return torch.where((draw > 1 - framing.alone)[:, None, None, None], alone, shown)


def _zoomed(windows: Tensor, side_px: int) -> Tensor:
    """Scale to the network's input, a part of the window of 0.6 to all of its side."""
    zoom = torch.exp(torch.rand(len(windows), 1, device=windows.device) * math.log(1 / 0.6)) * 0.6
    middle = (torch.rand(len(windows), 2, device=windows.device) * 2 - 1) * (1 - zoom)
    return _cropped(windows, torch.cat([middle, zoom, zoom], dim=1), side_px)


def _turned(windows: Tensor) -> Tensor:
    if torch.rand(()) < 0.5:
        windows = windows.flip(3)
    return torch.rot90(windows, int(torch.randint(4, ())), (2, 3))


def _lens(windows: Tensor) -> Tensor:
    side = windows.shape[-1]
    if torch.rand(()) < 0.4:
        coarse = int(side * (0.3 + 0.5 * float(torch.rand(()))))
        small = functional.interpolate(windows, size=(coarse, coarse), mode="area")
        windows = functional.interpolate(small, size=(side, side), mode="bicubic")
    noise = torch.randn_like(windows) * 0.02 * _uniform(windows, 1)
    return (windows + noise).clamp(0, 1)


def _cropped(pixels: Tensor, boxes: Tensor, side_px: int) -> Tensor:
    """Cut boxes (N, 4): middle x and y, half width and height, on a scale of -1 to 1."""
    affine = torch.zeros(len(pixels), 2, 3, device=pixels.device)
    affine[:, 0, 0], affine[:, 1, 1] = boxes[:, 2], boxes[:, 3]
    affine[:, :, 2] = boxes[:, :2]
    grid = functional.affine_grid(affine, [len(pixels), 3, side_px, side_px], align_corners=False)
    return functional.grid_sample(pixels, grid, padding_mode="reflection", align_corners=False)


def _uniform(like: Tensor, channels: int) -> Tensor:
    return torch.rand(len(like), channels, 1, 1, device=like.device)


def _normal(like: Tensor, channels: int) -> Tensor:
    return torch.randn(len(like), channels, 1, 1, device=like.device)
