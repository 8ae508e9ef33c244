"""Provide the backbone of the bundled model, loaded once."""

from hashlib import sha256

import numpy as np
import pytest

from coralchunk.arrays import Pixels
from coralchunk.assets import folder
from coralchunk.processes import has_vnni
from coralchunk.storage.model_repository import ModelRepository
from coralchunk.terms import OutputKind
from coralchunk.training.learning.backbone import Backbone, cut_backbone
from coralchunk.training.learning.describe import Describer
from coralchunk.training.learning.learn import Examples
from tests.training.textures import TEXTURES, texture

NAMES = tuple(TEXTURES)


@pytest.fixture(scope="session")
def backbone() -> Backbone:
    models = ModelRepository(folder("models"), folder("models"))
    return cut_backbone(models.onnx(models.find()), models.manifest(models.find()))


@pytest.fixture(scope="session")
def describer(backbone: Backbone) -> Describer:
    return Describer(backbone, threads=2, has_wide_sums=has_vnni())


@pytest.fixture(scope="session")
def pictures() -> list[Pixels]:
    """Twelve pictures of each of four textures, one after the other."""
    return [texture(NAMES[number % 4], number) for number in range(48)]


@pytest.fixture(scope="session")
def examples(describer: Describer, pictures: list[Pixels]) -> Examples:
    return Examples(
        kind=OutputKind.MULTI_CLASS,
        labels=NAMES,
        targets=np.eye(4)[[number % 4 for number in range(48)]],
        digests=[sha256(picture.tobytes()).hexdigest() for picture in pictures],
        descriptions=list(describer.describe(pictures)),
    )
