"""Test that the middle of positions is near them, also across the date line."""

import math

from hypothesis import given
from hypothesis import strategies as st

from coralchunk.surveys.coordinates import middle


@given(
    latitude=st.floats(-85, 85),
    longitude=st.floats(-180, 180),
    offsets=st.lists(st.tuples(st.floats(-2, 2), st.floats(-2, 2)), min_size=1, max_size=9),
)
def test_the_middle_lies_among_the_positions(
    latitude: float, longitude: float, offsets: list[tuple[float, float]]
) -> None:
    positions = [(latitude + north, math.remainder(longitude + east, 360)) for north, east in offsets]

    found = middle(positions)

    assert found is not None
    assert min(one for one, _ in positions) - 1e-6 <= found[0] <= max(one for one, _ in positions) + 1e-6
    assert abs(math.remainder(found[1] - longitude, 360)) <= 2.000001
    assert -180 <= found[1] <= 180


def test_one_wrong_position_does_not_move_the_middle() -> None:
    assert middle([(11.3, -74.1), (11.3, -74.1), (0, 0)]) == (11.3, -74.1)


def test_the_date_line_is_no_edge() -> None:
    assert middle([(-17.0, 179.9), (-17.0, -179.9)]) in {(-17.0, 180.0), (-17.0, -180.0)}


def test_without_positions_there_is_no_middle() -> None:
    assert middle([]) is None
