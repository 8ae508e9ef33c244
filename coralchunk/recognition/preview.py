"""Show how a picture looks as the input of a network, before the network is uploaded."""

from dataclasses import dataclass
from io import BytesIO

import numpy as np

from coralchunk.arrays import Pixels
from coralchunk.imaging.decoding.decode import open_photo
from coralchunk.imaging.encode import exact_png
from coralchunk.networks.inputs import Region, find_region
from coralchunk.networks.means import read_mean
from coralchunk.networks.preprocessing import ColorChannels, DataType, DimensionOrder, ImagePreprocessing
from coralchunk.networks.resizing import resized
from coralchunk.networks.tensors import axes_of, image_tensor


@dataclass(frozen=True, slots=True)
class ChannelRange:
    """The values of one channel of a tensor."""

    name: str  # R, G, B or L
    lowest: float
    mean: float
    highest: float


@dataclass(frozen=True, slots=True)
class Preview:
    """What a network gets of a picture."""

    png: bytes  # the resized picture, its channels in the order red, green, blue; grey for L
    shape: tuple[int, ...]
    data_type: str
    channels: tuple[ChannelRange, ...]  # in the order in which the network takes them


def preview(
    content: bytes, how: ImagePreprocessing, mean: tuple[str, bytes] | None, max_pixels: int
) -> Preview:
    """Prepare a picture as for a network.

    mean  name and content of the mean file, if there is one

    Raises BadNetwork for a mean file that does not fit, and Unreadable if the content is no picture.
    """
    photo = open_photo(BytesIO(content), max_pixels)
    pixels = resized(photo.cut(find_region(photo, Region())), how)
    averages = None if mean is None else read_mean(mean[0], mean[1], how.color_channels.depth)
    tensor = image_tensor(pixels, how, averages)
    place = 1 + axes_of(how.dimension_order).index(2)
    by_channel = np.moveaxis(tensor, place, 0).reshape(how.color_channels.depth, -1).astype(np.float64)
    return Preview(
        png=exact_png(_shown(pixels, how)),
        shape=tensor.shape,
        data_type=how.data_type.value,
        channels=tuple(
            ChannelRange(name, float(values.min()), float(values.mean()), float(values.max()))
            for name, values in zip(how.color_channels.value, by_channel, strict=True)
        ),
    )


def _shown(pixels: Pixels, how: ImagePreprocessing) -> Pixels:
    if how.color_channels is not ColorChannels.L:
        return pixels
    plain = {"pixel_scaling": 255.0, "dimension_order": DimensionOrder.NHWC, "data_type": DataType.UINT8}
    grey = image_tensor(pixels, how.model_copy(update=plain), None)[0]
    return np.repeat(grey, 3, axis=2)
