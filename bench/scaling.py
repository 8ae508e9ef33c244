"""Compare chunks per second with one worker and with two, and with the gain of the bare model."""

import time
from typing import Final

from bench.client import Phone
from bench.figures import Goal, median
from bench.floor import floor
from bench.kit import Kit
from bench.photos import Upload, upload
from bench.server import CORES, serving

_TARGET: Final = 1.8
_SECTION: Final = "scaling, 1 to 2 workers"


def scaling(kit: Kit) -> None:
    """Measure some photos at once on one worker and on two, turn by turn."""
    if CORES < 2:
        kit.findings.remarks.append("Scaling: this machine has one core.")
        return
    photo, many = upload(kit.scale.scaling_mp), kit.scale.scaling_photos
    rates: dict[int, list[float]] = {1: [], 2: []}
    floors: dict[int, list[float]] = {1: [], 2: []}
    with serving(1) as one, serving(2) as two, floor(1) as floor_one, floor(2) as floor_two:
        sides = {1: (Phone(one.port), floor_one), 2: (Phone(two.port), floor_two)}
        for phone, alone in sides.values():
            phone.classify(photo)
            alone.take(photo)
        for _ in range(kit.scale.scaling_rounds):
            for workers, (phone, alone) in sides.items():
                floors[workers].append(photo.chunks / alone.run().wall_s)
                rates[workers].append(many * photo.chunks / _all(phone, photo, many))
    for workers, found in rates.items():
        kit.findings.add(_SECTION, f"chunks a second, workers: {workers}", "1/s", found)
    gain = _gain(floors)
    kit.findings.note(_SECTION, "gain of the floor", "x", median(gain), gain)
    gain = _gain(rates)
    figure = kit.findings.note(_SECTION, "gain", "x", median(rates[2]) / median(rates[1]), gain)
    kit.findings.aim(figure, Goal.AT_LEAST, _TARGET)


def _gain(rates: dict[int, list[float]]) -> list[float]:
    return [two / one for one, two in zip(rates[1], rates[2], strict=True)]


def _all(phone: Phone, photo: Upload, many: int) -> float:
    began = time.perf_counter()
    jobs = [phone.post(photo, number) for number in range(many)]
    for job_id in jobs:
        phone.wait(job_id, 0.05)
    return time.perf_counter() - began
