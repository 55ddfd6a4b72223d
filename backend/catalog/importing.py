"""Reads a merchant's catalogue file row by row, and says what is wrong with a row in words that help to mend it."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from backend.catalog.errors import ImportFormatError
from backend.catalog.linking.catalogue import parse_options
from backend.catalog.ports import ItemRow, ItemView

REQUIRED: Final = ("sku", "name", "price")
COLUMNS: Final = ("sku", "name", "aliases", "unit", "price", "currency", "stock", "options")
_KEPT: Final = ("aliases", "unit", "stock", "options")
DEFAULT_UNIT: Final = "piece"
MAX_ROWS: Final = 20_000
_PRICE_DECIMALS: Final = 2
_STOCK_DECIMALS: Final = 3
# Commas divide thousands, by threes or as lakhs; "1,50" would be a hundred times itself without them.
_GROUPED: Final = re.compile(r"[+-]?\d{1,3}(,\d{2,3})*,\d{3}(\.\d*)?")
_EXTRA: Final = "\0extra"
_LARGEST: Final = Decimal(10) ** 9


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """A row of the file: what it holds, or what is wrong with it.

    Attributes:
        silent: Columns that the file does not have; an item that is there keeps its own.
    """

    line: int
    sku: str
    row: ItemRow | None
    errors: tuple[str, ...] = ()
    silent: frozenset[str] = frozenset()


def read_rows(text: str, currency: str) -> list[ParsedRow]:
    """Read a catalogue in CSV form.

    Args:
        text: The file with its header; a byte-order mark is fine, commas or semicolons separate.
        currency: The merchant's; a row in another one is rejected.

    Raises:
        ImportFormatError: A column is missing or there twice, a quote is never closed, or there are too many rows.
    """
    try:
        lines = list(_lines(text.removeprefix("\ufeff")))
    except csv.Error as error:
        raise ImportFormatError(
            f"The file can't be read to its end, maybe for a quote that is never closed: {error}."
        ) from error
    if len(lines) > MAX_ROWS:
        raise ImportFormatError(f"The file has {len(lines)} rows; at most {MAX_ROWS} are taken at once.")
    seen: dict[str, int] = {}
    return [_parsed(number, cells, currency, position, seen) for position, (number, cells) in enumerate(lines)]


def _lines(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    header = text.partition("\n")[0]
    separator = ";" if header.count(";") > header.count(",") else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=separator, restkey=_EXTRA)
    names = [(name or "").strip().lower() for name in reader.fieldnames or ()]
    if twice := sorted({name for name in names if name in COLUMNS and names.count(name) > 1}):
        raise ImportFormatError(f"The first line names a column twice: {', '.join(twice)}.")
    missing = [column for column in REQUIRED if column not in names]
    if missing:
        raise ImportFormatError(f"The first line must name the columns; missing: {', '.join(missing)}.")
    for cells in reader:
        extra = "".join(cells.pop(_EXTRA, None) or ()).strip()
        row = {(name or "").strip().lower(): (value or "").strip() for name, value in cells.items() if name}
        row |= {_EXTRA: extra} if extra else {}
        if any(row.values()):
            yield reader.line_num, row


def _parsed(line: int, cells: Mapping[str, str], currency: str, position: int, seen: dict[str, int]) -> ParsedRow:
    sku = cells["sku"]
    errors: list[str] = []
    price = _number(cells["price"], "price", _PRICE_DECIMALS, errors)
    stock = _number(cells.get("stock") or "0", "stock", _STOCK_DECIMALS, errors)
    errors += [words for check in _CHECKS if (words := check(cells, currency))]
    if sku and sku in seen:
        errors.append(f"sku {sku} stands in line {seen[sku]} already; keep one of the two")
    seen.setdefault(sku, line)
    if errors or price is None or stock is None:
        return ParsedRow(line, sku, None, tuple(errors))
    row = ItemRow(
        sku=sku,
        name=cells["name"],
        aliases=tuple(alias.strip() for alias in cells.get("aliases", "").split("|") if alias.strip()),
        unit=cells.get("unit") or DEFAULT_UNIT,
        price_minor=int(price.scaleb(_PRICE_DECIMALS)),
        currency=currency,
        stock=stock,
        options=parse_options(cells.get("options", "")),
        position=position,
    )
    return ParsedRow(line, sku, row, silent=frozenset(column for column in _KEPT if column not in cells))


def completed(parsed: ParsedRow, item: ItemView | None) -> ParsedRow:
    """Fill what the file is silent about from the item as it stands, so that a list of prices empties no shelf."""
    if parsed.row is None or item is None or not parsed.silent:
        return parsed
    return replace(parsed, row=replace(parsed.row, **{column: getattr(item, column) for column in parsed.silent}))


def _no_sku(cells: Mapping[str, str], _currency: str) -> str | None:
    return None if cells["sku"] else "sku is empty; give each row a short code of its own"


def _no_name(cells: Mapping[str, str], _currency: str) -> str | None:
    return None if cells["name"] else "name is empty; write what customers know it as"


def _other_currency(cells: Mapping[str, str], currency: str) -> str | None:
    given = cells.get("currency") or currency
    return None if given.upper() == currency else f"currency is {given}; this shop sells in {currency}"


def _too_many(cells: Mapping[str, str], _currency: str) -> str | None:
    return (
        f"more cells than the first line has columns ({cells[_EXTRA]!r}); quote texts with commas"
        if _EXTRA in cells
        else None
    )


def _not_text(cells: Mapping[str, str], _currency: str) -> str | None:
    odd = [name for name, value in cells.items() if "\0" in value]
    return f"{odd[0]} holds a character that is no text" if odd else None


_CHECKS: Final[tuple[Callable[[Mapping[str, str], str], str | None], ...]] = (
    _no_sku,
    _no_name,
    _other_currency,
    _too_many,
    _not_text,
)


def _number(text: str, column: str, decimals: int, errors: list[str]) -> Decimal | None:
    if "," in text and not _GROUPED.fullmatch(text):
        errors.append(f"{column} has a comma where none divides thousands: {text}; write decimals behind a point")
        return None
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation:
        errors.append(f"{column} is not a number: {text!r}" if text else f"{column} is empty; write a number")
        return None
    if not value.is_finite() or not 0 <= value < _LARGEST:
        errors.append(f"{column} must be zero or more: {text}")
        return None
    if value != round(value, decimals):
        errors.append(f"{column} has more than {decimals} decimals: {text}")
        return None
    return value


def differences(item: ItemView, row: ItemRow) -> dict[str, tuple[str, str]]:
    """Return old and new value, as text, of each column in which the row differs from the item."""
    old, new = _comparable(item), _comparable(row)
    return {column: (_plain(old[column]), _plain(new[column])) for column in old if old[column] != new[column]}


def _comparable(row: ItemView | ItemRow) -> dict[str, Any]:
    return {
        "name": row.name,
        "aliases": tuple(row.aliases),
        "unit": row.unit,
        "price": Decimal(row.price_minor).scaleb(-_PRICE_DECIMALS),
        "stock": row.stock.normalize(),
        "options": {axis: tuple(values) for axis, values in row.options.items()},
        "active": row.active if isinstance(row, ItemView) else True,
    }


def _plain(value: Any) -> str:
    if isinstance(value, tuple):
        return "|".join(value)
    if isinstance(value, dict):
        return ";".join(f"{axis}={','.join(values)}" for axis, values in value.items())
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
