"""A report as CSV, one row a figure and one a sentence."""

import csv
from decimal import Decimal
from io import StringIO
from typing import Final

from backend.reports.links import orders_path
from backend.reports.ports import Figure, Selection
from backend.reports.telling import Told

COLUMNS: Final = ("part", "who", "key", "figure", "orders", "amount", "currency", "orders_url")
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
            writer.writerow(_cells(told, part.key, row.who, row.label, row.figure, row.selection))
    for sentence in told.sentences:
        writer.writerow(_cells(told, WHY, "", sentence.text, sentence.figure, sentence.selection))
    return out.getvalue().encode()


def _cells(told: Told, part: str, who: str, words: str, figure: Figure, selection: Selection) -> list[str]:
    amount = "" if figure.minor is None else f"{Decimal(figure.minor).scaleb(-2):.2f}"
    currency = "" if figure.minor is None else told.report.currency
    link = orders_path(told.report, selection)
    return [part, safe_cell(who), figure.key, safe_cell(words), str(figure.orders), amount, currency, link]
