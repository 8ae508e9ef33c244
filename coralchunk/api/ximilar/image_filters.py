"""Read which training images a list is to have."""

import math
import re
import time
from typing import Final

from flask import request

from coralchunk.api.context import services
from coralchunk.errors.datasets import BadValue, OtherWorkspace
from coralchunk.storage.rows.image_queries import ImageFilter, ValueBounds
from coralchunk.storage.rows.labels import Label

QUERY: Final = {
    "label": "Id of a label; also `labels`. Several, or joined by commas: images that have all of them",
    "not_labels": "Ids of labels; only images that have none of them",
    "test": "`true`: test images; `false`: the others",
    "real": "`true`: images that are marked as real; `false`: the others",
    "verified": "Images that so many users have verified",
}
_BOUND: Final = re.compile(r"label_value_(?P<label>.{1,60})__(?P<end>gte|lte)")
_YES: Final = frozenset({"true", "1", "yes"})
_NO: Final = frozenset({"false", "0", "no"})
_MOST_VERIFICATIONS: Final = 2**31 - 1


def requested_images(user_id: int) -> ImageFilter:
    """Return which images this request wants. Raises BadValue, UnknownThing, OtherWorkspace.

    Labels say by themselves which workspace is meant, if none is named.
    """
    labels = _requested_labels(user_id, "label", "labels")
    not_labels = _requested_labels(user_id, "not_label", "not_labels")
    bounds = _requested_bounds(user_id)
    named = request.args.get("workspace")
    known = [*labels, *not_labels, *(label for label, _ in bounds)]
    if named is None and known:
        workspace = services().datasets.workspaces.get(user_id, known[0].workspace_id)
    else:
        workspace = services().datasets.workspaces.named(user_id, named, time.time())
    if any(label.workspace_id != workspace.id for label in known):
        raise OtherWorkspace("label", "label")
    return ImageFilter(
        workspace_id=workspace.id,
        label_ids=tuple(label.id for label in labels),
        not_label_ids=tuple(label.id for label in not_labels),
        values=tuple(ValueBounds(label.id, ends.get("gte"), ends.get("lte")) for label, ends in bounds),
        is_test=_requested_mark("test"),
        is_real=_requested_mark("real"),
        verify_count=_requested_count("verified"),
    )


def _requested_labels(user_id: int, *names: str) -> list[Label]:
    requested = [one.strip().strip('"') for name in names for one in request.args.getlist(name)]
    ids = [one for text in requested for one in text.split(",") if one]
    return services().datasets.labels.find(user_id, ids)


def _requested_bounds(user_id: int) -> list[tuple[Label, dict[str, float]]]:
    bounds: dict[str, dict[str, float]] = {}
    for name, text in request.args.items():
        found = _BOUND.fullmatch(name)
        if found is not None:
            bounds.setdefault(found["label"], {})[found["end"]] = _number(name, text)
    labels = services().datasets.labels.find(user_id, list(bounds))
    return list(zip(labels, bounds.values(), strict=True))


def _number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise BadValue(name, text, "use a number")
    return number


def _requested_mark(name: str) -> bool | None:
    requested = request.args.get(name, "").lower()
    if requested in _YES:
        return True
    if requested in _NO:
        return False
    if requested:
        raise BadValue(name, requested, "use true or false")
    return None


def _requested_count(name: str) -> int | None:
    requested = request.args.get(name, "")
    if not requested:
        return None
    if not (requested.isascii() and requested.isdigit()) or int(requested) > _MOST_VERIFICATIONS:
        raise BadValue(name, requested, "use a whole number")
    return int(requested)
