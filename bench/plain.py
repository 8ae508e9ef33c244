"""Measure a simple design: an RQ job per chunk, forking workers, a session per job, an overlay by Pillow.

This is the most straightforward implementation. It runs on a small photo and is scaled by chunks, because a
large one takes minutes.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import BytesIO
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageDraw
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.job import Job

from bench.client import Done
from bench.crowd import Crowd
from bench.figures import Goal, median
from bench.kit import Kit
from bench.model import opened, refined_as_served
from bench.photos import Upload, upload
from bench.processes import wait_for
from bench.server import CORES, clean_environment, started
from coralchunk.arrays import Pixels, Probabilities
from coralchunk.imaging.scene import scene
from coralchunk.imaging.windows import windows
from coralchunk.supervisor.redis_server import server_binary
from coralchunk.terms import CLASSES, Chunk

_QUEUE: Final = "plain"
_TASK: Final = "bench.plain_task.classify_chunk"
_DEADLINE_S: Final = 180.0
_COLOURS: Final = ((213, 94, 0, 77), (0, 158, 115, 77), (0, 0, 0, 0))
_TARGET: Final = 20.0


def plain(kit: Kit, ours: Crowd) -> None:
    """Measure the plain design; note how many times more chunks a second ours did under load."""
    photo, section = upload(kit.scale.plain_mp), f"plain design, {kit.scale.plain_mp:g} MP"
    times: list[float] = []
    with _running() as queue:
        for _ in range(kit.scale.plain_rounds):
            done = _photo(queue, photo)
            times.append(done.total_s)
            kit.check(section, photo, refined_as_served(done.probabilities, photo.size))
    kit.findings.add(section, f"photo of {photo.chunks} chunks", "s", times)
    rates = [photo.chunks / one for one in times]
    kit.findings.add(section, "chunks a second", "1/s", rates)
    rate = ours.chunks_per_s
    figure = kit.findings.note(
        section,
        "chunks a second: coralchunk under load / this",
        "x",
        rate / median(rates),
        [rate / one for one in rates],
    )
    kit.findings.aim(figure, Goal.AT_LEAST, _TARGET)


def _photo(queue: Queue, photo: Upload) -> Done:
    began = time.perf_counter()
    pixels, chunks = opened(photo.jpeg)
    seen = scene(pixels).tolist()
    jobs = [queue.enqueue(_TASK, _png(Image.fromarray(cut)), seen) for cut in windows(pixels, chunks)]
    wait_for("the plain design's jobs", lambda: all(_is_over(job) for job in jobs), _DEADLINE_S, 0.02)
    found = np.array([job.return_value(refresh=True) for job in jobs], dtype=np.float32)
    picture = _overlay(pixels, chunks, found)
    total_s = time.perf_counter() - began
    return Done(len(jobs), 0.0, 0.0, total_s, 0.0, time.monotonic(), found, len(picture))


def _is_over(job: Job) -> bool:
    status = job.get_status(refresh=True)
    if status is not None and status.value == "failed":
        raise RuntimeError(f"a job of the plain design failed: {job.latest_result()}")
    return status is not None and status.value == "finished"


def _overlay(pixels: Pixels, chunks: list[Chunk], found: Probabilities) -> bytes:
    picture = Image.fromarray(pixels).convert("RGBA")
    layer = Image.new("RGBA", picture.size)
    draw = ImageDraw.Draw(layer)
    for chunk, best in zip(chunks, found.argmax(axis=1), strict=True):
        box = (chunk.x, chunk.y, chunk.x + chunk.width - 1, chunk.y + chunk.height - 1)
        draw.rectangle(box, fill=_COLOURS[best % len(CLASSES)], outline=(255, 255, 255, 255))
    return _png(Image.alpha_composite(picture, layer).convert("RGB"))


def _png(image: Image.Image) -> bytes:
    encoded = BytesIO()
    image.save(encoded, "PNG")
    return encoded.getvalue()


@contextmanager
def _running() -> Iterator[Queue]:
    """Start a separate Redis and RQ's default workers, one per core."""
    with tempfile.TemporaryDirectory(prefix="coralchunk-plain-") as folder, ExitStack() as running:
        path, environment = f"{folder}/redis.sock", clean_environment()
        command = [server_binary(), "--port", "0", "--unixsocket", path, "--dir", folder, "--save", ""]
        running.enter_context(started(command, environment, Path(folder) / "redis.log"))
        redis = running.enter_context(Redis(unix_socket_path=path))

        def answers() -> bool:
            try:
                return bool(redis.ping())
            except RedisError:
                return False

        wait_for("the plain design's Redis", answers, 20)
        rq = "from rq.cli.cli import main; main()"
        for number in range(CORES):
            command = [
                sys.executable,
                "-c",
                rq,
                "worker",
                "--url",
                f"unix://{path}",
                "--path",
                ".",
                "-q",
                _QUEUE,
            ]
            running.enter_context(started(command, environment, Path(folder) / f"worker-{number}.log"))
        yield Queue(_QUEUE, connection=redis)
