"""Serve the colour card as a PDF file to print."""

from io import BytesIO
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, send_file

from coralchunk.imaging.card.layout import (
    CARD_MM,
    MARKER_MM,
    SCALE_MM,
    SCALE_TOP_MM,
    black_cells,
    patches,
)

if TYPE_CHECKING:
    from fpdf import FPDF

colour_card = Blueprint("colour_card", __name__)

_WORDS: Final = (
    "coralchunk colour card",
    "Print at 100 % (actual size) on matt paper, and laminate it matt. Check the line: 10 cm.",
    "Lay it flat beside the coral, all of it in the photo, an eighth of the photo wide or more.",
)
_TEXT_TOP_MM: Final = 58.0
_LINE_MM: Final = 5.0


@colour_card.get("/colour-card.pdf")
def printable() -> Response:
    """Return the card, A5, in its true size."""
    answer = send_file(
        BytesIO(card_pdf()), mimetype="application/pdf", download_name="coralchunk-colour-card.pdf"
    )
    answer.cache_control.max_age = 3600
    return answer


def card_pdf() -> bytes:
    """Draw the card as vectors in its true size."""
    # Only reports and this need the package, which takes long to load.
    from fpdf import FPDF  # noqa: PLC0415

    width, height = CARD_MM
    pdf = FPDF(orientation="landscape", format=(height, width))
    pdf.set_auto_page_break(auto=False)
    pdf.set_title("coralchunk colour card")
    pdf.set_lang("en")
    pdf.set_creator("coralchunk")
    pdf.add_page()
    pdf.set_fill_color(0)
    for left, top, side in black_cells():
        pdf.rect(left, top, side, side, "F")
    for patch in patches():
        pdf.set_fill_color(*patch.colour)
        pdf.rect(patch.left_mm, patch.top_mm, patch.side_mm, patch.side_mm, "F")
    _scale(pdf)
    for number, words in enumerate(_WORDS):
        pdf.set_font("helvetica", "" if number else "B", 6.5 if number else 11)
        pdf.set_xy(MARKER_MM, _TEXT_TOP_MM + number * _LINE_MM)
        pdf.cell(CARD_MM[0] - 2 * MARKER_MM, _LINE_MM, words, align="C")
    return bytes(pdf.output())


def _scale(pdf: "FPDF") -> None:
    """Draw the line of 10 cm with a mark at each cm."""
    left, right = SCALE_MM
    pdf.set_line_width(0.3)
    pdf.line(left, SCALE_TOP_MM, right, SCALE_TOP_MM)
    for number in range(11):
        x = left + 10 * number
        pdf.line(x, SCALE_TOP_MM - (4 if number % 5 == 0 else 2), x, SCALE_TOP_MM)
