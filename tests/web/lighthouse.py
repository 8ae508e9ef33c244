"""Measure the main pages: python -m tests.web.lighthouse; ends with 1 if a score is below 95."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click
from playwright.sync_api import BrowserContext, expect, sync_playwright

from tests.reef import jpeg
from tests.server import RunningServer, free_port
from tests.web.app import choose, file

LEAST: Final = 95
CATEGORIES: Final = ("performance", "accessibility", "best-practices")
LIGHTHOUSE: Final = Path(sys.prefix) / "lighthouse" / "node_modules" / ".bin" / "lighthouse"
PHOTOS: Final = 6
_PATIENCE_S: Final = 180


@contextmanager
def browser(profile: Path, port: int) -> Iterator[BrowserContext]:
    """A Chromium that Lighthouse connects to, with a profile that keeps photos between pages."""
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(profile),
            executable_path=shutil.which("chromium"),
            args=["--headless", "--no-sandbox", "--disable-gpu", f"--remote-debugging-port={port}"],
        )
        yield context
        context.close()


def pages(server: RunningServer, context: BrowserContext) -> dict[str, str]:
    """Send photos, make a survey of them, and return the addresses of the pages to measure."""
    base = str(server.client.base_url).rstrip("/")
    page = context.new_page()
    page.goto(f"{base}/")
    choose(page, *(file(f"{seed}.jpg", jpeg(900, 700, seed)) for seed in range(PHOTOS)))
    expect(page.locator(".card[data-state=completed]")).to_have_count(PHOTOS, timeout=_PATIENCE_S * 1000)
    result = page.locator('.card a[href*="#photo"]').first.get_attribute("href")
    gallery = page.locator('a[href*="/gallery#"]').first.get_attribute("href")
    page.close()
    body = {"name": "North wall", "site": "Tayrona", "date": "2024-03-09"}
    survey = server.client.post("/V1/api/surveys", json=body).json()["survey_id"]
    for seed in range(PHOTOS):
        job_id = server.submit(jpeg(900, 700, seed))
        server.completed(job_id)
        server.client.post(f"/V1/api/surveys/{survey}/photos", json={"job_id": job_id}).raise_for_status()
    places = {"home": "/", "result": f"/{result}", "survey": f"/surveys#{survey}", "gallery": str(gallery)}
    return {name: base + place.removeprefix(base) for name, place in places.items()}


def scores(url: str, port: int, report: Path) -> dict[str, int]:
    """Measure a page as on a phone of the middle class with a slow connection, Lighthouse's default."""
    command = [str(LIGHTHOUSE), url, f"--port={port}", "--disable-storage-reset", "--quiet"]
    command += [f"--only-categories={','.join(CATEGORIES)}", "--output=json", f"--output-path={report}"]
    subprocess.run(command, check=True, timeout=_PATIENCE_S)
    measured: dict[str, Any] = json.loads(report.read_text())
    return {name: round(100 * measured["categories"][name]["score"]) for name in CATEGORIES}


def best_scores(url: str, port: int, report: Path) -> dict[str, int]:
    """Measure a page up to three times: whatever else the machine does only lowers a score."""
    best = scores(url, port, report)
    for _ in range(2):
        if min(best.values()) >= LEAST:
            break
        again = scores(url, port, report)
        best = {name: max(best[name], again[name]) for name in CATEGORIES}
    return best


@click.command()
@click.option(
    "--keep", type=click.Path(path_type=Path), default="build/lighthouse", help="Folder for reports."
)
def main(keep: Path) -> None:
    """Measure the home page, a result, a survey and a gallery; prints a row for each."""
    keep.mkdir(parents=True, exist_ok=True)
    is_good = True
    with tempfile.TemporaryDirectory() as place:
        server, port = RunningServer(Path(place) / "data"), free_port()
        try:
            server.start()
            with browser(Path(place) / "profile", port) as context:
                for name, url in pages(server, context).items():
                    found = best_scores(url, port, keep / f"{name}.json")
                    click.echo(f"{name:10} {'  '.join(f'{what} {score}' for what, score in found.items())}")
                    is_good = is_good and min(found.values()) >= LEAST
        finally:
            server.destroy()
    sys.exit(0 if is_good else 1)


if __name__ == "__main__":
    main()
