"""Read mean files: NumPy arrays (.npy) and Caffe's BlobProto (.binaryproto)."""

from io import BytesIO
from math import prod
from typing import Final

import numpy as np

from coralchunk.errors.networks import BadNetwork
from coralchunk.networks.preprocessing import MAX_SIDE_PX
from coralchunk.networks.tensors import Mean
from coralchunk.networks.wire_format import VARINT, BrokenMessage, Budget, packed_floats, read_fields

_NPY: Final = ".npy"
_BINARYPROTO: Final = ".binaryproto"
SUFFIXES: Final = (_NPY, _BINARYPROTO)
_LARGEST: Final = 3 * MAX_SIDE_PX * MAX_SIDE_PX  # numbers
_MAX_FIELDS: Final = 1_000_000
_NUM, _CHANNELS, _HEIGHT, _WIDTH, _DATA = 1, 2, 3, 4, 5  # of Caffe's BlobProto


def read_mean(name: str, content: bytes, channels: int) -> Mean:
    """Read a mean file.

    name      ends in .npy (H x W x C; of one channel also H x W) or .binaryproto (C x H x W)
    channels  how many it must have, in the order in which the network takes them

    Returns (H, W, C) float32. Raises BadNetwork.
    """
    try:
        mean = _read_npy(content) if name.endswith(_NPY) else _read_binaryproto(content)
    except (BrokenMessage, ValueError, EOFError, SyntaxError) as damage:
        raise BadNetwork(f"the mean file {name} cannot be read: {damage}") from damage
    if mean.ndim != 3 or mean.shape[2] != channels or 0 in mean.shape:
        raise BadNetwork(
            f"the mean file {name} has the shape {' x '.join(map(str, mean.shape))};"
            f" it must be height x width x {channels} channels"
        )
    if not np.isfinite(mean).all():
        raise BadNetwork(f"the mean file {name} holds values that are no finite numbers")
    return mean


def _read_npy(content: bytes) -> Mean:
    stream = BytesIO(content)
    version = np.lib.format.read_magic(stream)
    read_header = (
        np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    )
    shape, is_fortran, dtype = read_header(stream)
    if dtype.kind not in "fiu":
        raise ValueError(f"it holds {dtype}, not numbers")
    # Before the array is made: the header may claim any shape.
    if prod(shape) > _LARGEST or prod(shape) * dtype.itemsize != len(content) - stream.tell():
        raise ValueError(f"its header says {shape}, which does not fit the file")
    numbers = np.frombuffer(content, dtype, offset=stream.tell())
    numbers = numbers.reshape(shape[::-1]).transpose() if is_fortran else numbers.reshape(shape)
    mean = np.asarray(numbers, dtype=np.float32)
    return mean[:, :, np.newaxis] if mean.ndim == 2 else mean


def _read_binaryproto(content: bytes) -> Mean:
    sides = {_NUM: 1, _CHANNELS: 1, _HEIGHT: 1, _WIDTH: 1}
    numbers: list[float] = []
    for field in read_fields(memoryview(content), Budget(_MAX_FIELDS)):
        if field.number in sides and field.wire_type == VARINT:
            sides[field.number] = field.value
        elif field.number == _DATA:
            numbers.extend(packed_floats(field))
    shape = (sides[_CHANNELS], sides[_HEIGHT], sides[_WIDTH])
    if sides[_NUM] != 1 or prod(shape) != len(numbers):
        raise BrokenMessage(f"it has {len(numbers)} numbers for {sides[_NUM]} x {shape}")
    return np.array(numbers, dtype=np.float32).reshape(shape).transpose(1, 2, 0)
