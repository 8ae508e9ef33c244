"""Classify windows with ONNX Runtime on one core."""

import threading
import time
from collections.abc import Iterable
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
# Windows that are cut before the model sees the first of them: it displaces the code that cuts them from the
# caches of the processor, so cutting one at a time takes twice as long.
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
        """Classify windows one by one, so that an answer never depends on the batch that a window is in.

        One by one is also fastest on a CPU core: larger batches fall out of its cache (measured: batch 1
        beats 8 and 32 for EfficientNet-Lite0).

        windows   N times (H, W, 3) uint8, RGB; a chunk's window has 244 x 244 px
        scene     the statistics of the photo they come from, see imaging.scene

        Returns (N, K) float32, columns in the order of the manifest's labels; of a model that tells apart,
        rows add up to 1.
        """
        how = self.manifest.preprocessing
        feeds = {SCENE_INPUT: scene} if how.scene else {}
        waiting = iter(windows)
        classified: list[NDArray[np.float32]] = []
        while ready := [scaled(window, how) for window in islice(waiting, _READY)]:
            classified += [self._run({WINDOWS_INPUT: window, **feeds}) for window in ready]
        return np.array(classified, dtype=np.float32).reshape(-1, len(self.manifest.labels))

    def close(self) -> None:
        """End the process of the graph, if it has one of its own."""
        close = getattr(self._session, "close", None)
        if close is not None:
            close()

    def _run(self, feeds: dict[str, NDArray[Any]]) -> NDArray[np.float32]:
        began = time.thread_time()
        found = self._session.run([OUTPUT], feeds)[0][0]
        self._spent.cpu_s = self.cpu_s + time.thread_time() - began
        return np.asarray(found, dtype=np.float32)


def scaled(window: Pixels, how: Preprocessing) -> Windows:
    """Scale one window, (H, W, 3) uint8, to the input of the graph: (1, input_px, input_px, 3) uint8."""
    size = (how.input_px, how.input_px)
    if window.shape[:2] == size:  # of a photo that was decoded at half its size
        return np.ascontiguousarray(window)[np.newaxis]
    return np.asarray(cv2.resize(window, size, interpolation=_RESIZE[how.resize]), dtype=np.uint8)[np.newaxis]
