"""Make the tensors that a network is fed with, of photos and of constants."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from coralchunk.arrays import Pixels
from coralchunk.errors.networks import NetworkFailed
from coralchunk.imaging.photo import Photo
from coralchunk.networks.fitting import of_rank
from coralchunk.networks.graph import Graph, GraphTensor
from coralchunk.networks.inputs import Region, find_region
from coralchunk.networks.preprocessing import ImagePreprocessing, InputPreprocessing, Preprocessing
from coralchunk.networks.resizing import WHOLE, Frame, frame_of, resized
from coralchunk.networks.tensors import Mean, Tensor, constant_tensor, image_tensor

_TRIAL_RATIO: Final = (3, 4)  # height to width of the picture in a trial run, where the network takes any


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a network is fed."""

    graph: Graph
    preprocessing: Preprocessing
    means: Mapping[str, Mean]  # by the name of their file


@dataclass(frozen=True, slots=True)
class Fed:
    """The tensors for one run."""

    tensors: Mapping[str, Tensor]
    frame: Frame  # place of the first picture's tensor in its photo


def feed(recipe: Recipe, pictures: Sequence[tuple[Photo, Region]]) -> Fed:
    """Return the tensors for one run.

    pictures  a photo for each image input, in their order, and the part of it that counts
    """
    images, frames = {}, []
    for one, (photo, region) in zip(recipe.preprocessing.images, pictures, strict=True):
        how, chosen = _image(one), find_region(photo, region)
        images[one.tensor_name] = image_tensor(resized(photo.cut(chosen), how), how, _mean(recipe, how))
        frames.append(frame_of(photo.size, chosen, how))
    return Fed(_complete(recipe, images), frames[0] if frames else WHOLE)


def trial(recipe: Recipe) -> Fed:
    """Return the tensors of white pictures, to see whether a network runs at all."""
    images = {}
    for one in recipe.preprocessing.images:
        how = _image(one)
        images[one.tensor_name] = image_tensor(resized(_white(how), how), how, _mean(recipe, how))
    return Fed(_complete(recipe, images), WHOLE)


def _complete(recipe: Recipe, images: Mapping[str, Tensor]) -> dict[str, Tensor]:
    known = {tensor.name: tensor for tensor in recipe.graph.inputs}
    tensors = dict(images)
    for one in recipe.preprocessing.inputs:
        if one.constant is not None:
            tensors[one.tensor_name] = constant_tensor(one.constant, _dtype(known[one.tensor_name]), images)
    return {name: _as_wanted(tensor, known[name]) for name, tensor in tensors.items()}


def _as_wanted(tensor: Tensor, wanted: GraphTensor) -> Tensor:
    return tensor if wanted.shape is None else of_rank(tensor, len(wanted.shape))


def _dtype(wanted: GraphTensor) -> np.dtype[np.generic]:
    if wanted.data_type is None:
        raise NetworkFailed(f"its input {wanted.name!r} has a type that cannot be fed")
    return np.dtype(wanted.data_type.dtype)


def _image(one: InputPreprocessing) -> ImagePreprocessing:
    assert one.image is not None  # noqa: S101 - one of Preprocessing.images
    return one.image


def _mean(recipe: Recipe, how: ImagePreprocessing) -> Mean | None:
    return recipe.means[how.mean_file] if how.mean_file else None


def _white(how: ImagePreprocessing) -> Pixels:
    height, width = _TRIAL_RATIO
    side = max(1, how.size.width // width)
    return np.full((side * height, side * width, 3), 255, dtype=np.uint8)
