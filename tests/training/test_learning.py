"""Test that pictures and labels become a head that classifies new pictures, with its figures."""

from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coralchunk.arrays import Pixels
from coralchunk.terms import OutputKind
from coralchunk.training.learning.describe import Describer
from coralchunk.training.learning.figures import measure
from coralchunk.training.learning.learn import Examples, learn
from coralchunk.training.learning.near_duplicates import fingerprint, group_near_duplicates
from coralchunk.training.learning.split import choose_tested
from coralchunk.training.learning.temperature import best_temperature, log_loss, probabilities
from tests.training.conftest import NAMES
from tests.training.textures import texture

pytestmark = pytest.mark.slow


def logits_of(describer: Describer, pictures: list[Pixels], head: object) -> np.ndarray:
    features = np.array([one.features for one in describer.describe(pictures)])
    return head.logits(features) / head.temperature  # type: ignore[attr-defined]


def test_new_textures_are_told_apart(describer: Describer, examples: Examples) -> None:
    learned = learn(examples)

    new = [texture(NAMES[number % 4], 1000 + number) for number in range(40)]
    said = probabilities(OutputKind.MULTI_CLASS, logits_of(describer, new, learned.head))

    assert np.mean(said.argmax(axis=1) == np.arange(40) % 4) > 0.9
    assert learned.figures.accuracy is not None
    assert learned.figures.accuracy > 0.9
    assert learned.figures.learned + learned.figures.tested == 48
    assert 8 <= learned.figures.tested <= 16


def test_learning_twice_gives_the_same(examples: Examples) -> None:
    first, second = learn(examples), learn(examples)

    np.testing.assert_array_equal(first.head.weights, second.head.weights)
    assert first.figures == second.figures


def test_any_number_of_tags_can_hold(describer: Describer, examples: Examples) -> None:
    # "straight": stripes and checks; "regular": all but clouds.
    columns = [examples.targets[:, [0, 1]].sum(axis=1), examples.targets[:, [0, 1, 2]].sum(axis=1)]
    tagged = replace(
        examples,
        kind=OutputKind.MULTI_LABEL,
        labels=("straight", "regular"),
        targets=np.stack(columns, axis=1),
    )

    learned = learn(tagged)

    new = [texture(NAMES[number % 4], 2000 + number) for number in range(40)]
    said = probabilities(OutputKind.MULTI_LABEL, logits_of(describer, new, learned.head)) > 0.5
    expected = np.array([[number % 4 < 2, number % 4 < 3] for number in range(40)])
    assert np.mean(said == expected) > 0.9
    assert [label.pictures for label in learned.figures.labels] == [24, 36]
    assert all(sum(row) == learned.figures.tested for row in learned.figures.confusion)


def test_a_tag_on_every_picture_and_a_tag_on_none_are_learned_as_such(examples: Examples) -> None:
    targets = np.stack([np.ones(48), np.zeros(48), examples.targets[:, 0]], axis=1)
    tagged = replace(examples, kind=OutputKind.MULTI_LABEL, labels=("all", "none", "some"), targets=targets)

    head = learn(tagged).head

    features = np.array([one.features for one in examples.descriptions])
    said = probabilities(OutputKind.MULTI_LABEL, head.logits(features) / head.temperature)
    assert (said[:, 0] > 0.5).all()
    assert (said[:, 1] < 0.5).all()


def test_a_value_is_estimated(describer: Describer, examples: Examples, pictures: list[Pixels]) -> None:
    brightness = np.array([picture.mean() for picture in pictures])
    valued = replace(
        examples, kind=OutputKind.REGRESSION, labels=("brightness",), targets=brightness[:, np.newaxis]
    )

    learned = learn(valued)

    new = [texture(NAMES[number % 4], 3000 + number) for number in range(20)]
    off = logits_of(describer, new, learned.head)[:, 0] - [picture.mean() for picture in new]
    assert np.abs(off).mean() < np.std(brightness)
    assert learned.figures.mean_error is not None
    assert learned.figures.mean_error < np.std(brightness)


@pytest.mark.parametrize("base", [None, "stripes"], ids=["flat pictures", "one scene, nearly the same"])
def test_a_value_that_is_brightness_is_estimated(describer: Describer, base: str | None) -> None:
    scene = np.full((160, 200, 3), 255) if base is None else texture(base, 3)

    def lit(level: float, seed: int) -> Pixels:
        noise = np.random.default_rng(seed).normal(0, 6, scene.shape)
        return np.clip(scene * level + noise, 0, 255).astype(np.uint8)

    levels = np.linspace(0.1, 0.95, 24)
    pictures = [lit(level, seed) for seed, level in enumerate(levels)]
    examples = Examples(
        kind=OutputKind.REGRESSION,
        labels=("light",),
        targets=levels[:, np.newaxis],
        digests=[str(number) for number in range(24)],
        descriptions=list(describer.describe(pictures)),
    )

    new = np.array([0.2, 0.5, 0.8])
    estimated = logits_of(describer, [lit(level, 900) for level in new], learn(examples).head)[:, 0]

    assert np.abs(estimated - new).max() < 0.05


def coloured(label: int, seed: int, noise: float) -> Pixels:
    """Draw a red, green or blue picture with noise."""
    colour = np.where(np.arange(3) == label, 200, 40)
    drawn = colour + np.random.default_rng([label, seed]).normal(0, noise, (80, 96, 3))
    return np.clip(drawn, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("kind", "noise"),
    [
        pytest.param(OutputKind.MULTI_CLASS, 1, id="labels of near-duplicates"),
        pytest.param(OutputKind.MULTI_LABEL, 20, id="tags of noisy pictures"),
    ],
)
def test_pictures_that_differ_in_colour_only_are_told_apart(
    describer: Describer, kind: OutputKind, noise: float
) -> None:
    pictures = [coloured(number % 3, number, noise) for number in range(12)]
    examples = Examples(
        kind=kind,
        labels=("red", "green", "blue"),
        targets=np.eye(3)[np.arange(12) % 3],
        digests=[sha256(picture.tobytes()).hexdigest() for picture in pictures],
        descriptions=list(describer.describe(pictures)),
    )

    learned = learn(examples)

    new = [coloured(number % 3, 500 + number, noise) for number in range(12)]
    said = probabilities(kind, logits_of(describer, new, learned.head))
    assert said.argmax(axis=1).tolist() == [0, 1, 2] * 4
    assert said.max(axis=1).min() > 0.75
    assert learned.figures.accuracy == 1


def test_pictures_that_are_nearly_the_same_are_one_group() -> None:
    stripes, checks = texture("stripes", 1), texture("checks", 2)
    noisy = np.clip(stripes.astype(int) + np.random.default_rng(0).integers(-6, 7, stripes.shape), 0, 255)
    pictures = [stripes, checks, noisy.astype(np.uint8)]

    groups = group_near_duplicates([fingerprint(picture) for picture in pictures])

    assert groups.tolist() == [0, 1, 0]


def test_flat_pictures_of_different_colours_are_no_near_duplicates() -> None:
    flat = [np.full((160, 200, 3), level, np.uint8) for level in (20, 120, 220)]

    assert group_near_duplicates([fingerprint(picture) for picture in flat]).tolist() == [0, 1, 2]


def test_copies_are_never_learned_from_and_tested_on(examples: Examples) -> None:
    doubled = replace(
        examples,
        targets=np.concatenate([examples.targets, examples.targets]),
        digests=[*examples.digests, *examples.digests],
        descriptions=[*examples.descriptions, *examples.descriptions],
    )
    groups = group_near_duplicates([one.fingerprint for one in doubled.descriptions])

    tested = choose_tested(groups, doubled.targets.argmax(axis=1), doubled.digests)

    assert tested[:48].tolist() == tested[48:].tolist()
    assert tested.any()


@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3)), min_size=1, max_size=60),
)
def test_the_split_keeps_groups_whole_and_leaves_each_label_something_to_learn(
    pictures: list[tuple[int, int]],
) -> None:
    first: dict[int, int] = {}
    groups = np.array([first.setdefault(group, index) for index, (group, _) in enumerate(pictures)])
    strata = np.array([stratum for _, stratum in pictures])
    digests = [f"{index:064x}" for index in range(len(pictures))]

    tested = choose_tested(groups, strata, digests)

    for group in set(groups.tolist()):
        assert len(set(tested[groups == group].tolist())) == 1
    for stratum in set(strata.tolist()):
        assert not tested[strata == stratum].all()


def test_the_split_does_not_depend_on_the_order_of_pictures(examples: Examples) -> None:
    groups, strata = np.arange(48), examples.targets.argmax(axis=1)
    shuffled = np.random.default_rng(0).permutation(48)

    tested = choose_tested(groups, strata, examples.digests)
    again = choose_tested(groups, strata[shuffled], [examples.digests[index] for index in shuffled])

    assert again.tolist() == tested[shuffled].tolist()


@settings(max_examples=25)
@given(st.integers(2, 40), st.integers(2, 5), st.integers(0, 999), st.sampled_from(list(OutputKind)[:2]))
def test_no_other_temperature_does_better_than_the_best(
    count: int, labels: int, seed: int, kind: OutputKind
) -> None:
    random = np.random.default_rng(seed)
    logits, targets = random.normal(0, 4, (count, labels)), np.eye(labels)[random.integers(0, labels, count)]

    best = best_temperature(kind, logits, targets)

    assert 0.1 <= best <= 10
    if best < 9.9:  # more than all doubt that can be had
        assert np.isfinite(log_loss(kind, logits / best, targets))


def test_certainty_is_not_promised_after_a_few_pictures() -> None:
    logits, targets = 20 * np.eye(2)[[0, 1] * 5], np.eye(2)[[0, 1] * 5]

    temperature = best_temperature(OutputKind.MULTI_CLASS, logits, targets)

    said = probabilities(OutputKind.MULTI_CLASS, logits / temperature)
    assert said.max() == pytest.approx(11 / 12, abs=0.01)


def test_figures_are_those_of_a_hand_count() -> None:
    said = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.3, 0.7]])
    targets = np.eye(2)[[0, 1, 1, 1]]

    figures = measure(OutputKind.MULTI_CLASS, ("a", "b"), said, targets, np.array([5, 9]))

    assert figures.accuracy == 0.75
    assert figures.confusion == ((1, 0), (1, 2))
    assert [(one.precision, one.recall) for one in figures.labels] == [
        (0.5, 1.0),
        (1.0, pytest.approx(2 / 3)),
    ]
    assert figures.calibration_error == pytest.approx((0.1 + 0.6 + 0.2 + 0.3) / 4)
