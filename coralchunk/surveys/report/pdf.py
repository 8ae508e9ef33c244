"""Lay a report out as a PDF file."""

from io import BytesIO
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from coralchunk.surveys.report.contents import Bar, Report
from coralchunk.surveys.report.heat_stress import HEIGHT, WIDTH, HeatReport
from coralchunk.translations import Texts

if TYPE_CHECKING:
    from fpdf import FPDF

_FONT: Final = "Roboto"
_INK: Final = (16, 33, 42)
_QUIET: Final = (68, 88, 97)
_BLEACHED: Final = (179, 71, 0)
_GRID: Final = (213, 218, 221)
_HEAT: Final = (31, 95, 153)
_ALERT: Final = (138, 28, 59)
_NAME_MM: Final = 42.0  # of the plot's names
_ROW_MM: Final = 5.0
_MOST_BARS: Final = 40
_WIDTHS: Final = (30, 20, 12, 16, 16, 16)  # of the table's columns, relative


def report_pdf(report: Report) -> bytes:
    """Return a PDF file, A4, with its title and language in its metadata."""
    # Only reports need these packages, which take most of a second to load.
    from font_roboto import Roboto, RobotoBold  # noqa: PLC0415
    from fpdf import FPDF  # noqa: PLC0415

    class _Pages(FPDF):
        @override
        def footer(self) -> None:
            self.set_y(-12)
            self.set_font(_FONT, size=8)
            self.set_text_color(*_QUIET)
            self.cell(
                0,
                5,
                report.t(
                    "{title}, page {number} of {total}",
                    title=report.title,
                    number=self.page_no(),
                    total="{nb}",
                ),
                align="C",
            )

    pages = _Pages(format="A4")
    pages.add_font(_FONT, "", Roboto)
    pages.add_font(_FONT, "B", RobotoBold)
    pages.set_margins(18, 16)
    pages.set_auto_page_break(auto=True, margin=18)
    pages.set_title(report.t("{title}: coral cover and bleaching", title=report.title))
    pages.set_lang(report.t.language)
    pages.set_creator("coralchunk")
    pages.set_image_filter("DCTDecode")  # pictures as JPEG; without losses they take five times as much
    pages.add_page()
    _first_page(pages, report)
    _plot(pages, report.bars, report.t)
    _heat_stress(pages, report.heat, report.t)
    _pictures(pages, report)
    _heading(pages, report.t("Figures of each photo"), 40)
    _table(pages, report.columns, report.rows, _WIDTHS)
    _heading(pages, report.t("How to cite"))
    _text(pages, report.citation)
    _text(pages, report.t("Licence of the data: {licence}.", licence=report.licence))
    return bytes(pages.output())


def _first_page(pages: "FPDF", report: Report) -> None:
    pages.set_font(_FONT, "B", 20)
    pages.set_text_color(*_INK)
    pages.multi_cell(0, 9, report.title, new_x="LMARGIN", new_y="NEXT")
    pages.set_font(_FONT, size=10)
    pages.set_text_color(*_QUIET)
    facts = " · ".join(report.t("{name}: {value}", name=name, value=value) for name, value in report.facts)
    pages.multi_cell(0, 5, facts, align="L", new_x="LMARGIN", new_y="NEXT")
    pages.ln(3)
    pages.set_font(_FONT, "B", 12)
    pages.set_text_color(*_INK)
    pages.multi_cell(0, 6, report.finding, align="L", new_x="LMARGIN", new_y="NEXT")
    pages.ln(2)
    columns = (report.t("Method"), report.t("Coral cover"), report.t("Bleached, of the coral"))
    _table(pages, columns, report.covers, (28, 30, 30))
    _heading(pages, report.t("Methods"))
    for paragraph in report.methods:
        _text(pages, paragraph)


def _heading(pages: "FPDF", text: str, below_mm: float = 24) -> None:
    """Write a heading on the page on which what follows it begins: `below_mm` high."""
    pages.ln(2)
    if pages.will_page_break(below_mm):
        pages.add_page()
    pages.set_font(_FONT, "B", 13)
    pages.set_text_color(*_INK)
    pages.cell(0, 8, text, new_x="LMARGIN", new_y="NEXT")


def _text(pages: "FPDF", text: str) -> None:
    pages.set_font(_FONT, size=10)
    pages.set_text_color(*_INK)
    pages.multi_cell(0, 5, text, align="L", new_x="LMARGIN", new_y="NEXT")
    pages.ln(1.2)


def _table(
    pages: "FPDF",
    columns: tuple[str, ...],
    rows: tuple[tuple[str, ...], ...],
    widths: tuple[int, ...],
) -> None:
    pages.ln(2)
    pages.set_font(_FONT, size=9)
    pages.set_text_color(*_INK)
    pages.set_draw_color(*_GRID)
    pages.set_fill_color(255)
    with pages.table(
        col_widths=widths, line_height=5, borders_layout="HORIZONTAL_LINES", text_align="LEFT"
    ) as table:
        for cells in (columns, *rows):
            row = table.row()
            for cell in cells:
                row.cell(cell)


def _plot(pages: "FPDF", bars: tuple[Bar, ...], t: Texts) -> None:
    """Draw the bleached cover of each photo as a dot on its interval."""
    if not bars:
        return
    shown = bars[:_MOST_BARS]
    _heading(pages, t("Bleached cover of each photo"), _ROW_MM * (len(shown) + 5))
    left, width, top = pages.l_margin + _NAME_MM, pages.epw - _NAME_MM - 6, pages.get_y() + 1
    bottom = top + _ROW_MM * len(shown)
    pages.set_font(_FONT, size=8)
    pages.set_draw_color(*_GRID)
    pages.set_text_color(*_QUIET)
    for step in range(6):
        x = left + width * step / 5
        pages.line(x, top, x, bottom)
        pages.text(x - 3, bottom + 4, t.percent(step / 5))
    pages.set_line_width(0.5)
    for number, bar in enumerate(shown):
        y = top + _ROW_MM * (number + 0.5)
        pages.set_xy(pages.l_margin, y - _ROW_MM / 2)
        pages.cell(_NAME_MM - 2, _ROW_MM, _shortened(bar.name), align="R")
        pages.set_draw_color(*_BLEACHED)
        pages.set_fill_color(*_BLEACHED)
        pages.line(left + width * bar.low, y, left + width * bar.high, y)
        pages.circle(left + width * bar.value, y, 1.1, style="F")
    pages.set_line_width(0.2)
    pages.set_xy(pages.l_margin, bottom + 6)
    told = [t("Share of the coral that looks bleached, with its 95 % interval.")]
    if len(bars) > len(shown):
        told.append(t("The first {shown} of {total} photos.", shown=len(shown), total=len(bars)))
    _text(pages, " ".join(told))


def _heat_stress(pages: "FPDF", heat: HeatReport | None, t: Texts) -> None:
    """Draw the heat stress of the site, with the levels of NOAA's alerts."""
    if heat is None:
        return
    _heading(pages, t("Heat stress"), 80)
    for paragraph in heat.paragraphs:
        _text(pages, paragraph)
    left, top, mm = pages.l_margin + 8, pages.get_y() + 2, (pages.epw - 8) / WIDTH
    right, bottom = left + WIDTH * mm, top + HEIGHT * mm
    pages.set_font(_FONT, size=8)
    pages.set_text_color(*_QUIET)
    pages.set_draw_color(*_GRID)
    for line in heat.curve.scale:
        pages.line(left, top + line.y * mm, right, top + line.y * mm)
        pages.set_xy(left - 8, top + line.y * mm - 2)
        pages.cell(7, 4, line.words, align="R")
    for tick in heat.dates:
        pages.text(left + tick.at * mm - 7, bottom + 4, tick.text)
    pages.set_draw_color(*_BLEACHED)
    pages.line(left + heat.survey_x * mm, top, left + heat.survey_x * mm, bottom)
    pages.set_line_width(0.5)
    pages.set_draw_color(*_HEAT)
    for points in heat.curve.lines:
        pages.polyline([(left + point.x * mm, top + point.y * mm) for point in points])
    pages.set_line_width(0.3)
    pages.set_draw_color(*_ALERT)
    pages.set_text_color(*_ALERT)
    for level in heat.curve.levels:
        pages.set_dash_pattern(dash=2, gap=1)
        pages.line(left, top + level.y * mm, right, top + level.y * mm)
        pages.set_dash_pattern()
        pages.text(left + 1.5, top + level.y * mm - 1, level.words)
    pages.set_line_width(0.2)
    pages.set_xy(pages.l_margin, bottom + 6)
    _text(pages, heat.caption)


def _shortened(name: str) -> str:
    return name if len(name) <= 26 else f"{name[:12]}…{name[-12:]}"


def _pictures(pages: "FPDF", report: Report) -> None:
    """Show the chosen photos, two in a row."""
    if not report.pictures:
        return
    side = (pages.epw - 6) / 2
    _heading(pages, report.t("Photos"), side * 0.75 + 22)
    for start in range(0, len(report.pictures), 2):
        pair = report.pictures[start : start + 2]
        if pages.will_page_break(side * 0.75 + 14):
            pages.add_page()
        top, ends = pages.get_y(), []
        for column, picture in enumerate(pair):
            x = pages.l_margin + column * (side + 6)
            pages.image(
                BytesIO(picture.preview.content),
                x,
                top,
                side,
                side * 0.75,
                keep_aspect_ratio=True,
                alt_text=picture.caption,
            )
            pages.set_xy(x, top + side * 0.75 + 1)
            pages.set_font(_FONT, size=8)
            pages.set_text_color(*_QUIET)
            pages.multi_cell(side, 4, picture.caption, align="L")
            ends.append(pages.get_y())
        pages.set_xy(pages.l_margin, max(ends) + 2)
    _text(
        pages,
        report.t("Orange in a double frame: bleached. Green: healthy. Hatched: unsure. Clear: not coral."),
    )
