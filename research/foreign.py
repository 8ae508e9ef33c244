"""Draw pictures of something else than a reef: streets, faces, fish tanks, skies.

Nobody labels such pictures for a reef survey, but people upload them. They have the edges, lines and colours
of what they stand for, a camera's noise and JPEG's traces; they look like drawings, not like photos.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from coralchunk.arrays import Pixels
from coralchunk.terms import CHUNK_PX

PICTURES: Final = 25  # of each kind
_FOLDER: Final = Path("foreign")  # such a picture has no file: its kind and number are its name
_WIDTH: Final = 4 * CHUNK_PX
_HEIGHT: Final = 3 * CHUNK_PX
_SKINS: Final = ((255, 219, 190), (224, 172, 120), (198, 134, 88), (141, 85, 52), (90, 56, 37))

Canvas = NDArray[np.uint8]
Random = np.random.Generator


def pictures(kind: str) -> list[Path]:
    """List the pictures of a kind."""
    return [_FOLDER / kind / str(number) for number in range(PICTURES)]


def is_foreign(photo: Path) -> bool:
    """Tell whether a photo is one of these."""
    return photo.parent.parent == _FOLDER


def draw(photo: Path) -> Pixels:
    """Draw one of these pictures; the same every time."""
    kind, number = photo.parent.name, int(photo.name)
    random = np.random.default_rng([number, sum(kind.encode())])
    canvas = np.zeros((_HEIGHT, _WIDTH, 3), dtype=np.uint8)
    KINDS[kind](canvas, random)
    return _photographed(canvas, random)


def _sky(canvas: Canvas, random: Random) -> None:
    zenith, horizon = random.integers((20, 80, 160), (110, 170, 255)), random.integers(170, 250, 3)
    share = np.linspace(0, 1, _HEIGHT)[:, np.newaxis, np.newaxis] ** random.uniform(0.6, 1.6)
    clouds = np.clip(_cloudy(random) * random.uniform(0.5, 2.5) - random.uniform(0, 1), 0, 1)[..., np.newaxis]
    canvas[:] = (zenith * (1 - share) + horizon * share) * (1 - clouds) + 250 * clouds
    if random.uniform() < 0.5:
        place = (int(random.integers(_WIDTH)), int(random.integers(_HEIGHT // 2)))
        cv2.circle(canvas, place, int(random.integers(20, 60)), (255, 250, 220), -1)


def _street(canvas: Canvas, random: Random) -> None:
    _sky(canvas, random)
    ground = int(_HEIGHT * random.uniform(0.55, 0.75))
    left = 0
    while left < _WIDTH:
        width, top = int(random.integers(110, 260)), int(random.integers(20, ground - 120))
        wall = random.integers(60, 220, 3)
        cv2.rectangle(canvas, (left, top), (left + width, ground), wall.tolist(), -1)
        glass = random.integers(20, 140, 3).tolist()
        step = int(random.integers(32, 56))
        for y in range(top + 14, ground - 30, step):
            for x in range(left + 12, left + width - 20, step):
                cv2.rectangle(canvas, (x, y), (x + step // 2, y + int(step * 0.6)), glass, -1)
        left += width
    grey = int(random.integers(60, 130))
    cv2.rectangle(canvas, (0, ground), (_WIDTH, _HEIGHT), (grey, grey, grey), -1)
    for x in range(0, _WIDTH, 160):
        cv2.line(canvas, (x, _HEIGHT - 60), (x + 80, _HEIGHT - 60), (235, 235, 225), 8)
    for _ in range(int(random.integers(1, 5))):
        x, y = int(random.integers(0, _WIDTH - 180)), int(random.integers(ground - 20, _HEIGHT - 90))
        body = random.integers(20, 255, 3).tolist()
        cv2.rectangle(canvas, (x, y + 24), (x + 170, y + 66), body, -1)
        cv2.rectangle(canvas, (x + 32, y), (x + 130, y + 30), random.integers(40, 120, 3).tolist(), -1)
        for wheel in (x + 36, x + 134):
            cv2.circle(canvas, (wheel, y + 68), 17, (25, 25, 25), -1)


def _face(canvas: Canvas, random: Random) -> None:
    canvas[:] = random.integers(30, 230, 3)
    skin = np.array(_SKINS[random.integers(len(_SKINS))]) + random.integers(-12, 12, 3)
    skin = np.clip(skin, 0, 255)
    x, y = int(_WIDTH * random.uniform(0.4, 0.6)), int(_HEIGHT * random.uniform(0.45, 0.6))
    wide, tall = int(random.integers(150, 260)), int(random.integers(210, 320))
    hair = random.integers((10, 8, 5), (160, 110, 70)).tolist()
    cv2.ellipse(canvas, (x, y - tall // 4), (int(wide * 1.15), tall), 0, 0, 360, hair, -1)
    cv2.rectangle(canvas, (x - wide // 2, y), (x + wide // 2, _HEIGHT), (skin * 0.85).tolist(), -1)
    cv2.ellipse(canvas, (x, y), (wide, tall), 0, 0, 360, skin.tolist(), -1)
    for side in (-1, 1):
        eye = (x + side * int(wide * 0.42), y - tall // 5)
        cv2.ellipse(canvas, eye, (wide // 6, wide // 11), 0, 0, 360, (245, 245, 245), -1)
        cv2.circle(canvas, eye, wide // 13, random.integers(20, 130, 3).tolist(), -1)
        brow = (eye[0], eye[1] - wide // 5)
        cv2.ellipse(canvas, brow, (wide // 5, wide // 16), 0, 180, 360, hair, 9)
    cv2.line(canvas, (x, y - tall // 8), (x - wide // 12, y + tall // 5), (skin * 0.8).tolist(), 5)
    lips = np.clip(skin * (1.0, 0.65, 0.65), 0, 255).tolist()
    cv2.ellipse(canvas, (x, y + int(tall * 0.45)), (wide // 3, wide // 10), 0, 0, 360, lips, -1)
    shade = 1 - 0.35 * np.linspace(0, 1, _WIDTH)[np.newaxis, :, np.newaxis] * random.uniform(0, 1)
    canvas[:] = canvas * shade


def _tank(canvas: Canvas, random: Random) -> None:
    top, bottom = random.integers((10, 60, 90), (70, 160, 220)), random.integers((0, 20, 50), (30, 90, 150))
    share = np.linspace(0, 1, _HEIGHT)[:, np.newaxis, np.newaxis]
    canvas[:] = top * (1 - share) + bottom * share
    gravel = int(_HEIGHT * random.uniform(0.78, 0.88))
    for _ in range(1500):
        place = (int(random.integers(_WIDTH)), int(random.integers(gravel, _HEIGHT)))
        stone = random.integers(80, 200) + random.integers(-20, 20, 3)
        cv2.circle(canvas, place, int(random.integers(4, 10)), stone.tolist(), -1)
    for _ in range(int(random.integers(3, 9))):
        root = int(random.integers(_WIDTH))
        green = random.integers((10, 90, 10), (80, 200, 70)).tolist()
        for _ in range(7):
            tip = (root + int(random.integers(-60, 60)), int(random.integers(gravel // 3, gravel)))
            cv2.line(canvas, (root, gravel + 12), tip, green, int(random.integers(4, 10)))
    for _ in range(int(random.integers(2, 9))):
        x, y = int(random.integers(60, _WIDTH - 60)), int(random.integers(60, gravel - 30))
        length, scales = int(random.integers(25, 70)), random.integers(40, 255, 3).tolist()
        cv2.ellipse(canvas, (x, y), (length, length // 2), 0, 0, 360, scales, -1)
        tail = np.array(
            [[x - length + 5, y], [x - 2 * length, y - length // 2], [x - 2 * length, y + length // 2]]
        )
        cv2.fillPoly(canvas, [tail], scales)
        cv2.circle(canvas, (x + length // 2, y - length // 8), max(2, length // 10), (10, 10, 10), -1)
    cv2.rectangle(canvas, (0, 0), (_WIDTH - 1, _HEIGHT - 1), (25, 25, 28), int(random.integers(20, 50)))


#: What is drawn, by its name.
KINDS: Final[dict[str, Callable[[Canvas, Random], None]]] = {
    "street": _street,
    "face": _face,
    "tank": _tank,
    "sky": _sky,
}


def _cloudy(random: Random) -> NDArray[np.float64]:
    """Return noise of several scales, about 0 to 1."""
    whole = np.zeros((_HEIGHT, _WIDTH))
    for octave in range(1, 6):
        coarse = random.uniform(size=(3 * 2**octave, 4 * 2**octave)).astype(np.float32)
        whole += cv2.resize(coarse, (_WIDTH, _HEIGHT), interpolation=cv2.INTER_CUBIC) / 2**octave
    return whole


def _photographed(canvas: Canvas, random: Random) -> Pixels:
    """Blur a little, add grain, and store as a camera does."""
    blurred = cv2.GaussianBlur(canvas, (0, 0), random.uniform(0.6, 1.8)).astype(np.float64)
    grain = random.normal(size=canvas.shape) * random.uniform(1, 7)
    texture = (_cloudy(random)[..., np.newaxis] - 0.5) * random.uniform(0, 24)
    seen = np.clip(blurred + grain + texture, 0, 255).astype(np.uint8)
    stored = cv2.imencode(".jpg", seen, [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(60, 95))])[1]
    return np.asarray(cv2.imdecode(stored, cv2.IMREAD_COLOR), dtype=np.uint8)  # noqa: TID251 - our own bytes, no upload
