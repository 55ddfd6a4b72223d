"""Where the orders behind a figure are listed, for programs and for people."""

from datetime import date
from typing import Final
from urllib.parse import quote, urlencode

from backend.reports.ports import Report, Selection

API: Final = "/api/v1/reports"
PAGES: Final = "/console/reports"


def orders_path(report: Report, wanted: Selection, base: str = API, *, first: date | None = None) -> str:
    """Return the path that lists exactly the orders of a figure, of the report's time or of one that begins `first`."""
    given = {
        "figure": wanted.figure,
        "reason": wanted.reason,
        "vendor_id": wanted.vendor_id,
        "rider_id": wanted.rider_id,
    }
    query = urlencode({name: value for name, value in given.items() if value is not None})
    return f"{report_path(report, base, first=first)}/orders?{query}"


def report_path(report: Report, base: str = API, *, first: date | None = None) -> str:
    """Return the path of a report, or of the merchant's of another time."""
    return f"{base}/{quote(report.merchant_id)}/{report.kind}/{(first or report.first).isoformat()}"
