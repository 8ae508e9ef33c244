"""Test that a photo with the colour card gets a scale and areas, and that the card counts nowhere."""

from io import BytesIO
from typing import Any

import cv2
import pytest
from pypdf import PdfReader

from coralchunk.imaging.card.layout import CARD_MM, black_cells, patches
from tests.cards import cast, with_card
from tests.reef import encoded, reef
from tests.server import RunningServer

_MM_IN_POINTS = 72 / 25.4
PX_PER_CM = 40.0
PLAIN = reef(1952, 1464, seed=9)  # eight by six chunks
PHOTO, CORNERS = with_card(PLAIN, PX_PER_CM, (1100, 800), turn_degrees=10)


@pytest.fixture(scope="module")
def answer(server: RunningServer) -> dict[str, Any]:
    """A photo in blue water with the card in it."""
    return server.completed(server.submit(encoded(cast(PHOTO, 0.3, 0.8, 1.0), quality=92)))


def test_the_card_gives_scale_areas_and_white_balance(answer: dict[str, Any]) -> None:
    card = answer["summary"]["card"]

    assert card["markers"] == 4
    assert card["px_per_cm"] == pytest.approx(PX_PER_CM, rel=0.01)
    assert card["white_balance"] == pytest.approx({"red": 0.8 / 0.3, "green": 1, "blue": 0.8}, rel=0.05)
    assert card["colour_error"]["after"] < card["colour_error"]["before"] / 4
    assert card["area_reason"] is None
    classified_px = sum(
        chunk["seen_px"]
        for chunk in answer["chunks"]
        if chunk["predicted_label"] not in {"No Data", "Unsure"}
    )
    assert card["area_cm2"]["classified"] == pytest.approx(classified_px / PX_PER_CM**2, rel=0.02)
    assert card["area_cm2"]["classified"] >= card["area_cm2"]["coral"] >= card["area_cm2"]["bleached"]


def test_the_card_counts_nowhere(answer: dict[str, Any]) -> None:
    seen = sum(chunk["seen_px"] for chunk in answer["chunks"])
    covered = [chunk for chunk in answer["chunks"] if 2 * chunk["seen_px"] < chunk["width"] * chunk["height"]]

    assert seen == pytest.approx(1952 * 1464 - cv2.contourArea(CORNERS), rel=0.01)
    assert covered
    assert all(chunk["predicted_label"] == "No Data" for chunk in covered)
    assert answer["summary"]["no_data_chunks"] == len(covered)


def test_a_tilted_card_gives_no_areas_and_says_why(server: RunningServer) -> None:
    tilted, _ = with_card(PLAIN, PX_PER_CM, (900, 700), tilt_degrees=35)

    card = server.completed(server.submit(encoded(tilted, quality=92)))["summary"]["card"]

    assert card["area_cm2"] is None
    assert "tilted by 35 degrees, and areas need at most 15" in card["area_reason"]


def test_a_photo_without_the_card_has_no_such_field(server: RunningServer) -> None:
    assert "card" not in server.completed(server.submit(encoded(PLAIN, quality=92)))["summary"]


def test_the_printed_card_has_its_true_size_and_what_is_looked_for(server: RunningServer) -> None:
    response = server.client.get("/colour-card.pdf")
    page = PdfReader(BytesIO(response.content)).pages[0]
    drawn = [
        [float(value) / _MM_IN_POINTS for value in operands]
        for operands, operator in page.get_contents().operations  # type: ignore[union-attr]
        if operator == b"re"
    ]

    assert response.headers["Content-Type"] == "application/pdf"
    assert [float(side) / _MM_IN_POINTS for side in page.mediabox[2:]] == pytest.approx(CARD_MM, abs=0.1)
    expected = [*black_cells(), *((one.left_mm, one.top_mm, one.side_mm) for one in patches())]
    assert len(drawn) == len(expected)
    for (x, y, width, height), (left, top, side) in zip(drawn, expected, strict=True):
        assert (x, width, abs(height)) == pytest.approx((left, side, side), abs=0.05)
        assert CARD_MM[1] - max(y, y + height) == pytest.approx(top, abs=0.05)
    assert "100 %" in page.extract_text()
