"""Divide a photo into chunks."""

from coralchunk.terms import CHUNK_PX, Chunk, Size


def grid(photo: Size) -> list[Chunk]:
    """Lay chunks over a photo, row by row from the top left; each pixel belongs to exactly one.

    Chunks at the right and bottom edge are smaller.
    """
    return [
        Chunk(x, y, min(CHUNK_PX, photo.width - x), min(CHUNK_PX, photo.height - y))
        for y in range(0, photo.height, CHUNK_PX)
        for x in range(0, photo.width, CHUNK_PX)
    ]


def surroundings(photo: Size, chunk: Chunk) -> Chunk:
    """Return a chunk with what lies round it, up to one side of a chunk in each direction."""
    left, top = max(0, chunk.x - CHUNK_PX), max(0, chunk.y - CHUNK_PX)
    right = min(photo.width, chunk.x + chunk.width + CHUNK_PX)
    bottom = min(photo.height, chunk.y + chunk.height + CHUNK_PX)
    return Chunk(left, top, right - left, bottom - top)


def columns(photo: Size) -> int:
    """Return how many chunks lie side by side in a row."""
    return -(-photo.width // CHUNK_PX)


def count(photo: Size) -> int:
    """Return how many chunks cover a photo."""
    return columns(photo) * -(-photo.height // CHUNK_PX)


def spread(photo: Size, across: int) -> list[Chunk]:
    """Spread `across` x `across` full chunks evenly over a photo, to sample it.

    In a photo that is too small they overlap; in one smaller than a chunk they begin at its corner.
    """
    steps = [(number + 0.5) / across for number in range(across)]
    return [
        Chunk(
            round(max(0, photo.width - CHUNK_PX) * right),
            round(max(0, photo.height - CHUNK_PX) * down),
            min(CHUNK_PX, photo.width),
            min(CHUNK_PX, photo.height),
        )
        for down in steps
        for right in steps
    ]
