"""Choose from the rows of a collection what its classifier learns."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coralchunk.storage.rows.image_labels import TrainingExample
from coralchunk.storage.rows.labels import Label
from coralchunk.terms import OutputKind


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is to be learned: rows of pictures and targets, and whether a row is for tests only."""

    labels: tuple[Label, ...]  # of the columns
    images: tuple[TrainingExample, ...]  # each image once
    rows: NDArray[np.intp]  # (N,) index of the image of each row
    targets: NDArray[np.float64]  # (N, K); NaN where an image has no value of a label
    tests: NDArray[np.bool_]  # (N,)


def choose_lesson(
    kind: OutputKind, known: Sequence[Label], examples: Sequence[TrainingExample], min_images: int
) -> Lesson:
    """Choose the labels that have enough images, and make a row of each image.

    known     labels of the collection
    examples  its images with one label each, an image with two labels twice

    An image with two labels of which only one can hold makes two rows.
    """
    labelled = [one for one in examples if kind is not OutputKind.REGRESSION or one.value is not None]
    counts = Counter(one.label_id for one in labelled)
    labels = tuple(label for label in known if counts[label.id] >= min_images)
    column = {label.id: number for number, label in enumerate(labels)}
    # An image whose only tag is left out is still a negative example for the other tags.
    used = [one for one in labelled if one.label_id in column or kind is OutputKind.MULTI_LABEL]
    images = tuple({one.image_id: one for one in used}.values())
    place = {one.image_id: number for number, one in enumerate(images)}
    if kind is OutputKind.MULTI_CLASS:
        rows = np.array([place[one.image_id] for one in used], dtype=np.intp)
        targets = np.zeros((len(used), len(labels)))
        targets[np.arange(len(used)), [column[one.label_id] for one in used]] = 1
    else:
        rows = np.arange(len(images))
        targets = np.full((len(images), len(labels)), np.nan if kind is OutputKind.REGRESSION else 0.0)
        for one in used:
            if one.label_id in column:
                value = 1.0 if one.value is None or kind is OutputKind.MULTI_LABEL else one.value
                targets[place[one.image_id], column[one.label_id]] = value
    tests = np.array([images[row].is_test for row in rows], dtype=bool)
    return Lesson(labels, images, rows, targets, tests)
