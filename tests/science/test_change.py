"""Test the change between two surveys: its interval holds the truth, and a model's steady errors cancel."""

from dataclasses import replace

import numpy as np
import pytest

from coralchunk.science.change import Change, cover_change
from coralchunk.science.photo_resampling import Areas
from coralchunk.science.survey import survey_cover
from tests.science.test_survey import ERRORS, photo

FLYNN = [photo(4, 40), photo(2, 30), photo(6, 50), photo(3, 45), photo(0, 35)]
BLEACHED = [photo(12, 40), photo(9, 30), photo(20, 50), photo(15, 45), photo(8, 35)]


def change(earlier: list[Areas], later: list[Areas]) -> Change:
    return cover_change(earlier, later, np.random.default_rng(0))


def test_the_change_is_the_difference_of_the_figures() -> None:
    told = change(FLYNN, BLEACHED)

    then, now = (survey_cover(photos, np.random.default_rng(0)) for photos in (FLYNN, BLEACHED))
    assert told.bleached.value == pytest.approx((now.bleached.value or 0) - (then.bleached.value or 0))
    assert told.coral.value == 0
    assert told.bleached.interval is not None
    assert 0 < told.bleached.interval[0] < told.bleached.value < told.bleached.interval[1]


def test_a_survey_has_not_changed_since_itself() -> None:
    told = change(FLYNN, FLYNN)

    for difference in (told.coral, told.bleached):
        assert difference.value == 0
        assert difference.interval is not None
        assert difference.interval[0] < 0 < difference.interval[1]


def test_without_bleaching_on_both_days_the_interval_is_not_empty() -> None:
    none = [photo(0, 40) for _ in range(4)]

    told = change(none, none)

    assert told.bleached.interval is not None
    assert told.bleached.interval[0] < -0.05
    assert told.bleached.interval[1] > 0.05


@pytest.mark.parametrize("is_later", [False, True])
def test_the_reason_of_the_survey_without_a_figure_is_told(is_later: bool) -> None:
    few = [photo(1, 10), photo(2, 20)]

    told = change(FLYNN, few) if is_later else change(few, FLYNN)

    assert told.coral.value is None
    assert told.coral.reason is not None
    assert "2, at least 3" in told.coral.reason


def test_errors_that_are_the_same_on_both_days_widen_a_change_less_than_two_figures() -> None:
    then, now = ([replace(one, errors=ERRORS) for one in photos] for photos in (FLYNN, BLEACHED))

    told = change(then, now).bleached.interval
    wide = [survey_cover(photos, np.random.default_rng(0)).bleached.interval for photos in (then, now)]

    assert told is not None
    assert wide[0] is not None
    assert wide[1] is not None
    apart = wide[1][1] - wide[0][0] - (wide[1][0] - wide[0][1])
    assert told[1] - told[0] < 0.8 * apart
    plain = change(FLYNN, BLEACHED).bleached.interval
    assert plain is not None
    assert told[0] <= plain[0] + 0.02
    assert told[1] >= plain[1] - 0.02


@pytest.mark.parametrize("photos", [3, 6, 20])
def test_the_interval_holds_a_known_change_in_nearly_all_surveys(photos: int) -> None:
    rng = np.random.default_rng(photos)
    held = 0
    for _ in range(200):
        then, now = (sampled(rng, mean, photos) for mean in (0.1, 0.3))
        bounds = cover_change(then, now, rng).bleached.interval
        assert bounds is not None
        held += bounds[0] <= 0.2 <= bounds[1]

    assert held >= 184  # 95 % of 200, less three standard errors


def sampled(rng: np.random.Generator, mean: float, photos: int) -> list[Areas]:
    """Photos of 40 chunks of coral of a reef of which this share is bleached, more here and less there."""
    shares = rng.beta(8 * mean, 8 * (1 - mean), size=photos)
    return [photo(int(rng.binomial(40, share)), 40) for share in shares]
