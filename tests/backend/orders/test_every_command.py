"""Every state, command and kind of actor through the one handler, on a real database."""

import itertools
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders import commands as c
from backend.orders.commands import Command
from backend.orders.events import OrderState as S
from backend.orders.lifecycle import TRANSITIONS
from backend.orders.ports import CommandResult, OrderView
from backend.platform.actors import Actor, ActorKind, Source
from tests.support.factories.orders import RIDER_ID, make_order, orders_service
from tests.support.order_moves import MOVES, SAMPLES

# All that a command could leave behind.
_LEFT = """
SELECT (SELECT version || state || payment_status || coalesce(rider_id, '-') FROM orders WHERE id = :order),
    (SELECT count(*) FROM order_events), (SELECT count(*) FROM order_notes), (SELECT count(*) FROM order_addresses),
    (SELECT count(*) FROM outbox WHERE topic <> 'order.answers.crossed'),
    (SELECT count(*) FROM outbound_send), (SELECT count(*) FROM comms_log),
    (SELECT string_agg(type || step || state, ' ' ORDER BY id) FROM sla_timer),
    (SELECT sum(stock) || ' ' || sum(reserved) FROM items)
"""


async def _left(session: AsyncSession, order: OrderView) -> tuple[Any, ...]:
    return tuple((await session.execute(text(_LEFT), {"order": order.id})).one())


def _actor(kind: ActorKind, order: OrderView) -> Actor:
    """Somebody of this kind, the order's own where it has one."""
    own = {ActorKind.VENDOR: order.vendor_id, ActorKind.RIDER: order.rider_id or RIDER_ID}
    return Actor(kind, {**own, ActorKind.CUSTOMER: order.user_id}.get(kind, "1"))


def _pairs() -> Iterator[tuple[type[Command], ActorKind]]:
    return itertools.product(MOVES, ActorKind)


async def _give(session: AsyncSession, order: OrderView, kind: ActorKind, command: type[Command]) -> CommandResult:
    return await orders_service().handle(
        session,
        order.id,
        SAMPLES[command],
        actor=_actor(kind, order),
        source=Source.API,
        command_id=f"{kind}:{command.__name__}",
    )


async def _has_led_here(session: AsyncSession, order: OrderView, kind: ActorKind, command: type[Command]) -> bool:
    """Whether this person's own step brought the order to where it is, so that asking again is a second tap."""
    query = text(
        "SELECT EXISTS (SELECT 1 FROM order_events WHERE order_id = :order AND command = :command AND actor = :actor"
        " AND to_state = :state)"
    )
    given = {"order": order.id, "command": command.__name__, "actor": str(_actor(kind, order)), "state": order.state}
    return bool(await session.scalar(query, given))


def _may(state: S, command: type[Command], kind: ActorKind) -> bool:
    return any(row.on is command and state in row.sources and kind in row.actors for row in TRANSITIONS)


@pytest.mark.parametrize("state", S)
async def test_what_no_row_allows_is_a_refusal_that_leaves_nothing(session: AsyncSession, state: S) -> None:
    """409 for the caller, or a second tap on what is done; no step, event, timer, message or stock has moved.

    Only the desk may be told, of an answer that crosses another.
    """
    order = await make_order(session, state)
    before = await _left(session, order)
    for command, kind in _pairs():
        if not _may(state, command, kind):
            result = await _give(session, order, kind, command)
            if result.outcome == "duplicate":
                assert await _has_led_here(session, order, kind, command), (command, kind)
                continue
            wanted = "order.actor_not_allowed" if state in MOVES[command] else "order.invalid_transition"
            assert (result.outcome, result.code) == ("refused", wanted), (command, kind)
    assert await _left(session, order) == before


@pytest.mark.parametrize("state", S)
async def test_what_a_row_allows_leads_where_it_says_or_a_guard_says_why(session: AsyncSession, state: S) -> None:
    """Applied: the state of the table and one step in the history. Held back by a guard: its own code, and nothing."""
    order = await make_order(session, state)
    before, applied = await _left(session, order), set()
    for command, kind in _pairs():
        if not _may(state, command, kind):
            continue
        async with session.begin_nested() as attempt:
            result = await _give(session, order, kind, command)
            after = await _left(session, order)
            await attempt.rollback()
        if result.outcome == "applied":
            applied.add(command)
            assert result.order.state == (MOVES[command][state] or state), (command, kind)
            assert after[1] == before[1] + 1
        else:
            assert result.code not in {"order.actor_not_allowed", "order.invalid_transition"}, (command, kind)
            assert after == before, (command, kind)
    assert c.AddNote in applied


async def test_the_stock_of_a_refused_order_is_as_it_was(session: AsyncSession) -> None:
    """What the first test compares does move: without this it would prove nothing about stock."""
    order = await make_order(session, S.CONFIRMED)
    before = await _left(session, order)
    result = await _give(session, order, ActorKind.VENDOR, c.RejectOrder)
    after = await _left(session, order)
    assert result.outcome == "applied"
    assert Decimal(str(after[-1]).split()[0]) - Decimal(str(before[-1]).split()[0]) == 2
