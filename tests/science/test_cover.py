import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coralchunk.imaging.grid import columns, grid
from coralchunk.science.cover import Cover, cover, severity
from coralchunk.science.model_error import ErrorRates, ModelErrors, Rate
from coralchunk.terms import Prediction, Size, State


def measured(size: Size, states: list[State], seed: int = 0, errors: ModelErrors | None = None) -> Cover:
    predictions = [
        Prediction(chunk, state, (0.0, 0.0, 0.0)) for chunk, state in zip(grid(size), states, strict=True)
    ]
    return cover(predictions, columns(size), np.random.default_rng(seed), errors)


@given(
    width=st.integers(1, 2500),
    height=st.integers(1, 2500),
    shares=st.lists(st.sampled_from(list(State)), min_size=1, max_size=20),
)
def test_every_share_lies_inside_its_interval_and_between_0_and_1(
    width: int, height: int, shares: list[State]
) -> None:
    size = Size(width, height)
    states = [shares[index % len(shares)] for index in range(len(grid(size)))]

    found = measured(size, states)

    for share in (found.coral, found.bleached):
        if share.value is None:
            assert share.interval is None
            assert "at least" in (share.reason or "")
        else:
            low, high = share.interval or (-1, -1)
            assert 0 <= low <= share.value <= high <= 1


def test_a_chunk_counts_with_the_pixels_it_owns() -> None:
    size = Size(244 * 3 + 61, 244)  # the last chunk owns a quarter of a full one

    found = measured(size, [State.HEALTHY, State.HEALTHY, State.HEALTHY, State.BLEACHED])

    assert found.bleached.value == pytest.approx(0.25 / 3.25)


def test_unsure_chunks_count_nowhere() -> None:
    sure = [State.BLEACHED, State.HEALTHY, State.HEALTHY, State.NOT_CORAL] * 2

    with_unsure = measured(Size(244 * 8, 244 * 2), [*sure, *[State.UNSURE] * 8])

    assert with_unsure.coral.value == pytest.approx(6 / 8)
    assert with_unsure.bleached.value == pytest.approx(2 / 6)


def test_too_little_coral_is_told_instead_of_a_figure() -> None:
    found = measured(Size(244 * 10, 244), [State.BLEACHED] * 3 + [State.NOT_CORAL] * 7)

    assert found.bleached.value is None
    assert found.bleached.reason == "too few chunks of coral: 3, at least 4 are needed"
    assert found.severity == "unknown"
    assert found.coral.value == pytest.approx(0.3)


def test_no_bleached_chunk_still_leaves_room_for_some_bleaching() -> None:
    found = measured(Size(244 * 10, 244 * 10), [State.HEALTHY] * 100)

    assert found.bleached.value == 0
    assert found.bleached.interval is not None
    assert 0.05 < found.bleached.interval[1] < 0.5


def test_clumped_bleaching_gives_a_wider_interval_than_the_same_share_scattered() -> None:
    size = Size(244 * 12, 244 * 12)
    half_and_half = [State.BLEACHED] * 72 + [State.HEALTHY] * 72
    checkered = [
        State.BLEACHED if (row + column) % 2 else State.HEALTHY for row in range(12) for column in range(12)
    ]

    clumped, scattered = measured(size, half_and_half), measured(size, checkered)

    assert clumped.bleached.value == scattered.bleached.value == 0.5
    assert np.ptp(clumped.bleached.interval or ()) > 3 * np.ptp(scattered.bleached.interval or ())


def test_the_same_photo_gives_the_same_interval() -> None:
    states = [State.BLEACHED, State.HEALTHY, State.NOT_CORAL] * 33

    assert measured(Size(244 * 11, 244 * 9), states) == measured(Size(244 * 11, 244 * 9), states)


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    # A reef whose bleaching comes in patches of two by two chunks, bleached with probability 0.3.
    rng = np.random.default_rng(4)
    size, hits = Size(244 * 14, 244 * 14), 0
    for seed in range(200):
        patches = rng.random((7, 7)) < 0.3
        reef = patches.repeat(2, axis=0).repeat(2, axis=1).ravel()
        found = measured(size, [State.BLEACHED if pale else State.HEALTHY for pale in reef], seed)
        low, high = found.bleached.interval or (0, 0)
        hits += low <= 0.3 <= high

    assert 0.85 <= hits / 200 <= 0.99


@pytest.mark.parametrize(
    ("share", "interval", "word"),
    [
        pytest.param(None, None, "unknown", id="no figure"),
        pytest.param(0.0, (0.0, 0.04), "none", id="none"),
        pytest.param(0.01, (0.0, 0.1), "none", id="none, up to mild"),
        pytest.param(0.05, (0.02, 0.09), "mild", id="mild"),
        pytest.param(0.3, (0.06, 0.48), "moderate", id="moderate, perhaps mild"),
        pytest.param(0.51, (0.4, 0.6), "severe", id="severe, perhaps moderate"),
        pytest.param(0.0, (0.0, 0.72), "unknown", id="from none to severe"),
        pytest.param(1.0, (0.04, 1.0), "unknown", id="from mild to severe"),
        pytest.param(0.07, (0.0, 0.22), "unknown", id="from none to moderate"),
    ],
)
def test_severity_follows_the_reefbase_steps_where_the_interval_allows_it(
    share: float | None, interval: tuple[float, float] | None, word: str
) -> None:
    assert severity(share, interval) == word


@pytest.mark.parametrize("coral", [0, 12, 32], ids=["no coral", "some coral", "nothing but coral"])
def test_the_models_errors_never_narrow_the_interval_of_cover(coral: int) -> None:
    size = Size(244 * 8, 244 * 4)
    states = [State.HEALTHY] * coral + [State.NOT_CORAL] * (32 - coral)
    rates = ErrorRates(sensitivity=Rate(8, 2), specificity=Rate(8, 2))

    plain, widened = (measured(size, states, errors=one) for one in (None, ModelErrors(rates, rates)))

    assert plain.coral.value == widened.coral.value
    (low, high), (lower, higher) = plain.coral.interval or (0, 0), widened.coral.interval or (0, 0)
    assert lower <= low <= coral / 32 <= high <= higher
    assert (higher - lower > high - low) == (0 < coral < 32)
