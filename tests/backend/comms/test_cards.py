"""Cards say what may be done next, and one about money that waits is not closed by hand."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms.money_cards import MoneyCards, subscriptions
from backend.comms.next_steps import _OF_KIND, next_steps
from backend.comms.router.desk import router
from backend.comms.service.cards import CardsService
from backend.comms.subscribers import _ANSWERED_BY, _ANSWERED_IN
from backend.console.wording import sentence
from backend.orders.ports import OrderView
from backend.payments.ports import Evidence, Feed
from backend.platform.auth.principal import Role
from backend.platform.events import Position, StoredEvent
from backend.runtime.invariants import check
from tests.support.app import Api, serving
from tests.support.clock import FixedClock
from tests.support.factories.orders import ADMIN, make_order
from tests.support.factories.payments import receipts_service

DOCUMENT = json.loads((Path(__file__).parents[3] / "docs" / "openapi.json").read_text(encoding="utf-8"))
# What each kind of card that the code opens is about: an order, or a receipt or refund of its own.
OF_ORDERS = {kind for kinds in (*_ANSWERED_BY.values(), *_ANSWERED_IN.values()) for kind in kinds}
OF_MONEY = {"payment_orphan", "payment_suggested", "payment_amount_differs", "refund_due"}


@pytest.fixture
async def api(session: AsyncSession, clock: FixedClock) -> AsyncIterator[Api]:
    async with serving(session, clock, router, services={CardsService: CardsService(clock)}) as opened:
        yield opened


@pytest.fixture
async def order(session: AsyncSession) -> OrderView:
    return await make_order(session)


def documented(method: str, path: str) -> bool:
    """Whether the API has this command."""
    known = (one for one in DOCUMENT["paths"] if method.lower() in DOCUMENT["paths"][one])
    return any(re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(one)), path.partition("?")[0]) for one in known)


@pytest.mark.parametrize("kind", sorted({*_OF_KIND, *OF_ORDERS, *OF_MONEY}))
def test_every_kind_of_card_leads_to_commands_that_are_there(kind: str) -> None:
    steps = next_steps(kind, "ORD1", "cash:RC-1:KES")
    assert steps
    assert [step for step in steps if not documented(step.method, step.path)] == []
    assert all("{" not in step.path for step in steps)


@pytest.mark.parametrize("kind", ["payment_cash_shortage", "payment_cash_surplus", "payment_cash_carried"])
def test_a_card_about_cash_leads_to_its_rider(kind: str) -> None:
    steps = next_steps(kind, None, "cash:R-7:KES")
    assert [step.path for step in steps] == ["/api/v1/riders/R-7/cash/hand-ins", "/api/v1/riders/R-7/cash/write-offs"]


@pytest.mark.parametrize("kind", sorted(kind for kind in _OF_KIND if kind.startswith("payment_")))
def test_every_kind_of_card_about_money_has_words(kind: str) -> None:
    """No card shows the name that the code has for it."""
    assert sentence(kind) != kind.replace("_", " ").capitalize()


@pytest.mark.parametrize("kind", sorted(OF_MONEY))
def test_money_without_an_order_has_its_steps_too(kind: str) -> None:
    assert all("/None" not in step.path and "RC-1" in step.path for step in next_steps(kind, None, "RC-1"))
    assert next_steps(kind, None, "RC-1")


async def test_a_card_about_money_that_waits_is_not_closed_by_hand(
    api: Api, session: AsyncSession, clock: FixedClock, order: OrderView
) -> None:
    """Nothing else would remind anybody; once the money has its order the card may be closed, and says when."""
    now = (await session.execute(text("SELECT duka_now()"))).scalar_one()
    told = Evidence(Feed.CONFIRMATION, "mpesa", "UKM5A7B9CD", 777, "KES", paid_at=now)
    receipt = await receipts_service(FixedClock(now)).take(session, told)
    cards = CardsService(clock)
    await cards.open(session, "payment_orphan", receipt.id, money_minor=777, currency="KES")
    assert await check(session, bound_s=0) == []
    headers = api.token("admin:S-1", Role.ADMIN)
    (card,) = (await api.client.get("/api/v1/exceptions", headers=headers)).json()["items"]
    assert (card["kind"], card["money_minor"], card["owner"], card["resolved_at"]) == (
        "payment_orphan",
        777,
        None,
        None,
    )
    assert card["next_steps"][0]["path"] == f"/api/v1/payments/receipts/{receipt.id}/match"

    async def resolve() -> Any:
        path = f"/api/v1/exceptions/{card['id']}/resolve"
        return await api.client.post(path, headers=headers, json={"resolution": "it is nobody's"})

    refused = await resolve()
    assert (refused.status_code, refused.json()["code"]) == (409, "ops.card_still_needed")
    assert await session.scalar(text("SELECT state FROM ops_exceptions")) == "open"
    await receipts_service(FixedClock(now)).give_back(session, receipt.id, ADMIN)
    done = (await resolve()).json()
    assert (done["state"], done["owner"], done["resolution"]) == ("resolved", "admin:S-1", "it is nobody's")
    assert done["resolved_at"] is not None


async def test_money_whose_card_is_gone_is_named(session: AsyncSession, order: OrderView) -> None:
    """Nothing that waits is without a card, an owner or a timer: what is, breaks a rule of the database."""
    now = (await session.execute(text("SELECT duka_now()"))).scalar_one()
    told = Evidence(Feed.CONFIRMATION, "mpesa", "UKM5A7B9CD", 777, "KES", paid_at=now)
    receipt = await receipts_service(FixedClock(now)).take(session, told)
    broken = {one.invariant: one.offenders for one in await check(session, bound_s=0)}
    assert broken == {"I14": (f"receipt {receipt.id}",)}


async def test_what_was_asked_about_an_orders_money_ends_with_its_money(
    session: AsyncSession, clock: FixedClock, order: OrderView
) -> None:
    """A part of it ends nothing; what is about something else stays."""
    cards, kinds = CardsService(clock), ("payment_prompt_refused", "payment_code_unanswered", "vendor_silent")
    for kind in kinds:
        await cards.open(session, kind, f"{kind}:{order.id}", order_id=order.id)

    async def received(due_minor: int) -> list[str]:
        payload = {"order_id": order.id, "due_minor": due_minor}
        event = StoredEvent(
            "E", "payment.received", order.id, payload, ADMIN, order.city, "t", clock.now(), Position(1, 1)
        )
        [subscription] = subscriptions(MoneyCards(cards))
        assert event.topic in subscription.topics
        await subscription.handle(session, event)
        open_ = "SELECT kind FROM ops_exceptions WHERE state <> 'resolved' ORDER BY kind"
        return list(await session.scalars(text(open_)))

    assert await received(100) == sorted(kinds)
    assert await received(0) == ["vendor_silent"]
