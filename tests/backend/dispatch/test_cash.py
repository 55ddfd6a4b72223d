"""Riders' cash from the door to the desk over HTTP: what they carry, what is missing, and who is offered no more."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from backend.comms import money_cards
from backend.comms.repository import money_waits
from backend.comms.service.cards import CardsService
from backend.dispatch.errors import RiderCashFullError
from backend.dispatch.planning.ports import Aim
from backend.dispatch.router import router
from backend.dispatch.service import BatchService, DispatchService, RidersService, RouteWatch
from backend.geo.providers.offline.maps import OfflineMaps
from backend.geo.service import GeoService
from backend.geo.settings import GeoSettings
from backend.orders.commands import ApproveCod, PaymentMethod, PaymentMode
from backend.orders.events import OrderState
from backend.orders.ports import OrderView
from backend.payments.ports import Evidence, Feed, Method
from backend.payments.router import router as payments_router
from backend.payments.service import PaymentsService
from backend.payments.service.rider_cash import RiderCashService
from backend.platform.actors import Source
from backend.platform.auth.principal import Role
from backend.platform.consumers import EventConsumers
from backend.platform.db.session import Database
from tests.support.app import Api, serving
from tests.support.clock import FixedClock
from tests.support.factories.dispatch import batch_service, dispatch_service, make_rider, riders_service
from tests.support.factories.orders import ADMIN, RIDER_ID, advance, give, make_order, orders_service
from tests.support.factories.payments import cash_service, payments_service, receipts_service

BOOK = f"/api/v1/riders/{RIDER_ID}/cash"
_COD = {"payment_mode": PaymentMode.COD, "payment_method": PaymentMethod.COD}


@dataclass
class Street:
    """The riders' endpoints, one rider, and the hands of a test."""

    api: Api
    database: Database
    clock: FixedClock
    cards: EventConsumers

    def staff(self, role: Role, key: str = "", **claims: Any) -> dict[str, str]:
        """Headers of somebody of this role."""
        named = {"idempotency-key": key} if key else {}
        return {**self.api.token(f"{role}:S-1", role, **claims), **named}

    async def cod_order(self, state: OrderState = OrderState.OUT_FOR_DELIVERY, user_id: str = "") -> OrderView:
        """An order of KES 352 that is paid at the door."""
        async with self.database.transaction() as session:
            known = {"shop": False, "user_id": user_id} if user_id else {}
            order = await make_order(session, **known, **_COD)  # type: ignore[arg-type]
            order = await give(session, order, ADMIN, ApproveCod())
            return await advance(session, order, state)

    async def at_door(self, order: OrderView, amount_minor: int) -> httpx.Response:
        """Let the rider's phone tell of cash."""
        headers = self.api.token(f"rider:{RIDER_ID}", Role.RIDER)
        body = {"amount_minor": amount_minor, "rider_id": RIDER_ID}
        return await self.api.client.post(f"/api/v1/orders/{order.id}/payment/cash", json=body, headers=headers)

    async def hand_in(self, counted_minor: int, key: str, **more: Any) -> httpx.Response:
        """Let an agent count what the rider has brought."""
        body = {"currency": "KES", "counted_minor": counted_minor, **more}
        return await self.api.client.post(f"{BOOK}/hand-ins", json=body, headers=self.staff(Role.AGENT, key))

    async def held(self) -> int:
        """What the rider carries, as they see it."""
        answer = await self.api.client.get(BOOK, headers=self.api.token(f"rider:{RIDER_ID}", Role.RIDER))
        return sum(pocket["held_minor"] for pocket in answer.json()["pockets"])

    async def live_cards(self) -> list[tuple[Any, ...]]:
        """Cards that are open or owned: kind, order, money, owner."""
        await self.cards.drain()
        return await self.rows(
            "SELECT kind, order_id, money_minor::int, owner FROM ops_exceptions WHERE state <> 'resolved' ORDER BY kind"
        )

    async def accounts(self) -> dict[str, int]:
        """What every account holds, where that is not nothing."""
        rows = await self.rows(
            "SELECT account, sum(debit_minor - credit_minor)::int FROM ledger_entries GROUP BY account"
            " HAVING sum(debit_minor - credit_minor) <> 0"
        )
        return {str(account): int(minor) for account, minor in rows}

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of a query."""
        async with self.database.transaction() as session:
            return [tuple(row) for row in await session.execute(text(query))]


@pytest.fixture
async def street(database: Database, clock: FixedClock) -> AsyncIterator[Street]:
    geo = GeoService(OfflineMaps(GeoSettings()), GeoSettings(), clock)
    services: dict[type[Any], Any] = {
        RidersService: riders_service(clock),
        DispatchService: dispatch_service(clock),
        BatchService: batch_service(clock),
        GeoService: geo,
        RouteWatch: RouteWatch(geo, orders_service(), riders_service(clock)),
        RiderCashService: cash_service(clock),
        PaymentsService: payments_service(clock),
    }
    cards = money_cards.subscriptions(money_cards.MoneyCards(CardsService(clock)))
    async with database.transaction() as session:
        await make_rider(session, clock, RIDER_ID)
    async with serving(database, clock, router, payments_router, services=services) as api:
        yield Street(api, database, clock, EventConsumers(database, cards))


async def test_cash_goes_from_the_door_to_the_desk(street: Street) -> None:
    """The order is paid at the door; the money is the rider's to hand in, and then the till's."""
    order = await street.cod_order()
    assert (await street.at_door(order, 35200)).json()["state"] == "matched"
    assert await street.accounts() == {"clearing.cash.R-1": 35200, "customer_funds": -35200}
    assert await street.rows("SELECT state, paid_minor::int FROM orders") == [("out_for_delivery", 35200)]

    counted = await street.hand_in(35200, "k1")
    assert (counted.status_code, counted.json()["difference_minor"]) == (201, 0)
    assert counted.json()["counted_by"] == "agent:S-1"
    assert await street.accounts() == {"clearing.cash": 35200, "customer_funds": -35200}
    book = (await street.api.client.get(BOOK, headers=street.staff(Role.ADMIN))).json()
    assert book["pockets"] == [{"currency": "KES", "held_minor": 0, "cap_minor": 1_500_000, "is_full": False}]
    assert [(row["kind"], row["order_id"], row["moved_minor"]) for row in book["counts"]] == [
        ("desk", None, -35200),
        ("door", order.id, 35200),
    ]
    assert await street.live_cards() == []


async def test_a_shops_books_say_what_its_riders_carry(street: Street) -> None:
    """Each merchant's own books are level after a hand-in."""
    await street.at_door(await street.cod_order(), 35200)
    await street.hand_in(35200, "k1")
    rows = await street.rows(
        "SELECT merchant_id, account, sum(debit_minor - credit_minor)::int FROM ledger_entries"
        " WHERE account LIKE 'clearing%' GROUP BY merchant_id, account ORDER BY account"
    )
    assert rows == [("M-1", "clearing.cash", 35200), ("M-1", "clearing.cash.R-1", 0)]


async def test_too_little_at_the_door_synced_late_and_twice_is_one_short_entry(street: Street) -> None:
    """The rider's book shows what was short; the card names order and money, and ends when the rest is paid."""
    order = await street.cod_order()
    for _ in range(2):
        assert (await street.at_door(order, 33200)).status_code == 200
        street.clock.advance(hours=3)
    book = (await street.api.client.get(BOOK, headers=street.staff(Role.ADMIN))).json()
    assert [(row["expected_minor"], row["difference_minor"]) for row in book["counts"]] == [(35200, -2000)]
    assert await street.live_cards() == [("payment_cash_underpaid", order.id, 2000, None)]

    rest = Evidence(Feed.CONFIRMATION, "mpesa", "UKM5A7B9CD", 2000, "KES", reference=order.id)
    async with street.database.transaction() as session:
        await receipts_service(street.clock).take(session, rest)
    assert await street.live_cards() == []
    assert await street.rows("SELECT state FROM payment_intents WHERE state = 'open'") == []


async def test_a_delivery_does_not_book_again_what_was_told_short(street: Street) -> None:
    """The rider has said what they got; the code proves the goods, not the rest of the money."""
    order = await street.cod_order(OrderState.HANDOVER)
    desk = dispatch_service(street.clock)
    async with street.database.transaction() as session:
        await desk.assign(session, order.id, RIDER_ID, actor=ADMIN, source=Source.API, command_id="a")
        await desk.acknowledge(session, order.id, RIDER_ID, accept=True, reason="", source=Source.API, command_id="b")
        await desk.picked_up(session, order.id, RIDER_ID, source=Source.API, command_id="c")
        code = str(await desk.code_for_customer(session, order.id))
    await street.at_door(order, 33200)
    async with street.database.transaction() as session:
        done = await desk.deliver(session, order.id, RIDER_ID, otp=code, source=Source.API, command_id="d")
    assert done.outcome == "applied"
    assert await street.rows("SELECT amount_minor::int FROM receipts") == [(33200,)]
    assert await street.live_cards() == [("payment_cash_underpaid", order.id, 2000, None)]


async def test_what_is_missing_is_the_card_of_who_counted_until_it_comes(street: Street) -> None:
    await street.at_door(await street.cod_order(), 35200)
    assert (await street.hand_in(30000, "k1")).json()["difference_minor"] == -5200
    assert await street.live_cards() == [("payment_cash_shortage", None, 5200, "agent:S-1")]
    assert await street.held() == 5200

    assert (await street.hand_in(2000, "k2")).json()["expected_minor"] == 5200
    assert await street.live_cards() == [("payment_cash_shortage", None, 3200, "agent:S-1")]
    await street.hand_in(3200, "k3")
    assert await street.live_cards() == []
    assert await street.accounts() == {"clearing.cash": 35200, "customer_funds": -35200}


async def test_the_same_hand_in_sent_again_counts_once(street: Street) -> None:
    """And the key stands for that count alone."""
    await street.at_door(await street.cod_order(), 35200)
    first, again = await street.hand_in(35200, "k1"), await street.hand_in(35200, "k1")
    assert first.json() == again.json()
    assert (await street.hand_in(100, "k1")).status_code == 422
    assert (await street.hand_in(100, "")).json()["code"] == "idempotency.key_missing"
    assert await street.rows("SELECT count(*) FROM cash_counts WHERE kind = 'desk'") == [(1,)]


async def test_cash_told_after_the_hand_in_explains_what_was_too_much(street: Street) -> None:
    """A phone without a net: the desk has the money before the order has its receipt."""
    first = await street.cod_order()
    second = await street.cod_order(user_id=first.user_id)
    await street.at_door(first, 35200)
    await street.hand_in(70400, "k1")
    assert await street.live_cards() == [("payment_cash_surplus", None, 35200, "agent:S-1")]
    await street.at_door(second, 35200)
    assert await street.live_cards() == []
    assert await street.held() == 0


async def test_cash_that_is_told_at_the_desk_pays_its_order(street: Street) -> None:
    """Through the one matcher, so that the phone's later word of it changes nothing."""
    async with street.database.transaction() as session:
        order = await make_order(session, **_COD)  # type: ignore[arg-type]
        await payments_service(street.clock).begin(session, order.id, Method.COD)
        order = await advance(session, await orders_service().get(session, order.id), OrderState.OUT_FOR_DELIVERY)
    told = await street.hand_in(35200, "k1", orders=[{"order_id": order.id, "amount_minor": 35200}])
    assert (told.status_code, told.json()["difference_minor"]) == (201, 0)
    await street.at_door(order, 35200)
    assert await street.rows("SELECT state FROM payment_intents") == [("paid",)]
    assert await street.rows("SELECT provider, amount_minor::int, state FROM receipts") == [("cash", 35200, "matched")]
    assert await street.held() == 0


async def test_an_order_of_another_rider_is_not_told_at_the_desk(street: Street) -> None:
    order = await street.cod_order(OrderState.HANDOVER)
    told = await street.hand_in(35200, "k1", orders=[{"order_id": order.id, "amount_minor": 35200}])
    assert (told.status_code, told.json()["code"]) == (422, "payment.not_their_order")
    assert await street.rows("SELECT 1 FROM cash_counts UNION ALL SELECT 1 FROM ledger_entries") == []


async def test_the_owner_gives_up_what_is_missing_and_no_more(street: Street) -> None:
    await street.at_door(await street.cod_order(), 35200)
    await street.hand_in(30000, "k1")
    body = {"currency": "KES", "amount_minor": 5200, "note": "robbed on the way"}
    path = f"{BOOK}/write-offs"
    refused = await street.api.client.post(path, json=body, headers=street.staff(Role.ADMIN, "w1"))
    assert refused.status_code == 403
    too_much = {**body, "amount_minor": 5300}
    refused = await street.api.client.post(path, json=too_much, headers=street.staff(Role.OWNER, "w2"))
    assert (refused.status_code, refused.json()["code"]) == (422, "payment.write_off_too_large")
    for _ in range(2):
        done = await street.api.client.post(path, json=body, headers=street.staff(Role.OWNER, "w3"))
        assert done.status_code == 201, done.text
    assert await street.accounts() == {"clearing.cash": 30000, "cash_differences": 5200, "customer_funds": -35200}
    assert await street.live_cards() == []


async def test_others_see_nothing_of_a_riders_cash(street: Street) -> None:
    """Another rider, another city, and a merchant whose rider this is not."""
    callers = [
        street.api.token("rider:R-2", Role.RIDER),
        street.staff(Role.ADMIN, cities=["Nashik"]),
        street.staff(Role.ADMIN, merchant_id="M-1"),
    ]
    answers = [await street.api.client.get(BOOK, headers=headers) for headers in callers]
    assert [answer.status_code for answer in answers] == [404, 404, 404]


async def test_who_carries_too_much_cash_is_offered_no_more_of_it(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither by suggestion, by name nor by a batch; what is paid already they may carry."""
    monkeypatch.setenv("PAYMENTS_RIDER_CASH_CAP_MINOR", '{"KES": 35000}')
    first = await street.cod_order(OrderState.OUT_FOR_DELIVERY)
    await street.at_door(first, 35200)
    second = await street.cod_order(OrderState.HANDOVER, first.user_id)
    desk, batches = dispatch_service(street.clock), batch_service(street.clock)
    async with street.database.transaction() as session:
        paid = await make_order(session, OrderState.HANDOVER, shop=False, user_id=first.user_id)
        await make_rider(session, street.clock, "R-2", phone="+254700000302", lat=-1.3300)
        assert [one.rider.id for one in await desk.suggest(session, second.id)] == ["R-2"]
        assert [one.rider.id for one in await desk.suggest(session, paid.id)] == ["R-1", "R-2"]
        with pytest.raises(RiderCashFullError):
            await desk.assign(session, second.id, RIDER_ID, actor=ADMIN, source=Source.API, command_id="a")
    planned = await batches.preview(street.database, "Nairobi", Aim.FAST)
    assert {offer.job_id: offer.carrier_id for offer in planned.offers}[second.id] == "R-2"
    book = await street.api.client.get(BOOK, headers=street.staff(Role.ADMIN))
    assert book.status_code == 200

    await street.hand_in(35200, "k1")
    async with street.database.transaction() as session:
        assert [one.rider.id for one in await desk.suggest(session, second.id)] == ["R-1", "R-2"]


@pytest.mark.concurrency
async def test_a_hand_in_and_a_collection_at_once_are_both_counted(street: Street) -> None:
    """Whichever comes first, the pocket is the sum of its counts, and a difference has its card."""
    first = await street.cod_order()
    second = await street.cod_order(user_id=first.user_id)
    await street.at_door(first, 35200)
    await asyncio.gather(street.at_door(second, 35200), street.hand_in(35200, "k1"), street.hand_in(35200, "k2"))
    assert await street.held() == 0
    assert await street.rows("SELECT sum(moved_minor)::int FROM cash_counts") == [(0,)]
    await street.hand_in(0, "k3")
    assert await street.live_cards() == []


async def test_cash_that_is_not_handed_in_brings_a_person(street: Street) -> None:
    """A day after the first of it was taken; the count at the desk ends it, what stays with the rider waits anew."""
    order = await street.cod_order()
    await street.at_door(order, 35200)
    watch = "SELECT round(extract(epoch FROM due_at - duka_now()) / 3600)::int FROM sla_timer WHERE state = 'pending'"
    watched = f"{watch} AND type = 'cash_hand_in'"
    assert await street.rows(watched) == [(24,)]
    async with street.database.transaction() as session:
        await cash_service(street.clock).remind(session, RIDER_ID, "KES", "Nairobi")
    assert await street.live_cards() == [("payment_cash_carried", None, 35200, None)]
    async with street.database.transaction() as session:
        assert await money_waits(session, "cash:R-1:KES")

    await street.hand_in(30000, "k1", keeps_minor=5200)
    assert (await street.live_cards(), await street.rows(watched)) == ([], [(24,)])
    await street.hand_in(5200, "k2")
    assert await street.rows(watched) == []
    async with street.database.transaction() as session:
        assert not await money_waits(session, "cash:R-1:KES")
        await cash_service(street.clock).remind(session, RIDER_ID, "KES", "Nairobi")
    assert await street.live_cards() == []
