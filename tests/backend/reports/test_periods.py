"""A day is from local midnight to local midnight, whatever the zone."""

from datetime import UTC, date, datetime, timedelta

import pytest

from backend.reports.periods import PeriodKind, local_day, period_of

DAY, WEEK, MONTH = PeriodKind


@pytest.mark.parametrize(
    ("zone", "begins"),
    [
        ("Africa/Nairobi", datetime(2026, 11, 27, 21, 0, tzinfo=UTC)),
        ("Asia/Kolkata", datetime(2026, 11, 27, 18, 30, tzinfo=UTC)),
        ("Pacific/Auckland", datetime(2026, 11, 27, 11, 0, tzinfo=UTC)),
    ],
)
def test_a_day_begins_at_midnight_in_the_zone(zone: str, begins: datetime) -> None:
    period = period_of(DAY, date(2026, 11, 28), zone)
    assert (period.first_at, period.until_at) == (begins, begins + timedelta(days=1))
    assert local_day(period.first_at, zone) == period.first
    assert local_day(period.first_at - timedelta(microseconds=1), zone) == period.first - timedelta(days=1)


@pytest.mark.parametrize(
    ("zone", "day", "hours"), [("Europe/Berlin", (2026, 3, 29), 23), ("Africa/Cairo", (2026, 4, 24), 23)]
)
def test_a_day_on_which_clocks_leap_is_shorter_and_touches_its_neighbours(
    zone: str, day: tuple[int, int, int], hours: int
) -> None:
    """In Cairo they leap over midnight itself."""
    period = period_of(DAY, date(*day), zone)
    assert period.until_at - period.first_at == timedelta(hours=hours)
    before = period_of(DAY, date(*day) - timedelta(days=1), zone)
    assert (before.until_at, period.until_at) == (period.first_at, period_of(DAY, period.end, zone).first_at)


@pytest.mark.parametrize(
    ("kind", "day", "first", "last"),
    [
        (WEEK, date(2026, 11, 23), date(2026, 11, 23), date(2026, 11, 29)),
        (WEEK, date(2026, 11, 29), date(2026, 11, 23), date(2026, 11, 29)),
        (MONTH, date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
        (MONTH, date(2028, 2, 10), date(2028, 2, 1), date(2028, 2, 29)),
    ],
)
def test_weeks_begin_on_monday_and_months_on_the_first(kind: PeriodKind, day: date, first: date, last: date) -> None:
    period = period_of(kind, day, "Asia/Kolkata")
    assert (period.first, period.last) == (first, last)
