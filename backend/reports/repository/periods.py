"""Queries of a day, week or month: sums over the facts of its orders, and the orders behind a sum."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.dispatch.models import Rider
from backend.reports.figures import BY_KEY, FIGURES, REASONED, FigureRow
from backend.reports.periods import Period
from backend.reports.ports import CountedOrder, Figure, Reason, Selection
from backend.reports.repository.facts import FACTS
from backend.vendors.models import Vendor

type Grouped = dict[str, tuple[Figure, ...]]


def _columns(place: int, row: FigureRow) -> str:
    minor = f"coalesce(sum({row.minor}) FILTER (WHERE {row.holds}), 0)::bigint" if row.minor else "NULL::bigint"
    return f"count(*) FILTER (WHERE {row.holds}) AS n{place}, {minor} AS m{place}"


_SUMS: Final = f"""
{FACTS}
SELECT CASE WHEN grouping(vendor_id) = 0 THEN 'vendor' WHEN grouping(rider_id) = 0 THEN 'rider' ELSE 'all' END AS part,
    coalesce(vendor_id, rider_id) AS id, {", ".join(_columns(place, row) for place, row in enumerate(FIGURES))}
FROM facts GROUP BY GROUPING SETS ((), (vendor_id), (rider_id)) ORDER BY 1, 2
"""


def _reasons(row: FigureRow) -> str:
    minor = f"sum({row.minor})::bigint" if row.minor else "NULL::bigint"
    return f"""
        SELECT '{row.key}' AS figure, coalesce({row.reason}, '') AS reason, {row.whose or "NULL::text"} AS who,
            count(*) AS orders, {minor} AS minor
        FROM facts WHERE {row.holds} GROUP BY 2, 3"""


_OF_MOST: Final = "ORDER BY orders DESC, minor DESC, who"
_WHY: Final = f"""
{FACTS}
SELECT figure, reason, sum(orders)::bigint AS orders, sum(minor)::bigint AS minor, count(who) AS partners,
    (array_agg(who {_OF_MOST}))[1] AS who, max(orders) AS their_orders, (array_agg(minor {_OF_MOST}))[1] AS their_minor
FROM ({" UNION ALL ".join(map(_reasons, REASONED))}) told GROUP BY figure, reason ORDER BY 1, 3 DESC, 2
"""


def _values(period: Period, merchant_id: str, **more: Any) -> dict[str, Any]:
    return {"merchant_id": merchant_id, "first_at": period.first_at, "until_at": period.until_at, **more}


async def sums(session: AsyncSession, merchant_id: str, period: Period) -> tuple[tuple[Figure, ...], Grouped, Grouped]:
    """Return all figures of the merchant, those of each vendor and those of each rider, by id."""
    rows = (await session.execute(text(_SUMS), _values(period, merchant_id))).all()
    grouped: dict[str, Grouped] = {"all": {}, "vendor": {}, "rider": {}}
    for row in rows:
        grouped[row.part][row.id or ""] = _figures(row)
    for part in ("vendor", "rider"):
        grouped[part].pop("", None)
    return grouped["all"][""], grouped["vendor"], grouped["rider"]


def _figures(row: Row[Any]) -> tuple[Figure, ...]:
    return tuple(
        Figure(figure.key, getattr(row, f"n{place}"), getattr(row, f"m{place}")) for place, figure in enumerate(FIGURES)
    )


async def reasons(session: AsyncSession, merchant_id: str, period: Period) -> tuple[Reason, ...]:
    """Return why orders stand in the figures that are told apart, the commonest reason first."""
    rows = await session.execute(text(_WHY), _values(period, merchant_id))
    return tuple(Reason(*row) for row in rows)


async def counted_orders(
    session: AsyncSession, merchant_id: str, period: Period, wanted: Selection, *, limit: int, offset: int
) -> tuple[Sequence[CountedOrder], int]:
    """Return one page of the orders that a figure counts, the first placed first, and how many there are."""
    row = BY_KEY[wanted.figure]
    query = f"""
        {FACTS} SELECT id, state, created_at, amount_minor, {row.minor or "NULL"} AS counted_minor, vendor_id, rider_id,
            {f"coalesce({row.reason}, '')" if row.reason else "NULL"} AS reason, count(*) OVER () AS total
        FROM facts WHERE ({row.holds}) AND {_narrowed(row)} ORDER BY created_at, id LIMIT :limit OFFSET :offset"""
    values = _values(
        period,
        merchant_id,
        reason=wanted.reason,
        vendor_id=wanted.vendor_id,
        rider_id=wanted.rider_id,
        limit=limit,
        offset=offset,
    )
    rows = (await session.execute(text(query), values)).all()
    return [CountedOrder(*found[:-1]) for found in rows], rows[0].total if rows else 0


def _narrowed(row: FigureRow) -> str:
    reason = f"coalesce({row.reason}, '')" if row.reason else "NULL"
    given = {"reason": reason, "vendor_id": "vendor_id", "rider_id": "rider_id"}
    return " AND ".join(
        f"(CAST(:{name} AS text) IS NULL OR {column} = CAST(:{name} AS text))" for name, column in given.items()
    )


async def now(session: AsyncSession) -> datetime:
    """Return the database's time."""
    moment: datetime = (await session.execute(select(func.duka_now()))).scalar_one()
    return moment


async def vendor_names(session: AsyncSession, ids: Sequence[str]) -> dict[str, str]:
    """Return the names of outlets, by id."""
    rows = await session.execute(select(Vendor.id, Vendor.name).where(Vendor.id.in_(ids)))
    return {row.id: row.name for row in rows}


async def rider_names(session: AsyncSession, ids: Sequence[str]) -> dict[str, str]:
    """Return the names of riders, by id."""
    rows = await session.execute(select(Rider.id, Rider.name).where(Rider.id.in_(ids)))
    return {row.id: row.name for row in rows}
