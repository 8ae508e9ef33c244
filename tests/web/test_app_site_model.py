"""Test the way from corrections to a better model in the browser, on generated reefs."""

import json
import re
import secrets
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from coralchunk.arrays import Pixels
from coralchunk.imaging.grid import grid
from coralchunk.terms import CHUNK_PX, CLASSES, LABELS, Size
from tests.networks.onnx_files import nearest_colour
from tests.reef import BROWN, PALE, SAND, encoded, reef
from tests.server import RunningServer, serving
from tests.users import add_user_with_token
from tests.waiting import wait_for
from tests.web.app import HEIGHT, WIDTH, barriers, choose, completed, drawn, file
from tests.web.conftest import DESKTOP, NewPage

SEEDS = (
    300,
    302,
    304,
    313,
    318,
    328,
    375,
    382,
    385,
    391,
)  # with several chunks of bleached and of healthy coral
NEW = 900
MOST_SAND = 3  # corrected chunks of sand of each photo: there is more of it than of coral
COLOURS = np.array([PALE, BROWN, SAND], dtype=int)  # in the order of CLASSES


def truths(photo: Pixels) -> list[str]:
    """Return what most of each chunk was drawn as."""
    height, width = photo.shape[:2]
    found = []
    for chunk in grid(Size(width, height)):
        x, y = min(chunk.x, width - CHUNK_PX), min(chunk.y, height - CHUNK_PX)
        window = photo[y : y + CHUNK_PX, x : x + CHUNK_PX].astype(int)
        nearest = ((window[..., np.newaxis, :] - COLOURS) ** 2).sum(axis=-1).argmin(axis=-1)
        found.append(LABELS[CLASSES[int(np.bincount(nearest.ravel(), minlength=3).argmax())]])
    return found


def right(answer: dict[str, Any], photo: Pixels) -> int:
    """Count the chunks whose most probable label is the one that was drawn."""
    count = 0
    for chunk, truth in zip(answer["chunks"], truths(photo), strict=True):
        probabilities = list(chunk["probabilities"].values())
        count += LABELS[CLASSES[int(np.argmax(probabilities))]] == truth
    return count


def look(page: Page, name: str) -> int:
    """Open the result of a photo. Returns its job."""
    completed(page, name)
    with page.expect_response(re.compile(r"/V1/api/status/\d+\?include=summary,chunks")) as asked:
        page.get_by_role("link", name=f"Look at {name}").click()
    drawn(page)
    return int(asked.value.url.split("/status/")[1].split("?")[0])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server of its own: corrections that other tests made without a token would be learned from, too."""
    with serving(tmp_path_factory.mktemp("site") / "data") as running:
        yield running


@pytest.fixture
def token(server: RunningServer) -> str:
    """A token of a new user."""
    name = f"user-{secrets.token_hex(4)}"
    return add_user_with_token(server, name)


@pytest.fixture
def client(server: RunningServer, token: str) -> Iterator[httpx.Client]:
    """Sends requests with this token; the server closes connections while the browser is at work."""
    headers, limits = {"Authorization": f"Token {token}"}, httpx.Limits(keepalive_expiry=1)
    with httpx.Client(base_url=server.client.base_url, headers=headers, limits=limits, timeout=60) as opened:
        yield opened


@pytest.mark.slow
def test_corrections_become_a_model_that_is_better_on_the_photos_of_a_site(
    new_page: NewPage, token: str, client: httpx.Client
) -> None:
    page = new_page(**DESKTOP)
    page.add_init_script(f"localStorage.setItem('coralchunk.token', '{token}')")
    page.goto("/")
    correct_all(page, client)
    page.get_by_role("link", name="Classifiers").click()
    page.get_by_role("button", name="Collect my corrections").click()
    page.get_by_role("button", name="Retrain for my site").click()

    version = page.get_by_role("article", name="Version 1, which answers")
    expect(version).to_contain_text("It is better with 95 % certainty")
    version.get_by_role("button", name="Use for my photos").click()
    expect(version.locator(".for-photos")).to_be_visible()
    assert barriers(page) == []

    photo = reef(WIDTH, HEIGHT, NEW)
    page.get_by_role("link", name="Photos").click()
    choose(page, file("new.jpg", encoded(photo, quality=85)))
    site = answer(client, look(page, "new.jpg"))
    bundled = answer(client, send(client, photo, model="coralchunk-lite0-1.1.1"))
    assert re.fullmatch(r"classifier-\d+", site["summary"]["model"]["name"])
    assert bundled["summary"]["model"]["name"] == "coralchunk-lite0"
    assert right(site, photo) > right(bundled, photo)
    assert right(site, photo) >= 0.8 * len(site["chunks"])

    compare_network(page, client, token)
    network = answer(client, send(client, photo))
    assert network["summary"]["model"]["version"] == "2"
    assert right(network, photo) >= 0.95 * len(network["chunks"])


def correct_all(page: Page, client: httpx.Client) -> None:
    """Correct the first chunk of a photo in the app, and the others of all photos by requests."""
    photos = [reef(WIDTH, HEIGHT, seed) for seed in SEEDS]
    for photo in photos[1:]:
        correct(client, send(client, photo), photo)
    choose(page, file("first.jpg", encoded(photos[0], quality=85)))
    first = look(page, "first.jpg")
    page.locator("#map").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_role("button", name=truths(photos[0])[0], exact=True).click()
    expect(page.locator("#chunk")).to_contain_text("Your correction")
    correct(client, first, photos[0])


def compare_network(page: Page, client: httpx.Client, token: str) -> None:
    """Have a network that a user has uploaded compared on the corrections, and use it."""
    deploy(client, token)
    page.get_by_role("link", name="Classifiers").click()
    page.get_by_role("link", name="Corrections").click()
    page.get_by_text("Use my own network for chunks").click()
    expect(page.get_by_label("sand means")).to_have_value("not_coral")
    expect(page.get_by_label("pale means")).to_have_value("bleached")
    page.get_by_label("brown means").select_option("healthy")
    assert barriers(page) == []
    page.get_by_role("button", name="Compare it on these corrections").click()
    mapped = page.get_by_role("article", name="Version 2, which answers")
    expect(mapped).to_contain_text("It is better with 95 % certainty")
    mapped.get_by_role("button", name="Use for my photos").click()
    expect(mapped.locator(".for-photos")).to_be_visible()


def deploy(client: httpx.Client, token: str) -> None:
    """Upload a network that knows the colours of drawn reefs."""
    image = {"data_type": "FLOAT32", "pixel_scaling": 255.0, "mean_file": "", "target_size": "64x64"}
    image |= {"resize_type": "SQUASH", "color_channels": "RGB", "dimension_order": "NCHW"}
    how = {"inputs": [{"tensor_name": "data", "image": image}], "batched_output": True}
    names = [{"id": number, "name": name} for number, name in enumerate(("pale", "brown", "sand"))]
    outputs = [{"labels": {"labels": names, "exclusive": True, "roi": "NONE"}}]

    def post(path: str, **sent: Any) -> dict[str, Any]:
        answered = client.post(f"/v0.7{path}", headers={"X-API-KEY": token}, **sent)
        assert answered.is_success, answered.text
        found: dict[str, Any] = answered.json()
        return found

    form = {"name": "colours", "framework": "onnx", "preprocessing": json.dumps(how)}
    network = post("/networks", data=form, files={"model.onnx": nearest_colour(COLOURS)})
    task = f"/v0.7/tasks/{network['task_id']}"
    wait_for(
        lambda: client.get(task, headers={"X-API-KEY": token}).json()["status"] == "success", "the trial run"
    )
    spec = post("/recognition/specs", json={"name": "Drawn reefs", "outputs": outputs})
    reading = [{"classification": {"output_tensor": "prob"}}]
    version = {"spec_id": spec["id"], "network_id": network["id"], "post_processings": reading}
    post("/recognition/versions", json=version)


def send(client: httpx.Client, photo: Pixels, **fields: str) -> int:
    """Send a photo and wait for its result. Returns its job."""
    sent = client.post("/V1/api/classify", files={"image": encoded(photo, quality=85)}, data=fields)
    job_id: int = sent.json()["job_id"]
    wait_for(lambda: answer(client, job_id)["status"] == "completed", "the result")
    return job_id


def correct(client: httpx.Client, job_id: int, photo: Pixels) -> None:
    """Say of each chunk of coral, and of some chunks of sand, what was drawn."""
    sand = 0
    for index, truth in enumerate(truths(photo)):
        sand += truth == "Not Coral"
        if truth != "Not Coral" or sand <= MOST_SAND:
            address = f"/V1/api/classify/{job_id}/chunks/{index}/correction"
            assert client.put(address, json={"label": truth}).status_code == 200


def answer(client: httpx.Client, job_id: int) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/V1/api/status/{job_id}").json()
    return found
