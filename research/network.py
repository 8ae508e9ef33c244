"""The network that is trained: EfficientNet-Lite0 on standardised windows, and two decisions on its features.

One decision tells coral from everything else, the other bleached from healthy coral. Both see the mean and
the spread of each channel of the last feature map, and nine numbers about the window's colour.
"""

from typing import Final

import torch
from torch import Tensor, nn

from coralchunk.imaging.scene import SCENE_NUMBERS
from research.backbone import Backbone
from research.colour import NUMBERS, PLAIN, Colour, plain
from research.limits import COLOUR_LARGEST, EPSILON, FARTHEST, LEAST_SPREAD, SCALE

_CONTRAST: Final = 0.45  # spread of a greyed window, near that of ImageNet's photos
_LARGEST: Final = 1.4
#: Brings the nine colour numbers to the range of the normalised features: red, green and blue beside the
#: photo, brightness percentile, saturation beside the photo; saturation, brightness, two colour ratios.
_COLOUR_SCALE: Final = (1.0, 1.0, 1.0, 2.0, 4.0, 3.0, 2.0, 1.0, 1.0)


class Network(nn.Module):
    """Backbone, features and two linear decisions."""

    def __init__(self, backbone: Backbone, dropout: float = 0.0) -> None:
        super().__init__()
        self.backbone = backbone
        self.texture = 2 * backbone.channels  # how many of the features are no colour numbers
        self.norm = nn.LayerNorm(self.texture)
        self.dropout = nn.Dropout(dropout)
        self.colour = Colour()
        self.decisions = nn.Linear(self.texture + NUMBERS + PLAIN, 2)
        self.register_buffer("colour_scale", torch.tensor(_COLOUR_SCALE))

    def forward(self, pixels: Tensor, rgb: Tensor, scene: Tensor) -> Tensor:
        """Decide on windows: (N, 2) log odds, of coral and of bleached among coral. See `features`."""
        features = self.features(pixels, rgb, scene)
        texture = self.dropout(self.norm(features[:, : self.texture]))
        return self.decisions(torch.cat([texture, features[:, self.texture :]], dim=1))

    def features(self, pixels: Tensor, rgb: Tensor, scene: Tensor) -> Tensor:
        """Describe windows by (N, F) numbers.

        pixels  (N, 3, H, W) as the backbone sees them: standardised, or greyed
        rgb     (N, 3, H, W) the same windows in 0..1
        scene   (28,) or (N, 28) statistics of their photos
        """
        seen = self.backbone(pixels)
        mean = seen.mean(dim=(2, 3))
        variance = (seen - mean[:, :, None, None]).square().mean(dim=(2, 3))
        beside = self.colour(rgb, scene).clamp(-COLOUR_LARGEST, COLOUR_LARGEST)
        colours = torch.cat([beside, plain(rgb)], dim=1) * self.colour_scale
        return torch.cat([mean, (variance + EPSILON).sqrt(), colours], dim=1)


def standardised(rgb: Tensor, scene: Tensor) -> Tensor:
    """Take the light of the photo away: subtract its mean and divide by its spread, in each channel.

    rgb    (N, 3, H, W) in 0..1
    scene  (28,) or (N, 28)
    """
    scene = scene.reshape(-1, SCENE_NUMBERS)
    mean, spread = scene[:, 0:3, None, None], scene[:, 3:6, None, None].clamp(min=LEAST_SPREAD)
    # One product and one sum over the pixels: every pass over them costs time when served.
    scale = SCALE / spread
    return (rgb * scale - mean * scale).clamp(-FARTHEST * SCALE, FARTHEST * SCALE)


def greyed(rgb: Tensor) -> Tensor:
    """Take all colour away: brightness, centred and stretched, in three equal channels."""
    grey = rgb.mean(dim=1, keepdim=True)
    centred = grey - grey.mean(dim=(2, 3), keepdim=True)
    spread = centred.square().mean(dim=(2, 3), keepdim=True).sqrt().clamp(min=LEAST_SPREAD)
    return (_CONTRAST * centred / spread).clamp(-_LARGEST, _LARGEST).expand(-1, 3, -1, -1)
