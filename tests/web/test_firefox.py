"""Test the main way through the app in Firefox, driven by WebDriver BiDi."""

import base64
import itertools
import json
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.exceptions import InvalidHandshake
from websockets.sync.client import ClientConnection, connect

from tests.server import RunningServer, environment, free_port
from tests.waiting import PATIENCE_S, wait_for
from tests.web.app import PHOTO

_DROP = """const [name, encoded] = arguments;
  const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
  const given = new DataTransfer();
  given.items.add(new File([bytes], name, { type: "image/jpeg" }));
  const drop = new DragEvent("drop", { dataTransfer: given, bubbles: true, cancelable: true });
  document.querySelector("#drop").dispatchEvent(drop);"""
_STATE = """const card = document.querySelector(".card");
  return [card?.dataset.state, card?.querySelector("img")?.naturalWidth ?? 0];"""
_DRAWN = "return document.querySelector('#map').checkVisibility({ visibilityProperty: true })"
_ARROW_RIGHT = "\ue014"


class Firefox:
    """One tab of a Firefox without a window."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._numbers = itertools.count(1)
        self._send("session.new", capabilities={})
        self._tab = self._send("browsingContext.getTree")["contexts"][0]["context"]

    def go_to(self, url: str) -> None:
        """Open a page, and wait until it is loaded."""
        self._send("browsingContext.navigate", context=self._tab, url=url, wait="complete")

    def open(self, url: str) -> None:
        """Open a page of the app, and wait until its scripts have run."""
        self.go_to(url)
        wait_for(lambda: self.run("return document.documentElement.dataset.ready"), f"{url} being ready")

    def run(self, code: str, *arguments: str) -> Any:
        """Run the body of a function in the page. Returns what it returns."""
        answer = self._send(
            "script.callFunction",
            functionDeclaration=f"function() {{ return JSON.stringify((function() {{ {code} }})"
            ".apply(null, arguments) ?? null); }",
            arguments=[{"type": "string", "value": one} for one in arguments],
            target={"context": self._tab},
            awaitPromise=False,
        )
        assert answer["type"] == "success", answer
        return json.loads(answer["result"]["value"])

    def press(self, key: str) -> None:
        """Press and release a key."""
        actions = [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        keyboard = {"type": "key", "id": "keyboard", "actions": actions}
        self._send("input.performActions", context=self._tab, actions=[keyboard])

    def text(self, selector: str) -> str:
        """Return the text of an element; empty where there is none."""
        return str(self.run("return document.querySelector(arguments[0])?.textContent ?? ''", selector))

    def click(self, selector: str) -> None:
        """Click an element once it is visible and enabled."""
        code = """const found = document.querySelector(arguments[0]);
          if (!found?.getClientRects().length || found.disabled) return false;
          found.click();
          return true;"""
        wait_for(lambda: self.run(code, selector), f"{selector} being visible")

    def click_button(self, label: str) -> None:
        """Click the visible button or link with a label, once it is there."""
        code = """const found = [...document.querySelectorAll("button, a")].find(
            (one) => one.textContent.trim() === arguments[0] && one.getClientRects().length);
          found?.click();
          return Boolean(found);"""
        wait_for(lambda: self.run(code, label), f"the button {label}")

    def close(self) -> None:
        """End the browser."""
        self._send("browser.close")

    def _send(self, method: str, **params: Any) -> Any:
        number = next(self._numbers)
        self._connection.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            answer = json.loads(self._connection.recv(PATIENCE_S))
            if answer.get("id") == number:
                assert answer["type"] == "success", answer
                return answer["result"]


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """Debian's Firefox with an empty profile."""
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    if program is None:
        pytest.skip("there is no Firefox here; on Debian: apt install firefox-esr")
    port, profile = free_port(), tmp_path_factory.mktemp("firefox")
    command = [program, "--headless", "--no-remote", "--profile", str(profile)]
    process = subprocess.Popen(
        [*command, f"--remote-debugging-port={port}", "about:blank"],
        env=environment() | {"HOME": str(profile), "MOZ_CRASHREPORTER_DISABLE": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with wait_for(lambda: _connected(port), "Firefox answering") as connection:
            browser = Firefox(connection)
            yield browser
            browser.close()
        process.wait(PATIENCE_S)
    finally:
        process.kill()
        process.wait(PATIENCE_S)


def _connected(port: int) -> ClientConnection | None:
    try:
        return connect(f"ws://127.0.0.1:{port}/session", max_size=None)
    except (OSError, InvalidHandshake):
        return None


def test_a_photo_is_dropped_watched_looked_at_corrected_put_in_a_survey_and_shared(
    firefox: Firefox, server: RunningServer
) -> None:
    base = str(server.client.base_url)
    firefox.open(f"{base}/")
    firefox.run(_DROP, "fox.jpg", base64.b64encode(PHOTO).decode())
    wait_for(
        lambda: firefox.run(_STATE) == ["completed", 320], "the photo being classified, with its thumbnail"
    )

    firefox.click(".card a")
    wait_for(lambda: firefox.text("#summary h2"), "the summary")
    wait_for(lambda: firefox.run(_DRAWN), "the photo and its chunks being drawn")
    firefox.run("document.querySelector('#map').focus()")
    firefox.press(_ARROW_RIGHT)
    wait_for(lambda: "Chunk 0" in firefox.text("#chunk h2"), "the chunk being shown")
    firefox.click_button("Not Coral")
    wait_for(lambda: "With 1 correction" in firefox.text("#summary"), "the corrected figures")
    firefox.click_button("Share link")
    link = wait_for(
        lambda: firefox.run("return document.querySelector('#export-options input')?.value"), "the link"
    )

    _put_in_a_survey(firefox, base)
    firefox.go_to(link)
    wait_for(lambda: "With 1 correction" in firefox.text("#summary"), "the shared figures")
    assert firefox.text("#view-problem") == ""


def _put_in_a_survey(firefox: Firefox, base: str) -> None:
    firefox.open(f"{base}/surveys")
    firefox.run("""document.querySelector("#new-survey").click();
      document.querySelector("#survey-form [name=name]").value = "Fox wall";
      document.querySelector("#survey-form .main").click();""")
    wait_for(lambda: firefox.run("return location.hash.length > 1"), "the survey being made")
    firefox.click("#add-photos")
    wait_for(lambda: firefox.text("#selected-count") == "1 photo selected.", "the photo being offered")
    firefox.click("#photo-picker .main")
    wait_for(lambda: "fox.jpg" in firefox.text("#rows"), "the photo being in the survey")
