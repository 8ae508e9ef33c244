"""Measure one photo at a time on an idle server, alternating with the floor."""

from typing import Final

from bench.client import Phone
from bench.figures import Goal, median, percentile
from bench.kit import Kit
from bench.photos import upload
from bench.processes import cpu_s

_TARGETS: Final = {12: 2.0, 48: 1.7}  # times the floor


def idle(kit: Kit) -> None:
    """Measure POST to completed for each size, turn by turn with the floor."""
    phone = Phone(kit.served.port)
    for megapixels, rounds in kit.scale.idle:
        _size(kit, phone, megapixels, rounds)
    phone.close()


def _size(kit: Kit, phone: Phone, megapixels: float, rounds: int) -> None:
    photo, found, section = upload(megapixels), kit.findings, f"idle, {megapixels:g} MP"
    kit.floor.take(photo)
    phone.classify(photo)  # fills what a server fills once
    floor_s, total_s, post_s, ratios, cpu_ratios, answer_mb = [], [], [], [], [], 0.0
    for number in range(1, rounds + 1):
        run = kit.floor.run()
        cpu_before = cpu_s(kit.served.pid)
        done = phone.classify(photo, number)
        cpu_ratios.append((cpu_s(kit.served.pid) - cpu_before) / run.cpu_s)
        found.compare(section, run.probabilities, done.probabilities)
        floor_s.append(run.wall_s)
        total_s.append(done.total_s)
        post_s.append(done.post_s)
        ratios.append(done.total_s / run.wall_s)
        answer_mb = done.answer_bytes / 1e6
    found.add(section, f"floor: {photo.chunks} chunks, the model alone", "s", floor_s)
    found.add(section, "POST to completed, p50", "s", total_s)
    found.note(section, "POST to completed, p95", "s", percentile(total_s, 95), total_s)
    found.add(section, "POST", "ms", [1e3 * one for one in post_s])
    found.add(section, "chunks a second", "1/s", [photo.chunks / one for one in total_s])
    ratio = found.note(section, "POST to completed / floor", "x", median(total_s) / median(floor_s), ratios)
    found.add(section, "CPU time of the server / of the floor", "x", cpu_ratios)
    if megapixels in _TARGETS:
        found.aim(ratio, Goal.AT_MOST, _TARGETS[int(megapixels)])
    size = found.add(
        section, f"answer with picture; the upload has {photo.megabytes:.1f} MB", "MB", [answer_mb]
    )
    if megapixels == 12:
        found.aim(size, Goal.AT_MOST, 3)
