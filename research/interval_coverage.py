"""Measure how often the intervals of cover hold the labelled cover of photos and surveys."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from coralchunk.science.cover import Share, cover
from coralchunk.science.model_error import ModelErrors
from coralchunk.science.photo_resampling import Areas
from coralchunk.science.survey import survey_cover
from coralchunk.terms import CHUNK_PX, CLASSES, Chunk, Prediction, State
from research.dataset import Item
from research.heads import Scores
from research.measure import Measured
from research.site_errors import site_errors, surveyed
from research.table import Table

_LEAST_LABELLED: Final = 8  # chunks of a photo whose cover is compared
_SURVEYS: Final = 100  # drawn from the photos of each site
_PHOTOS: Final = (3, 9)  # of a drawn survey: fewest, and one more than most
_ROUNDING: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Compared:
    """An interval, and what the labels say."""

    site: str
    kind: str  # coral or bleached
    measured: float
    interval: tuple[float, float]
    labelled: float

    @property
    def holds(self) -> bool:
        """Whether the labelled cover lies in the interval."""
        low, high = self.interval
        return low - _ROUNDING <= self.labelled <= high + _ROUNDING


@dataclass(frozen=True, slots=True)
class _Photo:
    """The labelled chunks of a photo, as they were classified and as they were labelled."""

    site: str
    group: str
    predictions: list[Prediction]  # of all chunks of the photo; no data where there is no label
    columns: int
    labelled: tuple[float, float]  # chunks of bleached coral, and of coral
    chunks: int


def of_photos(items: Sequence[Item], table: Table, measured: Measured, way: str) -> list[Compared]:
    """Compare each photo that was left out, with the error rates of the others."""
    compared = []
    for photo in _photos(items, table, measured, way):
        errors = site_errors(table, measured, _left_out(table, way, [photo]))
        said = cover(photo.predictions, photo.columns, np.random.default_rng(0), errors)
        compared += _compared(photo.site, (said.coral, said.bleached), [photo])
    return compared


def of_surveys(items: Sequence[Item], table: Table, measured: Measured, way: str) -> list[Compared]:
    """Compare surveys of 3 to 8 photos, drawn from the photos of each site; they overlap."""
    sites = defaultdict(list)
    for photo in _photos(items, table, measured, way):
        sites[photo.site].append(photo)
    random, compared, known = np.random.default_rng(0), [], dict[tuple[str, ...], ModelErrors]()
    for site, photos in sorted(sites.items()):
        for _ in range(_SURVEYS if len(photos) >= _PHOTOS[0] else 0):
            count = min(int(random.integers(*_PHOTOS)), len(photos))
            drawn = [photos[place] for place in sorted(random.choice(len(photos), count, replace=False))]
            without = tuple(sorted(_left_out(table, way, drawn)))
            if without not in known:
                known[without] = site_errors(table, measured, without)
            said = survey_cover([_areas(one, known[without]) for one in drawn], np.random.default_rng(0))
            compared += _compared(site, (said.coral, said.bleached), drawn)
    return compared


def figures(items: Sequence[Item], table: Table, measured: Measured) -> dict[str, str]:
    """Count how many intervals hold the labelled cover, for the manifest and the card."""
    found = {}
    for way in ("photo", "sea"):
        for name, compared in (
            ("photos", of_photos(items, table, measured, way)),
            ("drawn surveys", of_surveys(items, table, measured, way)),
        ):
            for kind in ("coral", "bleached"):
                right, total = held(compared, kind)
                found[f"{kind} cover of {name}, {way} left out: intervals that hold it"] = (
                    f"{right} of {total}"
                )
    return found


def held(compared: Sequence[Compared], kind: str) -> tuple[int, int]:
    """Count the intervals of a kind that hold what the labels say, and all of them."""
    chosen = [one.holds for one in compared if one.kind == kind]
    return sum(chosen), len(chosen)


def _left_out(table: Table, way: str, photos: Sequence[_Photo]) -> Collection[str]:
    """Name the groups whose errors must not be known: the photos' own, or all of their site."""
    if way == "photo":
        return {photo.group for photo in photos}
    return {str(group) for group in table.groups[np.isin(table.sites, [photo.site for photo in photos])]}


def _photos(items: Sequence[Item], table: Table, measured: Measured, way: str) -> Iterator[_Photo]:
    rows_of = defaultdict(list)
    for row in np.flatnonzero(table.whole & surveyed(table)):
        rows_of[table.photos[row]].append(int(row))
    for rows in rows_of.values():
        if len(rows) >= _LEAST_LABELLED:
            here = [items[row] for row in rows]
            predictions, columns = _classified(here, measured, measured.said[way][rows])
            bleached, healthy, _ = table.targets[rows].sum(axis=0).tolist()
            site, group = str(table.sites[rows[0]]), str(table.groups[rows[0]])
            yield _Photo(site, group, predictions, columns, (bleached, bleached + healthy), len(rows))


def _classified(items: Sequence[Item], measured: Measured, said: Scores) -> tuple[list[Prediction], int]:
    """Lay a photo's labelled chunks out as the server would; all others count nowhere."""
    places = [(item.patch.top // CHUNK_PX, item.patch.left // CHUNK_PX) for item in items]
    columns = max(column for _, column in places) + 1
    states = dict.fromkeys(range((max(row for row, _ in places) + 1) * columns), State.NO_DATA)
    for (row, column), one in zip(places, said, strict=True):
        is_sure = one.max() >= measured.unsure_below
        states[row * columns + column] = CLASSES[int(one.argmax())] if is_sure else State.UNSURE
    chunk = Chunk(0, 0, CHUNK_PX, CHUNK_PX)
    return [Prediction(chunk, state, (0.0, 0.0, 0.0)) for state in states.values()], columns


def _areas(photo: _Photo, errors: ModelErrors) -> Areas:
    counts = {state: sum(one.state == state for one in photo.predictions) for state in CLASSES}
    coral = counts[State.BLEACHED] + counts[State.HEALTHY]
    areas = [count * CHUNK_PX**2 for count in (counts[State.BLEACHED], coral, sum(counts.values()))]
    return Areas(*areas, coral, 1 - sum(counts.values()) / photo.chunks, errors)


def _compared(site: str, shares: tuple[Share, Share], photos: Sequence[_Photo]) -> Iterator[Compared]:
    """Put measured and labelled cover side by side; partly bleached chunks count half, and photos alike."""
    bleached, coral = (sum(photo.labelled[place] / photo.chunks for photo in photos) for place in (0, 1))
    labels = (coral / len(photos), bleached / coral if coral else None)
    for kind, share, labelled in zip(("coral", "bleached"), shares, labels, strict=True):
        if share.value is not None and share.interval is not None and labelled is not None:
            yield Compared(site, kind, share.value, share.interval, labelled)
