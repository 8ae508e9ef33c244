"""Take docs/app.png and docs/app-phone.png: the app with the result of a generated reef.

    python -m docs.draw_app

Starts a server on loopback, sends the photo through the app in Chromium, and stops the server again. The
bundled model classifies the photo; on a drawing its answers are only an illustration.
"""

import shutil
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, expect, sync_playwright

from docs.draw_result import draw_reef
from tests.server import RunningServer

_TIMEOUT_MS: Final = 60_000
_SCREENS: Final[dict[str, dict[str, Any]]] = {
    "app.png": {"viewport": {"width": 1180, "height": 860}},
    "app-phone.png": {"viewport": {"width": 360, "height": 780}, "has_touch": True, "is_mobile": True},
}


def main() -> None:
    """Start a server, take the screenshots, stop the server."""
    photo = _reef()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = RunningServer(Path(folder) / "data")
        server.start()
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--headless", "--no-sandbox"]
        )
        try:
            for name, screen in _SCREENS.items():
                _take(browser, server, photo, Path(__file__).with_name(name), screen)
        finally:
            browser.close()
            server.destroy()


def _take(browser: Browser, server: RunningServer, photo: bytes, to: Path, screen: dict[str, Any]) -> None:
    context = browser.new_context(base_url=str(server.client.base_url), color_scheme="light", **screen)
    page = context.new_page()
    page.set_default_timeout(_TIMEOUT_MS)
    page.goto("/")
    page.locator("html[data-ready]").wait_for()
    page.set_input_files("#choose", [{"name": "reef.jpg", "mimeType": "image/jpeg", "buffer": photo}])
    expect(page.locator(".card")).to_have_attribute("data-state", "completed", timeout=_TIMEOUT_MS)
    page.get_by_role("link", name="Look at reef.jpg").click()
    expect(page.locator("#map")).to_be_visible()
    page.evaluate("async () => { for (let n = 0; n < 3; n += 1) await new Promise(requestAnimationFrame); }")
    shot = Image.open(BytesIO(page.screenshot())).convert("RGB")
    # 256 colours are enough for a page, and make a third of the file.
    shot.quantize(256, dither=Image.Dither.FLOYDSTEINBERG).save(to, optimize=True)
    context.close()


def _reef() -> bytes:
    pixels, _ = draw_reef(np.random.default_rng(11))
    encoded = BytesIO()
    Image.fromarray(pixels).save(encoded, "JPEG", quality=88)
    return encoded.getvalue()


if __name__ == "__main__":
    main()
