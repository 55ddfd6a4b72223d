"""A report as CSV, one row a figure and one a sentence."""

import csv
from decimal import Decimal
from io import StringIO
from typing import Final

from backend.reports.links import orders_path
from backend.reports.ports import Figure, Selection
from backend.reports.telling import Row, Told

_BEFORE: Final = ("orders_before", "amount_before", "orders_before_url")
COLUMNS: Final = ("part", "who", "key", "figure", "orders", "amount", "currency", "orders_url", *_BEFORE)
WHY: Final = "why"
_BOM: Final = "\ufeff"  # Spreadsheets take a file for UTF-8 by it.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(words: str) -> str:
    """Return words that no spreadsheet takes for a formula."""
    return f"'{words}" if words.startswith(_FORMULA) else words


def table(told: Told) -> bytes:
    """Return the CSV file, UTF-8 with a mark at its beginning; amounts in whole units, exact."""
    out = StringIO()
    out.write(_BOM)
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for part in told.parts:
        for row in part.rows:
            cells = _cells(told, part.key, row.who, row.label, row.figure, row.selection)
            writer.writerow([*cells, *_before_cells(told, row)])
    for sentence in told.sentences:
        cells = _cells(told, WHY, "", sentence.text, sentence.figure, sentence.selection)
        writer.writerow([*cells, *("" for _ in _BEFORE)])
    return out.getvalue().encode()


def _cells(told: Told, part: str, who: str, words: str, figure: Figure, selection: Selection) -> list[str]:
    currency = "" if figure.minor is None else told.report.currency
    link = orders_path(told.report, selection)
    return [part, safe_cell(who), figure.key, safe_cell(words), str(figure.orders), _amount(figure), currency, link]


def _before_cells(told: Told, row: Row) -> list[str]:
    if row.before is None:
        return ["" for _ in _BEFORE]
    link = orders_path(told.report, row.selection, first=told.report.before_first)
    return [str(row.before.orders), _amount(row.before), link]


def _amount(figure: Figure) -> str:
    """Write an amount in whole units, exact; nothing where only orders are counted."""
    return "" if figure.minor is None else f"{Decimal(figure.minor).scaleb(-2):.2f}"
