"""Test that under random faults every accepted photo is classified once, with the right answer."""

import pytest

from chaos.run import run


@pytest.mark.slow
@pytest.mark.no_cover
@pytest.mark.timeout(600)
def test_nothing_is_lost_whatever_dies(monkeypatch: pytest.MonkeyPatch) -> None:
    # Each fault has a test of its own, where coverage is measured; here it would leave less time for faults.
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
    said: list[str] = []

    report = run(50, seed=1, say=said.append)

    assert report.wrong == [], "\n".join([*said, *report.lines()])
    assert sum(len(ledger.jobs) for ledger in report.ledgers) >= 5
