"""Test that corrected chunks become a model that is served like the bundled one, and is compared with it."""

from io import BytesIO

import numpy as np
import pytest

from coralchunk.assets import folder
from coralchunk.imaging.decoding.decode import open_photo
from coralchunk.imaging.grid import grid
from coralchunk.inference.classifier import Classifier
from coralchunk.processes import has_vnni
from coralchunk.storage.model_repository import ModelRepository
from coralchunk.terms import OutputKind
from coralchunk.training.learning.site import (
    SiteChunk,
    cut_windows,
    describe_chunks,
    export_site,
    learn_site,
    site_figures,
)
from coralchunk.training.learning.temperature import probabilities
from tests.reef import jpeg

pytestmark = pytest.mark.slow

PHOTOS = range(6)


@pytest.fixture(scope="module", params=["coralchunk-lite0-1.1.1", "coralchunk-lite0-0.3.0"])
def model(request: pytest.FixtureRequest) -> tuple[bytes, object]:
    models = ModelRepository(folder("models"), folder("models"))
    ref = models.find(request.param)
    return models.onnx(ref), models.manifest(ref)


def chunks() -> list[SiteChunk]:
    """Chunks of drawn reefs, labelled by how bright they are: what no model was trained on."""
    found = []
    for number in PHOTOS:
        photo = open_photo(BytesIO(jpeg(976, 732, seed=200 + number)), 10**7)
        for window in photo.windows(grid(photo.size)):
            truth = int(np.digitize(window.mean(), [150, 165]))
            found.append(SiteChunk(window, photo.scene, truth, number))
    return found


def test_a_site_model_says_what_its_head_says_and_is_compared(model: tuple[bytes, object]) -> None:
    onnx, manifest = model
    labelled = chunks()
    cut = cut_windows(onnx, manifest)
    features = describe_chunks(cut, manifest, labelled, has_wide_sums=has_vnni())

    learned = learn_site(features, labelled, Classifier(onnx, manifest, has_wide_sums=has_vnni()))
    exported = export_site(cut, manifest, learned, "classifier-7", "3")

    served = Classifier(exported.onnx, exported.manifest, has_wide_sums=has_vnni())
    said = np.concatenate([served.probabilities([one.window], one.scene) for one in labelled[:8]])
    expected = probabilities(
        OutputKind.MULTI_CLASS, learned.head.logits(features[:8]) / learned.head.temperature
    )
    figures = site_figures(learned.compared, manifest)
    np.testing.assert_allclose(said, expected, atol=1e-4)
    assert exported.manifest.classifies_coral
    assert exported.manifest.preprocessing == manifest.preprocessing
    assert (learned.compared.comparison.chunks, learned.compared.comparison.photos) == (
        len(labelled),
        len(PHOTOS),
    )
    assert learned.compared.confusion.sum() == len(labelled)
    assert figures["accuracy"] == pytest.approx(learned.compared.confusion.trace() / len(labelled))
    assert figures["comparison"]["is_better"] == (learned.compared.comparison.p_value <= 0.05)


def test_labels_without_a_pattern_give_a_model_that_is_not_offered() -> None:
    models = ModelRepository(folder("models"), folder("models"))
    onnx, manifest = models.onnx(models.find()), models.manifest(models.find())
    server = Classifier(onnx, manifest, has_wide_sums=has_vnni())
    random = np.random.default_rng(3)
    labelled = []
    for one in chunks():
        said = int(server.probabilities([one.window], one.scene)[0].argmax())
        truth = said if random.random() < 0.6 else int(random.integers(3))
        labelled.append(SiteChunk(one.window, one.scene, truth, one.photo))
    features = describe_chunks(cut_windows(onnx, manifest), manifest, labelled, has_wide_sums=has_vnni())

    learned = learn_site(features, labelled, server)

    assert not learned.compared.comparison.is_better
    assert learned.compared.comparison.second > 0.6
