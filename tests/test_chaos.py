"""Test that under random faults every accepted photo is classified once, with the right answer."""

import pytest

from chaos.run import run


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_nothing_is_lost_whatever_dies() -> None:
    said: list[str] = []

    report = run(50, seed=1, say=said.append)

    assert report.wrong == [], "\n".join([*said, *report.lines()])
    assert sum(len(ledger.jobs) for ledger in report.ledgers) >= 5
