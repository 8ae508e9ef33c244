"""Export corrections as a folder that training and `coralchunk evaluate` read.

tiles.csv                 photo,site,tile_px,row,col,label as in training data, and also: group (one
photo of a reef), context and the place of the chunk in it, who and when, the
prediction of the model
<group>/<chunk>.png       a chunk as the model saw it
<group>/context.png       its photo, small
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from PIL import Image

from coralchunk.errors.setup import BadLabels
from coralchunk.storage.files.blobs import CONTEXT
from coralchunk.storage.rows.corrections import Correction
from coralchunk.surveys.corrections import Corrections
from coralchunk.surveys.tables import csv_text, without_formula
from coralchunk.terms import CHUNK_PX, State

TABLE: Final = "tiles.csv"
SITE: Final = "corrections"
_NAMES: Final = {
    State.BLEACHED: "bleached",
    State.HEALTHY: "healthy",
    State.NOT_CORAL: "not_coral",
    State.PARTLY: "partly_bleached",
    State.UNSURE: "unsure",
}
_COLUMNS: Final = (
    "photo",
    "site",
    "tile_px",
    "row",
    "col",
    "label",
    "group",
    "context",
    "context_left",
    "context_top",
    "context_side",
    "by",
    "corrected_at",
    "said",
    "bleached",
    "healthy",
    "not_coral",
    "model",
    "model_sha256",
)


def export(corrections: Corrections, folder: Path) -> int:
    """Write all corrections. Returns how many. Raises BadLabels if the folder holds a table already."""
    if (folder / TABLE).exists():
        raise BadLabels(str(folder), f"there is a {TABLE} in it already; name a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    rows = [_copied(one, corrections, folder) for one in corrections.every()]
    (folder / TABLE).write_text(csv_text([_COLUMNS, *rows]), encoding="utf-8", newline="")
    return len(rows)


def _copied(one: Correction, corrections: Corrections, folder: Path) -> Sequence[Any]:
    names = (f"{one.chunk}.png", CONTEXT)
    (folder / one.photo_key).mkdir(exist_ok=True)
    for name in names:
        (folder / one.photo_key / name).write_bytes(corrections.picture(one.photo_key, name))
    window, context = (f"{one.photo_key}/{name}" for name in names)
    with Image.open(folder / context) as small:
        scale = small.width / one.photo_width
    return (
        window,
        SITE,
        CHUNK_PX,
        0,
        0,
        _NAMES[State(one.label)],
        one.photo_key,
        context,
        *(round(px * scale, 3) for px in (one.window_x, one.window_y, CHUNK_PX)),
        without_formula(one.by),
        datetime.fromtimestamp(one.corrected_at, UTC).isoformat(timespec="seconds"),
        _NAMES[State(one.said)],
        one.bleached,
        one.healthy,
        one.not_coral,
        f"{one.model_name} {one.model_version}",
        one.model_sha256,
    )
