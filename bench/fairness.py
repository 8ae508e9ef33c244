"""Compare a small photo sent during a huge one with a small photo on an idle server."""

from typing import Final

from bench.client import Phone
from bench.figures import Goal, median
from bench.kit import Kit
from bench.photos import upload

_TARGET: Final = 3.0  # times its idle time
_SECTION: Final = "fairness"


def fairness(kit: Kit) -> None:
    """Measure how much longer the small photo takes."""
    small, huge, rounds = upload(kit.scale.small_mp), upload(kit.scale.huge_mp), kit.scale.fairness_rounds
    idle_s: list[float] = []
    busy_s: list[float] = []
    phone = Phone(kit.served.port)
    phone.classify(small)
    for number in range(rounds):
        idle_s.append(phone.classify(small, number).total_s)
        job_id = phone.post(huge, number)
        phone.wait_begun(job_id)
        done = phone.classify(small, rounds + number)
        # The huge photo must have been in progress all the time, or the round is void.
        if phone.status(job_id)["status"] == "processing":
            busy_s.append(done.total_s)
        kit.check(_SECTION, small, done.probabilities)
        phone.delete(job_id)
    phone.close()
    what = f"{kit.scale.small_mp:g} MP"
    kit.findings.add(_SECTION, f"{what}, idle server", "s", idle_s)
    if not busy_s:
        kit.findings.remarks.append("Fairness: the huge photo was done before the small one arrived.")
        return
    kit.findings.add(_SECTION, f"{what} while {kit.scale.huge_mp:g} MP are in work", "s", busy_s)
    slowest = median(busy_s) / median(idle_s)
    ratios = [one / median(idle_s) for one in busy_s]
    ratio = kit.findings.note(_SECTION, "busy / idle", "x", slowest, ratios)
    kit.findings.aim(ratio, Goal.AT_MOST, _TARGET)
