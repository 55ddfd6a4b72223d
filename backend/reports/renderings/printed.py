"""A report as a PDF on A4; Devanagari is shaped by HarfBuzz, in a font that comes with the project."""

from pathlib import Path
from typing import Final

from fpdf import FPDF
from fpdf.enums import Align, TableBordersLayout
from fpdf.fonts import FontFace

from backend.reports.telling import Part, Told

FONTS: Final = Path(__file__).parents[1] / "fonts"
_FACES: Final = {"": "NotoSansDevanagari_400Regular.ttf", "B": "NotoSansDevanagari_700Bold.ttf"}
_FAMILY: Final = "noto"
_WIDTHS: Final = (80, 16, 36, 46)
_PARTNER_WIDTHS: Final = (50, 50, 20, 50)
_QUIET: Final = (110, 118, 129)
_LINES: Final = (208, 213, 220)
_LINE_MM: Final = 0.5  # Of line height, for each point of the letters; vowel signs need room above and below.


def printed(told: Told) -> bytes:
    """Return the PDF.

    Raises:
        FileNotFoundError: The fonts were not fetched; `make setup` does.
    """
    pdf = _page(told)
    _text(pdf, told.title, size=16, style="B")
    _text(pdf, told.when, size=10)
    for part in told.parts:
        _text(pdf, part.title, size=12, style="B", above=2)
        _table(pdf, told, part)
    if told.sentences:
        _text(pdf, told.columns["why"], size=12, style="B", above=2)
    for sentence in told.sentences:
        _text(pdf, f"• {sentence.text}", size=9, link=told.link(sentence.selection))
    return bytes(pdf.output())


def _page(told: Told) -> FPDF:
    pdf = FPDF(format="A4")
    for style, name in _FACES.items():
        pdf.add_font(_FAMILY, style, FONTS / name)
    pdf.set_creation_date(told.report.made_at)
    pdf.set_title(told.title)
    pdf.set_lang(told.language)
    pdf.set_margin(16)
    pdf.set_auto_page_break(auto=True, margin=14)
    pdf.add_page()
    pdf.set_font(_FAMILY, size=9)
    # Named, since a line that begins with a Latin name would be shaped as Latin to its end.
    pdf.set_text_shaping(use_shaping_engine=True, direction="ltr", script="deva", language=told.language)
    pdf.set_draw_color(*_LINES)
    return pdf


def _text(pdf: FPDF, words: str, *, size: int, style: str = "", above: float = 0, link: str = "") -> None:
    pdf.ln(above)
    pdf.set_font(_FAMILY, style, size)
    pdf.multi_cell(0, size * _LINE_MM, words, new_x="LMARGIN", new_y="NEXT", link=link)
    pdf.set_font(_FAMILY, size=9)


def _table(pdf: FPDF, told: Told, part: Part) -> None:
    named = any(row.who for row in part.rows)
    widths = _PARTNER_WIDTHS if named else _WIDTHS
    aligned = tuple(Align.L if place < (2 if named else 1) else Align.R for place in range(len(widths)))
    with pdf.table(
        col_widths=widths,
        text_align=aligned,
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        first_row_as_headings=False,
        line_height=5,
    ) as drawn:
        if not named:
            drawn.row(["", "", "", told.columns["before"]], style=FontFace(color=_QUIET))
        for row in part.rows:
            style = None if row.figure.orders else FontFace(color=_QUIET)
            cells = [row.label, str(row.figure.orders), told.money(row.figure.minor)]
            line = drawn.row(style=style)
            for cell in [row.who, *cells] if named else [*cells, told.numbers(row.before)]:
                line.cell(cell, link=told.link(row.selection) if cell is cells[1] else "")
