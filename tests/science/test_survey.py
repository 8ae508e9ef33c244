"""Test the cover of a survey: whole photos are resampled, and few photos give wide intervals or none."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coralchunk.science.cover import Cover
from coralchunk.science.model_error import Abstention, ErrorRates, ModelErrors, Rate
from coralchunk.science.photo_resampling import Areas
from coralchunk.science.survey import survey_cover

PX = 244 * 244
RATES = ErrorRates(Rate(28, 1.5), Rate(25, 0.5), Abstention(1.0, 1.5))
ERRORS = ModelErrors(RATES, RATES)


def photo(bleached: int, coral: int, classified: int = 100) -> Areas:
    """A photo by its chunks."""
    return Areas(bleached * PX, coral * PX, classified * PX, coral)


def measured(*photos: Areas) -> Cover:
    return survey_cover(photos, np.random.default_rng(0))


def test_photos_count_alike_whatever_their_pixels() -> None:
    told = measured(photo(10, 20, 100), photo(0, 90, 300), photo(5, 20, 100))

    assert told.coral.value == pytest.approx((0.2 + 0.3 + 0.2) / 3)
    assert told.bleached.value == pytest.approx((0.10 + 0 + 0.05) / (0.2 + 0.3 + 0.2))
    assert told.severity == "unknown"  # three photos leave room for none to moderate


@pytest.mark.parametrize("times", [2, 16, 100])
def test_a_photo_of_a_better_camera_changes_no_figure(times: int) -> None:
    small = [photo(10, 20, 100), photo(3, 60, 200), photo(5, 20, 90)]
    first = small[0]
    large = Areas(
        times * first.bleached_px, times * first.coral_px, times * first.judged_px, first.coral_chunks
    )

    assert measured(large, *small[1:]) == measured(*small)


def test_a_photo_in_which_nothing_is_sure_counts_nowhere() -> None:
    photos = [photo(10, 20, 100), photo(3, 60, 200), photo(5, 20, 90)]

    assert measured(*photos, photo(0, 0, 0)) == measured(*photos)


def test_a_photo_without_coral_lowers_the_coral_cover_alone() -> None:
    photos = [photo(10, 20, 100), photo(3, 60, 200), photo(5, 20, 90)]

    more, before = measured(*photos, photo(0, 0, 50)), measured(*photos)

    assert more.coral.value == pytest.approx((before.coral.value or 0) * 3 / 4)
    assert more.bleached.value == before.bleached.value


def test_the_interval_of_the_coral_cover_weighs_photos_alike_too() -> None:
    interval = measured(photo(1, 20, 100), photo(5, 80, 800), photo(9, 30, 100)).coral.interval

    assert interval == pytest.approx((0.1, 0.3))


def test_below_three_photos_there_is_no_figure_and_a_reason() -> None:
    told = measured(photo(1, 20), photo(2, 30))

    for share in (told.coral, told.bleached):
        assert (share.value, share.interval) == (None, None)
        assert "too few photos" in str(share.reason)


def test_too_little_coral_says_nothing_about_bleaching() -> None:
    told = measured(photo(1, 1), photo(0, 1), photo(0, 1))

    assert told.coral.value == pytest.approx(3 / 300)
    assert told.bleached.value is None
    assert "too few chunks of coral: 3" in str(told.bleached.reason)


def test_photos_without_coral_do_not_help_with_bleaching() -> None:
    told = measured(photo(4, 20), photo(2, 20), photo(0, 0), photo(0, 0))

    assert told.coral.value is not None
    assert "too few photos with coral: 2" in str(told.bleached.reason)


def test_three_photos_span_nearly_all_that_they_said() -> None:
    interval = measured(photo(1, 20), photo(5, 20), photo(9, 20)).bleached.interval

    assert interval is not None
    assert interval == pytest.approx((1 / 20, 9 / 20))


def test_more_photos_of_the_same_kind_narrow_the_interval() -> None:
    few, many = (measured(*[photo(count % 7, 20) for count in range(n)]).bleached.interval for n in (7, 70))

    assert few is not None
    assert many is not None
    assert many[1] - many[0] < (few[1] - few[0]) / 2


@pytest.mark.parametrize("bleached", [0, 20])
def test_all_alike_does_not_mean_sure(bleached: int) -> None:
    told = measured(*[photo(bleached, 20)] * 4).bleached

    assert told.interval is not None
    assert told.interval[1] - told.interval[0] > 0.2


def test_intervals_hold_about_what_they_promise() -> None:
    random = np.random.default_rng(7)
    truth, held = 0.3, 0

    for _ in range(200):
        shares = random.beta(3, 7, size=8)
        told = survey_cover([photo(round(share * 1000), 1000, 2000) for share in shares], random).bleached
        assert told.interval is not None
        held += told.interval[0] <= truth <= told.interval[1]

    assert 0.90 <= held / 200 <= 0.99


@given(
    photos=st.lists(
        st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50)).map(
            lambda parts: photo(parts[0], parts[0] + parts[1], sum(parts))
        ),
        max_size=8,
    )
)
def test_whatever_was_measured_figures_are_shares_inside_their_interval(photos: list[Areas]) -> None:
    told = measured(*photos)

    for share in (told.coral, told.bleached):
        if share.value is None:
            assert share.reason
        else:
            assert share.interval is not None
            assert 0 <= share.interval[0] <= share.value <= share.interval[1] <= 1


def test_the_errors_of_the_model_widen_the_intervals_and_change_no_figure() -> None:
    photos = [photo(8, 20), photo(3, 30), photo(5, 25), photo(6, 22)]
    plain, wide = measured(*photos), measured(*[replace(one, errors=ERRORS, unsure=0.1) for one in photos])

    for before, after in ((plain.coral, wide.coral), (plain.bleached, wide.bleached)):
        assert before.interval is not None
        assert after.interval is not None
        assert after.value == before.value
        assert after.interval[0] <= before.interval[0] < before.interval[1] < after.interval[1]


def test_the_more_the_model_was_unsure_of_the_wider_is_the_interval() -> None:
    photos = [photo(8, 20), photo(3, 30), photo(5, 25), photo(6, 22)]

    few, many = (
        measured(*[replace(one, errors=ERRORS, unsure=unsure) for one in photos]).coral.interval
        for unsure in (0.05, 0.5)
    )

    assert few is not None
    assert many is not None
    assert many[1] > few[1] + 0.1


def test_photos_whose_model_states_no_errors_are_not_corrected() -> None:
    photos = [photo(8, 20), photo(3, 30), photo(5, 25)]
    known = [replace(one, errors=ERRORS, unsure=0.2) for one in photos]

    none, some, all_of_them = (
        measured(*some).coral.interval for some in (photos * 2, photos + known, known * 2)
    )

    assert none is not None
    assert some is not None
    assert all_of_them is not None
    assert none[1] < some[1] < all_of_them[1]


def test_intervals_hold_the_truth_although_the_model_errs() -> None:
    random, truth, held, plain_held = np.random.default_rng(5), 0.3, 0, 0

    for _ in range(100):
        sensitivity, specificity = random.beta(28, 1.5), random.beta(25, 0.5)
        found = random.beta(30, 70, size=6) * sensitivity + 0.7 * (1 - specificity)
        photos = [photo(0, round(share * 1000), 1000) for share in found]
        plain = survey_cover(photos, random).coral.interval
        told = survey_cover([replace(one, errors=ERRORS) for one in photos], random).coral.interval
        assert plain is not None
        assert told is not None
        plain_held += plain[0] <= truth <= plain[1]
        held += told[0] <= truth <= told[1]

    assert plain_held < held
    assert held >= 90
