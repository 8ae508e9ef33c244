"""Test the main way through the app in WebKit, whose automated windows are private windows."""

import base64
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.server import RunningServer, environment, free_port
from tests.waiting import PATIENCE_S, wait_for
from tests.web.app import PHOTO

Script = Callable[..., Any]

_DROP = """const [name, encoded] = arguments;
  const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
  const given = new DataTransfer();
  given.items.add(new File([bytes], name, { type: "image/jpeg" }));
  const drop = new Event("drop", { bubbles: true, cancelable: true });
  Object.defineProperty(drop, "dataTransfer", { value: given });
  document.querySelector("#drop").dispatchEvent(drop);"""
_STATE = """const card = document.querySelector(".card");
  return [card?.dataset.state, card?.querySelector("img")?.naturalWidth ?? 0];"""


@pytest.fixture(scope="module")
def webkit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A session of WebKitGTK's browser, driven by WebDriver, on a display without a screen."""
    browser = next(Path("/usr/lib").glob("*/webkit2gtk-4.1/MiniBrowser"), None)
    if browser is None or not (shutil.which("WebKitWebDriver") and shutil.which("broadwayd")):
        pytest.skip("there is no WebKit here; on Debian: apt install webkit2gtk-driver libgtk-3-bin")
    place = tmp_path_factory.mktemp("wk")
    display = {"GDK_BACKEND": "broadway", "BROADWAY_DISPLAY": ":7", "XDG_RUNTIME_DIR": str(place)}
    variables = environment() | display | {"HOME": str(place)}
    port = free_port()
    started = [
        subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for command in (
            ["broadwayd", f"--unixsocket={place}/http", ":7"],
            ["WebKitWebDriver", f"--port={port}"],
        )
    ]
    options = {"webkitgtk:browserOptions": {"binary": str(browser), "args": ["--automation"]}}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_S) as driver:
        try:
            wait_for((place / "http").exists, "the display")
            wait_for(lambda: _answers(driver), "WebDriver answering")
            made = driver.post("/session", json={"capabilities": {"alwaysMatch": options}}).json()
            driver.base_url = f"{driver.base_url}/session/{made['value']['sessionId']}"
            yield driver
            driver.delete("")
        finally:
            for process in reversed(started):
                process.terminate()
                process.wait(PATIENCE_S)


def _answers(driver: httpx.Client) -> bool:
    try:
        return driver.get("/status").status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
def script(webkit: httpx.Client) -> Script:
    """Runs a script in the page, and returns what it returns."""

    def run(code: str, *arguments: str) -> Any:
        answer = webkit.post("/execute/sync", json={"script": code, "args": list(arguments)})
        return answer.json()["value"]

    return run


def _opened(webkit: httpx.Client, script: Script, url: str) -> None:
    webkit.post("/url", json={"url": url}).raise_for_status()
    wait_for(lambda: script("return document.documentElement.dataset.ready"), f"{url} being ready")


def test_a_private_window_of_webkit_keeps_photos_and_adds_them_to_a_survey(
    webkit: httpx.Client, script: Script, server: RunningServer
) -> None:
    base = str(server.client.base_url)
    _opened(webkit, script, f"{base}/")
    script(_DROP, "private.jpg", base64.b64encode(PHOTO).decode())
    wait_for(lambda: script(_STATE) == ["completed", 320], "the photo being classified, with its thumbnail")

    _opened(webkit, script, f"{base}/")

    wait_for(lambda: script(_STATE) == ["completed", 320], "the photo being there after a reload")
    assert script("return document.querySelector('#forgetful').hidden")
    _opened(webkit, script, f"{base}/surveys")
    script("""document.querySelector("#new-survey").click();
      document.querySelector("#survey-form [name=name]").value = "Private wall";
      document.querySelector("#survey-form .main").click();""")
    wait_for(lambda: script("return location.hash.length > 1"), "the survey being made")
    loaded = "return !document.querySelector('#add-photos').disabled"
    wait_for(lambda: script(loaded), "the survey being loaded")
    script("document.querySelector('#add-photos').click()")
    count = "return document.querySelector('#selected-count').textContent"
    wait_for(lambda: script(count) == "1 photo selected.", "the photo being offered")
    script("document.querySelector('#photo-picker .main').click()")
    rows = "return document.querySelector('#rows').textContent.includes('private.jpg')"
    wait_for(lambda: script(rows), "the photo being in the survey")
