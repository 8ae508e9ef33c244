"""Test that intervals are compared with labels, with the error rates of other photos or other seas."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("sklearn")

from coralchunk.science.neighbours import Neighbourhood
from coralchunk.terms import CHUNK_PX
from research.calibration import Scaling
from research.dataset import Item, table
from research.interval_coverage import held, of_photos, of_surveys
from research.measure import Measured
from research.site_errors import in_manifest, site_errors
from research.sources import Patch

_COLUMNS = 6
_LABELS = ("bleached", "healthy", "not_coral")
_NONE = Neighbourhood(0.0, 1.0, 1.0)


def _items() -> list[Item]:
    """Four photos of each of two seas, 24 labelled chunks each."""
    return [
        Item(
            Patch(
                Path(f"{sea}-{photo}.jpg"),
                sea,
                f"{sea}-{photo}",
                number % _COLUMNS * CHUNK_PX,
                number // _COLUMNS * CHUNK_PX,
                CHUNK_PX,
                _LABELS[number % 3],
            ),
            1.0,
            classified=True,
        )
        for sea in ("red", "blue")
        for photo in range(4)
        for number in range(24)
    ]


def _measured(items: list[Item], right: float, unsure: str | None = None) -> Measured:
    """Answers of which a share is right; of one label all are unsure."""
    random = np.random.default_rng(0)
    said = np.full((len(items), 3), 0.05)
    for row, item in enumerate(items):
        truth = _LABELS.index(item.patch.label)
        said[row, truth if random.uniform() < right else (truth + 2) % 3] = 0.9
        if item.patch.label == unsure:
            said[row] = 1 / 3
    return Measured({"photo": said, "sea": said}, {}, Scaling(1.0, (0.0, 0.0, 0.0)), _NONE, 0.5, 1.0, "")


def test_a_good_model_holds_what_the_labels_say_of_photos_and_surveys() -> None:
    items = _items()
    columns, measured = table(items), _measured(items, 0.95)

    for way in ("photo", "sea"):
        for compared in (
            of_photos(items, columns, measured, way),
            of_surveys(items, columns, measured, way),
        ):
            for kind in ("coral", "bleached"):
                right, total = held(compared, kind)
                assert total >= 8
                assert right >= 0.9 * total
            labelled = [one.labelled for one in compared if one.kind == "coral"]
            assert labelled == pytest.approx([2 / 3] * len(labelled))


def test_coral_that_is_unsure_is_told_by_the_abstention() -> None:
    items = _items()
    columns = table(items)

    answered, unsure = (
        site_errors(columns, _measured(items, 0.95, label)).coral.abstention for label in (None, "healthy")
    )

    assert answered is not None
    assert unsure is not None
    assert answered.mean == 0.0
    assert unsure.mean > 1.0


def test_the_errors_of_what_is_left_out_are_not_known() -> None:
    items = _items()
    columns, measured = table(items), _measured(items, 0.95)
    groups = {str(group) for group in columns.groups}

    alone = site_errors(columns, measured, groups - {"red-0"})
    spoilt = _measured(items, 0.95)
    spoilt.said["photo"][columns.groups != "red-0"] = [0.9, 0.05, 0.05]

    assert alone == site_errors(columns, spoilt, groups - {"red-0"})
    assert alone != site_errors(columns, measured)
    assert in_manifest(alone).coral_abstention is not None
