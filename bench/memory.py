"""Measure the memory of the server: its peak for one photo, and whether it grows with their number."""

from typing import Final

from bench.client import Phone
from bench.figures import Goal
from bench.kit import Kit
from bench.photos import upload
from bench.processes import resident_mb, watched
from bench.server import serving

_TARGETS_MB: Final = {12: 450}  # of one worker
_PHOTOS: Final = 3
_SECTION: Final = "memory"


def memory(kit: Kit) -> None:
    """Measure peaks on a fresh server for each size, then growth."""
    for megapixels in kit.scale.memory:
        _peak(kit, megapixels)
    _growth(kit)


def _peak(kit: Kit, megapixels: float) -> None:
    photo = upload(megapixels)
    with serving() as served:
        phone = Phone(served.port)
        kit.findings.add(_SECTION, "idle, all processes", "MB", [sum(resident_mb(served.pid).values())])
        with watched(served.pid) as peaks:
            for number in range(_PHOTOS):
                kit.check(_SECTION, photo, phone.classify(photo, number, every_s=0.25).probabilities)
        phone.close()
    worker = kit.findings.add(_SECTION, f"{megapixels:g} MP: largest worker", "MB", [peaks.of("worker")])
    if megapixels in _TARGETS_MB:
        kit.findings.aim(worker, Goal.AT_MOST, _TARGETS_MB[int(megapixels)])
    kit.findings.add(_SECTION, f"{megapixels:g} MP: largest web process", "MB", [peaks.of("web")])
    # Pages that processes share are counted once for each, so this is an upper bound.
    kit.findings.add(_SECTION, f"{megapixels:g} MP: all processes", "MB", [peaks.together])


def _growth(kit: Kit) -> None:
    """Compare the memory after the first fifth of many photos with that at the end."""
    photo, many = upload(kit.scale.growth_mp), kit.scale.growth_photos
    with serving() as served:
        phone = Phone(served.port)
        after: list[float] = []
        for number in range(many):
            phone.classify(photo, number)
            after.append(sum(resident_mb(served.pid).values()))
        phone.close()
    early = many // 5
    grown = after[-1] - after[early]
    kit.findings.add(
        _SECTION, f"growth from photo {early} to {many} of {kit.scale.growth_mp:g} MP", "MB", [grown]
    )
