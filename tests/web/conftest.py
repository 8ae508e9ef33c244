"""Provide a browser, and pages in it that fail the test on any complaint."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, Page, expect, sync_playwright

from tests.server import RunningServer
from tests.waiting import PATIENCE_S

PATIENCE_MS = PATIENCE_S * 1000
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 360, "height": 800}, "has_touch": True, "is_mobile": True}
NewPage = Callable[..., Page]

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def chromium() -> Iterator[BrowserType]:
    """Starts Debian's Chromium, of either build."""
    with sync_playwright() as playwright:
        yield playwright.chromium


def launched(chromium: BrowserType, *programs: str) -> Browser:
    """Start the first of these programs that is installed, without a window."""
    found = [path for path in map(shutil.which, programs) if path]
    if not found:
        pytest.skip(f"there is no {programs[0]} here; on Debian: apt install {programs[0]}")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    return chromium.launch(executable_path=found[0], args=options)


@pytest.fixture(scope="session")
def browser(chromium: BrowserType) -> Iterator[Browser]:
    """The build of Chromium that has no windows: it takes a third of the processor time."""
    running = launched(chromium, "chromium-headless-shell", "chromium")
    yield running
    running.close()


@pytest.fixture
def whole_browser(chromium: BrowserType) -> Iterator[Browser]:
    """The build of Chromium that can do all that it does for users, such as synchronise in the background."""
    running = launched(chromium, "chromium")
    yield running
    running.close()


@pytest.fixture
def new_page(browser: Browser, server: RunningServer) -> Iterator[NewPage]:
    """Opens pages, each on a separate device; a test fails if one logs errors or sends requests elsewhere.

    expected  text of an error that the test provokes, or several
    within    another browser than that of the session
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []
    allowed = [
        "willReadFrequently",  # tests read pixels, the app does not
        "Service Worker registration blocked",  # it would load all files of the app for each test
    ]

    def open_page(
        base_url: str = str(server.client.base_url),
        expected: str | tuple[str, ...] = (),
        within: Browser = browser,
        **options: Any,
    ) -> Page:
        context = within.new_context(base_url=base_url, **(DESKTOP | {"service_workers": "block"} | options))
        contexts.append(context)
        allowed.extend([expected] if isinstance(expected, str) else expected)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        page.on(
            "console",
            lambda said: (
                complaints.append(f"{said.text} {said.location.get('url', '')}")
                if said.type in {"error", "warning"}
                else None
            ),
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
