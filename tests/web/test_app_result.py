"""Test a result in the browser: its marks on the photo, its chunks, and what can be saved."""

import csv
import io
import json
import re
from collections import Counter
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from coralchunk.imaging.overlay import COLOURS
from coralchunk.science.cover import severity
from coralchunk.surveys.report.figures import percent
from coralchunk.terms import State
from coralchunk.translations import Texts
from tests.cards import cast, with_card
from tests.reef import encoded, jpeg, reef
from tests.server import RunningServer
from tests.waiting import wait_for
from tests.web.app import (
    HEIGHT,
    STATIC,
    WIDTH,
    barriers,
    choose,
    colours_at,
    drawn,
    file,
    job_of,
    reads,
    slide,
    taken,
)
from tests.web.conftest import PHONE, NewPage

COLUMNS = 5
WHITE = (255, 255, 255)
LINE = (40, 40, 40)


@pytest.fixture
def looked_at(page: Page, server: RunningServer) -> tuple[Page, list[dict[str, Any]]]:
    """An opened result, and its chunks from the API."""
    choose(page, file("reef.jpg"))
    job_id = job_of(page, "reef.jpg")
    return page, server.status(job_id, "chunks")["chunks"]


def corner_of(chunks: list[dict[str, Any]], label: str) -> tuple[int, int]:
    """The left edge, at half height, of the first chunk that is said to be this."""
    chunk = next(chunk for chunk in chunks if chunk["predicted_label"] == label)
    return chunk["x"], chunk["y"] + chunk["height"] // 2


def middles(chunks: list[dict[str, Any]]) -> list[tuple[float, float]]:
    return [(chunk["x"] + chunk["width"] / 2, chunk["y"] + chunk["height"] / 2) for chunk in chunks]


def test_each_state_is_marked_on_the_photo_in_its_colour(
    looked_at: tuple[Page, list[dict[str, Any]]],
) -> None:
    page, chunks = looked_at
    bleached = corner_of(chunks, "Bleached Coral")
    healthy = corner_of(chunks, "Healthy Coral")
    nothing = corner_of(chunks, "Not Coral")

    reads(page, bleached, WHITE, right=1)
    reads(page, bleached, COLOURS[State.BLEACHED], right=6)
    reads(page, healthy, COLOURS[State.HEALTHY], right=1)
    reads(page, nothing, LINE, right=0)


def test_the_marks_can_be_faded_until_the_bare_photo_is_seen(
    looked_at: tuple[Page, list[dict[str, Any]]],
) -> None:
    page, chunks = looked_at
    edge = corner_of(chunks, "Bleached Coral")
    place = [(chunk["x"] + 120, chunk["y"] + 122) for chunk in chunks]
    marked = colours_at(page, place)

    slide(page, "#opacity", 0)

    bare = colours_at(page, place)
    assert bare != marked
    wash = COLOURS[State.BLEACHED]
    for chunk, under, over in zip(chunks, bare, marked, strict=True):
        if chunk["predicted_label"] == "Bleached Coral":
            mixed = [0.7 * a + 0.3 * b for a, b in zip(under, wash, strict=True)]
            assert all(abs(a - b) <= 3 for a, b in zip(over, mixed, strict=True)), (under, over)
        elif chunk["predicted_label"] == "Not Coral":
            assert under == over
    slide(page, "#opacity", 100)
    reads(page, edge, WHITE, right=1)


def test_a_class_can_be_switched_off(looked_at: tuple[Page, list[dict[str, Any]]]) -> None:
    page, chunks = looked_at
    edge = corner_of(chunks, "Bleached Coral")
    reads(page, edge, COLOURS[State.BLEACHED], right=6)

    page.get_by_label("Bleached").uncheck()

    reads(page, edge, COLOURS[State.BLEACHED], right=6, is_there=False)
    reads(page, corner_of(chunks, "Healthy Coral"), COLOURS[State.HEALTHY], right=1)


def test_the_threshold_recolours_and_recounts_at_once(
    looked_at: tuple[Page, list[dict[str, Any]]],
) -> None:
    page, chunks = looked_at
    counts = Counter(chunk["predicted_label"] for chunk in chunks)
    unsure = page.locator("[data-count=unsure]")
    expect(unsure).to_have_text(str(counts["Unsure"]))
    edge = corner_of(chunks, "Bleached Coral")

    slide(page, "#threshold", 99)

    surest = sum(max(chunk["probabilities"].values()) >= 0.99 for chunk in chunks)
    expect(unsure).to_have_text(str(len(chunks) - surest))
    reads(page, edge, COLOURS[State.BLEACHED], right=6, is_there=False)
    slide(page, "#threshold", 34)
    expect(unsure).to_have_text("0")
    page.get_by_role("button", name="Reset to the model's threshold").click()
    expect(unsure).to_have_text(str(counts["Unsure"]))


def test_the_words_for_bleaching_follow_the_interval_as_on_the_server(page: Page) -> None:
    ends = [0.0, 0.01, 0.04, 0.1, 0.31, 0.5, 0.72, 1.0]
    intervals = [(low, high) for low in ends for high in ends if low <= high]
    script = """async ([intervals, url]) => {
      const { severityText } = await import(url);
      return intervals.map(([low, high]) =>
        severityText({ bleached_cover: high, bleached_cover_interval: [low, high] }));
    }"""

    words = page.evaluate(script, [intervals, f"{STATIC}/app/format.js"])

    told = dict(zip(intervals, words, strict=True))
    assert told[0.0, 0.72] == told[0.04, 1.0] == "Too little coral to tell how severe"
    assert (told[0.5, 0.5], told[0.72, 1.0]) == ("Moderate bleaching", "Severe bleaching")
    assert told[0.31, 1.0] == "Moderate to severe bleaching"
    for (low, high), text in told.items():
        assert (severity(high, (low, high)) == "unknown") == text.startswith("Too little")


def test_the_app_shows_a_share_as_reports_do(page: Page) -> None:
    shares = [0.001, 0.0049, 0.9951, *(number / 200 for number in range(201))]
    script = """async ([shares, url]) => {
      const { formatBounds, formatPercent } = await import(url);
      return [shares.map(formatPercent), [[0, 0], [0, 0.004], [0.125, 0.9], [0.995, 1]].map(formatBounds)];
    }"""

    shown, bounds = page.evaluate(script, [shares, f"{STATIC}/app/format.js"])

    assert [text.replace("\u202f", " ") for text in shown] == [
        percent(share, Texts("en")) for share in shares
    ]
    assert shown[3 + 25] == "13\u202f%"  # 12.5 %
    assert [re.sub("[\u202f\u2060]", "", text) for text in bounds] == [
        "0\u20130%",
        "under 1%",
        "13\u201390%",
        "over 99%",
    ]


def test_each_page_with_figures_explains_them_once_and_states_the_models_limits(
    looked_at: tuple[Page, list[dict[str, Any]]],
) -> None:
    page, _ = looked_at
    notes = page.locator(".limitations:visible")
    for path in (
        "",
        "/",
        "/surveys",
        page.get_by_role("link", name="Printable report").get_attribute("href"),
    ):
        if path:
            page.goto(path)
        expect(notes).to_have_count(1)
        expect(notes).to_contain_text("“95 %” gives the interval")
        expect(notes).to_contain_text("check some of its squares before you use the figures")
        expect(notes.get_by_role("link")).to_have_attribute("href", "/docs/model")


def test_a_chunk_that_is_pointed_at_tells_what_it_is(
    looked_at: tuple[Page, list[dict[str, Any]]],
) -> None:
    page, chunks = looked_at
    index = next(i for i, chunk in enumerate(chunks) if chunk["predicted_label"] == "Healthy Coral")
    box = page.locator("#map").bounding_box()
    assert box is not None
    x, y = (side * box["width"] / WIDTH for side in middles(chunks)[index])

    page.mouse.move(box["x"] + x, box["y"] + y)
    expect(page.locator("#tip")).to_contain_text("Healthy Coral: bleached")
    page.mouse.down()
    page.mouse.up()

    told = page.locator("#chunk")
    chunk = chunks[index]
    expect(told).to_contain_text(f"Chunk {index}: Healthy Coral")
    expect(told).to_contain_text(f"{round(chunk['probabilities']['healthy'] * 100)}\u202f%")
    across = f"Pixels {chunk['x']}\N{EN DASH}{chunk['x'] + chunk['width']} across"
    expect(told).to_contain_text(across)


def test_chunks_without_data_stay_clear_whatever_the_threshold(page: Page) -> None:
    pixels = np.dstack([reef(WIDTH, HEIGHT, seed=7), np.full((HEIGHT, WIDTH), 255, np.uint8)])
    pixels[488:] = 0  # the lower two rows of chunks
    choose(page, file("mosaic.png", encoded(pixels, "PNG")))
    job_of(page, "mosaic.png")
    ground = (27, 38, 43)

    slide(page, "#threshold", 99)
    reads(page, (122, 610), ground, right=0)
    reads(page, (244, 610), ground, right=0)
    page.locator("#map").scroll_into_view_if_needed()
    box = page.locator("#map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 122 * box["width"] / WIDTH, box["y"] + 610 * box["width"] / WIDTH)

    expect(page.locator("#chunk h2")).to_contain_text("Chunk 10: No Data")
    expect(page.locator("#chunk")).to_contain_text("not classified")
    expect(page.locator("#chunk .correction")).to_have_count(0)
    expect(page.locator("#summary")).to_contain_text("10 chunks without data (50")
    assert barriers(page) == []


def test_the_whole_app_can_be_used_with_keys_alone(page: Page) -> None:
    choose(page, file("keys.jpg"))
    link = page.get_by_role("link", name="Look at keys.jpg")
    link.wait_for()
    for _ in range(30):
        if link.evaluate("(link) => link === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#view-title")).to_be_focused()
    drawn(page)
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.id") == "map":
            break

    for key in ("ArrowRight", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)

    expect(page.locator("#chunk h2")).to_contain_text(f"Chunk {COLUMNS + 1}:")
    for key in ("+", "+", "Shift+ArrowRight", "-"):
        page.keyboard.press(key)
    expect(page.locator("#map")).to_have_class("near")
    page.keyboard.press("0")
    expect(page.locator("#map")).not_to_have_class("near")
    page.keyboard.press("Escape")
    expect(page.locator("#chunk")).to_be_hidden()


def test_a_phone_zooms_with_two_fingers(new_page: NewPage) -> None:
    page = new_page(**PHONE)
    page.goto("/")
    choose(page, file("phone.jpg"))
    job_of(page, "phone.jpg")
    box = page.locator("#map").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = page.context.new_cdp_session(page)

    for kind, apart in (("touchStart", 20), ("touchMove", 40), ("touchMove", 90), ("touchEnd", None)):
        points = (
            [] if apart is None else [{"x": x - apart, "y": y, "id": 0}, {"x": x + apart, "y": y, "id": 1}]
        )
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    expect(page.locator("#map")).to_have_class("near")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360


def test_a_tap_zooms_to_a_square_that_is_too_small_for_a_finger(new_page: NewPage) -> None:
    page = new_page(**PHONE)
    page.goto("/")
    choose(page, file("wide.jpg", jpeg(3660, 1464)))  # 15 by 6 chunks
    job_of(page, "wide.jpg")
    page.locator("#map").scroll_into_view_if_needed()
    box = page.locator("#map").bounding_box()
    assert box is not None
    side = box["width"] / 15

    page.touchscreen.tap(box["x"] + 7.5 * side, box["y"] + 2.5 * side)
    expect(page.locator("#map")).to_have_class("near")
    expect(page.locator("#chunk")).to_be_hidden()
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    expect(page.locator("#chunk h2")).to_contain_text(f"Chunk {2 * 15 + 7}:")


def test_picture_table_and_data_can_be_taken_away(
    looked_at: tuple[Page, list[dict[str, Any]]],
) -> None:
    page, chunks = looked_at

    picture = Image.open(io.BytesIO(taken(page, "Picture (PNG)", "reef.png")))
    rows = list(csv.DictReader(io.StringIO(taken(page, "Table (CSV)", "reef.csv").decode())))
    data = json.loads(taken(page, "All data (JSON)", "reef.json"))

    assert picture.format == "PNG"
    assert [row["predicted_label"] for row in rows] == [chunk["predicted_label"] for chunk in chunks]
    assert data["chunks"] == chunks


def test_the_position_of_a_photo_is_given_out_only_to_one_who_asks(page: Page) -> None:
    notes = Image.Exif()
    notes.get_ifd(0x8825).update({1: "S", 2: (18.0, 15.0, 0.0), 3: "E", 4: (147.0, 30.0, 0.0)})
    notes.get_ifd(0x8769)[36867] = "2024:11:29 10:03:05"
    choose(page, file("placed.jpg", encoded(reef(900, 700), "JPEG", exif=notes)))
    job_of(page, "placed.jpg")

    page.get_by_role("button", name="Map point (GeoJSON)").click()
    expect(page.locator("#export-options")).to_contain_text("-18.25000, 147.50000")
    point = json.loads(taken(page, "Save with position", "placed.geojson"))

    assert point["geometry"] == {"type": "Point", "coordinates": [147.5, -18.25]}
    assert point["properties"]["taken_at"] == "2024-11-29T10:03:05"


def test_a_photo_without_a_position_says_so(looked_at: tuple[Page, list[dict[str, Any]]]) -> None:
    page, _ = looked_at

    page.get_by_role("button", name="Map point (GeoJSON)").click()

    expect(page.locator("#export-options")).to_contain_text("contains no position")


def test_the_report_is_one_page(looked_at: tuple[Page, list[dict[str, Any]]]) -> None:
    page, _ = looked_at

    page.get_by_role("link", name="Printable report").click()

    expect(page.get_by_role("heading", name="reef.jpg")).to_be_visible()
    expect(page.locator("#summary")).to_contain_text(re.compile("chunks? bleached"))
    printed = page.pdf(prefer_css_page_size=True)
    assert printed.count(b"/Type /Page\n") == 1


def test_a_shared_link_shows_the_result_to_another_device(
    looked_at: tuple[Page, list[dict[str, Any]]], new_page: NewPage
) -> None:
    page, chunks = looked_at
    page.get_by_role("button", name="Share link").click()
    link = page.get_by_label("Anyone with this link").input_value()
    other = new_page(expected="404 (NOT FOUND")

    other.goto(link)
    drawn(other)
    expect(other.locator("#summary")).to_contain_text("of the coral looks bleached")
    expect(other.locator("#map-options")).to_be_hidden()
    other.locator("#map").focus()
    other.keyboard.press("ArrowRight")

    expect(other.locator("#chunk")).to_contain_text(chunks[0]["predicted_label"])
    expect(other.get_by_text("Wrong? Correct it")).to_have_count(0)
    other.goto(link + "x")
    expect(other.locator("#view-problem")).to_contain_text("This link has expired")


def test_a_shared_result_shows_words_first_then_a_small_picture_and_the_whole_one_on_zoom(
    looked_at: tuple[Page, list[dict[str, Any]]], new_page: NewPage
) -> None:
    page, _ = looked_at
    page.get_by_role("button", name="Share link").click()
    link = page.get_by_label("Anyone with this link").input_value()
    other = new_page()
    held: list[Route] = []
    whole: list[str] = []

    def hold(route: Route) -> None:
        held.append(route)

    other.route("**/shared/*.jpg", hold)
    other.on("request", lambda asked: whole.append(asked.url) if asked.url.endswith(".png") else None)

    other.goto(link)

    expect(other.locator("#summary")).to_contain_text("of the coral looks bleached")
    expect(other.locator("#map")).to_be_hidden()
    held[0].continue_()
    drawn(other)
    assert whole == []
    with other.expect_request("**/shared/*.png"):
        other.get_by_role("button", name="Zoom in").click()


def test_a_format_that_the_browser_cannot_draw_is_shown_as_the_server_drew_it(page: Page) -> None:
    choose(page, {"name": "scan.tiff", "mimeType": "image/tiff", "buffer": encoded(reef(600, 500), "TIFF")})
    job_of(page, "scan.tiff")

    expect(page.locator("#view-problem")).to_contain_text("cannot draw photos of this format")
    expect(page.locator("#map-options")).to_be_hidden()


def test_a_colour_card_gives_a_scale_and_colours_to_look_at(page: Page) -> None:
    photo, _ = with_card(reef(WIDTH, HEIGHT, seed=3), 30, (600, 500))
    choose(page, file("card.jpg", encoded(cast(photo, 0.3, 0.8, 1.0), quality=92)))
    job_of(page, "card.jpg")

    expect(page.locator("#summary")).to_contain_text("Colour card found: 30 px are 1 cm")
    expect(page.locator("#summary")).to_contain_text("cm² were classified")
    slide(page, "#opacity", 0)
    paper = (600, 450)  # on the card, between its patches
    red, _, blue = colours_at(page, [paper])[0]
    assert blue > red + 60
    page.get_by_label("Colours as the colour card gives them").check()

    wait_for(
        lambda: max(colours_at(page, [paper])[0]) - min(colours_at(page, [paper])[0]) < 12, "white paper"
    )
