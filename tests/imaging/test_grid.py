import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coralchunk.imaging.grid import columns, count, grid, spread
from coralchunk.imaging.windows import windows
from coralchunk.terms import CHUNK_PX, Chunk, Size

sides = st.integers(min_value=1, max_value=1300)


def photo_of(size: Size) -> np.ndarray:
    """A photo whose every pixel differs from its neighbours."""
    return np.random.default_rng(5).integers(0, 256, (size.height, size.width, 3), dtype=np.uint8)


@given(width=sides, height=sides)
@example(width=1, height=1)
@example(width=244, height=244)
@example(width=245, height=243)
def test_chunks_partition_every_photo(width: int, height: int) -> None:
    covered = np.zeros((height, width), dtype=np.uint8)

    for chunk in grid(Size(width, height)):
        assert chunk.width > 0 < chunk.height
        assert (chunk.x + chunk.width, chunk.y + chunk.height) <= (width, width * height)
        covered[chunk.area] += 1

    assert (covered == 1).all()


@given(width=sides, height=sides)
def test_chunks_come_row_by_row_and_only_those_at_the_edge_are_smaller(width: int, height: int) -> None:
    chunks = grid(Size(width, height))

    assert [(c.y, c.x) for c in chunks] == sorted((c.y, c.x) for c in chunks)
    for chunk in chunks:
        assert chunk.width == CHUNK_PX or chunk.x + chunk.width == width
        assert chunk.height == CHUNK_PX or chunk.y + chunk.height == height


@given(width=st.integers(1, 200_000), height=st.integers(1, 3000))
def test_the_count_is_known_without_laying_the_grid(width: int, height: int) -> None:
    size = Size(width, height)

    chunks = grid(size)

    assert count(size) == len(chunks)
    assert columns(size) == sum(chunk.y == 0 for chunk in chunks)


@given(width=st.integers(1, 244), height=st.integers(1, 244))
def test_a_photo_no_larger_than_a_chunk_is_one_chunk(width: int, height: int) -> None:
    assert grid(Size(width, height)) == [Chunk(0, 0, width, height)]


@given(width=st.integers(244, 1000), height=st.integers(244, 1000))
def test_each_window_is_a_full_cut_of_the_photo_that_holds_its_chunk(width: int, height: int) -> None:
    photo, chunks = photo_of(Size(width, height)), grid(Size(width, height))

    cut = windows(photo, chunks)

    assert cut.shape == (len(chunks), CHUNK_PX, CHUNK_PX, 3)
    for window, chunk in zip(cut, chunks, strict=True):
        inside_y, inside_x = CHUNK_PX - chunk.height, CHUNK_PX - chunk.width
        assert (window[inside_y:, inside_x:] == photo[chunk.area]).all()
        y, x = chunk.y - inside_y, chunk.x - inside_x
        assert (window == photo[y : y + CHUNK_PX, x : x + CHUNK_PX]).all()


@given(width=st.integers(1, 500), height=st.integers(1, 243))
def test_a_photo_smaller_than_a_window_is_continued_by_its_reflection(width: int, height: int) -> None:
    photo, chunks = photo_of(Size(width, height)), grid(Size(width, height))

    window = windows(photo, chunks)[0]

    seen = min(width, CHUNK_PX)
    assert window.shape == (CHUNK_PX, CHUNK_PX, 3)
    assert (window[:height, :seen] == photo[:, :seen]).all()
    if height > 1:
        assert (window[height, :seen] == photo[height - 2, :seen]).all()
    if 1 < width < CHUNK_PX:
        assert (window[:height, width] == photo[:, width - 2]).all()


def test_a_single_pixel_fills_its_window() -> None:
    photo = np.array([[[9, 80, 200]]], dtype=np.uint8)

    (window,) = windows(photo, grid(Size(1, 1)))

    assert (window == (9, 80, 200)).all()


def test_windows_come_in_the_order_asked_for_and_leave_the_photo_as_it_was() -> None:
    photo = photo_of(Size(500, 300))
    before = photo.copy()
    chunks = grid(Size(500, 300))

    forward, backward = windows(photo, chunks), windows(photo, chunks[::-1])
    forward[:] = 0

    assert (backward[0] == photo[-CHUNK_PX:, -CHUNK_PX:]).all()
    assert (photo == before).all()


@pytest.mark.parametrize("chunks", [[], [Chunk(0, 0, 244, 244)]], ids=["no chunk", "one chunk"])
def test_as_many_windows_are_cut_as_chunks_are_given(chunks: list[Chunk]) -> None:
    assert len(windows(photo_of(Size(300, 300)), chunks)) == len(chunks)


@given(width=st.integers(1, 4000), height=st.integers(1, 4000), across=st.integers(1, 4))
def test_looks_lie_inside_the_photo(width: int, height: int, across: int) -> None:
    looks = spread(Size(width, height), across)

    assert len(looks) == across**2
    for look in looks:
        assert 0 <= look.x <= width - look.width
        assert 0 <= look.y <= height - look.height
