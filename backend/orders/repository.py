"""Every query of orders; the only place that locks an order's row."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Select, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from backend.orders.events import AWAITING_MONEY, CLOSED, OrderState
from backend.orders.models import Order, OrderAddress, OrderLine, OrderLogEntry, OrderNote, TimelineRow
from backend.orders.ports import OrderFilter, TimelineNote
from backend.platform.db.driver import run_sql, to_json

_WHOLE = (selectinload(Order.lines), selectinload(Order.addresses.and_(OrderAddress.active)))


async def order(session: AsyncSession, order_id: str, *, lock: bool = False) -> Order | None:
    """Find an order with its lines and addresses; locked, it is read anew and held until the transaction ends."""
    wanted = select(Order).where(Order.id == order_id).options(*_WHOLE).execution_options(populate_existing=True)
    if lock:
        wanted = wanted.with_for_update(of=Order, key_share=True)
    found: Order | None = await session.scalar(wanted)
    return found


_PARTS: Final = (
    """
    SELECT id, merchant_id, user_id, vendor_id, rider_id, city, currency, channel, conversation_id, state, payment_mode,
        payment_method, payment_status, items_minor, delivery_fee_minor, amount_minor, paid_minor, refunded_minor,
        prep_eta_minutes, prep_due_at, address_version, address_confirmed_version, close_reason, delivery_failure, note,
        version, created_at, updated_at, state_since, contact_phone
    FROM orders WHERE id = ANY(%(order_ids)s::text[])
    """,
    """
    SELECT order_id, sku, name, unit, qty, unit_price_minor, line_minor, note
    FROM order_lines WHERE order_id = ANY(%(order_ids)s::text[]) ORDER BY order_id, position
    """,
    """
    SELECT order_id, type, address_text, lat, lng, version, address_id
    FROM order_addresses WHERE order_id = ANY(%(order_ids)s::text[]) AND active
    """,
)


async def parts(session: AsyncSession, order_ids: Sequence[str]) -> list[list[tuple[Any, ...]]]:
    """Return the rows of several orders, of their lines in their order, and of the addresses that count.

    Columns as in the views. To make objects of the tables takes longer than all that a batch does with each order.
    """
    return [await run_sql(session, query, {"order_ids": list(order_ids)}) for query in _PARTS]


async def now(session: AsyncSession) -> datetime:
    """Return the database's time, the one that timers run by."""
    moment: datetime = (await session.execute(select(func.duka_now()))).scalar_one()
    return moment


async def by_intent(session: AsyncSession, merchant_id: str, intent_key: str) -> str | None:
    """Find the order placed under an intent key."""
    wanted = select(Order.id).where(Order.merchant_id == merchant_id, Order.intent_key == intent_key)
    found: str | None = await session.scalar(wanted)
    return found


async def hold_intent(session: AsyncSession, merchant_id: str, intent_key: str) -> None:
    """Make others that place under the same key wait until the transaction ends."""
    key = f"place:{merchant_id}:{intent_key}"
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


_RECEIVABLE = (
    Order.id,
    Order.merchant_id,
    Order.city,
    Order.currency,
    Order.state,
    Order.amount_minor,
    Order.paid_minor,
    Order.refunded_minor,
    Order.created_at,
    Order.contact_phone,
)
_AWAITED = text("payment_status IN ('pending', 'partial', 'failed') AND state NOT IN ('cancelled', 'returned')")


async def receivables(
    session: AsyncSession, order_ids: Sequence[str], reference_keys: Sequence[str]
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return what is known of orders' money, by their ids and by their reference keys."""
    by_id = select(*_RECEIVABLE).where(Order.id.in_(order_ids))
    by_key = select(*_RECEIVABLE).where(Order.reference_key.in_(reference_keys))
    halves = [half for half, wanted in ((by_id, order_ids), (by_key, reference_keys)) if wanted]
    return list({row.id: row for half in halves for row in (await session.execute(half)).all()}.values())


async def hold_receivables(session: AsyncSession, order_ids: Sequence[str]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return what is known of orders' money, their rows locked in the order of their ids."""
    wanted = select(*_RECEIVABLE).where(Order.id.in_(order_ids)).order_by(Order.id)
    return (await session.execute(wanted.with_for_update(key_share=True))).all()


async def orders(session: AsyncSession, order_ids: Sequence[str]) -> Sequence[Order]:
    """Return orders whose rows are held already, read anew, without lines and addresses."""
    wanted = select(Order).where(Order.id.in_(order_ids)).order_by(Order.id).execution_options(populate_existing=True)
    return (await session.scalars(wanted)).all()


async def applied(
    session: AsyncSession, order_ids: Sequence[str], command_ids: Sequence[str]
) -> Sequence[OrderLogEntry]:
    """Return the applied commands of these orders with these ids."""
    of_orders = select(OrderLogEntry).where(OrderLogEntry.order_id.in_(order_ids))
    return (await session.scalars(of_orders.where(OrderLogEntry.command_id.in_(command_ids)))).all()


async def receivables_due(
    session: AsyncSession, currency: str, due_minor: int, since: datetime, until: datetime, limit: int
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return what is known of open orders that wait for just this amount, the newest first."""
    wanted = (
        select(*_RECEIVABLE)
        .where(Order.currency == currency, Order.amount_minor - Order.paid_minor == due_minor, _AWAITED)
        .where(Order.created_at.between(since, until))
        .order_by(Order.created_at.desc())
        .limit(limit)
    )
    return (await session.execute(wanted)).all()


async def latest_of(session: AsyncSession, **wanted: str) -> str | None:
    """Find the newest order whose columns have these values."""
    query = select(Order.id).filter_by(**wanted).order_by(Order.created_at.desc(), Order.id.desc()).limit(1)
    found: str | None = await session.scalar(query)
    return found


# Cash is owed by who carries the order, and not by itself; what was given back is no debt.
_OWES: Final = (
    Order.payment_status.in_(("pending", "partial", "failed")),
    Order.state.not_in(CLOSED),
    or_(Order.state.in_(AWAITING_MONEY), Order.payment_mode == "prepaid"),
)


def _filtered(wanted: OrderFilter) -> Select[Order]:
    query = select(Order)
    if wanted.states is not None:
        query = query.where(Order.state.in_(wanted.states))
    if wanted.cities is not None:
        query = query.where(func.lower(Order.city).in_([city.lower() for city in wanted.cities]))
    for column in ("merchant_id", "vendor_id", "rider_id", "user_id", "payment_status"):
        value = getattr(wanted, column)
        if value is not None:
            query = query.where(getattr(Order, column) == value)
    return query.where(*_OWES) if wanted.owes else query


async def list_orders(
    session: AsyncSession, wanted: OrderFilter, *, limit: int, offset: int
) -> tuple[Sequence[Order], int]:
    """Return one page of orders, the newest first, and how many there are in all."""
    query = _filtered(wanted)
    total = await session.scalar(select(func.count()).select_from(query.subquery()))
    page = query.order_by(Order.created_at.desc(), Order.id).limit(limit).offset(offset).options(*_WHOLE)
    return (await session.scalars(page.execution_options(populate_existing=True))).all(), total or 0


async def due_of(session: AsyncSession, wanted: OrderFilter) -> Sequence[tuple[str, int]]:
    """Return (currency, sum) of what all these orders still have to be paid, in minor units."""
    chosen = _filtered(wanted).subquery()
    due = func.greatest(chosen.c.amount_minor - chosen.c.paid_minor + chosen.c.refunded_minor, 0)
    query = select(chosen.c.currency, func.sum(due)).group_by(chosen.c.currency).order_by(chosen.c.currency)
    return [(currency, int(minor)) for currency, minor in await session.execute(query)]


async def log_entry(session: AsyncSession, order_id: str, command_id: str) -> OrderLogEntry | None:
    """Find the applied command with this id."""
    wanted = select(OrderLogEntry).filter_by(order_id=order_id, command_id=command_id)
    found: OrderLogEntry | None = await session.scalar(wanted)
    return found


async def same_step(
    session: AsyncSession, order_id: str, command: str, actor: str, state: OrderState
) -> OrderLogEntry | None:
    """Find the command of this name by which the same actor brought the order to the state that it is in."""
    wanted = select(OrderLogEntry).filter_by(order_id=order_id, command=command, actor=actor, to_state=state)
    moved = OrderLogEntry.from_state.is_distinct_from(state)
    found: OrderLogEntry | None = await session.scalar(wanted.where(moved).limit(1))
    return found


async def times_given(session: AsyncSession, order_id: str, command: str) -> int:
    """Return how often a command was applied to an order."""
    wanted = select(func.count()).where(OrderLogEntry.order_id == order_id, OrderLogEntry.command == command)
    return await session.scalar(wanted) or 0


async def answered_since(
    session: AsyncSession, order_id: str, commands: Sequence[str], within_s: float
) -> tuple[OrderLogEntry, float] | None:
    """Find the newest of these commands that was applied within the last seconds, and how many seconds ago."""
    ago_s = func.extract("epoch", func.duka_now() - OrderLogEntry.at)
    wanted = select(OrderLogEntry, ago_s).where(OrderLogEntry.order_id == order_id)
    recent = wanted.where(OrderLogEntry.command.in_(commands), ago_s <= within_s)
    row = (await session.execute(recent.order_by(OrderLogEntry.id.desc()).limit(1))).first()
    return None if row is None else (row[0], float(row[1]))


async def add[Row: (OrderNote, OrderLogEntry, OrderAddress)](session: AsyncSession, row: Row) -> Row:
    """Keep a row of an order."""
    session.add(row)
    await session.flush()
    return row


async def add_order(session: AsyncSession, order: Order, lines: list[OrderLine], ends: list[OrderAddress]) -> None:
    """Keep a new order with its lines and both ends of its way; the row then has all that the database gave it."""
    order.lines, order.addresses = lines, ends
    session.add(order)
    await session.flush()


async def update_order(session: AsyncSession, row: Order, changes: dict[str, Any]) -> None:
    """Write changes onto a locked order and count its version up."""
    change_order(row, changes)
    await session.flush()


def change_order(row: Order, changes: dict[str, Any]) -> None:
    """Set what changes on a locked order and count its version up; the next flush writes it."""
    for column, value in changes.items():
        setattr(row, column, value)
    row.version += 1


async def add_log(session: AsyncSession, entries: Sequence[OrderLogEntry]) -> None:
    """Keep entries of several orders' logs, and write what was changed on them."""
    session.add_all(entries)
    await session.flush()


_ADD_TIMELINE: Final = """
INSERT INTO order_timeline (order_id, channel, actor, what, detail, at)
SELECT order_id, channel, actor, what, detail::jsonb, (SELECT duka_now())
FROM unnest(%(order_ids)s::text[], %(channels)s::text[], %(actors)s::text[], %(whats)s::text[], %(details)s::text[])
    WITH ORDINALITY AS given (order_id, channel, actor, what, detail, place)
ORDER BY place
"""


async def add_timeline(session: AsyncSession, notes: Sequence[TimelineNote]) -> None:
    """Keep what other domains noted around orders."""
    parameters = {
        "order_ids": [note.order_id for note in notes],
        "channels": [note.channel for note in notes],
        "actors": [note.actor for note in notes],
        "whats": [note.what for note in notes],
        "details": [to_json(note.detail) for note in notes],
    }
    await run_sql(session, _ADD_TIMELINE, parameters)


async def retire_address(session: AsyncSession, order_id: str, kind: str) -> None:
    """Make room for a new version of an end of the way."""
    await session.execute(
        update(OrderAddress)
        .where(OrderAddress.order_id == order_id, OrderAddress.type == kind, OrderAddress.active)
        .values(active=False)
        .execution_options(synchronize_session=False)
    )


async def log_entries(session: AsyncSession, order_id: str) -> Sequence[OrderLogEntry]:
    """Return an order's applied commands, the first first."""
    wanted = select(OrderLogEntry).where(OrderLogEntry.order_id == order_id).order_by(OrderLogEntry.id)
    return (await session.scalars(wanted)).all()


async def timeline_rows(session: AsyncSession, order_id: str) -> Sequence[TimelineRow]:
    """Return what other domains noted around an order, the first first."""
    wanted = select(TimelineRow).where(TimelineRow.order_id == order_id).order_by(TimelineRow.at, TimelineRow.id)
    return (await session.scalars(wanted)).all()


async def notes(session: AsyncSession, order_id: str) -> Sequence[OrderNote]:
    """Return an order's remarks, the first first."""
    wanted = select(OrderNote).where(OrderNote.order_id == order_id).order_by(OrderNote.id)
    return (await session.scalars(wanted)).all()


async def count_by_state(session: AsyncSession, wanted: OrderFilter) -> dict[OrderState, int]:
    """Return how many of the orders are in each state."""
    inner = _filtered(wanted).subquery()
    rows = await session.execute(select(inner.c.state, func.count()).group_by(inner.c.state))
    return {OrderState(state): number for state, number in rows}


_FIGURES = """
WITH steps AS (
    SELECT e.order_id,
        min(e.at) FILTER (WHERE e.to_state = 'confirmed' AND e.from_state <> 'confirmed') AS offered_at,
        min(e.at) FILTER (WHERE e.to_state = 'processing' AND e.from_state = 'confirmed') AS accepted_at,
        min(e.at) FILTER (WHERE e.command = 'RejectOrder') AS rejected_at,
        min(e.at) FILTER (WHERE e.to_state = 'handover' AND e.from_state = 'processing') AS ready_at,
        min(e.at) FILTER (WHERE e.to_state = 'delivered' AND e.from_state <> 'delivered') AS delivered_at,
        min(e.at) FILTER (WHERE e.to_state = 'cancelled' AND e.from_state <> 'cancelled') AS cancelled_at,
        max(o.prep_due_at) AS due_at
    FROM order_events e JOIN orders o ON o.id = e.order_id
    WHERE o.vendor_id = :vendor_id AND o.created_at >= duka_now() - make_interval(days => :days)
    GROUP BY e.order_id
)
SELECT count(offered_at) AS offered, count(accepted_at) AS accepted, count(rejected_at) AS rejected,
    count(delivered_at) AS delivered,
    count(*) FILTER (WHERE offered_at IS NOT NULL AND accepted_at IS NULL AND cancelled_at IS NOT NULL) AS lost,
    count(*) FILTER (WHERE accepted_at IS NOT NULL AND cancelled_at IS NOT NULL) AS dropped,
    count(*) FILTER (WHERE ready_at > due_at) AS late_ready,
    avg(extract(epoch FROM accepted_at - offered_at))::float8 AS accept_seconds,
    avg(extract(epoch FROM ready_at - accepted_at) / 60)::float8 AS prep_minutes
FROM steps
"""


async def vendor_figures(session: AsyncSession, vendor_id: str, days: int) -> dict[str, Any]:
    """Count what became of a vendor's orders of the last days, from the orders' own events."""
    row = (await session.execute(text(_FIGURES), {"vendor_id": vendor_id, "days": days})).one()
    return dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row's mapping
