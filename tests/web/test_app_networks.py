"""Test the page of networks: upload one, preview its input, move its thresholds, delete it."""

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.deepomatic.networks import picture
from tests.networks import onnx_files
from tests.server import RunningServer
from tests.web.app import barriers
from tests.web.conftest import DESKTOP, PHONE, NewPage
from tests.web.test_app_surveys import agree

ORANGE = picture(255, 128, 0, 80, 40)
_PIXEL = """async (canvas, [x, y]) => {
  const at = [Math.round(x * canvas.width), Math.round(y * canvas.height)];
  return [...canvas.getContext("2d").getImageData(...at, 1, 1).data].slice(0, 3);
}"""


def png(name: str, content: bytes = ORANGE) -> dict[str, object]:
    return {"name": name, "mimeType": "image/png", "buffer": content}


def begin(page: Page, token: str, onnx: bytes) -> None:
    """Open the form, and choose a network."""
    page.on("dialog", agree)
    page.add_init_script(f"localStorage.setItem('coralchunk.token', '{token}')")
    page.goto("/networks")
    page.get_by_role("link", name="Upload a network").click()
    page.set_input_files(
        "#network-file",
        {"name": "colour.onnx", "mimeType": "application/octet-stream", "buffer": onnx},
    )
    expect(page.locator("#upload-button")).to_be_enabled()


@pytest.mark.slow
def test_a_network_for_whole_pictures_is_uploaded_tried_and_deleted(
    new_page: NewPage, server: RunningServer, server_token: str
) -> None:
    page = new_page(**DESKTOP)
    begin(page, server_token, onnx_files.mean_colour())
    page.get_by_label("Size in pixels").fill("8x8")
    page.set_input_files("#preview-photo", png("orange.png"))
    expect(page.locator("#preview-shape")).to_contain_text(re.compile("Tensor of shape 1.+3.+8.+8, FLOAT32"))
    expect(page.locator("#preview-channels")).to_contain_text("R1.0001.0001.000")
    page.get_by_label("Channels").select_option("BGR")
    expect(page.locator("#preview-channels tbody tr").first).to_contain_text("B0.0000.0000.000")
    page.get_by_label("Channels").select_option("RGB")
    page.get_by_label("Labels, one a line").fill("red\ngreen\nblue\n")
    assert barriers(page) == []

    page.get_by_role("button", name="Upload and run it once").click()

    expect(page.get_by_role("heading", name="colour")).to_be_visible()
    page.set_input_files("#test-photo", png("orange.png"))
    expect(page.locator("#found li").first).to_have_text("red: 1.000")
    expect(page.locator("#test-state")).to_have_text("2 of 3 predictions reach their threshold.")
    page.locator("#all-thresholds").fill("0.6")
    expect(page.locator("#test-state")).to_have_text("1 of 3 predictions reach their threshold.")
    expect(page.locator("#found li").nth(1)).to_contain_text("under the threshold")
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.locator("#versions tr")).to_have_count(2)
    expect(page.locator("#all-says")).to_have_text("0.600")
    assert barriers(page) == []
    page.get_by_role("button", name="Delete this network").click()
    expect(page.locator("#no-networks")).to_be_visible()
    assert server.client.get("/v0.7/networks", headers={"X-API-KEY": server_token}).json()["count"] == 0


def test_boxes_follow_the_threshold_on_a_phone(new_page: NewPage, server_token: str) -> None:
    onnx = onnx_files.fixed(
        {
            "boxes": np.array([[[0.25, 0.1, 0.75, 0.5], [0.1, 0.6, 0.4, 0.9]]], np.float32),
            "scores": np.array([[0.9, 0.7]], np.float32),
            "classes": np.array([[0, 1]], np.float32),
        }
    )
    page = new_page(**PHONE)
    begin(page, server_token, onnx)
    page.get_by_label("The network finds").select_option("direct")
    page.get_by_label("Labels, one a line").fill("coral\nfish")
    page.get_by_role("button", name="Upload and run it once").click()
    expect(page.get_by_role("heading", name="colour")).to_be_visible()

    page.set_input_files("#test-photo", png("orange.png", picture(255, 128, 0, 800, 400)))

    expect(page.locator("#test-state")).to_have_text("1 of 2 predictions reach their threshold.")
    canvas = page.locator("#boxes")
    assert canvas.evaluate(_PIXEL, [0.5, 0.6]) == [230, 159, 0]  # right side of the first box
    assert canvas.evaluate(_PIXEL, [0.9, 0.3]) == [255, 128, 0]
    page.locator("#all-thresholds").fill("0.5")
    expect(page.locator("#test-state")).to_have_text("2 of 2 predictions reach their threshold.")
    assert canvas.evaluate(_PIXEL, [0.9, 0.3]) == [86, 180, 233]  # right side of the second
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
    assert barriers(page) == []
    page.get_by_role("button", name="Delete this network").click()
    expect(page.locator("#no-networks")).to_be_visible()
