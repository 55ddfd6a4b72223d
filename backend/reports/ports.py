"""What a report is asked for, and what it says."""

from dataclasses import dataclass
from datetime import date, datetime

from backend.reports.periods import PeriodKind


@dataclass(frozen=True, slots=True)
class Span:
    """Which orders are counted.

    Attributes:
        days: Those of the last so many days, by the database's time.
        cities: Only of these; all where None. Lower case.
        merchant_id: Only of this merchant; of all where None.
    """

    days: int
    cities: tuple[str, ...] | None
    merchant_id: str | None


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: how many orders, and their money in minor units; None where only orders are counted."""

    key: str
    orders: int
    minor: int | None = None


@dataclass(frozen=True, slots=True)
class Partner:
    """A vendor or rider with figures of their own."""

    id: str
    name: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why orders stand in a figure: some of its orders, told apart by a reason.

    Attributes:
        partners: How many vendors or riders they are of, where that is told.
        who: Who has most of them.
        their_orders: How many of them.
        their_minor: What those add to the figure.
    """

    figure: str
    reason: str
    orders: int
    minor: int | None = None
    partners: int = 0
    who: str | None = None
    their_orders: int = 0
    their_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A merchant's day, week or month; every rendering says this and nothing else.

    Attributes:
        kind: `day`, `week` or `month`.
        first: Its first day, by the merchant's calendar.
        last: Its last day.
        made_at: When the figures were read.
        complete: False while it goes on.
        language: The merchant's.
        before_first: The first day of the day, week or month before.
        before: Its figures, of those that are compared.
    """

    merchant_id: str
    merchant_name: str
    city: str
    currency: str
    zone: str
    language: str
    kind: PeriodKind
    first: date
    last: date
    made_at: datetime
    complete: bool
    figures: tuple[Figure, ...]
    reasons: tuple[Reason, ...]
    vendors: tuple[Partner, ...]
    riders: tuple[Partner, ...]
    before_first: date | None = None
    before: tuple[Figure, ...] = ()

    def figure(self, key: str) -> Figure:
        """Return a figure by its key."""
        return next(one for one in self.figures if one.key == key)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which orders of a figure are wanted; all of them where nothing more is said."""

    figure: str
    reason: str | None = None
    vendor_id: str | None = None
    rider_id: str | None = None


@dataclass(frozen=True, slots=True)
class CountedOrder:
    """An order that a figure counts, and what it adds to the figure's money; a payment's code where it has no order."""

    order_id: str
    state: str
    placed_at: datetime
    amount_minor: int
    counted_minor: int | None
    vendor_id: str | None
    rider_id: str | None
    reason: str | None
