"""Classify windows with ONNX Runtime on one core."""

import threading
import time
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from coralchunk.arrays import Pixels, Probabilities, Windows
from coralchunk.errors.setup import BadModel
from coralchunk.inference.manifest import Manifest, Preprocessing
from coralchunk.inference.session import Session, open_session

WINDOWS_INPUT: Final = "windows"  # (N, input_px, input_px, 3) uint8, RGB
SCENE_INPUT: Final = "scene"  # (S,) float32, see imaging.scene; only for models that ask for it
OUTPUT: Final = "probabilities"  # (N, K) float32, calibrated, in the order of the labels; others are left
# About how many windows are cut before the model sees the first of them: it displaces the code that cuts them
# from the caches of the processor, so cutting one at a time takes twice as long.
_READY: Final = 16
_RESIZE: Final = {"area": cv2.INTER_AREA, "linear": cv2.INTER_LINEAR}


class Classifier:
    """One loaded model. Belongs to the process that made it: a session must not cross a fork."""

    def __init__(
        self,
        onnx: bytes,
        manifest: Manifest,
        threads: int = 1,
        *,
        has_wide_sums: bool = False,
        session: Session | None = None,
    ) -> None:
        """Load a model. Raises BadModel.

        has_wide_sums  as in session.open_session
        session        of the graph, where it is open already
        """
        self.manifest: Final = manifest
        self._spent: Final = threading.local()
        name = f"{manifest.name} {manifest.version}"
        self._session: Final = session or open_session(onnx, name, threads, has_wide_sums=has_wide_sums)
        expected = {WINDOWS_INPUT, SCENE_INPUT} if manifest.preprocessing.scene else {WINDOWS_INPUT}
        found = {node.name for node in self._session.get_inputs()}
        if found != expected:
            raise BadModel(f"{name} takes {sorted(found)}, not {sorted(expected)}")

    @property
    def cpu_s(self) -> float:
        """Time of the asking thread inside the model so far."""
        spent: float = getattr(self._spent, "cpu_s", 0.0)
        return spent

    def probabilities(self, windows: Iterable[Pixels], scene: NDArray[np.float32]) -> Probabilities:
        """Classify windows, as many at once as the manifest allows without a change of the answers.

        windows   N times (H, W, 3) uint8, RGB; a chunk's window has 244 x 244 px
        scene     the statistics of the photo they come from, see imaging.scene

        Returns (N, K) float32, columns in the order of the manifest's labels; of a model that tells apart,
        rows add up to 1.
        """
        how = self.manifest.preprocessing
        feeds = {SCENE_INPUT: scene} if how.scene else {}
        labels = len(self.manifest.labels)
        waiting = iter(windows)
        classified: list[NDArray[np.float32]] = []
        at_once = self.manifest.at_once
        while cut := list(islice(waiting, max(_READY // at_once, 1) * at_once)):
            ready = scaled(cut, how)
            for start in range(0, len(ready), at_once):
                some = ready[start : start + at_once]
                classified.append(self._run({WINDOWS_INPUT: some, **feeds}))
        return np.concatenate(classified) if classified else np.empty((0, labels), dtype=np.float32)

    def close(self) -> None:
        """End the process of the graph, if it has one of its own."""
        close = getattr(self._session, "close", None)
        if close is not None:
            close()

    def _run(self, feeds: dict[str, NDArray[Any]]) -> NDArray[np.float32]:
        began = time.thread_time()
        found = self._session.run([OUTPUT], feeds)[0]
        self._spent.cpu_s = self.cpu_s + time.thread_time() - began
        return np.asarray(found, dtype=np.float32)


def scaled(windows: Sequence[Pixels], how: Preprocessing) -> Windows:
    """Scale N windows, (H, W, 3) uint8 each, to the input of the graph: (N, input_px, input_px, 3) uint8."""
    size = (how.input_px, how.input_px)
    found = np.empty((len(windows), *size, 3), dtype=np.uint8)
    for window, place in zip(windows, found, strict=True):
        if window.shape[:2] == size:  # of a photo that was decoded at half its size
            place[:] = window
        else:
            cv2.resize(window, size, dst=place, interpolation=_RESIZE[how.resize])
    return found
