"""What a user would otherwise pick: LitServe, under the same load, with the same photos."""

import json
import sys
import tempfile
import time
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from bench.client import Done, Phone, probabilities
from bench.crowd import Crowd, crowd
from bench.figures import Goal
from bench.kit import Kit
from bench.load import report
from bench.photos import Upload
from bench.server import clean_environment, free_port, started, wait_ready

_ABSENT: Final = "LitServe is not installed, so it is not compared; pip install -e '.[bench]' adds it."
_TARGET: Final = 3.0


def litserve(kit: Kit, ours: Crowd) -> None:
    """Load LitServe as it is installed, and tuned to the machine; note how much faster ours was."""
    if find_spec("litserve") is None:
        kit.findings.remarks.append(_ABSENT)
        return
    for name, workers, threads in kit.scale.litserve:
        section = f"LitServe {name}"
        result = _load(kit, workers, threads)
        report(kit, section, result)
        if result.photos_per_min:
            times = ours.photos_per_min / result.photos_per_min
            ratio = kit.findings.add(section, "photos a minute: coralchunk / LitServe", "x", [times])
            kit.findings.aim(ratio, Goal.AT_LEAST, _TARGET)


def _load(kit: Kit, workers: int, threads: int) -> Crowd:
    scale, port = kit.scale, free_port()
    command = [sys.executable, "-m", "bench.litserve_server", str(port), str(workers), str(threads)]
    with tempfile.TemporaryDirectory(prefix="coralchunk-bench-") as folder:
        log = Path(folder) / "log"
        with started(command, clean_environment(), log) as process:
            phones = [Phone(port) for _ in range(scale.clients)]
            wait_ready(process, phones[0], "/health", log)
            sends = [partial(_send, phone) for phone in phones]
            photos = kit.photos(scale.mix)
            result = crowd(sends, photos, scale.settle_s, scale.load_s, process.pid)
            for phone in phones:
                phone.close()
    return result


def _send(phone: Phone, photo: Upload, number: int) -> Done:
    began = time.perf_counter()
    content = phone.upload("/predict", photo, number)
    total_s = time.perf_counter() - began
    found = probabilities(json.loads(content)["chunks"])
    return Done(photo.chunks, total_s, 0.0, total_s, 0.0, time.monotonic(), found, len(content))
