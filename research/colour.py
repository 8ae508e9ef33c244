"""Describe a window's colour beside the rest of its photo, in five numbers, and by itself, in four.

Absolute colour depends more on the water than on the coral: it predicts bleaching well in one sea and wrongly
in the next. Of some twenty relative numbers these five generalised best to a sea left out of training.
"""

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from coralchunk.imaging.scene import STEPS
from research.limits import COARSER, LEAST_LIGHT, LEAST_SPREAD, LEAST_STEP

NUMBERS: Final = 5  # beside the photo
PLAIN: Final = 4  # of the window itself


class Colour(nn.Module):
    """Standardised red, green and blue, brightness percentile, saturation relative to the photo's."""

    def forward(self, rgb: Tensor, scene: Tensor) -> Tensor:
        """Compare (N, 3, H, W) in 0..1 with scenes (28,) or (N, 28); returns (N, 5)."""
        scene = scene.reshape(-1, scene.shape[-1])
        mean, spread = scene[:, 0:3], scene[:, 3:6].clamp(min=LEAST_SPREAD)
        colour = rgb.mean(dim=(2, 3))
        return torch.cat(
            [
                (colour - mean) / spread,
                _percentile(colour.mean(dim=1, keepdim=True), scene[:, 6 : 6 + STEPS]),
                _saturation(rgb) - scene[:, 27:28],
            ],
            dim=1,
        )


def _percentile(brightness: Tensor, quantiles: Tensor) -> Tensor:
    low, high = quantiles[:, :-1], quantiles[:, 1:]
    passed = (brightness - low) / (high - low).clamp(min=LEAST_STEP)
    return passed.clamp(0, 1).mean(dim=1, keepdim=True)


def _saturation(rgb: Tensor) -> Tensor:
    coarse = functional.avg_pool2d(rgb, COARSER)
    brightest = coarse.amax(dim=1)
    colourful = (brightest - coarse.amin(dim=1)) / brightest.clamp(min=1 / 255)
    return colourful.mean(dim=(1, 2)).unsqueeze(1)


def plain(rgb: Tensor) -> Tensor:
    """Describe a window without its photo: saturation, brightness, red and blue against green; (N, 4)."""
    colour = rgb.mean(dim=(2, 3)).clamp(min=LEAST_LIGHT).log()
    return torch.cat(
        [
            _saturation(rgb),
            rgb.mean(dim=(1, 2, 3)).unsqueeze(1),
            colour[:, 0:1] - colour[:, 1:2],
            colour[:, 2:3] - colour[:, 1:2],
        ],
        dim=1,
    )
