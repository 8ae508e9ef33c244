"""Find images by label, value and mark, so that a hundred thousand of them are listed in milliseconds.

A list by label is read from the index of that label's links, in the order of the images; all else is looked
up image by image, and only until the page is full.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, exists, func, select

from coralchunk.storage.rows.images import Image, images_by_id
from coralchunk.storage.sql.dataset_tables import IMAGE_LABELS, IMAGES


@dataclass(frozen=True, slots=True)
class ValueBounds:
    """Which values of a label are wanted; None for no bound."""

    label_id: int
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class ImageFilter:
    """Which images of a workspace are wanted. The labels belong to this workspace."""

    workspace_id: int
    label_ids: tuple[int, ...] = ()  # all of these
    not_label_ids: tuple[int, ...] = ()  # none of these
    values: tuple[ValueBounds, ...] = ()  # all of these
    is_test: bool | None = None
    is_real: bool | None = None
    verify_count: int | None = None


def count_images(connection: Connection, wanted: ImageFilter) -> int:
    """Return how many images there are that are wanted."""
    plan = _plan(wanted)
    if plan.is_by_link_alone:
        counted = select(func.count()).select_from(IMAGE_LABELS).where(*plan.of_links)
    elif _has_no_label_alone(wanted):
        return count_images(connection, ImageFilter(wanted.workspace_id)) - count_images(
            connection, ImageFilter(wanted.workspace_id, label_ids=wanted.not_label_ids)
        )
    else:
        counted = select(func.count()).select_from(plan.source).where(*plan.of_links, *plan.of_images)
    return int(connection.execute(counted).scalar_one())


def page_of_images(
    connection: Connection, wanted: ImageFilter, *, after_id: int = 0, offset: int = 0, limit: int
) -> list[Image]:
    """Return images that are wanted, oldest first.

    after_id  of the last image of the page before: what was deleted meanwhile leaves no gap
    offset    how many to leave out, where that image is not known
    """
    plan = _plan(wanted)
    source = IMAGE_LABELS if plan.is_by_link_alone else plan.source
    chosen = select(plan.order).select_from(source).where(plan.order > after_id)
    chosen = chosen.where(*plan.of_links, *plan.of_images).order_by(plan.order)
    # The rows of images are long; only those of this page are read.
    ids = [int(one) for one in connection.execute(chosen.offset(offset).limit(limit)).scalars()]
    return images_by_id(connection, ids)


@dataclass(frozen=True, slots=True)
class _Plan:
    source: FromClause
    order: ColumnElement[Any]
    of_links: Sequence[ColumnElement[bool]]  # of the links that the list is read from
    of_images: Sequence[ColumnElement[bool]]

    @property
    def is_by_link_alone(self) -> bool:
        return bool(self.of_links) and not self.of_images


def _plan(wanted: ImageFilter) -> _Plan:
    linked = [*(_any_value(label_id) for label_id in wanted.label_ids), *wanted.values]
    conditions = [_is_linked(bounds) for bounds in linked[1:]]
    conditions += [~_is_linked(_any_value(label_id)) for label_id in wanted.not_label_ids]
    for column, value in (
        (IMAGES.c.is_test, wanted.is_test),
        (IMAGES.c.is_real, wanted.is_real),
        (IMAGES.c.verify_count, wanted.verify_count),
    ):
        if value is not None:
            conditions.append(column == value)
    if linked:
        source = IMAGE_LABELS.join(IMAGES, IMAGE_LABELS.c.image_id == IMAGES.c.id)
        return _Plan(source, IMAGE_LABELS.c.image_id, _links(linked[0], IMAGE_LABELS), conditions)
    return _Plan(IMAGES, IMAGES.c.id, (), [IMAGES.c.workspace_id == wanted.workspace_id, *conditions])


def _any_value(label_id: int) -> ValueBounds:
    return ValueBounds(label_id, None, None)


def _links(bounds: ValueBounds, links: FromClause) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [links.c.label_id == bounds.label_id]
    if bounds.low is not None:
        conditions.append(links.c.value >= bounds.low)
    if bounds.high is not None:
        conditions.append(links.c.value <= bounds.high)
    return conditions


def _is_linked(bounds: ValueBounds) -> ColumnElement[bool]:
    links = IMAGE_LABELS.alias()
    return exists(select(links.c.id).where(links.c.image_id == IMAGES.c.id, *_links(bounds, links)))


def _has_no_label_alone(wanted: ImageFilter) -> bool:
    return len(wanted.not_label_ids) == 1 and wanted == ImageFilter(
        wanted.workspace_id, not_label_ids=wanted.not_label_ids
    )
