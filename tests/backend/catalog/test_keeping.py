"""Keeping stock and prices: corrections that count once, a word when little is left, prices that begin later."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.catalog.ports import ItemChanges, StockLine
from backend.catalog.router import router
from backend.catalog.tasks import timer_handlers
from backend.comms.service.cards import CardsService
from backend.platform.actors import SYSTEM, ActorKind
from backend.platform.auth.principal import Role
from backend.platform.clock import move_clock
from backend.platform.consumers import EventConsumers
from backend.platform.db.session import Database
from backend.platform.timer_engine import TimerEngine
from backend.reports.subscribers import subscriptions
from backend.runtime.invariants import check
from tests.support.app import Api, serving
from tests.support.clock import FixedClock
from tests.support.factories.catalog import catalog_service
from tests.support.factories.customers import make_customer
from tests.support.factories.orders import make_order, make_shop
from tests.support.factories.vendors import vendors_service
from tests.support.order_rows import events

ADJUST = "/api/v1/catalog/items/UNGA-2KG/adjustments?merchant_id=M-1"
PRICES = "/api/v1/catalog/items/UNGA-2KG/prices?merchant_id=M-1"


@pytest.fixture
async def api(session: AsyncSession, clock: FixedClock) -> AsyncIterator[Api]:
    await make_shop(session)
    async with serving(session, clock, router) as opened:
        yield opened


async def adjust(api: Api, by: float, key: str | None, reason: str = "delivery", **who: Any) -> Any:
    headers = api.token(who.get("actor", "admin:A-1"), who.get("role", Role.ADMIN))
    if key is not None:
        headers["idempotency-key"] = key
    return await api.client.post(ADJUST, json={"by": by, "reason": reason}, headers=headers)


async def test_a_correction_counts_once_and_is_kept_with_its_reason(api: Api, session: AsyncSession) -> None:
    answers = [await adjust(api, 5, "k-1") for _ in range(2)]
    assert [(one.status_code, one.json()["stock"]) for one in answers] == [(201, 15.0), (201, 15.0)]
    assert (await adjust(api, -3, "k-2", "broken")).json()["stock"] == 12.0
    listed = await api.client.get(
        "/api/v1/catalog/items/UNGA-2KG/movements?merchant_id=M-1&limit=2", headers=api.token("admin:A-1", Role.ADMIN)
    )
    page = listed.json()
    assert (page["total"], [(row["new_stock"], row["reason"], row["actor"]) for row in page["items"]]) == (
        3,
        [(12.0, "broken", "admin:A-1"), (15.0, "delivery", "admin:A-1")],
    )
    assert await check(session) == []


@pytest.mark.parametrize(
    ("by", "key", "status", "code"),
    [
        (5, None, 400, "idempotency.key_missing"),
        (0, "k", 422, "422_UNPROCESSABLE_ENTITY"),
        (-11, "k", 409, "catalog.stock_negative"),
        (-7, "k", 409, "catalog.stock_promised"),
        (6, "used", 422, "idempotency.key_reused"),
    ],
)
async def test_a_correction_that_makes_no_sense_changes_nothing(
    api: Api, session: AsyncSession, by: int, key: str | None, status: int, code: str
) -> None:
    """Four of ten are promised to an order."""
    await catalog_service().reserve(session, "M-1", "ORD1", (StockLine("UNGA-2KG", Decimal(4)),), 60)
    await adjust(api, 1, "used")
    await adjust(api, -1, "back")
    answer = await adjust(api, by, key)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await catalog_service().item(session, "M-1", "UNGA-2KG")).stock == 10


async def test_who_may_correct_stock_and_who_may_plan_prices(api: Api) -> None:
    roles = [role for role in Role if role in set(ActorKind)]
    statuses = [(await adjust(api, 1, role, actor=f"{role}:V-1", role=role)).status_code for role in roles]
    allowed = {Role.SERVICE, Role.AGENT, Role.ADMIN, Role.OWNER, Role.VENDOR}
    assert {role for role, status in zip(roles, statuses, strict=True) if status == 201} == allowed
    body = {"price_minor": 1, "from_at": "2090-01-01T00:00:00+03:00", "reason": "x"}
    answer = await api.client.post(PRICES, json=body, headers=api.token("vendor:V-1", Role.VENDOR))
    assert answer.status_code == 403


@pytest.mark.concurrency
async def test_two_who_count_at_once_both_count(database: Database) -> None:
    async with database.transaction() as session:
        await make_shop(session)

    async def add(number: int) -> None:
        async with database.transaction() as session:
            await catalog_service().adjust(
                session, "M-1", "UNGA-2KG", Decimal(1), reason="delivery", actor=SYSTEM, command_id=f"c-{number % 8}"
            )

    await asyncio.gather(*(add(number) for number in range(16)))
    async with database.transaction() as session:
        assert (await catalog_service().item(session, "M-1", "UNGA-2KG")).stock == 18


async def test_little_stock_is_told_once_until_there_is_more(session: AsyncSession) -> None:
    await make_shop(session)
    catalog, changes = catalog_service(), ItemChanges(low_at=Decimal(3))
    await catalog.change_item(session, "M-1", "UNGA-2KG", changes, reason="mark", actor=SYSTEM)

    async def hold(order_id: str, qty: int) -> None:
        await catalog.reserve(session, "M-1", order_id, (StockLine("UNGA-2KG", Decimal(qty)),), 60)

    async def told() -> list[str]:
        return [event["left"] for event in await events(session, "catalogue.stock_low")]

    await hold("ORD1", 6)
    assert await told() == []
    await hold("ORD2", 2)
    await hold("ORD3", 1)
    assert await told() == ["2"]
    await catalog.release_reservation(session, "ORD1")
    await hold("ORD4", 5)
    assert await told() == ["2", "2"]


async def test_little_stock_becomes_one_card(database: Database, clock: FixedClock) -> None:
    async with database.transaction() as session:
        await make_shop(session)
        changes = ItemChanges(low_at=Decimal(10))
        await catalog_service().change_item(session, "M-1", "UNGA-2KG", changes, reason="mark", actor=SYSTEM)
    consumers = EventConsumers(database, subscriptions(CardsService(clock), vendors_service()))
    await consumers.drain()
    async with database.transaction() as session:
        rows = await session.execute(text("SELECT kind, subject_id, city, merchant_id, detail FROM ops_exceptions"))
        [row] = rows.all()
    assert tuple(row[:4]) == ("stock_low", "M-1:UNGA-2KG", "Nairobi", "M-1")
    assert row.detail == {"sku": "UNGA-2KG", "name": "Maize Flour 2kg", "unit": "packet", "left": "10"}


async def test_less_on_the_shelf_than_orders_were_promised_is_a_card(database: Database, clock: FixedClock) -> None:
    """Three were counted and five are promised: nothing goes negative, and people see which orders hold them."""
    async with database.transaction() as session:
        await make_shop(session)
        for order, qty in (("ORD1", 3), ("ORD2", 2)):
            await catalog_service().reserve(session, "M-1", order, (StockLine("UNGA-2KG", Decimal(qty)),), 60)
    async with serving(database, clock, router) as api:
        headers = api.token("agent:S-1", Role.AGENT)
        counted = {"stock": 3, "reason": "stocktake"}
        url = "/api/v1/catalog/items/UNGA-2KG?merchant_id=M-1"
        for _ in "ab":
            answer = await api.client.patch(url, json=counted, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (409, "catalog.stock_promised")
        assert (await adjust(api, -6, "k-1")).status_code == 409
    await EventConsumers(database, subscriptions(CardsService(clock), vendors_service())).drain()
    async with database.transaction() as session:
        item = await catalog_service().item(session, "M-1", "UNGA-2KG")
        rows = await session.execute(text("SELECT kind, subject_id, city, merchant_id, detail FROM ops_exceptions"))
        [row] = rows.all()
    assert (item.stock, item.reserved) == (10, 5)
    assert tuple(row[:4]) == ("stock_oversold", "M-1:UNGA-2KG", "Nairobi", "M-1")
    named = {"sku": "UNGA-2KG", "name": "Maize Flour 2kg", "unit": "packet"}
    assert row.detail == {**named, "counted": "3", "promised": "5", "orders": ["ORD2", "ORD1"]}


@pytest.fixture
async def shop(database: Database) -> Database:
    async with database.transaction() as session:
        await make_shop(session)
    return database


async def price_now(database: Database) -> int:
    async with database.transaction() as session:
        return (await catalog_service().item(session, "M-1", "UNGA-2KG")).price_minor


async def test_a_price_begins_at_its_hour_and_orders_keep_theirs(shop: Database, clock: FixedClock) -> None:
    """One is withdrawn before its hour, and never comes; the bot's copy of the catalogue learns of the other."""
    async with serving(shop, clock, router) as api:
        headers = api.token("owner:O-1", Role.OWNER, merchant_id="M-1")
        async with shop.transaction() as session:
            now = (await session.execute(text("SELECT duka_now()"))).scalar_one()
            user = await make_customer(session)
            before = await make_order(session, shop=False, user_id=user.id)
        bodies = [
            {"price_minor": minor, "from_at": (now + timedelta(hours=hours)).isoformat(), "reason": "season"}
            for minor, hours in ((19_000, 2), (99_000, 1))
        ]
        planned = [(await api.client.post(PRICES, json=body, headers=headers)).json() for body in bodies]
        again = await api.client.post(PRICES, json=bodies[0], headers=headers)
        assert (again.status_code, again.json()["code"]) == (422, "catalog.price_time")
        path = f"/api/v1/catalog/prices/{planned[1]['id']}?merchant_id=M-1"
        assert (await api.client.delete(path, headers=headers)).json()["state"] == "withdrawn"
        assert (await api.client.delete(path, headers=headers)).status_code == 409
        engine = TimerEngine(shop, timer_handlers(catalog_service()))
        for hours, price in ((1.5, 17_600), (1, 19_000)):
            async with shop.transaction() as session:
                await move_clock(session, timedelta(hours=hours))
            await engine.step()
            assert await price_now(shop) == price
        async with shop.transaction() as session:
            after = await make_order(session, shop=False, user_id=user.id)
        assert [order.lines[0].unit_price_minor for order in (before, after)] == [17_600, 19_000]
        listed = (await api.client.get(PRICES, headers=headers)).json()
        assert [(row["price_minor"], row["state"]) for row in listed["items"]] == [
            (19_000, "in_force"),
            (99_000, "withdrawn"),
        ]
