"""Parts of a photo in which nothing was seen: however a file tells of them, they have no say in anything."""

import functools
import io
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from coralchunk.arrays import Pixels
from coralchunk.imaging.decoding.decode import open_photo
from coralchunk.imaging.encode import png
from coralchunk.imaging.grid import grid
from coralchunk.imaging.photo import Photo
from coralchunk.imaging.pixels.filling import fill_small, fill_window
from coralchunk.imaging.pixels.raster import ArrayRaster
from coralchunk.imaging.scene import scene
from coralchunk.terms import CHUNK_PX, Chunk, Size
from tests.hostile.parts import png_part, saved
from tests.imaging.tiffs import ASCII, LONG, SHORT, Page, picture, tiff
from tests.reef import encoded, reef

PLENTY = 20_000_000
WIDE, HIGH = 976, 732  # twelve chunks
Seen = NDArray[np.bool_]


def top_row() -> Seen:
    seen = np.zeros((HIGH, WIDE), bool)
    seen[:CHUNK_PX] = True
    return seen


def photo_px() -> Pixels:
    return np.maximum(reef(WIDE, HIGH), 1) & 0xFE | 1  # never black, never white


def rgba(format_name: str, **options: Any) -> bytes:
    pixels = np.dstack([photo_px(), np.where(top_row(), 255, 0).astype(np.uint8)])
    return saved(Image.fromarray(pixels), format_name, **options)


def keyed(value: Any = (0, 0, 0)) -> Pixels:
    pixels = photo_px()
    pixels[~top_row()] = value
    return pixels


def keyed_png() -> bytes:
    whole = encoded(keyed((3, 250, 7)), "PNG")
    return whole[:33] + png_part(b"tRNS", bytes((0, 3, 0, 250, 0, 7))) + whole[33:]


def deep_keyed_png() -> bytes:
    rows = b"".join(b"\0" + row.tobytes() for row in (keyed((3, 250, 7)).astype(">u2") * 257))
    head = WIDE.to_bytes(4, "big") + HIGH.to_bytes(4, "big") + bytes((16, 2, 0, 0, 0))
    key = b"".join((257 * number).to_bytes(2, "big") for number in (3, 250, 7))
    parts = (png_part(b"IHDR", head), png_part(b"tRNS", key), png_part(b"IDAT", zlib.compress(rows, 1)))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + png_part(b"IEND")


def grey_keyed_png() -> bytes:
    grey = keyed()[..., 0].copy()
    grey[~top_row()] = 9
    grey[top_row() & (grey == 9)] = 10
    image = Image.fromarray(grey)
    return saved(image, "PNG", transparency=9)


def palette(format_name: str) -> bytes:
    image = Image.fromarray(photo_px()).quantize(200)
    indices = np.asarray(image).copy()
    indices[~top_row()] = 255
    clear = Image.frombytes("P", image.size, indices.tobytes())
    clear.putpalette((image.getpalette() or []) + [250] * (768 - len(image.getpalette() or [])))
    return saved(clear, format_name, transparency=255)


def faint_palette() -> bytes:
    """Each colour of the palette has its own transparency."""
    image = Image.fromarray(photo_px()).quantize(200)
    indices = np.asarray(image).copy()
    indices[~top_row()] = 255
    clear = Image.frombytes("P", image.size, indices.tobytes())
    clear.putpalette((image.getpalette() or []) + [250] * (768 - len(image.getpalette() or [])))
    return saved(clear, "PNG", transparency=bytes([255] * 255 + [20]))


def bits(seen: Seen) -> bytes:
    return np.packbits(seen, axis=1).tobytes()


def mask(seen: Seen, **more: tuple[int, Any]) -> Page:
    tags = {"t254": (LONG, 4), "t262": (SHORT, 4), "t258": (SHORT, 1)} | more
    page = picture(np.zeros(seen.shape, np.uint8), **tags)
    return Page(page.tags, [zlib.compress(bits(seen))])


def nodata(value: str, pixels: Any) -> bytes:
    return tiff(picture(pixels, t42113=(ASCII, value)))


def floats(empty: float) -> Any:
    grey = (photo_px()[..., 0] / np.float32(255)).astype(np.float32)
    grey[~top_row()] = empty
    return grey


def padded_jpeg(value: int) -> bytes:
    return encoded(keyed((value,) * 3), "JPEG", quality=95)


TOLD: dict[str, Callable[[], bytes]] = {
    "a PNG with alpha": lambda: rgba("PNG"),
    "a WebP with alpha": lambda: rgba("WEBP", lossless=True),
    "a HEIF with alpha": lambda: rgba("HEIF", quality=90),
    "a TIFF with alpha": lambda: rgba("TIFF"),
    "a TIFF with alpha, 16 bits": lambda: tiff(
        picture(np.dstack([photo_px(), np.where(top_row(), 255, 0)]).astype(np.uint16) * 257)
    ),
    "a PNG of grey with alpha": lambda: saved(
        Image.merge("LA", [Image.fromarray(photo_px()[..., 0]), Image.fromarray(np.uint8(255) * top_row())]),
        "PNG",
    ),
    "a PNG with a clear colour": keyed_png,
    "a PNG of 16 bits with a clear colour": deep_keyed_png,
    "a grey PNG with a clear shade": grey_keyed_png,
    "a PNG with a clear index": lambda: palette("PNG"),
    "a PNG with faint indices": faint_palette,
    "a GIF with a clear index": lambda: palette("GIF"),
    "GDAL's no data in RGB": lambda: nodata("0", keyed()),
    "GDAL's no data in 16 bits": lambda: nodata(
        "65535", np.where(top_row(), photo_px()[..., 0].astype(np.uint16) * 250, 65535).astype(np.uint16)
    ),
    "GDAL's no data in floats": lambda: nodata("-3.4028234663852886e+38", floats(np.finfo(np.float32).min)),
    "GDAL's no data that is no number": lambda: nodata("nan", floats(np.nan)),
    "a mask in a TIFF": lambda: tiff(picture(photo_px()), mask(top_row())),
    "a mask before the photo": lambda: tiff(mask(top_row()), picture(photo_px(), t254=(LONG, 0))),
    "black padding of a JPEG": lambda: padded_jpeg(0),
    "white padding of a JPEG": lambda: padded_jpeg(255),
    "black padding of a PNG": lambda: encoded(keyed(), "PNG"),
}


@functools.cache
def told(name: str) -> bytes:
    """Return the file of this name, made once: to encode a HEIF takes a second."""
    return TOLD[name]()


@pytest.mark.parametrize("name", TOLD)
def test_what_a_file_says_is_empty_is_known_for_each_chunk(name: str) -> None:
    photo = open_photo(BytesIO(told(name)), PLENTY)

    found = [photo.has_data(chunk) for chunk in grid(photo.size)]

    assert photo.size == Size(WIDE, HIGH)
    assert found == [True] * 4 + [False] * 8
    tolerance = 8 * CHUNK_PX if "JPEG" in name or "HEIF" in name else 0
    for chunk, has_data in zip(grid(photo.size), found, strict=True):
        assert abs(photo.seen_px(chunk) - has_data * CHUNK_PX**2) <= tolerance


@pytest.mark.parametrize("name", TOLD)
def test_the_scene_is_that_of_what_was_seen(name: str) -> None:
    photo = open_photo(BytesIO(told(name)), PLENTY)

    alone = photo.cut(Chunk(0, 0, WIDE, CHUNK_PX - 8))

    assert np.abs(photo.scene - scene(alone)).max() < 0.03


@pytest.mark.parametrize("name", TOLD)
def test_pictures_of_it_are_clear_there_and_black(name: str) -> None:
    photo = open_photo(BytesIO(told(name)), PLENTY)

    small = photo.shrunk(Size(WIDE // 2, HIGH // 2))
    with Image.open(io.BytesIO(png(small, photo.emptiness(Size(WIDE // 2, HIGH // 2))))) as image:
        shown = np.asarray(image.convert("RGBA"))

    assert (shown[140:, :, 3] == 0).all()
    assert (shown[:110, :, 3] == 255).all()
    assert small[140:].max() == 0
    assert small[:110].max() > 0


def test_a_turned_photo_is_empty_where_it_was() -> None:
    pixels = np.dstack([photo_px(), np.where(top_row(), 255, 0).astype(np.uint8)])
    upload = tiff(picture(pixels, t274=(SHORT, 6)))
    turned_mask = tiff(picture(photo_px(), t274=(SHORT, 6)), mask(top_row()))

    for content in (upload, turned_mask):
        photo = open_photo(BytesIO(content), PLENTY)
        # Turned clockwise, the upper row is the right column.
        assert photo.size == Size(HIGH, WIDE)
        assert photo.seen_px(Chunk(HIGH - CHUNK_PX, 0, CHUNK_PX, WIDE)) == CHUNK_PX * WIDE
        assert photo.seen_px(Chunk(0, 0, HIGH - CHUNK_PX, WIDE)) == 0
        stored = photo.as_stored()
        assert stored.seen_px(Chunk(0, 0, WIDE, CHUNK_PX)) == CHUNK_PX * WIDE


def test_the_colours_of_faint_pixels_are_their_own_and_of_clear_ones_black() -> None:
    pixels = np.full((40, 60, 4), (200, 120, 90, 200), np.uint8)
    pixels[20:, :, 3] = 100

    photo = open_photo(BytesIO(saved(Image.fromarray(pixels), "PNG")), PLENTY)

    assert tuple(photo.pixels()[10, 10]) == (200, 120, 90)
    assert tuple(photo.pixels()[30, 10]) == (0, 0, 0)
    assert photo.seen_px(Chunk(0, 0, 60, 40)) == 20 * 60


def test_a_mask_in_a_file_on_disk_is_read(tmp_path: Path) -> None:
    (tmp_path / "reef.tif").write_bytes(told("a mask in a TIFF"))

    with (tmp_path / "reef.tif").open("rb") as stream:
        photo = open_photo(stream, PLENTY)

    assert photo.seen_px(Chunk(0, 0, WIDE, HIGH)) == CHUNK_PX * WIDE


@pytest.mark.parametrize("name", ["a mask of another size", "a reduced photo's mask"])
def test_a_mask_that_is_not_the_photos_is_left(name: str) -> None:
    other = (
        mask(np.zeros((50, 60), bool))
        if "size" in name
        else mask(np.zeros((HIGH // 2, WIDE // 2), bool), t254=(LONG, 5))
    )

    photo = open_photo(BytesIO(tiff(picture(photo_px()), other)), PLENTY)

    assert photo.seen_px(Chunk(0, 0, WIDE, HIGH)) == WIDE * HIGH


def dark_corner(side: int) -> Pixels:
    pixels = photo_px()
    pixels[:side, :side] = 0
    return pixels


@pytest.mark.parametrize(
    "pixels",
    [
        pytest.param(np.zeros((HIGH, WIDE, 3), np.uint8), id="all black"),
        pytest.param(np.full((HIGH, WIDE, 3), 255, np.uint8), id="all white"),
        pytest.param(dark_corner(200), id="a black corner smaller than a chunk"),
        pytest.param(np.full((HIGH, WIDE, 3), (200, 120, 90), np.uint8), id="one colour"),
        pytest.param(np.pad(photo_px()[9:-9, 9:-9], [(9, 9), (9, 9), (0, 0)]), id="a thin black frame"),
    ],
)
def test_what_may_be_the_photo_itself_is_not_taken_for_padding(pixels: Pixels) -> None:
    photo = open_photo(BytesIO(encoded(pixels, "PNG")), PLENTY)

    assert all(photo.has_data(chunk) for chunk in grid(photo.size))


def test_black_inside_a_photo_is_no_padding() -> None:
    pixels = photo_px()
    pixels[100:600, 100:800] = 0

    photo = open_photo(BytesIO(encoded(pixels, "PNG")), PLENTY)

    assert photo.seen_px(Chunk(0, 0, WIDE, HIGH)) == WIDE * HIGH


@pytest.mark.slow
@given(width=st.integers(1, 300), height=st.integers(1, 300), seed=st.integers(0, 99))
def test_a_filled_window_keeps_what_was_seen_and_has_no_new_colours(
    width: int, height: int, seed: int
) -> None:
    window = reef(width, height, seed)
    empty = np.uint8(255) * (np.random.default_rng(seed).random((height, width)) < 0.4)

    filled = fill_window(window, empty)

    assert (filled[empty == 0] == window[empty == 0]).all()
    if (empty == 0).any():
        known = {tuple(colour) for colour in window[empty == 0]}
        assert {tuple(colour) for colour in filled[empty > 0]} <= known


def test_an_empty_pixel_takes_the_colour_nearest_to_it() -> None:
    window = np.zeros((10, 100, 3), np.uint8)
    window[:, 40:50], window[:, 50:60] = (200, 0, 0), (0, 200, 0)
    empty = np.full((10, 100), 255, np.uint8)
    empty[:, 40:60] = 0

    filled = fill_window(window, empty)

    assert (filled[:, :50] == (200, 0, 0)).all()
    assert (filled[:, 50:] == (0, 200, 0)).all()


def test_a_small_copy_is_freed_of_the_black_at_its_borders() -> None:
    small = np.full((20, 30, 3), 100, np.uint8)
    share = np.zeros((20, 30), np.uint8)
    share[:, 10], share[:, :10] = 64, 255
    small[:, 10], small[:, :10] = 75, 0

    assert np.abs(fill_small(small, share).astype(int) - 100).max() <= 1


@given(width=st.integers(1, 600), height=st.integers(1, 600), left=st.floats(0, 1), top=st.floats(0, 1))
def test_seen_pixels_of_the_chunks_add_up_to_those_of_the_photo(
    width: int, height: int, left: float, top: float
) -> None:
    empty = np.zeros((height, width), np.uint8)
    empty[: int(top * height), : int(left * width)] = 255

    photo = Photo(ArrayRaster(np.full((height, width, 3), 90, np.uint8)), 1, empty=empty)

    assert sum(photo.seen_px(chunk) for chunk in grid(photo.size)) == int((empty == 0).sum())
    assert all(window.shape == (CHUNK_PX, CHUNK_PX, 3) for window in photo.windows(grid(photo.size)))
