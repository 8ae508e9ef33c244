"""Test that measured shares are corrected for the model's errors."""

from dataclasses import replace

import numpy as np
import pytest

from coralchunk.science.model_error import Abstention, ErrorRates, Rate, corrected, unsure_of_coral

SURE = 1e9


def _rates(sensitivity: float, specificity: float, certainty: float = SURE) -> ErrorRates:
    return ErrorRates(
        *(Rate(share * certainty, (1 - share) * certainty + 1e-9) for share in (sensitivity, specificity))
    )


@pytest.mark.parametrize("share", [0.0, 0.2, 0.9])
def test_known_errors_are_taken_out_again(share: float) -> None:
    sensitivity, specificity = 0.8, 0.95
    measured = share * sensitivity + (1 - share) * (1 - specificity)

    found = corrected(np.array([measured]), _rates(sensitivity, specificity), 0.0, np.random.default_rng(0))

    assert found[0] == pytest.approx(share, abs=1e-3)


def test_shares_stay_between_0_and_1() -> None:
    found = corrected(np.array([0.0, 1.0]), _rates(0.7, 0.7), 0.0, np.random.default_rng(0))

    assert found.tolist() == [0.0, 1.0]


def test_the_less_is_known_of_the_errors_the_more_the_share_varies() -> None:
    measured = np.full(500, 0.4)

    narrow, wide = (
        corrected(measured, _rates(0.9, 0.9, certainty), 0.0, np.random.default_rng(0)).std()
        for certainty in (1000.0, 10.0)
    )

    assert narrow < wide / 3


def test_what_the_model_is_unsure_of_counts_with_a_share_of_its_own() -> None:
    perfect = _rates(1 - 1e-12, 1 - 1e-12)
    rates = replace(perfect, abstention=Abstention(float(np.log(9)), 1e-9))

    found = corrected(np.full(3, 0.5), rates, 0.4, np.random.default_rng(0))

    assert found == pytest.approx(0.6 * 0.5 + 0.4 * 0.9)


def test_a_model_that_answers_everything_is_corrected_for_no_abstention() -> None:
    rates, random = _rates(0.9, 0.9), np.random.default_rng
    unsure = replace(rates, abstention=Abstention(2.0, 1.0))

    found, expected = (corrected(np.full(9, 0.4), one, 0.0, random(0)) for one in (unsure, rates))

    assert found == pytest.approx(expected)


def test_coral_is_unsure_as_often_as_the_abstention_says() -> None:
    rates = replace(_rates(1, 1), abstention=Abstention(float(np.log(9)), 1.0))

    # Of ten chunks eight are answered, half of them coral; of the two others 90 % are coral.
    assert unsure_of_coral(0.5, 0.2, rates) == pytest.approx(1.8 / (1.8 + 4))
    assert unsure_of_coral(0.5, 0.2, _rates(1, 1)) == 0.2
