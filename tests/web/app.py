"""Do in the app what people do, one function for each action."""

import base64
import re
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Download, Locator, Page, expect

from coralchunk.assets import folder
from coralchunk.terms import CHUNK_PX
from coralchunk.web.files import fingerprint
from tests.reef import beside_water, encoded
from tests.waiting import wait_for

STATIC = f"/static/{fingerprint(folder('static'))}"
WIDTH, HEIGHT = 1220, 976  # five by four chunks
#: The bundled model finds every state in it.
PHOTO = encoded(beside_water(WIDTH, HEIGHT, 2 * CHUNK_PX, seed=314), quality=85)

_HAND_OVER = """([zone, name, encoded, kinds]) => {
  const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
  const given = new DataTransfer();
  given.items.add(new File([bytes], name, { type: "image/jpeg" }));
  for (const kind of kinds)
    zone.dispatchEvent(kind === "paste"
      ? new ClipboardEvent(kind, { clipboardData: given, bubbles: true })
      : new DragEvent(kind, { dataTransfer: given, bubbles: true, cancelable: true }));
}"""
_PIXELS = """async (canvas, [places, width, right]) => {
  for (let frames = 0; frames < 3; frames += 1) await new Promise(requestAnimationFrame);
  const scale = canvas.width / width;
  const pen = canvas.getContext("2d");
  return places.map(([x, y]) =>
    [...pen.getImageData(Math.round(x * scale) + right, Math.round(y * scale), 1, 1).data].slice(0, 3));
}"""


def file(name: str, content: bytes = PHOTO) -> dict[str, Any]:
    """Return a file as the chooser takes it."""
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}


def choose(page: Page, *files: dict[str, Any]) -> None:
    """Choose files with the button."""
    page.locator("html[data-ready]").wait_for()
    page.set_input_files("#choose", list(files))


def hand_over(page: Page, name: str, kinds: tuple[str, ...], content: bytes = PHOTO) -> None:
    """Drop or paste a file: what a browser would tell the page, event by event."""
    page.locator("html[data-ready]").wait_for()
    zone = page.locator("#drop").element_handle()
    page.evaluate(_HAND_OVER, [zone, name, base64.b64encode(content).decode(), list(kinds)])


def card(page: Page, name: str) -> Locator:
    """Find a photo in the list."""
    return page.locator(".card", has=page.get_by_role("heading", name=name))


def completed(page: Page, name: str) -> Locator:
    """Wait until a photo is classified."""
    done = card(page, name)
    expect(done).to_have_attribute("data-state", "completed")
    return done


def job_of(page: Page, name: str, look: str = "Look at") -> int:
    """Wait until a photo is classified, look at it, and return its job.

    look  first words of its link, in the language of the page
    """
    completed(page, name)
    with page.expect_response(re.compile(r"/V1/api/status/\d+\?include=summary,chunks")) as asked:
        page.get_by_role("link", name=f"{look} {name}").click()
    drawn(page)
    return int(asked.value.url.split("/status/")[1].split("?")[0])


def drawn(page: Page) -> None:
    """Wait until the photo and its chunks are shown; before, no key and no pointer reaches them."""
    expect(page.locator("#map")).to_be_visible()


def slide(page: Page, slider: str, value: int) -> None:
    """Move a slider."""
    page.locator(slider).fill(str(value))


def colours_at(page: Page, places: list[tuple[float, float]], right: int = 0) -> list[tuple[int, ...]]:
    """Return the colours of the map at these pixels of the photo, once the whole photo is drawn.

    right  offset to the right, in pixels of the screen
    """
    found = page.locator("#map").evaluate(_PIXELS, [places, WIDTH, right])
    return [tuple(colour) for colour in found]


def reads(
    page: Page, place: tuple[float, float], colour: tuple[int, ...], *, right: int, is_there: bool = True
) -> None:
    """Wait until the map has, or no longer has, this colour at this pixel of the photo."""
    wait_for(
        lambda: (colours_at(page, [place], right)[0] == colour) == is_there,
        f"{colour} at {place} being {is_there}",
    )


def taken(page: Page, button: str, name: str) -> bytes:
    """Press a button that downloads a file, and return the file."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).click()
    download: Download = waiting.value
    assert download.suggested_filename == name
    return download.path().read_bytes()


def barriers(page: Page) -> list[str]:
    """What keeps people from using a page, as axe-core finds it."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html']}" for one in found for node in one["nodes"]]
