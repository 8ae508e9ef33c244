"""Write protocol buffers by hand, as Caffe and attackers do."""

import struct

import numpy as np
from numpy.typing import NDArray


def varint(number: int) -> bytes:
    written = b""
    while number > 0x7F:
        written += bytes([number & 0x7F | 0x80])
        number >>= 7
    return written + bytes([number])


def number_field(field: int, number: int) -> bytes:
    return varint(field << 3) + varint(number)


def bytes_field(field: int, content: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(content)) + content


def blob_proto(mean: NDArray[np.float32]) -> bytes:
    """Write a mean, C x H x W, as Caffe's compute_image_mean does."""
    sides = [number_field(field, side) for field, side in enumerate((1, *mean.shape), start=1)]
    return b"".join(sides) + bytes_field(5, struct.pack(f"<{mean.size}f", *mean.reshape(-1)))
