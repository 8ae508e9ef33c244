"""Provide a browser, and pages in it that fail the test on any complaint."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.server import RunningServer
from tests.waiting import PATIENCE_S

PATIENCE_MS = PATIENCE_S * 1000
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 360, "height": 800}, "has_touch": True, "is_mobile": True}
NewPage = Callable[..., Page]

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium without a window; its build for that takes a third of the processor time."""
    chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if chromium is None:
        pytest.skip("there is no Chromium here; on Debian: apt install chromium-headless-shell")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=chromium,
            args=["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield running
        running.close()


@pytest.fixture
def new_page(browser: Browser, server: RunningServer) -> Iterator[NewPage]:
    """Opens pages, each on a separate device; a test fails if one logs errors or sends requests elsewhere.

    expected  text of an error that the test provokes, or several
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []
    allowed = [
        "willReadFrequently",  # tests read pixels, the app does not
        "Service Worker registration blocked",  # it would load all files of the app for each test
    ]

    def open_page(
        base_url: str = str(server.client.base_url), expected: str | tuple[str, ...] = (), **options: Any
    ) -> Page:
        context = browser.new_context(base_url=base_url, **(DESKTOP | {"service_workers": "block"} | options))
        contexts.append(context)
        allowed.extend([expected] if isinstance(expected, str) else expected)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        page.on(
            "console",
            lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None,
        )
        page.on(
            "request",
            lambda asked: (
                None
                if asked.url.startswith((base_url, "blob:", "data:"))
                else complaints.append(f"asked elsewhere: {asked.url}")
            ),
        )
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [said for said in complaints if not any(words in said for words in allowed)] == []


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """The app on a desktop."""
    opened = new_page()
    opened.goto("/")
    return opened
