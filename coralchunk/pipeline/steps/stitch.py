"""Turn a photo and the probabilities of its chunks into the answer: picture, summary and chunks."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any, Final

from coralchunk.arrays import Pixels, Probabilities
from coralchunk.imaging.card.in_photo import CardInPhoto
from coralchunk.imaging.encode import jpeg, png, webp
from coralchunk.imaging.grid import columns, grid, spread
from coralchunk.imaging.halved import ClassifiedPhoto
from coralchunk.imaging.overlay import EXACT_COLOURS, bounded, overlay
from coralchunk.inference.manifest import Manifest
from coralchunk.pipeline.steps.card import described, leave_out
from coralchunk.pipeline.steps.measured_model import refined_as_stated
from coralchunk.pipeline.steps.summary import counts_and_figures
from coralchunk.science.predictions import predictions
from coralchunk.science.quality import quality
from coralchunk.terms import LABELS, Prediction, Size, State

_LOOKS: Final = 3  # windows each way that sharpness is measured in
_PREVIEW_SIDE: Final = 640  # px
_DIGITS: Final = 4  # of a probability; calibration is not exact to the third


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer for one photo, encoded once and served unchanged."""

    photo: Size
    picture: Size
    png: bytes
    preview: bytes  # small copy of it: JPEG if it is opaque, else WebP
    is_opaque: bool  # whether the photo has no empty parts
    summary: bytes  # JSON object
    chunks: bytes  # JSON array, row-major
    counts: Mapping[State, int]


def stitch(
    photo: ClassifiedPhoto,
    probabilities: Probabilities,
    manifest: Manifest,
    max_side: int,
    search: Callable[[], CardInPhoto | None],
) -> Answer:
    """Put the chunks of a photo together.

    probabilities  (N, 3) float32, of all chunks, each by itself, row-major; NaN for those without data
    max_side       of the picture, px; 0 for the size of the photo
    search         returns what is found of the colour card in the photo
    """
    size, picture = photo.size, bounded(photo.size, max_side)

    def drawn_with(card: CardInPhoto | None) -> tuple[list[Prediction], Pixels]:
        chunks = grid(size)
        shown, seen_px = leave_out(card, chunks, probabilities, [photo.seen_px(chunk) for chunk in chunks])
        together = refined_as_stated(shown, size, manifest)
        classified = predictions(chunks, together, manifest.thresholds.unsure_below, seen_px)
        return classified, overlay(photo.shrunk(picture), classified, size)

    # On an idle machine another core does what the thread does. Few photos show the card, so the picture is
    # drawn without it meanwhile.
    with ThreadPoolExecutor(max_workers=1) as thread:
        searching = thread.submit(search)
        classified, drawn = drawn_with(None)
        card = searching.result()
        if card is not None:
            classified, drawn = drawn_with(card)
        empty = photo.emptiness(picture)
        preview = thread.submit(_preview, photo, classified)
        summary = thread.submit(
            lambda: _summary(classified, columns(size), manifest) | _measured(photo, card, classified)
        )
        listed = thread.submit(lambda: _json([_chunk(prediction) for prediction in classified]))
        encoded = png(drawn, empty, EXACT_COLOURS)
    return Answer(
        photo=size,
        picture=picture,
        png=encoded,
        preview=preview.result(),
        is_opaque=empty is None,
        summary=_json(summary.result()),
        chunks=listed.result(),
        counts=Counter(prediction.state for prediction in classified),
    )


def _summary(classified: Sequence[Prediction], across: int, manifest: Manifest) -> dict[str, Any]:
    return {
        **counts_and_figures(classified, across, manifest),
        "model": {"name": manifest.name, "version": manifest.version, "sha256": manifest.sha256},
    }


def _measured(
    photo: ClassifiedPhoto, card: CardInPhoto | None, classified: Sequence[Prediction]
) -> dict[str, Any]:
    """Return what was measured of the photo itself; nothing of a card where there is none."""
    found = {} if card is None else {"card": described(card, classified)}
    return {"quality": _quality(photo), **found}


def _preview(photo: ClassifiedPhoto, classified: Sequence[Prediction]) -> bytes:
    small = bounded(photo.size, _PREVIEW_SIDE)
    drawn, empty = overlay(photo.shrunk(small), classified, photo.size), photo.emptiness(small)
    return jpeg(drawn) if empty is None else webp(drawn, empty)


def _quality(photo: ClassifiedPhoto) -> dict[str, Any] | None:
    """Measure how a photo was taken, where there is something in it; None if that is nowhere."""
    looks = [look for look in spread(photo.size, _LOOKS) if photo.has_data(look)]
    looks = looks or [chunk for chunk in grid(photo.size) if photo.has_data(chunk)][: _LOOKS**2]
    return asdict(quality(photo.small, photo.windows(looks), photo.notes)) if looks else None


def _chunk(prediction: Prediction) -> dict[str, Any]:
    bleached, healthy, not_coral = (round(value, _DIGITS) for value in prediction.probabilities)
    chunk = prediction.chunk
    return {
        "x": chunk.x,
        "y": chunk.y,
        "width": chunk.width,
        "height": chunk.height,
        "seen_px": prediction.area_px,
        "probability": bleached,
        "predicted_label": LABELS[prediction.state],
        "probabilities": {"bleached": bleached, "healthy": healthy, "not_coral": not_coral},
    }


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
