"""Measure many clients at once: throughput, waiting times, and the model's share of the CPU time."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from bench.client import Phone
from bench.crowd import Crowd, crowd
from bench.figures import Goal, percentile
from bench.kit import Kit
from bench.photos import Upload, upload
from bench.server import CORES, Served
from bench.share import model_shares

_SECTION: Final = "load"
_ASK_EVERY_S: Final = 0.25
_FLOOR_ROUNDS: Final = 3  # before, and as many after
_MODEL_PERCENT: Final = 70


def load(kit: Kit) -> Crowd:
    """Load this server."""
    scale = kit.scale
    measure = upload(max(scale.mix[:1]))
    runs = kit.floor_of(measure, _FLOOR_ROUNDS)
    with model_shares(kit.served, scale.settle_s, scale.load_s) as shares:
        result = loaded(kit, scale.settle_s, scale.load_s)
    runs += kit.floor_of(measure, _FLOOR_ROUNDS)
    report(kit, _SECTION, [result])
    _waits(kit, result)
    share = kit.findings.add(_SECTION, "CPU time inside the model", "%", shares)
    kit.findings.aim(share, Goal.AT_LEAST, _MODEL_PERCENT)
    floor_ms = [1e3 * run.cpu_s / measure.chunks for run in runs]
    kit.findings.add(_SECTION, f"CPU time of a chunk at the floor, {CORES} at once", "ms", floor_ms)
    kit.findings.add(_SECTION, "CPU time of a chunk, all processes", "ms", [result.cpu_ms_per_chunk])
    floor_rate = [measure.chunks / run.wall_s for run in runs]
    kit.findings.add(_SECTION, "chunks a second of the floor", "1/s", floor_rate)
    return result


def loaded(kit: Kit, settle_s: float, load_s: float) -> Crowd:
    """Keep this server busy for a while."""
    return loads(kit.served, kit.scale.clients, kit.photos(kit.scale.mix), settle_s, load_s)


def loads(served: Served, clients: int, photos: Sequence[Upload], settle_s: float, load_s: float) -> Crowd:
    """Keep any server of this project busy for a while."""
    phones = [Phone(served.port) for _ in range(clients)]
    sends = [partial(phone.classify, every_s=_ASK_EVERY_S) for phone in phones]
    result = crowd(sends, photos, settle_s, load_s, served.pid)
    for phone in phones:
        phone.close()
    return result


def report(kit: Kit, section: str, rounds: Sequence[Crowd]) -> None:
    """Note throughput and errors of the rounds of a load, and check every answer."""
    kit.findings.add(section, "photos a minute", "1/min", [one.photos_per_min for one in rounds])
    kit.findings.add(section, "chunks a second", "1/s", [one.chunks_per_s for one in rounds])
    done = [pair for one in rounds for pair in one.done]
    totals = [one.total_s for _, one in done] or [0.0]
    for percent in (50, 95, 99):
        kit.findings.note(section, f"photo, p{percent}", "s", percentile(totals, percent), totals)
    kit.findings.add(section, "cores used", "", [one.cpu_s / one.wall_s for one in rounds])
    kit.findings.wrong += [f"{section}: {error}" for one in rounds for error in one.errors]
    for photo, one in done:
        kit.check(section, photo, one.probabilities)
    if not done:
        kit.findings.wrong.append(f"{section}: not one photo was done")


def _waits(kit: Kit, result: Crowd) -> None:
    waits = {
        "POST": [1e3 * done.post_s for _, done in result.done],
        "status": [1e3 * done.status_s for _, done in result.done],
        "answer with picture": [1e3 * done.answer_s for _, done in result.done],
    }
    for what, times in waits.items():
        for percent in (50, 95, 99) if times else ():
            kit.findings.note(_SECTION, f"{what}, p{percent}", "ms", percentile(times, percent), times)
