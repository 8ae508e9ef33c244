"""Test that a backbone and a head become one ONNX file that the server loads like any other model."""

from dataclasses import replace

import numpy as np
import pytest

from coralchunk.arrays import Pixels
from coralchunk.assets import folder
from coralchunk.errors.setup import BadModel
from coralchunk.imaging.whole import fitted
from coralchunk.inference.classifier import Classifier
from coralchunk.processes import has_vnni
from coralchunk.storage.model_repository import ModelRepository
from coralchunk.terms import OutputKind
from coralchunk.training.learning.backbone import Backbone, cut_backbone
from coralchunk.training.learning.describe import Describer
from coralchunk.training.learning.export import ExportedModel, ModelName, check_parity, export
from coralchunk.training.learning.learn import Examples, Learned, learn
from coralchunk.training.learning.temperature import probabilities
from tests.training.conftest import NAMES

pytestmark = pytest.mark.slow

KINDS = {
    OutputKind.MULTI_CLASS: NAMES,
    OutputKind.MULTI_LABEL: NAMES,
    OutputKind.REGRESSION: ("brightness",),
}


@pytest.fixture(scope="module", params=list(KINDS), ids=lambda kind: kind.value)
def learned(
    request: pytest.FixtureRequest, examples: Examples, pictures: list[Pixels]
) -> tuple[Learned, OutputKind]:
    kind: OutputKind = request.param
    if kind is OutputKind.REGRESSION:
        values = np.array([[picture.mean()] for picture in pictures])
        examples = replace(examples, labels=KINDS[kind], targets=values)
    return learn(replace(examples, kind=kind)), kind


def exported(backbone: Backbone, learned: Learned, kind: OutputKind) -> ExportedModel:
    name = ModelName("classifier-7", "3", "textures", KINDS[kind], kind)
    return export(backbone, learned, name, 48)


def test_the_file_says_what_the_head_says(
    backbone: Backbone, describer: Describer, learned: tuple[Learned, OutputKind], pictures: list[Pixels]
) -> None:
    model = exported(backbone, *learned)
    served = Classifier(model.onnx, model.manifest, has_wide_sums=has_vnni())

    said = served.probabilities(
        [fitted(picture, model.manifest.preprocessing.input_px) for picture in pictures[:8]],
        np.empty(0, np.float32),
    )

    head = learned[0].head
    features = np.array([one.features for one in describer.describe(pictures[:8])])
    expected = probabilities(learned[1], head.logits(features) / head.temperature)
    np.testing.assert_allclose(said, expected, atol=1e-3 * max(1, np.abs(expected).max()))
    check_parity(model, head, describer, pictures[:4], has_wide_sums=has_vnni())


def test_a_file_that_says_something_else_is_refused(
    backbone: Backbone, describer: Describer, examples: Examples, pictures: list[Pixels]
) -> None:
    learned = learn(examples)
    model = exported(backbone, learned, OutputKind.MULTI_CLASS)
    other = replace(learned.head, bias=learned.head.bias + np.eye(4)[0])

    with pytest.raises(BadModel, match="differs"):
        check_parity(model, other, describer, pictures[:4], has_wide_sums=has_vnni())


def test_a_model_of_grey_windows_can_be_cut_by_its_poolings_and_by_names() -> None:
    models = ModelRepository(folder("models"), folder("models"))
    listed = models.find("coralchunk-lite0-0.3.0")
    onnx, manifest = models.onnx(listed), models.manifest(listed)
    pooled = cut_backbone(onnx, manifest)
    named = cut_backbone(onnx, manifest.model_copy(update={"embedding": ("/features/Sqrt_2_output_0",)}))
    picture = np.random.default_rng(0).integers(0, 256, (100, 120, 3)).astype(np.uint8)

    (all_of_it,) = Describer(pooled, has_wide_sums=has_vnni()).describe([picture])
    (part,) = Describer(named, has_wide_sums=has_vnni()).describe([picture])

    assert len(all_of_it.features) == 2 * 2 * (112 + 192) + 6
    assert len(part.features) == 2 * 192 + 6
    np.testing.assert_allclose(part.features[:192], all_of_it.features[2 * 112 + 192 : 2 * (112 + 192)])


def test_a_model_that_standardises_windows_measures_the_picture_that_it_describes() -> None:
    models = ModelRepository(folder("models"), folder("models"))
    listed = models.find()
    describer = Describer(
        cut_backbone(models.onnx(listed), models.manifest(listed)), has_wide_sums=has_vnni()
    )
    random = np.random.default_rng(0)
    picture, other = random.integers(60, 200, (2, 6, 8, 3)).astype(np.uint8).repeat(40, 1).repeat(40, 2)
    dimmed = (picture * np.array([0.5, 0.9, 0.7])).astype(np.uint8)

    seen = [one.features[: 2 * 640] for one in describer.describe([picture, dimmed, other])]

    assert len(seen[0]) == 2 * 640
    assert np.abs(seen[0] - seen[1]).mean() < 0.3 * np.abs(seen[0] - seen[2]).mean()


def test_a_model_without_such_a_tensor_is_refused_by_name() -> None:
    models = ModelRepository(folder("models"), folder("models"))
    manifest = models.manifest(models.find()).model_copy(update={"embedding": ("nowhere",)})

    with pytest.raises(BadModel, match="nowhere"):
        cut_backbone(models.onnx(models.find()), manifest)
