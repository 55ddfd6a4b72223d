"""The figures of a report, as rows: each is the orders that it counts, and what of their money it adds up.

One of them counts payments that have no order, which stand among the rows of `facts` as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from backend.orders.events import OrderState


class Section(StrEnum):
    """What figures stand under, in the order of the page."""

    ORDERS = "orders"
    MONEY = "money"
    PROMISES = "promises"
    EXCEPTIONS = "exceptions"


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure.

    Attributes:
        key: Its name in links, files and translations.
        holds: SQL over a row of `facts`: whether the order counts.
        minor: SQL for what the order adds, in minor units; empty where only orders are counted.
        reason: SQL for why the order counts, by which its sentences are told apart; empty where that is not asked.
        vendors: True where it is also told of each vendor.
        riders: True where it is also told of each rider.
        compared: True where it stands beside that of the day, week or month before.
        whose: The column of `facts` that names who had most of a reason's orders, where that is told.
    """

    key: str
    section: Section
    holds: str
    minor: str = ""
    reason: str = ""
    vendors: bool = False
    riders: bool = False
    compared: bool = False
    whose: str = ""


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """A promise about time.

    Attributes:
        step: The column of `facts` that says that it was kept.
        card: The kind of card that says that it was broken.
        whose: The column of `facts` that names who gave it; empty where it is nobody's alone.
    """

    key: str
    step: str
    card: str
    whose: str = ""


RAILS: Final = ("mpesa", "upi", "cash")
PROMISES: Final = (
    PromiseRow("answer", "answered", "vendor_silent", "vendor_id"),
    PromiseRow("ready", "readied", "preparation_overdue", "vendor_id"),
    PromiseRow("pickup", "picked", "pickup_overdue"),
    PromiseRow("delivery", "delivered", "delivery_overdue", "rider_id"),
)
_O, _M, _P, _E = Section.ORDERS, Section.MONEY, Section.PROMISES, Section.EXCEPTIONS
_BEFORE: Final = "state IN ('pending', 'partial')"
_ON_THE_WAY: Final = "state IN ('confirmed', 'processing', 'handover', 'out_for_delivery')"
_SOLD: Final = "(delivered::int - taken_back::int) * amount_minor"


def _rail(rail: str) -> FigureRow:
    return FigureRow(f"collected.{rail}", _M, f"{rail}_minor <> 0", f"{rail}_minor", riders=rail == "cash")


def _kept(row: PromiseRow) -> FigureRow:
    return FigureRow(f"kept.{row.key}", _P, f"{row.step} AND NOT {row.key}_late_ever")


def _broken(row: PromiseRow) -> FigureRow:
    vendors, riders = row.whose == "vendor_id", row.whose == "rider_id"
    return FigureRow(f"broken.{row.key}", _P, f"{row.key}_late", reason=row.whose, vendors=vendors, riders=riders)


FIGURES: Final = (
    FigureRow("placed", _O, "placed", "amount_minor", vendors=True, compared=True),
    *(FigureRow(f"state.{state}", _O, f"placed AND state = '{state}'", "amount_minor") for state in OrderState),
    FigureRow("delivered", _O, "delivered", "amount_minor", vendors=True, riders=True, compared=True),
    FigureRow(
        "cancelled",
        _O,
        "cancelled",
        "amount_minor",
        reason="cancel_reason",
        vendors=True,
        compared=True,
        whose="vendor_id",
    ),
    FigureRow("revenue", _M, "delivered <> taken_back", _SOLD, vendors=True, compared=True),
    FigureRow("returned", _M, "taken_back", "amount_minor", compared=True),
    FigureRow("collected", _M, "collected_minor <> 0", "collected_minor", vendors=True, compared=True),
    *map(_rail, RAILS),
    FigureRow("failed", _M, "failed_reason IS NOT NULL", "failed_minor", reason="failed_reason", compared=True),
    FigureRow("short", _M, "short_minor > 0", "short_minor", reason="'at_door'", riders=True, whose="rider_id"),
    FigureRow("late", _M, "collected_minor <> 0 AND NOT placed", "collected_minor", reason="'earlier'", compared=True),
    FigureRow("outstanding", _M, "owed_minor > 0", "owed_minor", reason="unpaid_reason", compared=True),
    FigureRow("outstanding.before", _M, f"owed_minor > 0 AND {_BEFORE}", "owed_minor"),
    FigureRow("outstanding.under_way", _M, f"owed_minor > 0 AND {_ON_THE_WAY}", "owed_minor"),
    FigureRow("outstanding.delivered", _M, "owed_minor > 0 AND state = 'delivered'", "owed_minor"),
    FigureRow("review", _M, "held_minor > 0", "held_minor"),
    FigureRow("orphans", _M, "waits", "amount_minor", reason="waits_reason", compared=True),
    FigureRow("refunds.due", _M, "refund_due_minor <> 0", "refund_due_minor", reason="refund_cause", compared=True),
    FigureRow("refunds.paid", _M, "refund_paid_minor <> 0", "refund_paid_minor"),
    FigureRow("refunds.owed", _M, "refund_owed_minor <> 0", "refund_owed_minor"),
    *map(_kept, PROMISES),
    *map(_broken, PROMISES),
    FigureRow("cards.opened", _E, "card_opened", compared=True),
    FigureRow("cards.closed", _E, "card_closed"),
    FigureRow("cards.open", _E, "card_open", reason="card_kind"),
)
BY_KEY: Final[Mapping[str, FigureRow]] = {row.key: row for row in FIGURES}
VENDOR_FIGURES: Final = tuple(row for row in FIGURES if row.vendors)
RIDER_FIGURES: Final = tuple(row for row in FIGURES if row.riders)
COMPARED: Final = frozenset(row.key for row in FIGURES if row.compared)
REASONED: Final = tuple(row for row in FIGURES if row.reason)
