"""Test the language of pages: which one a browser gets, and that a page in it shows no English."""

import re
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.reef import jpeg
from tests.server import RunningServer
from tests.waiting import wait_for
from tests.web.app import card, choose, file, job_of
from tests.web.conftest import DESKTOP, PHONE, NewPage

MAX_BYTES: Final = 75_000  # of the first page with the texts of its scripts
_ENGLISH: Final = re.compile(
    r"\b(?:and|are|chunks?|of|photos?|than|the|this|was|with|yet|your)\b", re.IGNORECASE
)
_TEXTS: Final = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { data, parentElement } = walker.currentNode;
    if (!parentElement.closest("script, style, code, kbd")) found.push(data);
  }
  for (const element of document.querySelectorAll("*")) {
    for (const name of ["alt", "aria-label", "placeholder", "title"])
      found.push(element.getAttribute(name) ?? "");
  }
  return found.map((text) => text.trim()).filter(Boolean);
}"""
_SENT: Final = """() => ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind))
  .map((entry) => entry.transferSize).reduce((sum, size) => sum + size, 0)"""


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        pytest.param({}, "en", id="client that asks for none"),
        pytest.param({"Accept-Language": "es-MX,en;q=0.5"}, "es", id="browser in Mexico"),
        pytest.param({"Accept-Language": "ja, fr;q=0.5, en;q=0.3"}, "fr", id="second choice"),
        pytest.param({"Accept-Language": "ja"}, "en", id="language that is missing"),
        pytest.param({"Accept-Language": "id", "Cookie": "language=pt"}, "pt", id="choice on the page"),
        pytest.param({"Accept-Language": "id", "Cookie": "language=xx"}, "id", id="cookie of something else"),
    ],
)
def test_a_page_is_in_the_language_that_the_browser_asks_for(
    server: RunningServer, asked: dict[str, str], spoken: str
) -> None:
    answer = server.client.get("/surveys", headers=asked)

    assert f'<html lang="{spoken}"' in answer.text
    assert answer.headers["Content-Language"] == spoken
    assert {"Accept-Language", "Cookie", "Accept-Encoding"} <= set(answer.headers["Vary"].split(", "))
    assert "Set-Cookie" not in answer.headers


def test_a_language_in_the_address_is_remembered(server: RunningServer) -> None:
    answer = server.client.get("/?lang=id", headers={"Accept-Language": "fr"})
    server.client.cookies.clear()

    assert '<html lang="id"' in answer.text
    assert re.match(r"language=id; .*Max-Age=31536000; .*Path=/; SameSite=Lax", answer.headers["Set-Cookie"])


def test_the_documentation_stays_in_english(server: RunningServer) -> None:
    answer = server.client.get("/docs", headers={"Accept-Language": "es"})

    assert '<html lang="en"' in answer.text
    assert "Skip to content" in answer.text


def test_the_texts_of_scripts_are_kept_for_a_year(server: RunningServer) -> None:
    page = server.client.get("/", headers={"Accept-Language": "es"}).text
    address = re.search(r'src="(/static/\w+/languages/es\.js)"', page)
    assert address is not None

    answer = server.client.get(address[1])

    assert answer.text.startswith("globalThis.coralchunkTexts = {")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Encoding"] in {"br", "gzip"}
    assert server.client.get(address[1].replace("es.js", "en.js")).status_code == 404
    assert server.client.get(re.sub(r"/\w{12}/", "/000000000000/", address[1])).status_code == 404


def test_the_service_worker_keeps_the_pages_in_the_language_of_the_browser(server: RunningServer) -> None:
    english, spanish = (
        server.client.get("/sw.js", headers={"Accept-Language": language}) for language in ("en", "es")
    )

    assert "/languages/es.js" in spanish.text
    assert "/languages/" not in english.text
    assert english.text.split("\n")[0] != spanish.text.split("\n")[0]  # RELEASE, which names the cache
    assert spanish.headers["Content-Language"] == "es"


def test_the_language_can_be_chosen_on_the_page(page: Page) -> None:
    page.get_by_label("Language").select_option("fr")

    expect(page.get_by_role("heading", level=1)).to_have_text("Où le récif blanchit-il\u00a0?")
    expect(page).to_have_url("/")  # a link that is copied from it names no language
    page.goto("/surveys")
    expect(page.get_by_role("heading", level=1)).to_have_text("Relevés")


def test_the_first_page_is_small_in_every_language(new_page: NewPage) -> None:
    page = new_page(**PHONE, locale="id-ID")
    page.goto("/")
    page.locator("html[data-ready]").wait_for()

    assert page.evaluate(_SENT) <= MAX_BYTES


def test_the_app_opens_without_a_connection_in_the_language_that_was_chosen(new_page: NewPage) -> None:
    page = new_page(service_workers="allow", expected="ERR_INTERNET_DISCONNECTED")
    page.goto("/?lang=pt")
    page.locator("html[data-ready]").wait_for()
    ready = "async () => (await navigator.serviceWorker.ready).active.state === 'activated'"
    wait_for(lambda: page.evaluate(ready), "the service worker being active")

    page.context.set_offline(True)
    page.goto("/surveys")

    expect(page.get_by_role("heading", level=1)).to_have_text("Levantamentos")
    expect(page.locator("#offline")).to_be_visible()
    page.context.set_offline(False)


@pytest.mark.parametrize("look", [pytest.param(DESKTOP, id="desktop"), pytest.param(PHONE, id="phone")])
def test_no_page_of_a_spanish_browser_shows_english_or_is_wider_than_the_screen(
    new_page: NewPage, server: RunningServer, look: dict[str, object]
) -> None:
    page = new_page(**look, locale="es-ES", expected=("401", "404"))
    page.goto("/")
    choose(page, file("nada.jpg", b""), file("arrecife.jpg"))
    expect(card(page, "nada.jpg")).to_contain_text("Este archivo está vacío.")
    expect(card(page, "arrecife.jpg")).to_have_attribute("data-state", "completed")
    shown = {"home": page.evaluate(_TEXTS)}
    job_id = job_of(page, "arrecife.jpg", look="Ver")
    page.locator("#map").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#chunk h2")).to_contain_text("Cuadro 0")
    page.get_by_role("button", name="Enlace para compartir").click()
    page.locator("#share-link").wait_for()
    shown["result"] = page.evaluate(_TEXTS)
    survey = server.client.post("/V1/api/surveys", json={"name": "Laguna", "date": "2026-03-01"}).json()
    photo = {"job_id": job_id, "name": "arrecife.jpg"}
    server.client.post(f"/V1/api/surveys/{survey['survey_id']}/photos", json=photo)
    for path, ready in (
        (f"/report/{job_id}", "#report:visible"),
        ("/gallery", "html[data-ready]"),
        (f"/surveys#{survey['survey_id']}", "#rows button"),
        (f"/review/{job_id}", "html[data-ready]"),
        ("/classifiers", "html[data-ready]"),
        ("/networks", "html[data-ready]"),
        ("/tokens", "html[data-ready]"),
        ("/nada", "h1"),
    ):
        page.goto(path)
        page.locator(ready).first.wait_for(state="attached")
        shown[path] = page.evaluate(_TEXTS)
        wide, screen = page.evaluate("() => [document.documentElement.scrollWidth, innerWidth]")
        assert wide <= screen, path

    english = {path: [text for text in texts if _ENGLISH.search(text)] for path, texts in shown.items()}
    assert english == {path: [] for path in shown}


def test_why_a_photo_failed_is_said_in_the_language_of_the_page(new_page: NewPage) -> None:
    page = new_page(locale="es")
    page.goto("/")
    choose(page, file("cortada.jpg", jpeg(900, 700)[:-20_000]))

    failed = card(page, "cortada.jpg")

    expect(failed).to_have_attribute("data-state", "error")
    expect(failed).to_contain_text("Este archivo JPEG está dañado o incompleto (")
    assert "is damaged or incomplete" not in failed.inner_text()
