"""Test that the dashboard and the alerts name existing metrics, and that the alerts fire when they should."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.waiting import PATIENCE_S

ROOT = Path(__file__).parents[2]
MONITORING = ROOT / "deploy" / "monitoring"
ALERTS = MONITORING / "alerts.yaml"


def documented() -> set[str]:
    """Return the metrics that docs/operations.md explains; another test compares them with the server's."""
    page = (ROOT / "docs" / "operations.md").read_text()
    return set(re.findall(r"^\| `(coralchunk_\w+)` \|", page, re.MULTILINE))


def named(expressions: str) -> set[str]:
    names = set(re.findall(r"\bcoralchunk_\w+", expressions))
    return {re.sub(r"_seconds_(bucket|sum|count)$", "_seconds", name) for name in names}


def panels() -> list[dict[str, object]]:
    return list(json.loads((MONITORING / "dashboard.json").read_text())["panels"])


def queries() -> list[str]:
    return [target["expr"] for panel in panels() for target in panel["targets"]]


def test_every_metric_of_the_dashboard_exists_and_none_is_left_out() -> None:
    assert named("\n".join(queries())) == documented()


def test_the_panels_of_the_dashboard_lie_beside_each_other() -> None:
    taken = [
        (x, y)
        for panel in panels()
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]

    assert len(taken) == len(set(taken))
    assert {x for x, _ in taken} == set(range(24))


def test_every_metric_of_the_alerts_exists() -> None:
    expressions = re.findall(r"expr: (.*)", ALERTS.read_text())

    assert len(expressions) >= 8
    assert all(named(expression) and named(expression) <= documented() for expression in expressions)


@pytest.fixture
def promtool() -> str:
    found = shutil.which("promtool")
    if found is None:
        pytest.skip("promtool is not installed; on Debian and Ubuntu: apt install prometheus")
    return found


def test_the_alerts_fire_when_they_should(promtool: str) -> None:
    for arguments in (["check", "rules", "alerts.yaml"], ["test", "rules", "alerts.test.yaml"]):
        said = subprocess.run(
            [promtool, *arguments],
            cwd=MONITORING,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert said.returncode == 0, said.stdout + said.stderr


def test_the_queries_of_the_dashboard_are_well_formed(promtool: str, tmp_path: Path) -> None:
    rules = [{"record": f"panel:{number}", "expr": query} for number, query in enumerate(queries())]
    (tmp_path / "rules.json").write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))

    said = subprocess.run(
        [promtool, "check", "rules", "rules.json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )

    assert said.returncode == 0, said.stdout + said.stderr
