from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from bench.figures import Findings, Goal, median, percentile
from bench.photos import reef, upload
from bench.table import keep, number, show
from coralchunk.terms import Size

RIGHT = np.full((2, 3), 1 / 3, dtype=np.float32)


def test_the_same_seed_paints_the_same_reef_and_another_seed_another() -> None:
    size = Size(300, 200)

    assert reef(size, 1).shape == (200, 300, 3)
    assert np.array_equal(reef(size, 1), reef(size, 1))
    assert not np.array_equal(reef(size, 1), reef(size, 2))


def test_a_photo_is_as_heavy_as_one_from_a_phone() -> None:
    photo = upload(2)

    assert photo.megapixels == pytest.approx(2, rel=0.01)
    assert 0.25 < photo.megabytes / photo.megapixels < 0.5  # 3 to 6 MB for 12 megapixels


def test_numbered_photos_differ_in_their_bytes_and_not_in_their_length() -> None:
    photo = upload(0.1)

    first, second = (b"".join(photo.numbered(number)) for number in (1, 2))

    assert first != second
    assert len(first) == len(second) > len(photo.jpeg)


def test_a_median_stands_beside_its_extremes() -> None:
    figure = Findings().add("idle", "POST", "ms", [3.0, 1.0, 8.0])

    assert (figure.value, figure.low, figure.high, figure.rounds) == (3.0, 1.0, 8.0, 3)
    assert median([4.0, 1.0]) == 2.5
    assert percentile([float(one) for one in range(101)], 95) == 95.0


@pytest.mark.parametrize(
    ("goal", "reached"),
    [pytest.param(Goal.AT_MOST, True, id="at most"), pytest.param(Goal.AT_LEAST, False, id="at least")],
)
def test_a_target_is_reached_on_its_own_side_only(goal: Goal, reached: bool) -> None:
    findings = Findings()

    findings.aim(findings.add("idle", "ratio", "x", [1.5]), goal, 2.0)

    assert findings.figures[0].is_reached is reached


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(RIGHT[:1], id="a chunk is missing"),
        pytest.param(RIGHT + np.float32(0.1), id="another probability"),
        pytest.param(RIGHT * np.float32("nan"), id="not a number"),
    ],
)
def test_an_answer_that_the_model_does_not_give_is_wrong(found: np.ndarray) -> None:
    findings = Findings()

    findings.compare("server", RIGHT, found)

    assert len(findings.wrong) == 1


def test_an_answer_that_differs_by_a_rounding_is_right() -> None:
    findings = Findings()

    findings.compare("server", RIGHT, RIGHT + np.float32(1e-4))

    assert findings.wrong == []


def test_the_table_and_the_file_hold_what_was_found(tmp_path: Path) -> None:
    findings = Findings(wrong=["server: nonsense"])
    findings.add("idle", "POST [p50]", "ms", [1.0, 2.0, 3.0])
    console = Console(record=True, width=120)

    show(findings, {"machine": {"processor": "x", "cores": 2}, "commit": "abc"}, console)
    keep(findings, {"commit": "abc"}, tmp_path / "results" / "one.json")

    assert "POST [p50]" in (said := console.export_text())
    assert "1 to 3" in said
    assert "server: nonsense" in said
    assert '"value": 2.0' in (tmp_path / "results" / "one.json").read_text()


@pytest.mark.parametrize(
    ("value", "said"), [(1234.5, "1234"), (12.345, "12.3"), (0.0123, "0.0123"), (0.0, "0.0000")]
)
def test_numbers_are_short(value: float, said: str) -> None:
    assert number(value) == said
