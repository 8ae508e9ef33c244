"""Test that measured shares are corrected for the model's errors."""

import numpy as np
import pytest

from coralchunk.science.model_error import ErrorRates, Rate, corrected

SURE = 1e9


def _rates(sensitivity: float, specificity: float, certainty: float = SURE) -> ErrorRates:
    return ErrorRates(
        *(Rate(share * certainty, (1 - share) * certainty + 1e-9) for share in (sensitivity, specificity))
    )


@pytest.mark.parametrize("share", [0.0, 0.2, 0.9])
def test_known_errors_are_taken_out_again(share: float) -> None:
    sensitivity, specificity = 0.8, 0.95
    measured = share * sensitivity + (1 - share) * (1 - specificity)

    found = corrected(np.array([measured]), _rates(sensitivity, specificity), np.random.default_rng(0))

    assert found[0] == pytest.approx(share, abs=1e-3)


def test_shares_stay_between_0_and_1() -> None:
    found = corrected(np.array([0.0, 1.0]), _rates(0.7, 0.7), np.random.default_rng(0))

    assert found.tolist() == [0.0, 1.0]


def test_the_less_is_known_of_the_errors_the_more_the_share_varies() -> None:
    measured = np.full(500, 0.4)

    narrow, wide = (
        corrected(measured, _rates(0.9, 0.9, certainty), np.random.default_rng(0)).std()
        for certainty in (1000.0, 10.0)
    )

    assert narrow < wide / 3
