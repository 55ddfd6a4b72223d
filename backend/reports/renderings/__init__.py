"""One told report as a file: CSV, workbook, printed page or message; a row of data each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from backend.reports.renderings.message import message
from backend.reports.renderings.printed import printed
from backend.reports.renderings.table import table
from backend.reports.renderings.workbook import workbook
from backend.reports.telling import Told


class Form(StrEnum):
    """What a report can be had as."""

    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"
    TEXT = "txt"


@dataclass(frozen=True, slots=True)
class FormRow:
    """How a form is made and what it is called on the wire."""

    media_type: str
    make: Callable[[Told], bytes]


def _text(told: Told) -> bytes:
    return message(told).encode()


FORMS: Final[Mapping[Form, FormRow]] = {
    Form.CSV: FormRow("text/csv; charset=utf-8", table),
    Form.XLSX: FormRow("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", workbook),
    Form.PDF: FormRow("application/pdf", printed),
    Form.TEXT: FormRow("text/plain; charset=utf-8", _text),
}


def file_name(told: Told, form: Form) -> str:
    """Return a name to save the file under, such as `M-1-day-2026-11-28.csv`."""
    report = told.report
    return f"{report.merchant_id}-{report.kind}-{report.first.isoformat()}.{form}"
