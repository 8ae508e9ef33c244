"""Read from a GeoTIFF where its pixels lie on a map. OGC GeoTIFF 1.1.

Read by this package's own reader of tags: six numbers and a code need no library.
"""

from dataclasses import dataclass
from typing import IO, Final

from coralchunk.errors.images import BrokenImage
from coralchunk.imaging.files.metered import Metered
from coralchunk.imaging.files.tiff import read_pages
from coralchunk.imaging.metadata.orientation import UPRIGHT
from coralchunk.imaging.metadata.tags import Directory, TagError
from coralchunk.terms import Size

Matrix = tuple[float, float, float, float, float, float]  # x = a column + b row + c, y = d column + e row + f

_PIXEL_SCALE, _TIE_POINTS, _TRANSFORMATION, _GEO_KEYS = 33550, 33922, 34264, 34735
_MODEL_TYPE, _RASTER_TYPE, _GEOGRAPHIC, _PROJECTED = 1024, 1025, 2048, 3072  # keys
_IS_PROJECTED, _IS_GEOGRAPHIC, _IS_POINT = 1, 2, 2  # their values
_USER_DEFINED: Final = 32767
_ORIENTATION: Final = 0x0112
_WGS84: Final = 4326


@dataclass(frozen=True, slots=True)
class Georeference:
    """Where the pixels of an upright photo lie on a map."""

    matrix: Matrix  # counts from the top left corner of the photo
    epsg: int | None  # code of the coordinate reference system, if the file tells one
    is_geographic: bool  # degrees of longitude and latitude

    def at(self, column: float, row: float) -> tuple[float, float]:
        """Return the map coordinates of a place in the photo, x and y, to a millimetre or a centimetre."""
        a, b, c, d, e, f = self.matrix
        digits = 7 if self.is_geographic else 3
        return round(a * column + b * row + c, digits), round(d * column + e * row + f, digits)

    @property
    def is_wgs84(self) -> bool:
        """Whether the coordinates are those of plain GeoJSON, RFC 7946."""
        return self.epsg == _WGS84


def read_georeference(stream: IO[bytes]) -> Georeference | None:
    """Return where a photo lies on a map; None if its file does not tell.

    stream  a seekable binary file; its position is moved
    """
    stream.seek(0)
    head = stream.read(64)
    try:
        pages = read_pages(Metered(stream), head)
        matrix = None if pages is None else _matrix(pages.photo)
        return None if pages is None or matrix is None else _georeference(pages.photo, matrix)
    except (TagError, BrokenImage):
        return None


def _georeference(photo: Directory, matrix: Matrix) -> Georeference:
    keys = _keys(photo)
    if keys.get(_RASTER_TYPE) == _IS_POINT:  # the numbers are those of the pixels' middles
        matrix = _shifted(matrix, -0.5, -0.5)
    size = Size(photo.number(256), photo.number(257))
    code = keys.get(
        {_IS_PROJECTED: _PROJECTED, _IS_GEOGRAPHIC: _GEOGRAPHIC}.get(keys.get(_MODEL_TYPE, 0), -1), 0
    )
    return Georeference(
        _upright(matrix, photo.number(_ORIENTATION, UPRIGHT), size),
        code if 0 < code < _USER_DEFINED else None,
        keys.get(_MODEL_TYPE) == _IS_GEOGRAPHIC,
    )


def _matrix(photo: Directory) -> Matrix | None:
    """Return the matrix of stored columns and rows."""
    whole = [float(number) for number in photo.numbers(_TRANSFORMATION)]
    if len(whole) == 16:
        return whole[0], whole[1], whole[3], whole[4], whole[5], whole[7]
    scale, tie = photo.numbers(_PIXEL_SCALE), photo.numbers(_TIE_POINTS)
    if len(scale) < 2 or len(tie) < 6:
        return None
    across, down = float(scale[0]), -float(scale[1])
    return across, 0.0, tie[3] - tie[0] * across, 0.0, down, tie[4] - tie[1] * down


def _keys(photo: Directory) -> dict[int, int]:
    """Return the keys whose values are short numbers."""
    numbers = [int(number) for number in photo.numbers(_GEO_KEYS)]
    rows = zip(*(numbers[start::4] for start in range(4)), strict=False)
    return {key: value for key, place, _, value in list(rows)[1:] if place == 0}


def _shifted(matrix: Matrix, columns: float, rows: float) -> Matrix:
    a, b, c, d, e, f = matrix
    return a, b, c + a * columns + b * rows, d, e, f + d * columns + e * rows


def _upright(matrix: Matrix, orientation: int, stored: Size) -> Matrix:
    """Return the matrix of the columns and rows of the photo as it is shown."""
    a, b, c, d, e, f = matrix
    if orientation in {2, 3, 7, 8}:  # stored columns run from the end
        a, c, d, f = -a, c + a * stored.width, -d, f + d * stored.width
    if orientation in {3, 4, 6, 7}:  # stored rows run from the end
        b, c, e, f = -b, c + b * stored.height, -e, f + e * stored.height
    return (b, a, c, e, d, f) if orientation in {5, 6, 7, 8} else (a, b, c, d, e, f)
