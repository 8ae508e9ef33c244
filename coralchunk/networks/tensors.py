"""Turn a resized picture into the tensor that a network takes: channels, scale, mean, order, type."""

from collections.abc import Mapping
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import DTypeLike, NDArray

from coralchunk.arrays import Pixels
from coralchunk.networks.preprocessing import (
    ColorChannels,
    Constant,
    DimensionOrder,
    ImagePreprocessing,
    side_of,
)

Tensor = NDArray[Any]
Mean = NDArray[np.float32]  # (H, W, C); 1 x 1 x C holds for all pixels
_AXES: Final = {  # of (H, W, C)
    DimensionOrder.NCHW: (2, 0, 1),
    DimensionOrder.NCWH: (2, 1, 0),
    DimensionOrder.NHWC: (0, 1, 2),
    DimensionOrder.NWHC: (1, 0, 2),
}


def image_tensor(pixels: Pixels, how: ImagePreprocessing, mean: Mean | None) -> Tensor:
    """Return the tensor of one picture.

    pixels  (H, W, 3) uint8, RGB, resized
    mean    is subtracted after scaling; channels in the order of `color_channels`

    Returns four sides in the order of `dimension_order`, of the type `data_type`.
    """
    channels = _channels(pixels, how.color_channels)
    if mean is not None or how.pixel_scaling != 255.0:
        channels = channels.astype(np.float32) * np.float32(how.pixel_scaling / 255.0)
        if mean is not None:
            channels = channels - fitted_mean(mean, channels.shape[1], channels.shape[0])
    ordered = channels.transpose(_AXES[how.dimension_order])[np.newaxis]
    return np.ascontiguousarray(_typed(ordered, how.data_type.dtype))


def constant_tensor(constant: Constant, dtype: DTypeLike, images: Mapping[str, Tensor]) -> Tensor:
    """Return the tensor of a constant.

    dtype   of the graph's input
    images  the tensors of the image inputs, whose sides the constant may hold

    Sides are counted without the batch: of an NCHW tensor `data`, data.1 is the height and data.2 the width.
    """
    numbers = [_side(images, one) if isinstance(one, str) else one for one in constant.data]
    return np.array(numbers, dtype=np.float64).astype(dtype).reshape(constant.shape)


def axes_of(order: DimensionOrder) -> tuple[int, int, int]:
    """Return which sides of (H, W, C) stand behind the batch, in their order."""
    return _AXES[order]


def tensor_shape(how: ImagePreprocessing, width: int, height: int) -> tuple[int, int, int, int]:
    """Return the shape of the tensor of one picture of this size."""
    sides = (height, width, how.color_channels.depth)
    first, second, third = (sides[axis] for axis in _AXES[how.dimension_order])
    return 1, first, second, third


def _channels(pixels: Pixels, channels: ColorChannels) -> NDArray[Any]:
    if channels is ColorChannels.BGR:
        return pixels[:, :, ::-1]
    if channels is ColorChannels.L:
        return np.asarray(cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY))[:, :, np.newaxis]
    return pixels


def fitted_mean(mean: Mean, width: int, height: int) -> Mean:
    """Return a mean for a picture of this size."""
    if mean.shape[:2] in {(1, 1), (height, width)}:
        return mean
    # The usual mean pictures have 256 pixels a side and networks 224.
    scaled = cv2.resize(mean, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(scaled, dtype=np.float32).reshape(height, width, mean.shape[2])


def _typed(tensor: NDArray[Any], dtype: DTypeLike) -> NDArray[Any]:
    target = np.dtype(dtype)
    if target.kind in "iu" and tensor.dtype.kind == "f":
        limits = np.iinfo(target)
        tensor = np.rint(tensor).clip(limits.min, limits.max)
    elif target == np.int8:
        tensor = tensor.clip(0, 127)
    return tensor.astype(target)


def _side(images: Mapping[str, Tensor], text: str) -> float:
    tensor, side = side_of(text)
    return float(images[tensor].shape[1 + side])
