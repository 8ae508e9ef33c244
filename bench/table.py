"""Print the findings as a table, and store them as JSON."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bench.figures import Figure, Findings


def show(findings: Findings, machine: dict[str, Any], console: Console) -> None:
    """Print everything that was found."""
    about = machine["machine"]
    title = f"{about['processor']}, {about['cores']} cores; commit {machine['commit']}"
    table = Table(
        "what", "median", "min to max", "rounds", "target", title=escape(title), title_justify="left"
    )
    for column in (1, 2, 3):
        table.columns[column].justify = "right"
    section = ""
    for figure in findings.figures:
        if figure.section != section:
            section = figure.section
            table.add_section()
            table.add_row(f"[bold]{escape(section)}[/bold]")
        table.add_row(*(escape(cell) for cell in _cells(figure)))
    console.print(table)
    for remark in findings.remarks:
        console.print(escape(remark))
    for wrong in dict.fromkeys(findings.wrong):
        console.print(f"[red]WRONG[/red] {escape(wrong)}")


def keep(findings: Findings, machine: dict[str, Any], path: Path) -> None:
    """Write everything that was found."""
    path.parent.mkdir(parents=True, exist_ok=True)
    result = {
        **machine,
        "figures": [asdict(figure) | {"is_reached": figure.is_reached} for figure in findings.figures],
        "remarks": findings.remarks,
        "wrong": findings.wrong,
    }
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def _cells(figure: Figure) -> tuple[str, str, str, str, str]:
    spread = "" if figure.rounds < 2 else f"{number(figure.low)} to {number(figure.high)}"
    return (
        f"  {figure.what}",
        f"{number(figure.value)} {figure.unit}".strip(),
        spread,
        str(figure.rounds),
        _target(figure),
    )


def _target(figure: Figure) -> str:
    if figure.goal is None or figure.target is None:
        return ""
    return f"{figure.goal} {figure.target:g}: {'reached' if figure.is_reached else 'missed'}"


def number(value: float) -> str:
    """Return three significant digits, without an exponent."""
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}" if abs(value) >= 0.001 else f"{value:.4f}"
