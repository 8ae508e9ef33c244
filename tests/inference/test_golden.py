"""Test that the answers of the bundled model for drawn windows do not change."""

import json
from typing import Any

import numpy as np
import pytest

from coralchunk.imaging.scene import scene
from coralchunk.inference.classifier import Classifier
from tests.inference import golden

# Processors round int8 sums alike; their float arithmetic differs in the last places.
CLOSE = 0.02


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    return json.loads(golden.EXPECTED.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def classify() -> Classifier:
    return golden.classifier()


def test_golden_answers_belong_to_the_default_model(classify: Classifier, expected: dict[str, Any]) -> None:
    assert expected["sha256"] == classify.manifest.sha256


def test_windows_of_a_photo_are_judged_as_when_the_model_was_built(
    classify: Classifier, expected: dict[str, Any]
) -> None:
    said = classify.probabilities(golden.windows(), golden.surroundings())

    np.testing.assert_allclose(said, expected["in their photo"], atol=CLOSE)


def test_photos_of_one_chunk_are_judged_as_when_the_model_was_built(
    classify: Classifier, expected: dict[str, Any]
) -> None:
    said = [classify.probabilities(window[np.newaxis], scene(window))[0] for window in golden.windows()]

    np.testing.assert_allclose(said, expected["alone"], atol=CLOSE)


def test_a_window_is_judged_the_same_whatever_stands_beside_it(classify: Classifier) -> None:
    windows, surroundings = golden.windows(), golden.surroundings()

    together = classify.probabilities(windows, surroundings)
    backwards = classify.probabilities(windows[::-1], surroundings)[::-1]

    np.testing.assert_array_equal(together, backwards)


def test_answers_are_probabilities(classify: Classifier) -> None:
    said = classify.probabilities(golden.windows(), golden.surroundings())

    np.testing.assert_allclose(said.sum(axis=1), 1, atol=1e-5)
    assert (said >= 0).all()


@pytest.mark.parametrize("value", [0, 128, 255])
def test_a_photo_of_one_colour_shows_no_coral(classify: Classifier, value: int) -> None:
    flat = np.full((1, 244, 244, 3), value, dtype=np.uint8)

    said = classify.probabilities(flat, scene(flat[0]))

    assert np.isfinite(said).all()
    assert said.argmax() == 2


def test_what_no_reef_looks_like_is_never_called_coral(classify: Classifier) -> None:
    gradient = np.linspace(0, 255, 244).astype(np.uint8)[np.newaxis, :, np.newaxis]
    strange = np.ascontiguousarray(np.broadcast_to(gradient, (244, 244, 3)))

    said = classify.probabilities(strange[np.newaxis], scene(strange))

    assert said[0, :2].max() < classify.manifest.thresholds.unsure_below
