"""Every query of dispatch."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ARRAY, Row, Text, any_, bindparam, delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.dispatch.models import Assignment, Proof, ProofPart, Rider
from backend.platform.db.types import blind_index

LIVE_STATES = ("offered", "accepted", "picked_up")
ACCEPTED_STATES = ("accepted", "picked_up", "delivered", "failed")
# Asked for every message; built once.
_RIDER_BY_PHONE: Final = (
    select(Rider).where(Rider.phone_index == bindparam("phone_index"), Rider.active).order_by(Rider.id).limit(1)
)


async def rider(session: AsyncSession, rider_id: str, *, lock: bool = False) -> Rider | None:
    """Return a rider."""
    query = select(Rider).where(Rider.id == rider_id)
    found: Rider | None = await session.scalar(
        query.with_for_update().execution_options(populate_existing=True) if lock else query
    )
    return found


_REACHED_BY: Final = select(Rider.id, Rider.name, Rider.phone, Rider.language, Rider.city, Rider.active).where(
    Rider.id == any_(bindparam("ids", type_=ARRAY(Text)))
)


async def contacts(session: AsyncSession, rider_ids: Collection[str]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return how several riders are reached."""
    return (await session.execute(_REACHED_BY, {"ids": list(rider_ids)})).all()


async def rider_by_phone(session: AsyncSession, phone: str) -> Rider | None:
    """Return the active rider who answers on this number (E.164)."""
    return await session.scalar(_RIDER_BY_PHONE, {"phone_index": blind_index(phone)})


async def load_of(session: AsyncSession, rider_id: str) -> int:
    """Return how many orders a rider carries or was offered."""
    query = select(func.count()).where(Assignment.rider_id == rider_id, Assignment.state.in_(LIVE_STATES))
    return int(await session.scalar(query) or 0)


async def riders_on_shift(session: AsyncSession, city: str, merchant_id: str | None) -> Sequence[tuple[Rider, int]]:
    """Return the riders on shift in a city, shared ones and the merchant's own, each with the load."""
    load = (
        select(func.count())
        .where(Assignment.rider_id == Rider.id, Assignment.state.in_(LIVE_STATES))
        .correlate(Rider)
        .scalar_subquery()
    )
    query = (
        select(Rider, load)
        .where(func.lower(Rider.city) == city.lower(), Rider.active, Rider.on_shift)
        .where(Rider.merchant_id.is_(None) | (Rider.merchant_id == merchant_id))
        .order_by(Rider.id)
    )
    return [(row, int(count)) for row, count in await session.execute(query)]


async def all_on_shift(session: AsyncSession, city: str) -> Sequence[tuple[Rider, int]]:
    """Return all riders on shift in a city, whoever they carry for, each with the load."""
    load = (
        select(Assignment.rider_id, func.count().label("load"))
        .where(Assignment.state.in_(LIVE_STATES))
        .group_by(Assignment.rider_id)
        .subquery()
    )
    query = (
        select(Rider, func.coalesce(load.c.load, 0))
        .outerjoin(load, load.c.rider_id == Rider.id)
        .where(func.lower(Rider.city) == city.lower(), Rider.active, Rider.on_shift)
        .order_by(Rider.id)
    )
    return [(row, int(count)) for row, count in await session.execute(query)]


async def cities_on_shift(session: AsyncSession) -> list[str]:
    """Return the cities in which somebody is on shift."""
    query = select(func.min(Rider.city)).where(Rider.active, Rider.on_shift).group_by(func.lower(Rider.city))
    return sorted(await session.scalars(query))


async def hold_city(session: AsyncSession, city: str) -> None:
    """Make other batches of a city wait until the transaction ends."""
    key = f"dispatch.batch:{city.lower()}"
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


async def tried_riders(session: AsyncSession, order_ids: Sequence[str]) -> dict[str, frozenset[str]]:
    """Return for each of the orders which riders it was offered to."""
    query = select(Assignment.order_id, Assignment.rider_id).where(Assignment.order_id.in_(order_ids))
    tried: dict[str, set[str]] = {order_id: set() for order_id in order_ids}
    for order_id, rider_id in await session.execute(query):
        tried[order_id].add(rider_id)
    return {order_id: frozenset(riders) for order_id, riders in tried.items()}


async def live_assignment(session: AsyncSession, order_id: str) -> Assignment | None:
    """Return the order's live assignment, locked."""
    query = select(Assignment).where(Assignment.order_id == order_id, Assignment.state.in_(LIVE_STATES))
    found: Assignment | None = await session.scalar(query.with_for_update().execution_options(populate_existing=True))
    return found


async def assignments_of(session: AsyncSession, order_id: str) -> Sequence[Assignment]:
    """Return an order's assignments, oldest first."""
    query = select(Assignment).where(Assignment.order_id == order_id).order_by(Assignment.round, Assignment.created_at)
    return (await session.scalars(query)).all()


async def live_of_rider(session: AsyncSession, rider_id: str) -> Sequence[Assignment]:
    """Return what a rider carries or was offered, the newest first."""
    query = (
        select(Assignment)
        .where(Assignment.rider_id == rider_id, Assignment.state.in_(LIVE_STATES))
        .order_by(Assignment.created_at.desc())
    )
    return (await session.scalars(query)).all()


async def now(session: AsyncSession) -> datetime:
    """Return the database's time."""
    found: datetime = (await session.execute(text("SELECT duka_now()"))).scalar_one()
    return found


async def figures_of(
    session: AsyncSession, rider_ids: Collection[str], on_time_s: float, days: int
) -> dict[str, dict[str, Any]]:
    """Count what became of riders' offers of the last days, by rider; who had none is left out."""
    in_time = Assignment.delivered_at - Assignment.picked_up_at <= timedelta(seconds=on_time_s)
    delivered = Assignment.state == "delivered"
    query = select(
        Assignment.rider_id,
        func.count().label("offered"),
        func.count().filter(Assignment.state.in_(ACCEPTED_STATES)).label("accepted"),
        func.count().filter(Assignment.state == "rejected").label("rejected"),
        func.count().filter(Assignment.state == "expired").label("unanswered"),
        func.count().filter(delivered).label("delivered"),
        func.count().filter(delivered, in_time).label("on_time"),
        func.count().filter(Assignment.state == "failed").label("failed"),
        func.coalesce(func.sum(Assignment.fee_minor).filter(delivered), 0).label("earnings_minor"),
        func.coalesce(func.max(Assignment.currency), "").label("currency"),
    ).where(Assignment.rider_id.in_(rider_ids), Assignment.created_at > func.duka_now() - timedelta(days=days))
    rows = (await session.execute(query.group_by(Assignment.rider_id))).mappings()
    return {row["rider_id"]: {name: row[name] for name in row if name != "rider_id"} for row in rows}


async def proof(session: AsyncSession, proof_id: str, *, lock: bool = False) -> Proof | None:
    """Return a proof without its content."""
    query = select(Proof).where(Proof.id == proof_id).execution_options(populate_existing=True)
    found: Proof | None = await session.scalar(query.with_for_update() if lock else query)
    return found


async def proofs_of(session: AsyncSession, order_id: str) -> Sequence[Proof]:
    """Return an order's proofs without their content, oldest first."""
    query = select(Proof).where(Proof.order_id == order_id).order_by(Proof.created_at, Proof.id)
    return (await session.scalars(query)).all()


async def proof_content(session: AsyncSession, proof_id: str) -> bytes | None:
    """Return the picture of a sealed proof."""
    found: bytes | None = await session.scalar(select(Proof.content).where(Proof.id == proof_id))
    return found


async def take_parts(session: AsyncSession, proof_id: str) -> bytes:
    """Return all that has come of a proof, and forget the parts."""
    query = select(ProofPart.content).where(ProofPart.proof_id == proof_id).order_by(ProofPart.offset)
    whole = b"".join(await session.scalars(query))
    await session.execute(delete(ProofPart).where(ProofPart.proof_id == proof_id))
    return whole


def add(session: AsyncSession, row: Rider | Assignment | Proof | ProofPart) -> None:
    """Add a row."""
    session.add(row)
