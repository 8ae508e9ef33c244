"""Test that pictures become exactly the tensors that the fields of a preprocessing define."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from coralchunk.errors.networks import BadNetwork
from coralchunk.networks.means import read_mean
from coralchunk.networks.preprocessing import Constant, ImagePreprocessing, Preprocessing, ResizeType
from coralchunk.networks.resizing import frame_of, resized, scaled_size
from coralchunk.networks.tensors import constant_tensor, image_tensor, tensor_shape
from coralchunk.terms import Chunk, Size
from tests.networks.blobproto import blob_proto, bytes_field, number_field

SIDES = st.integers(1, 60)
RED, GREEN, BLUE, WHITE = (200, 0, 0), (0, 150, 0), (0, 0, 100), (255, 255, 255)


def how(**fields: Any) -> ImagePreprocessing:
    usual = {
        "target_size": "2x2",
        "resize_type": "SQUASH",
        "dimension_order": "NHWC",
        "color_channels": "RGB",
    }
    return ImagePreprocessing.model_validate(usual | fields)


def thirds(width: int, height: int) -> np.ndarray:
    """A picture whose left third is red, middle green, right blue."""
    picture = np.empty((height, width, 3), dtype=np.uint8)
    for number, colour in enumerate((RED, GREEN, BLUE)):
        picture[:, number * width // 3 : (number + 1) * width // 3] = colour
    return picture


def test_squash_loses_the_aspect_ratio() -> None:
    squashed = resized(thirds(90, 30), how(target_size="3x5", resize_type="SQUASH"))

    assert squashed.shape == (5, 3, 3)
    assert (squashed == [RED, GREEN, BLUE]).all()


def test_crop_keeps_the_middle_of_the_longer_side() -> None:
    cropped = resized(thirds(90, 30), how(target_size="10x10", resize_type="CROP"))

    assert cropped.shape == (10, 10, 3)
    assert (cropped == GREEN).all()


def test_fill_adds_white_at_both_ends_of_the_shorter_side() -> None:
    filled = resized(thirds(90, 30), how(target_size="9x9", resize_type="FILL"))

    assert (filled[:3] == WHITE).all()
    assert (filled[6:] == WHITE).all()
    assert (filled[3:6] == [RED] * 3 + [GREEN] * 3 + [BLUE] * 3).all()


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        pytest.param(90, 30, (20, 60, 3), id="a wide picture"),
        pytest.param(30, 90, (60, 20, 3), id="a high picture"),
        pytest.param(7, 7, (60, 60, 3), id="a small square"),
    ],
)
def test_network_gives_the_longer_side_its_size(
    width: int, height: int, expected: tuple[int, int, int]
) -> None:
    assert resized(thirds(width, height), how(target_size="60", resize_type="NETWORK")).shape == expected


@given(SIDES, SIDES, SIDES, SIDES, st.sampled_from(["SQUASH", "CROP", "FILL"]))
def test_every_picture_gets_the_size_that_is_asked_for(
    width: int, height: int, wide: int, high: int, resize_type: str
) -> None:
    asked = how(target_size=f"{wide}x{high}", resize_type=resize_type)

    assert resized(thirds(width, height), asked).shape == (high, wide, 3)


@given(SIDES, SIDES, SIDES)
def test_with_network_the_longer_side_fits_and_the_other_follows(width: int, height: int, side: int) -> None:
    shape = resized(thirds(width, height), how(target_size=str(side), resize_type="NETWORK")).shape

    assert max(shape[:2]) == side
    assert abs(min(shape[:2]) - min(width, height) * side / max(width, height)) <= max(1, 0.5)


@given(SIDES, SIDES, st.sampled_from(["SQUASH", "CROP", "FILL", "NETWORK"]))
def test_the_frame_leads_back_to_the_pixels_of_the_photo(width: int, height: int, resize_type: str) -> None:
    asked = how(target_size="40", resize_type=resize_type)
    region = Chunk(5, 7, width, height)

    frame = frame_of(Size(100, 100), region, asked)

    inner = scaled_size(Size(width, height), asked)
    if resize_type in {"SQUASH", "NETWORK"}:
        assert (frame.left, frame.top) == (0.05, 0.07)
        assert frame.width == pytest.approx(width / 100)
    elif resize_type == "CROP":
        assert frame.width <= width / 100 + 1e-9
        assert frame.left >= 0.05 - 1e-9
    else:
        assert frame.height >= height / 100 - 1e-9
        assert frame.height == pytest.approx(40 * height / inner.height / 100)


PIXELS = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)  # H 2, W 3, C 3


@pytest.mark.parametrize(
    ("order", "axes"),
    [
        pytest.param("NCHW", "chw", id="channels, height, width"),
        pytest.param("NCWH", "cwh", id="channels, width, height"),
        pytest.param("NHWC", "hwc", id="height, width, channels"),
        pytest.param("NWHC", "whc", id="width, height, channels"),
    ],
)
def test_the_sides_stand_in_the_order_that_is_named(order: str, axes: str) -> None:
    tensor = image_tensor(PIXELS, how(dimension_order=order), None)

    expected = np.einsum(f"hwc->{axes}", PIXELS.astype(np.float32))[np.newaxis]
    assert tensor.dtype == np.float32
    assert (tensor == expected).all()
    assert tensor.shape == tensor_shape(how(dimension_order=order), 3, 2)


def test_channels_come_in_the_order_that_is_named() -> None:
    picture = np.array([[[10, 20, 30]]], dtype=np.uint8)

    assert image_tensor(picture, how(color_channels="RGB"), None).reshape(-1).tolist() == [10, 20, 30]
    assert image_tensor(picture, how(color_channels="BGR"), None).reshape(-1).tolist() == [30, 20, 10]
    # ITU-R BT.601: 0.299 R + 0.587 G + 0.114 B = 18.15
    assert image_tensor(picture, how(color_channels="L"), None).tolist() == [[[[18.0]]]]


@pytest.mark.parametrize(
    ("scaling", "mean", "expected"),
    [
        pytest.param(255.0, None, [0, 51, 255], id="bytes as they are"),
        pytest.param(1.0, None, [0, 0.2, 1], id="shares of one"),
        pytest.param(2.0, [1, 1, 1], [-1, -0.6, 1], id="between minus one and one"),
        pytest.param(255.0, [10, 20, 30], [-10, 31, 225], id="a mean in bytes"),
    ],
)
def test_values_are_scaled_before_the_mean_is_subtracted(
    scaling: float, mean: list[float] | None, expected: list[float]
) -> None:
    picture = np.array([[[0, 51, 255]]], dtype=np.uint8)
    taken = None if mean is None else np.array(mean, dtype=np.float32).reshape(1, 1, 3)

    tensor = image_tensor(picture, how(pixel_scaling=scaling), taken)

    assert tensor.reshape(-1) == pytest.approx(expected, abs=1e-5)


def test_the_mean_has_the_channels_in_the_order_of_the_network() -> None:
    picture = np.array([[[100, 100, 100]]], dtype=np.uint8)
    mean = np.array([1, 2, 3], dtype=np.float32).reshape(1, 1, 3)

    tensor = image_tensor(picture, how(color_channels="BGR", dimension_order="NCHW"), mean)

    assert tensor.reshape(-1).tolist() == [99, 98, 97]


def test_a_mean_picture_of_another_size_is_scaled_to_the_input() -> None:
    mean = np.full((256, 256, 3), 7, dtype=np.float32)

    assert (image_tensor(PIXELS, how(), mean) == PIXELS.astype(np.float32) - 7).all()


@pytest.mark.parametrize(
    ("data_type", "dtype"), [("UINT8", np.uint8), ("FLOAT16", np.float16), ("FLOAT64", np.float64)]
)
def test_the_tensor_has_the_type_that_is_named(data_type: str, dtype: type) -> None:
    tensor = image_tensor(PIXELS, how(data_type=data_type), None)

    assert tensor.dtype == dtype
    assert (tensor[0] == PIXELS).all()


def test_whole_numbers_are_rounded_and_kept_in_their_range() -> None:
    mean = np.full((1, 1, 3), 1.4, dtype=np.float32)
    picture = np.array([[[0, 2, 9]]], dtype=np.uint8)

    assert image_tensor(picture, how(data_type="UINT8"), mean).reshape(-1).tolist() == [0, 1, 8]


def test_a_constant_takes_sides_of_the_picture_without_the_batch() -> None:
    constant = Constant.model_validate({"shape": ["3"], "data": ["data.1", "data.2", "1.0"]})
    picture = image_tensor(PIXELS, how(dimension_order="NCHW"), None)

    tensor = constant_tensor(constant, np.float32, {"data": picture})

    assert tensor.tolist() == [2, 3, 1]  # height, width, scale


def npy(array: np.ndarray) -> bytes:
    stream = BytesIO()
    np.save(stream, array, allow_pickle=False)
    return stream.getvalue()


def test_an_npy_mean_is_height_by_width_by_channels() -> None:
    stored = np.arange(24, dtype=np.float64).reshape(2, 4, 3)

    assert (read_mean("m.npy", npy(stored), 3) == stored).all()
    assert (read_mean("m.npy", npy(np.asfortranarray(stored)), 3) == stored).all()
    assert read_mean("m.npy", npy(np.ones((1, 1, 3))), 3).tolist() == [[[1, 1, 1]]]
    assert read_mean("grey.npy", npy(np.ones((5, 6))), 1).shape == (5, 6, 1)


def test_a_binaryproto_mean_is_channels_by_height_by_width() -> None:
    stored = np.arange(24, dtype=np.float32).reshape(3, 2, 4)

    assert (read_mean("m.binaryproto", blob_proto(stored), 3) == stored.transpose(1, 2, 0)).all()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("m.npy", b"", id="an empty file"),
        pytest.param("m.npy", npy(np.ones((2, 2, 4))), id="four channels"),
        pytest.param("m.npy", npy(np.ones((1, 1, 3)))[:-1], id="a cut array"),
        pytest.param("m.npy", npy(np.full((1, 1, 3), np.nan)), id="values that are no numbers"),
        pytest.param(
            "m.npy",
            npy(np.ones((1, 1, 3))).replace(b"(1, 1, 3)", b"(9, 9, 3)"),
            id="a header that claims more",
        ),
        pytest.param("m.npy", npy(np.ones((1, 1, 3))).replace(b"'<f8'", b"'|O8'"), id="pickled objects"),
        pytest.param("m.binaryproto", b"\xff" * 30, id="no message"),
        pytest.param("m.binaryproto", number_field(2, 3) + bytes_field(5, b"\0" * 8), id="too few numbers"),
        pytest.param("m.binaryproto", bytes_field(5, b"\0" * 7), id="half a number"),
    ],
)
def test_a_mean_file_that_cannot_be_used_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(BadNetwork, match=r"mean file m\."):
        read_mean(name, content, 3)


IMAGE = {
    "target_size": "8x8",
    "resize_type": "SQUASH",
    "dimension_order": "NCHW",
    "color_channels": "RGB",
}


def one_image(**fields: Any) -> dict[str, Any]:
    return {"inputs": [{"tensor_name": "data", "image": IMAGE | fields}], "batched_output": True}


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(one_image(target_size="8x"), id="half a size"),
        pytest.param(one_image(target_size="0x8"), id="no width"),
        pytest.param(one_image(target_size="9999x8"), id="a side that is too long"),
        pytest.param(one_image(target_size="8x9", resize_type="NETWORK"), id="two sides for NETWORK"),
        pytest.param(one_image(resize_type="STRETCH"), id="another resize type"),
        pytest.param(one_image(dimension_order="CHW"), id="another order"),
        pytest.param(one_image(color_channels="CMYK"), id="other channels"),
        pytest.param(one_image(pixel_scaling=0), id="a scale of nothing"),
        pytest.param(one_image(pixel_scaling="nan"), id="a scale that is no number"),
        pytest.param(one_image(data_type="STRING"), id="another type"),
        pytest.param(one_image(extra=1), id="an unknown field"),
        pytest.param({"inputs": [], "batched_output": True}, id="no inputs"),
        pytest.param({"inputs": one_image()["inputs"]}, id="no batched_output"),
        pytest.param({"inputs": one_image()["inputs"] * 2, "batched_output": True}, id="a tensor fed twice"),
        pytest.param(
            {"inputs": [{"tensor_name": "data"}], "batched_output": True}, id="neither image nor constant"
        ),
        pytest.param(
            {
                "inputs": [
                    *one_image()["inputs"],
                    {"tensor_name": "x", "constant": {"shape": [2], "data": [1]}},
                ],
                "batched_output": True,
            },
            id="a constant with too few numbers",
        ),
        pytest.param(
            {
                "inputs": [
                    *one_image()["inputs"],
                    {"tensor_name": "x", "constant": {"shape": [1], "data": ["other.1"]}},
                ],
                "batched_output": True,
            },
            id="a side of an input that there is not",
        ),
    ],
)
def test_a_preprocessing_that_contradicts_itself_is_refused(sent: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Preprocessing.model_validate(sent)


def test_numbers_of_a_form_are_read_from_text() -> None:
    sent = one_image(pixel_scaling="1.0") | {"batched_output": "False"}

    read = Preprocessing.model_validate(sent)

    assert read.batched_output is False
    assert read.images[0].image is not None
    assert read.images[0].image.pixel_scaling == 1.0
    assert read.images[0].image.resize_type is ResizeType.SQUASH
