"""Test the page of classifiers: label images, train, look at the figures, try, export."""

import csv
import io
import zipfile
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.reef import encoded
from tests.server import RunningServer
from tests.training.textures import texture
from tests.web.app import barriers, taken
from tests.web.conftest import DESKTOP, PHONE, NewPage
from tests.web.test_app_surveys import agree

NAMES = ("dots", "stripes")
IMAGES = 10  # of each label
ID = r"[0-9a-f-]{36}"


def drawn(name: str, seed: int) -> bytes:
    return encoded(texture(name, seed), "PNG")


def archive() -> bytes:
    """Pictures of two textures in folders of their names, one of them in the wrong one."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as writing:
        for name in NAMES:
            for seed in range(IMAGES):
                writing.writestr(f"textures/{name}/{seed}.png", drawn(name, seed))
        writing.writestr("textures/stripes/wrong.png", drawn("dots", 100))
        writing.writestr("textures/stripes/broken.png", b"no picture")
        writing.writestr("textures/readme.txt", b"about")
    return file.getvalue()


@pytest.fixture
def token(server: RunningServer, server_token: str) -> Iterator[str]:
    """A token whose user has no collection left after the test."""
    yield server_token
    headers = {"Authorization": f"Token {server_token}"}
    for one in server.client.get("/V1/api/collections", headers=headers).json()["collections"]:
        server.client.delete(f"/V1/api/collections/{one['id']}", headers=headers)


def label(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def has(page: Page, name: str, images: int) -> None:
    """Wait until a label has so many images."""
    expect(label(page, name)).to_be_visible()
    expect(label(page, name).locator(".tile")).to_have_count(images)


def begin(page: Page, token: str, name: str) -> None:
    """Open the page with a token, and make a collection."""
    page.on("dialog", agree)
    page.goto("/classifiers")
    page.get_by_role("button", name="Enter a token").click()
    page.get_by_label("Token", exact=True).fill(token)
    page.get_by_role("button", name="Use this token").click()
    page.get_by_role("button", name="New collection").click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Create collection").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()


@pytest.mark.slow
def test_a_folder_of_pictures_becomes_a_classifier(new_page: NewPage, token: str) -> None:
    page = new_page(expected="422", **DESKTOP)
    begin(page, token, "My textures")

    page.set_input_files("#zip", {"name": "t.zip", "mimeType": "application/zip", "buffer": archive()})

    expect(page.locator("#upload-state")).to_contain_text("21 images added. Not added: stripes/broken.png")
    has(page, "stripes", IMAGES + 1)
    label(page, "stripes").locator(".tile").last.drag_to(label(page, "dots"))
    has(page, "dots", IMAGES + 1)
    assert barriers(page) == []

    page.get_by_role("button", name="Train", exact=True).click()

    version = page.get_by_role("article", name="Version 1, which answers")
    expect(version).to_contain_text("Accuracy 100")
    version.get_by_text("Figures by label").click()
    expect(version.locator(".confusion td.right")).to_have_count(2)
    assert barriers(page) == []
    file = {"name": "new.png", "mimeType": "image/png", "buffer": drawn("stripes", 500)}
    page.set_input_files("#try-photo", file)
    expect(page.locator("#try-state")).to_have_text("Version 1: stripes")
    page.get_by_role("radio", name="Each chunk").check()
    page.set_input_files("#try-photo", file)
    expect(page.locator("#try-state")).to_contain_text("classified")
    expect(page.locator("#try-map")).to_be_visible()
    expect(page.locator("#try-labels")).to_contain_text("stripes")
    assert taken(page, "Download ONNX", "My textures-1.onnx").startswith(b"\x08")
    exported = zipfile.ZipFile(io.BytesIO(taken(page, "Images by label (ZIP)", "My textures.zip")))
    rows = list(csv.DictReader(io.StringIO(exported.read("tiles.csv").decode())))
    assert len(rows) == 2 * IMAGES + 1
    assert {row["label"] for row in rows} == set(NAMES)
    assert {row["photo"] for row in rows} == set(exported.namelist()) - {"tiles.csv"}


def test_images_are_moved_and_removed_by_keyboard_on_a_phone(new_page: NewPage, token: str) -> None:
    page = new_page(expected="400", **PHONE)
    begin(page, token, "Small")
    for name in NAMES:
        page.get_by_label("New label").fill(name)
        page.get_by_role("button", name="Add label").click()
        has(page, name, 0)
    files = [
        {"name": f"{seed}.png", "mimeType": "image/png", "buffer": drawn("dots", seed)} for seed in range(3)
    ]
    page.get_by_label("Add images to dots").set_input_files(files)
    has(page, "dots", 3)

    tile = label(page, "dots").locator(".tile").first
    tile.focus()
    page.keyboard.press("Space")
    page.get_by_label("Label", exact=True).select_option("stripes")
    page.get_by_role("button", name="Move", exact=True).click()

    has(page, "stripes", 1)
    has(page, "dots", 2)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
    assert barriers(page) == []
    label(page, "dots").locator(".tile").first.focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Remove", exact=True).click()
    has(page, "dots", 1)
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.locator("#problem")).to_contain_text("too little to learn from")
    page.get_by_role("button", name="Delete this collection").click()
    expect(page.locator("#no-collections")).to_be_visible()
