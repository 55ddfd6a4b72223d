"""Reports with any figures at all, for what only renders them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from backend.reports.figures import FIGURES, REASONED, RIDER_FIGURES, VENDOR_FIGURES, FigureRow
from backend.reports.periods import PeriodKind, period_of
from backend.reports.ports import Figure, Partner, Reason, Report

_NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=20)
_ORDERS = st.integers(0, 100_000)
_MINOR = st.integers(-(10**12), 10**13)
_REASONS = st.sampled_from(("part_paid", "wrong_pin", "unpaid", "paid_twice", "no_rider", "never heard of", ""))


def _figure(row: FigureRow) -> st.SearchStrategy[Figure]:
    counted = st.builds(Figure, st.just(row.key), _ORDERS, _MINOR if row.minor else st.none())
    nothing = Figure(row.key, 0, 0 if row.minor else None)
    return counted.map(lambda figure: figure if figure.orders else nothing)


def _figures(rows: tuple[FigureRow, ...]) -> st.SearchStrategy[tuple[Figure, ...]]:
    return st.tuples(*map(_figure, rows))


def _partners(rows: tuple[FigureRow, ...]) -> st.SearchStrategy[tuple[Partner, ...]]:
    ids = st.text("ABC123", min_size=1, max_size=6)
    partner = st.builds(Partner, ids, _NAMES, _figures(rows))
    return st.lists(partner, max_size=3, unique_by=(lambda one: one.id, lambda one: one.name)).map(tuple)


@st.composite
def _reason(draw: st.DrawFn) -> Reason:
    row = draw(st.sampled_from(REASONED))
    orders, minor = draw(st.integers(1, 1000)), draw(_MINOR) if row.minor else None
    found = Reason(row.key, draw(_REASONS), orders, minor)
    if not row.whose:
        return found
    theirs = draw(st.integers(1, orders))
    return replace(found, partners=draw(st.integers(1, 5)), who="A", their_orders=theirs, their_minor=minor)


@st.composite
def reports(draw: st.DrawFn) -> Report:
    """Any report of either country, over any time."""
    country = draw(st.sampled_from((("KES", "Africa/Nairobi", "sw"), ("INR", "Asia/Kolkata", "mr-Latn"))))
    period = period_of(
        draw(st.sampled_from(PeriodKind)), draw(st.dates(date(2026, 1, 1), date(2030, 1, 1))), country[1]
    )
    return Report(
        merchant_id="M-1",
        merchant_name=draw(_NAMES),
        city="Nashik",
        currency=country[0],
        zone=country[1],
        language=country[2],
        kind=period.kind,
        first=period.first,
        last=period.last,
        made_at=datetime(2026, 11, 28, tzinfo=UTC) + timedelta(seconds=draw(st.integers(0, 10**6))),
        complete=draw(st.booleans()),
        figures=draw(_figures(FIGURES)),
        reasons=tuple(draw(st.lists(_reason(), max_size=4, unique_by=lambda one: (one.figure, one.reason)))),
        vendors=draw(_partners(VENDOR_FIGURES)),
        riders=draw(_partners(RIDER_FIGURES)),
        before_first=period.before.first,
        before=draw(_figures(tuple(row for row in FIGURES if row.compared))),
    )
