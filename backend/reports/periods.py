"""Days, weeks and months as a merchant lives them: from local midnight to local midnight."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class PeriodKind(StrEnum):
    """How long a report's time is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Period:
    """A day, a week from Monday, or a month.

    Attributes:
        first: Its first day.
        end: The day after its last.
        zone: The merchant's time zone, by its IANA name.
    """

    kind: PeriodKind
    first: date
    end: date
    zone: str

    @property
    def first_at(self) -> datetime:
        """The instant at which it begins, in UTC."""
        return _midnight(self.first, self.zone)

    @property
    def until_at(self) -> datetime:
        """The instant at which it is over, in UTC; that instant belongs to the next."""
        return _midnight(self.end, self.zone)

    @property
    def before(self) -> "Period":
        """The day, week or month before."""
        return period_of(self.kind, self.first - timedelta(days=1), self.zone)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.end - timedelta(days=1)


def period_of(kind: PeriodKind, day: date, zone: str) -> Period:
    """Return the day, week or month that a day lies in."""
    if kind is PeriodKind.DAY:
        return Period(kind, day, day + timedelta(days=1), zone)
    if kind is PeriodKind.WEEK:
        monday = day - timedelta(days=day.weekday())
        return Period(kind, monday, monday + timedelta(days=7), zone)
    first = day.replace(day=1)
    return Period(kind, first, (first + timedelta(days=32)).replace(day=1), zone)


def local_day(at: datetime, zone: str) -> date:
    """Return the day that it is at an instant in a zone."""
    return at.astimezone(ZoneInfo(zone)).date()


def _midnight(day: date, zone: str) -> datetime:
    """Return when a day begins; where clocks leap over midnight, that is the instant of the leap."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
