"""Test that a preview shows the picture and the numbers that a network gets."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from coralchunk.errors.networks import BadNetwork
from coralchunk.networks.preprocessing import ImagePreprocessing
from coralchunk.recognition.preview import Preview, preview
from tests.deepomatic.networks import picture

SOME = 10**6


def shown(found: Preview) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(found.png)))


def how(**changes: object) -> ImagePreprocessing:
    usual = {
        "target_size": "8x4",
        "resize_type": "SQUASH",
        "dimension_order": "NCHW",
        "color_channels": "RGB",
        "pixel_scaling": 1.0,
    }
    return ImagePreprocessing.model_validate(usual | changes)


@pytest.mark.parametrize(
    ("order", "shape"),
    [("NCHW", (1, 3, 4, 8)), ("NCWH", (1, 3, 8, 4)), ("NHWC", (1, 4, 8, 3)), ("NWHC", (1, 8, 4, 3))],
)
def test_channels_are_found_in_every_order(order: str, shape: tuple[int, ...]) -> None:
    found = preview(picture(255, 51, 0), how(dimension_order=order, color_channels="BGR"), None, SOME)

    assert found.shape == shape
    assert [one.name for one in found.channels] == ["B", "G", "R"]
    assert [one.mean for one in found.channels] == pytest.approx([0, 0.2, 1])
    assert shown(found).shape == (4, 8, 3)
    assert (shown(found) == (255, 51, 0)).all()


def test_grey_is_shown_as_grey_and_white_is_added() -> None:
    wide = preview(picture(0, 0, 0, 40, 10), how(resize_type="FILL", color_channels="L"), None, SOME)

    assert wide.shape == (1, 1, 4, 8)
    assert [(one.lowest, one.highest) for one in wide.channels] == [(0, 1)]
    assert shown(wide)[:, 0].tolist() == [[255] * 3, [0] * 3, [0] * 3, [255] * 3]


def test_a_mean_is_subtracted_and_one_that_does_not_fit_is_refused() -> None:
    def file(values: list[float]) -> tuple[str, bytes]:
        stream = BytesIO()
        np.save(stream, np.array([[values]], np.float32))
        return "mean.npy", stream.getvalue()

    found = preview(picture(255, 51, 0), how(), file([0.5, 0.2, 0.1]), SOME)

    assert [one.mean for one in found.channels] == pytest.approx([0.5, 0, -0.1], abs=1e-6)
    with pytest.raises(BadNetwork, match="channels"):
        preview(picture(0, 0, 0), how(), file([0.5]), SOME)
