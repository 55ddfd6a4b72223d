"""Reads an organisation's M-Pesa statement, CSV or XLSX, line by line, as the portal exports it."""

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, BinaryIO, Final

from python_calamine import CalamineError, CalamineWorkbook

from backend.payments.errors import StatementFormatError
from backend.payments.ports import Evidence, Feed
from backend.payments.providers.daraja.mapping import NAIROBI, minor_units
from backend.payments.statement_ports import OutflowKind, OutflowTold, StatementLine

_HEADER: Final = frozenset({"receiptno", "completiontime", "paidin", "withdrawn"})
_MOST_BEFORE: Final = 30  # The portal writes the shortcode and the span above the table.
_RECEIPT: Final = re.compile(r"[A-Z0-9]{8,12}")
_TIMES: Final = ("%d-%m-%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d-%m-%Y %H:%M")
_XLSX: Final = b"PK"
# What a line says in its details or reason; a charge has the receipt number of the payment that it is for.
_OUTFLOWS: Final = (
    (OutflowKind.CHARGE, re.compile(r"\bcharges?\b|\btariff\b")),
    (OutflowKind.TO_BANK, re.compile(r"\bto bank\b|\borgani[sz]ation settlement\b")),
)


def read_statement(file: BinaryIO, ours: Collection[str]) -> Iterator[StatementLine]:
    """Read a statement; what can't be read is a line with a reason, never an end.

    Args:
        file: The whole file, at its beginning.
        ours: Our paybill, store and till; a statement that names another number is refused.

    Raises:
        StatementFormatError: No table of transactions, or another shortcode's.
    """
    rows = enumerate(_rows(file), start=1)
    names = _find_table(rows, ours)
    for number, row in rows:
        cells = dict(zip(names, row, strict=False))
        if any(cells.values()):
            yield _line(number, cells)


def _rows(file: BinaryIO) -> Iterable[Sequence[str]]:
    start = file.read(len(_XLSX))
    file.seek(0)
    if start != _XLSX:
        return csv.reader(io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline=""))
    try:
        sheet = CalamineWorkbook.from_filelike(file).get_sheet_by_index(0)
    except CalamineError as error:
        raise StatementFormatError(reason="the workbook can't be opened") from error
    return ([_text(cell) for cell in row] for row in sheet.iter_rows())


def _text(cell: Any) -> str:
    """Return a cell as the CSV would have it; a whole number has no decimals."""
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S")
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _find_table(rows: Iterator[tuple[int, Sequence[str]]], ours: Collection[str]) -> list[str]:
    """Go to the row of column names and return them, in small letters without signs."""
    for number, row in rows:
        names = [re.sub(r"[^a-z]", "", cell.lower()) for cell in row]
        if _HEADER.issubset(names):
            return names
        if names and names[0] == "shortcode" and (named := re.sub(r"\D", "", "".join(row[1:]))) not in ours:
            raise StatementFormatError(reason=f"it is the statement of {named or 'another shortcode'}")
        if number >= _MOST_BEFORE:
            break
    raise StatementFormatError(reason="there is no table with Receipt No., Completion Time, Paid In and Withdrawn")


def _line(number: int, cells: Mapping[str, str]) -> StatementLine:
    try:
        return _read(number, {name: value.strip() for name, value in cells.items()})
    except ValueError as error:
        return StatementLine(number, problem=str(error))


def _read(number: int, cells: Mapping[str, str]) -> StatementLine:
    code = cells["receiptno"].upper()
    if not _RECEIPT.fullmatch(code):
        raise ValueError("no receipt number")
    if cells.get("transactionstatus", "Completed").lower() not in {"completed", ""}:
        return StatementLine(number, code=code)
    paid_in, withdrawn = _amount(cells["paidin"]), _amount(cells["withdrawn"])
    outflow = _outflow(code, withdrawn, cells) if withdrawn else None
    if outflow is not None:
        return StatementLine(number, code=code, outflow=outflow)
    linked = cells.get("linkedtransactionid", "").upper()
    if withdrawn and _is_reversal(cells):
        if not linked:
            raise ValueError("a reversal that does not name its payment")
        return StatementLine(number, code=code, reverses=linked)
    if not paid_in or _is_reversal(cells):
        return StatementLine(number, code=code)
    return StatementLine(number, code=code, told=_evidence(code, paid_in, cells))


def _outflow(code: str, amount_minor: int, cells: Mapping[str, str]) -> OutflowTold | None:
    kind = next((kind for kind, words in _OUTFLOWS if words.search(_words(cells))), None)
    if kind is None:
        return None
    moved_at = _time(cells["completiontime"])
    return OutflowTold("mpesa", code, kind, amount_minor, "KES", Feed.STATEMENT, moved_at)


def _words(cells: Mapping[str, str]) -> str:
    return f"{cells.get('reasontype', '')} {cells.get('details', '')}".lower()


def _is_reversal(cells: Mapping[str, str]) -> bool:
    words = _words(cells)
    return "reversal" in words or "reversed" in words


def _evidence(code: str, amount_minor: int, cells: Mapping[str, str]) -> Evidence:
    return Evidence(
        feed=Feed.STATEMENT,
        rail="mpesa",
        code=code,
        amount_minor=amount_minor,
        currency="KES",
        reference=cells.get("acno", ""),
        payer=cells.get("otherpartyinfo", "").partition(" - ")[0].strip(),
        paid_at=_time(cells["completiontime"]),
    )


def _amount(cell: str) -> int:
    """Read an amount, with thousands in commas and either sign; nothing is 0."""
    if not cell or cell == "-":
        return 0
    amount = minor_units(cell.replace(",", "").lstrip("-"))
    if amount is None:
        raise ValueError(f"no amount: {cell[:20]!r}")
    return amount


def _time(cell: str) -> datetime:
    for pattern in _TIMES:
        try:
            return datetime.strptime(cell, pattern).replace(tzinfo=NAIROBI).astimezone(UTC)
        except ValueError:
            continue
    raise ValueError(f"no time: {cell[:20]!r}")
