"""Describe how pictures and constants become the inputs of a network."""

import re
from enum import StrEnum
from math import prod
from typing import Annotated, Final, Self

import numpy as np
from numpy.typing import DTypeLike
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from coralchunk.terms import Size

MAX_SIDE_PX: Final = 4096  # of a network's input; in float32 its three channels take 200 MB
_SIZE: Final = re.compile(r"(\d{1,5})(?:[xX](\d{1,5}))?")
_SIDE: Final = re.compile(
    r".+\.[012]"
)  # "data.1": the height of an NCHW tensor `data`; the batch does not count
_LARGEST_CONSTANT: Final = 100_000  # numbers


class ResizeType(StrEnum):
    """How a picture is brought to the size that the network takes."""

    SQUASH = "SQUASH"  #: to width x height; the aspect ratio is lost
    CROP = "CROP"  #: the shorter side fits, the middle of the longer one is kept
    FILL = "FILL"  #: the longer side fits, the rest is white
    NETWORK = "NETWORK"  #: the longer side fits, and the network takes the shape that follows


class DimensionOrder(StrEnum):
    """The order of a tensor's sides: N pictures, C channels, H height, W width."""

    NCHW = "NCHW"  #: as in Caffe and PyTorch
    NCWH = "NCWH"  #: the same, columns first
    NHWC = "NHWC"  #: as in TensorFlow
    NWHC = "NWHC"  #: the same, columns first


class ColorChannels(StrEnum):
    """Which channels a network takes, and in which order."""

    RGB = "RGB"  #: red first
    BGR = "BGR"  #: blue first, as OpenCV and Caffe have them
    L = "L"  #: one channel of grey levels

    @property
    def depth(self) -> int:
        """How many channels there are."""
        return len(self.value)


class DataType(StrEnum):
    """The type of a tensor's numbers."""

    FLOAT32 = "FLOAT32"  #: the usual one
    FLOAT16 = "FLOAT16"  #: half precision
    FLOAT64 = "FLOAT64"  #: double precision
    UINT8 = "UINT8"  #: bytes, as pictures hold them
    INT8 = "INT8"  #: signed bytes
    INT32 = "INT32"  #: whole numbers
    INT64 = "INT64"  #: large whole numbers

    @property
    def dtype(self) -> DTypeLike:
        """NumPy's type."""
        return np.dtype(self.value.lower())


class Part(BaseModel):
    """A part of the description of a network."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ImagePreprocessing(Part):
    """How one picture becomes a tensor."""

    target_size: str = Field(description="`WxH`, or `N`: one number for both sides, or for the longer one")
    resize_type: ResizeType
    dimension_order: DimensionOrder
    color_channels: ColorChannels
    pixel_scaling: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 255.0
    mean_file: str = ""
    data_type: DataType = DataType.FLOAT32

    @field_validator("target_size")
    @classmethod
    def _readable(cls, value: str) -> str:
        sides = _sides(value)
        if sides is None:
            raise ValueError("write it as WIDTHxHEIGHT, such as 224x224, or as one number")
        if not all(1 <= side <= MAX_SIDE_PX for side in sides):
            raise ValueError(f"each side has 1 to {MAX_SIDE_PX} pixels")
        return value

    @model_validator(mode="after")
    def _one_number_for_the_longer_side(self) -> Self:
        if self.resize_type is ResizeType.NETWORK and "x" in self.target_size.lower():
            raise ValueError("target_size: with NETWORK it is one number, the pixels of the longer side")
        return self

    @property
    def size(self) -> Size:
        """What `target_size` says; with NETWORK both sides are that of the longer one."""
        width, height = _sides(self.target_size) or (1, 1)
        return Size(width, height)


class Constant(Part):
    """Numbers that are the same for every picture, but for sides of another input."""

    shape: Annotated[list[Annotated[int, Field(ge=1)]], Field(max_length=8)]
    data: Annotated[list[float | str], Field(max_length=_LARGEST_CONSTANT)]

    @field_validator("data", mode="before")
    @classmethod
    def _numbers(cls, value: object) -> object:
        # In a form every number is text.
        return [_number(one) for one in value] if isinstance(value, list) else value

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if prod(self.shape) != len(self.data):
            raise ValueError(f"the shape {self.shape} holds {prod(self.shape)} numbers, not {len(self.data)}")
        for one in self.data:
            if isinstance(one, str) and not _SIDE.fullmatch(one):
                raise ValueError(
                    f"{one!r} is neither a number nor a side (0 to 2) of another input such as data.1"
                )
        return self


class InputPreprocessing(Part):
    """How one input of the network is fed: by a picture or by a constant."""

    tensor_name: Annotated[str, Field(min_length=1, max_length=500)]
    image: ImagePreprocessing | None = None
    constant: Constant | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.image is None) == (self.constant is None):
            raise ValueError("give exactly one of: image, constant")
        return self


class Preprocessing(Part):
    """How all inputs of a network are fed."""

    inputs: Annotated[list[InputPreprocessing], Field(min_length=1, max_length=64)]
    batched_output: bool

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [one.tensor_name for one in self.inputs]
        if len(set(names)) != len(names):
            raise ValueError("inputs: each tensor is fed once")
        if not self.images:
            raise ValueError("inputs: at least one is an image")
        fed_by_image = {one.tensor_name for one in self.images}
        for one in self.inputs:
            for tensor, _ in sides_in(one.constant):
                if tensor not in fed_by_image:
                    raise ValueError(
                        f"inputs: {one.tensor_name} needs a side of {tensor!r}, which is not a size in pixels"
                    )
        return self

    @property
    def images(self) -> list[InputPreprocessing]:
        """The inputs that take a picture, in the order in which pictures are sent."""
        return [one for one in self.inputs if one.image is not None]

    @property
    def mean_files(self) -> set[str]:
        """The names of the mean files that are needed."""
        return {one.image.mean_file for one in self.inputs if one.image is not None and one.image.mean_file}


def sides_in(constant: Constant | None) -> list[tuple[str, int]]:
    """Return the sides of other inputs that a constant holds, as (tensor, number of the side)."""
    texts = [] if constant is None else [one for one in constant.data if isinstance(one, str)]
    return [side_of(text) for text in texts]


def side_of(text: str) -> tuple[str, int]:
    """Read `tensor.side`."""
    tensor, _, side = text.rpartition(".")
    return tensor, int(side)


def _number(value: object) -> object:
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return value
    return value


def _sides(text: str) -> tuple[int, int] | None:
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        return None
    width = int(found[1])
    return width, int(found[2]) if found[2] else width
