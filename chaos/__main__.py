"""Disturb a server and report what was lost: python -m chaos."""

import sys
from pathlib import Path

import click

from chaos.run import run


@click.command()
@click.option("--seconds", default=180, show_default=True, help="How long faults go on.")
@click.option("--seed", default=1, show_default=True, help="Which faults come in which order.")
@click.option("--log", type=click.Path(path_type=Path), help="Keep the servers' logs in this file.")
def main(seconds: int, seed: int, log: Path | None) -> None:
    """Inject faults, then check that every accepted photo was classified exactly once."""
    click.echo(f"{seconds} s of faults, seed {seed}")
    report = run(seconds, seed, click.echo, log)
    for line in report.lines():
        click.echo(line)
    sys.exit(1 if report.wrong else 0)


if __name__ == "__main__":
    main()
