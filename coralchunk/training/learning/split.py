"""Choose the pictures that a classifier is tested on: the same each time, no near-duplicates of others."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

_TESTED: Final = 0.2  # of the pictures of each label


def choose_tested(
    groups: NDArray[np.intp], strata: NDArray[np.intp], digests: Sequence[str]
) -> NDArray[np.bool_]:
    """Choose about a fifth of the pictures of each stratum, whole groups at a time, by their content's hash.

    groups   (N,) of near-duplicates
    strata   (N,) what each picture shows, such as the number of its label
    digests  N sha256 of the files, in hexadecimal

    A stratum that has only one group stays with the pictures that are learned from.

    Returns (N,), True for the pictures to test on.
    """
    members: dict[int, list[int]] = {}
    for picture, group in enumerate(groups.tolist()):
        members.setdefault(group, []).append(picture)
    wanted = {stratum: _TESTED * count for stratum, count in Counter(strata.tolist()).items()}
    left = Counter(stratum for group in members.values() for stratum in set(strata[group].tolist()))
    tested = np.zeros(len(groups), dtype=bool)
    for group in sorted(members.values(), key=lambda group: _rank(digests[group[0]])):
        shown = Counter(strata[group].tolist())
        if any(wanted[stratum] > 0 for stratum in shown) and all(left[stratum] > 1 for stratum in shown):
            tested[group] = True
            for stratum, count in shown.items():
                wanted[stratum] -= count
                left[stratum] -= 1
    return tested


def _rank(digest: str) -> str:
    # Of the hash, another: files may be sorted by content for a reason, but not by this.
    return hashlib.sha256(f"split {digest}".encode()).hexdigest()
