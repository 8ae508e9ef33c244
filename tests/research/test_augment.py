"""Test the variants of a window: other light, other lens, other framing, one seed."""

import numpy as np
import pytest

from coralchunk.imaging.scene import scene
from coralchunk.terms import CHUNK_PX
from research.augment import Sample, augment, light, reframed


@pytest.fixture
def sample() -> Sample:
    random = np.random.default_rng(1)
    photo = random.integers(0, 255, (192, 256, 3), dtype=np.uint8)
    window = random.integers(0, 255, (CHUNK_PX, CHUNK_PX, 3), dtype=np.uint8)
    return Sample(window, photo, (20.0, 30.0, 18.0))


def test_the_same_seed_gives_the_same_variant(sample: Sample) -> None:
    first, again = (augment(sample, np.random.default_rng(7)) for _ in range(2))

    assert np.array_equal(first[0], again[0])
    assert np.array_equal(first[1], again[1])


def test_variants_are_windows_and_photos_and_leave_the_sample_alone(sample: Sample) -> None:
    before = sample.window.copy()

    for seed in range(40):
        window, photo = augment(sample, np.random.default_rng(seed))
        assert window.shape == (CHUNK_PX, CHUNK_PX, 3)
        assert window.dtype == photo.dtype == np.uint8
        assert np.isfinite(scene(np.ascontiguousarray(photo))).all()

    assert np.array_equal(sample.window, before)


def test_framing_keeps_the_window_inside_or_shows_nothing_else(sample: Sample) -> None:
    shapes = {reframed(sample, np.random.default_rng(seed)).shape for seed in range(60)}

    assert sample.photo.shape in shapes
    assert len(shapes) > 10


def test_light_never_makes_a_darker_pixel_brighter_than_a_lighter_one() -> None:
    for seed in range(40):
        table = light(np.random.default_rng(seed)).astype(int)
        assert (np.diff(table, axis=0) >= 0).all()
