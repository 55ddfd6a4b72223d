"""A report as an XLSX workbook: a sheet of figures and a sheet of sentences."""

from io import BytesIO
from typing import Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from backend.reports.ports import Figure
from backend.reports.telling import Told

_AMOUNT: Final = "#,##0.00"
_WIDTHS: Final = (16, 24, 44, 10, 16, 10, 12, 16, 10)
_BEFORE: Final = 6
_LONG: Final = 90


def workbook(told: Told) -> bytes:
    """Return the workbook; text is text, so that no name becomes a formula, and amounts are numbers."""
    out = BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": told.title, "created": told.report.made_at.replace(tzinfo=None)})
    bold, amount = book.add_format({"bold": True}), book.add_format({"num_format": _AMOUNT})
    _figures(book.add_worksheet(told.columns["figure"]), told, bold, amount)
    _sentences(book.add_worksheet(told.columns["why"]), told, bold, amount)
    book.close()
    return out.getvalue()


def _figures(sheet: Worksheet, told: Told, bold: Format, amount: Format) -> None:
    _head(sheet, told, bold, ("section", "who", "figure", "orders", "amount"))
    sheet.write_string(_HEAD_ROWS - 1, _BEFORE, told.columns["before"], bold)
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    line = _HEAD_ROWS
    for part in told.parts:
        for row in part.rows:
            for column, words in enumerate((part.title, row.who, row.label)):
                sheet.write_string(line, column, words)
            _numbers(sheet, line, 3, row.figure, told, amount, told.link(row.selection))
            if row.before is not None:
                _numbers(sheet, line, _BEFORE, row.before, told, amount)
            line += 1


def _sentences(sheet: Worksheet, told: Told, bold: Format, amount: Format) -> None:
    _head(sheet, told, bold, ("why", "orders", "amount"))
    sheet.set_column(0, 0, _LONG)
    for line, sentence in enumerate(told.sentences, _HEAD_ROWS):
        sheet.write_string(line, 0, sentence.text)
        _numbers(sheet, line, 1, sentence.figure, told, amount, told.link(sentence.selection))


_HEAD_ROWS: Final = 4


def _head(sheet: Worksheet, told: Told, bold: Format, columns: tuple[str, ...]) -> None:
    """Write title, time and the words over the columns, which stay in sight."""
    sheet.write_string(0, 0, told.title, bold)
    sheet.write_string(1, 0, told.when)
    for place, column in enumerate(columns):
        sheet.write_string(_HEAD_ROWS - 1, place, told.columns[column], bold)
    sheet.freeze_panes(_HEAD_ROWS, 0)


def _numbers(
    sheet: Worksheet, line: int, column: int, figure: Figure, told: Told, amount: Format, link: str = ""
) -> None:
    if link:
        sheet.write_url(line, column, link)  # The number that follows takes the cell over, and keeps its link.
    sheet.write_number(line, column, figure.orders)
    if figure.minor is not None:
        sheet.write_number(line, column + 1, figure.minor / 100, amount)
        sheet.write_string(line, column + 2, told.report.currency)
