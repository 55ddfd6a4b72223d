"""The riders' endpoints: who may call them, for whom, and what they answer."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text

from backend.dispatch.router import router
from backend.dispatch.service import BatchService, DispatchService, RidersService, RouteWatch
from backend.geo.providers.offline.maps import OfflineMaps
from backend.geo.service import GeoService
from backend.geo.settings import GeoSettings
from backend.orders.events import OrderState
from backend.orders.ports import OrderView
from backend.platform.auth.principal import Role
from backend.platform.db.session import Database
from tests.support.app import Api, serving
from tests.support.clock import FixedClock
from tests.support.factories.dispatch import batch_service, dispatch_service, make_rider, riders_service
from tests.support.factories.orders import make_order, orders_service


@pytest.fixture
async def api(database: Database, clock: FixedClock) -> AsyncIterator[Api]:
    geo = GeoService(OfflineMaps(GeoSettings()), GeoSettings(), clock)
    services: dict[type[Any], Any] = {
        RidersService: riders_service(clock),
        DispatchService: dispatch_service(clock),
        BatchService: batch_service(clock),
        GeoService: geo,
        RouteWatch: RouteWatch(geo, orders_service(), riders_service(clock)),
    }
    async with serving(database, clock, router, services=services) as opened:
        yield opened


@pytest.fixture
async def packed(database: Database, clock: FixedClock, api: Api) -> OrderView:
    async with database.transaction() as session:
        await make_rider(session, clock)
        await make_rider(session, clock, "R-2", phone="+254700000302", lat=-1.3300)
        return await make_order(session, OrderState.HANDOVER)


async def test_an_order_from_offer_to_delivery(
    api: Api, packed: OrderView, database: Database, clock: FixedClock
) -> None:
    admin, rider = api.token("admin:A-1", Role.ADMIN, cities=["Nairobi"]), api.token("rider:R-1", Role.RIDER)
    body = {"order_id": packed.id}

    suggested = await api.client.get(f"/api/v1/orders/{packed.id}/suggestions", headers=admin)
    assert [row["rider"]["id"] for row in suggested.json()] == ["R-1", "R-2"]
    assert "phone" not in suggested.json()[0]["rider"]

    for outcome in ("applied", "duplicate"):
        assigned = await api.client.post(
            "/api/v1/riders/R-1/assign", json=body, headers={**admin, "idempotency-key": "k1"}
        )
        assert (assigned.status_code, assigned.json()["outcome"]) == (200, outcome)

    accepted = await api.client.post("/api/v1/riders/R-1/ack", json={**body, "action": "accept"}, headers=rider)
    assert accepted.json() == {"order_id": packed.id, "outcome": "applied", "detail": {}}

    planned = await api.client.post("/api/v1/riders/R-1/route", json=body, headers=rider)
    assert planned.status_code == 200
    assert planned.json()["distance_m"] > 500

    picked = await api.client.post("/api/v1/riders/R-1/pickup", json=body, headers=rider)
    assert picked.json()["outcome"] == "applied"
    async with database.transaction() as session:
        code = str(await dispatch_service(clock).code_for_customer(session, packed.id))
    wrong = "0000" if code != "0000" else "1111"
    refused = await api.client.post("/api/v1/riders/R-1/deliver", json={**body, "otp": wrong}, headers=rider)
    assert (refused.status_code, refused.json()["context"]["reason"]) == (409, "dispatch.wrong_code")
    delivered = await api.client.post("/api/v1/riders/R-1/deliver", json={**body, "otp": code}, headers=rider)
    assert delivered.json()["outcome"] == "applied"

    figures = (await api.client.get("/api/v1/riders/R-1/metrics", headers=rider)).json()
    assert (figures["offered"], figures["accepted"], figures["delivered"], figures["on_time"]) == (1, 1, 1, 1)
    assert (figures["acceptance_rate"], figures["on_time_rate"], figures["currency"]) == (1.0, 1.0, "KES")


async def test_a_wrong_code_counts_although_it_is_refused(api: Api, packed: OrderView, database: Database) -> None:
    admin, rider = api.token("admin:A-1", Role.ADMIN), api.token("rider:R-1", Role.RIDER)
    body = {"order_id": packed.id}
    await api.client.post("/api/v1/riders/R-1/assign", json=body, headers=admin)
    await api.client.post("/api/v1/riders/R-1/pickup", json=body, headers=rider)
    codes = [f"{number:04d}" for number in range(6)]
    reasons = []
    for code in codes:
        answer = await api.client.post("/api/v1/riders/R-1/deliver", json={**body, "otp": code}, headers=rider)
        reasons.append(answer.json()["context"]["reason"])
    assert reasons == ["dispatch.wrong_code"] * 5 + ["dispatch.code_locked"]


async def test_riders_see_and_act_for_themselves_only(api: Api, packed: OrderView) -> None:
    stranger = api.token("rider:R-2", Role.RIDER)
    assert (await api.client.get("/api/v1/riders/R-1", headers=stranger)).status_code == 404
    body = {"order_id": packed.id, "action": "accept"}
    assert (await api.client.post("/api/v1/riders/R-1/ack", json=body, headers=stranger)).status_code == 404
    own = await api.client.post("/api/v1/riders/R-2/ack", json=body, headers=stranger)
    assert (own.status_code, own.json()["context"]["reason"]) == (409, "dispatch.not_yours")
    offered = await api.client.post("/api/v1/riders/R-2/assign", json={"order_id": packed.id}, headers=stranger)
    assert offered.status_code == 403


async def test_a_city_is_its_own(api: Api, packed: OrderView) -> None:
    elsewhere = api.token("admin:A-2", Role.ADMIN, cities=["Nashik"])
    assert (await api.client.get("/api/v1/riders/R-1", headers=elsewhere)).status_code == 404
    path = f"/api/v1/orders/{packed.id}/suggestions"
    assert (await api.client.get(path, headers=elsewhere)).status_code == 404
    area = await api.client.get("/api/v1/riders/available", params={"area": "Kilimani"}, headers=elsewhere)
    assert area.status_code == 404
    assert (await api.client.get("/api/v1/riders/R-1")).status_code == 401


async def test_who_is_available_near_an_area(api: Api, packed: OrderView) -> None:
    admin = api.token("admin:A-1", Role.ADMIN, cities=["Nairobi"])
    found = await api.client.get("/api/v1/riders/available", params={"area": "yaya centre"}, headers=admin)
    assert [row["id"] for row in found.json()] == ["R-1", "R-2"]
    assert 0 < found.json()[0]["distance_m"] < 1000
    unknown = await api.client.get("/api/v1/riders/available", params={"area": "Atlantis"}, headers=admin)
    assert (unknown.status_code, unknown.json()["code"]) == (422, "dispatch.unknown_area")


async def test_shift_and_position(api: Api, packed: OrderView) -> None:
    rider = api.token("rider:R-1", Role.RIDER)
    moved = await api.client.post("/api/v1/riders/R-1/position", json={"lat": -1.25, "lng": 36.9}, headers=rider)
    assert (moved.json()["lat"], moved.json()["lng"]) == (-1.25, 36.9)
    off = await api.client.post("/api/v1/riders/R-1/shift", json={"on_shift": False}, headers=rider)
    assert off.json()["on_shift"] is False
    admin = api.token("admin:A-1", Role.ADMIN)
    found = await api.client.get("/api/v1/riders/available", params={"area": "Nairobi"}, headers=admin)
    assert [row["id"] for row in found.json()] == ["R-2"]


async def test_trouble_needs_a_known_kind(api: Api, packed: OrderView) -> None:
    admin, rider = api.token("admin:A-1", Role.ADMIN), api.token("rider:R-1", Role.RIDER)
    await api.client.post("/api/v1/riders/R-1/assign", json={"order_id": packed.id}, headers=admin)
    answers = [
        await api.client.post("/api/v1/riders/R-1/exception", json={"order_id": packed.id, "kind": kind}, headers=rider)
        for kind in ("safety", "bored")
    ]
    assert [answer.status_code for answer in answers] == [200, 422]
    assert answers[1].json()["code"] == "dispatch.unknown_exception"


async def test_a_rider_who_leaves_the_way_is_noticed_once_and_once_more_when_back(
    api: Api, packed: OrderView, database: Database
) -> None:
    """Only while they carry the order; each departure counts once, however often they say where they are."""
    admin, rider = api.token("admin:A-1", Role.ADMIN), api.token("rider:R-1", Role.RIDER)
    body = {"order_id": packed.id}
    here, astray = {"lat": -1.2900, "lng": 36.7850}, {"lat": -1.2500, "lng": 36.9000}
    await api.client.post("/api/v1/riders/R-1/assign", json=body, headers=admin)
    await api.client.post("/api/v1/riders/R-1/route", json=body, headers=rider)
    await api.client.post("/api/v1/riders/R-1/position", json=astray, headers=rider)
    await api.client.post("/api/v1/riders/R-1/pickup", json=body, headers=rider)
    for place in (here, astray, astray, here, here, astray):
        moved = await api.client.post("/api/v1/riders/R-1/position", json=place, headers=rider)
        assert moved.status_code == 200
    told = text("SELECT topic, payload ->> 'rider_id' FROM outbox WHERE topic LIKE 'dispatch.%route' ORDER BY xid, pos")
    async with database.transaction() as session:
        events = [tuple(row) for row in await session.execute(told)]
        counted = await session.scalar(text("SELECT off_routes FROM assignments"))
    assert events == [
        ("dispatch.off_route", "R-1"),
        ("dispatch.back_on_route", "R-1"),
        ("dispatch.off_route", "R-1"),
    ]
    assert counted == 2


async def test_a_batch_is_looked_at_and_then_carried_out(api: Api, packed: OrderView) -> None:
    """The preview changes nothing and says why; the command offers what the preview said; again, nothing is left."""
    admin = api.token("admin:A-1", Role.ADMIN, cities=["Nairobi"])
    url = "/api/v1/dispatch/batches"
    seen = await api.client.get(f"{url}/preview", params={"city": "Nairobi"}, headers=admin)
    [offer] = seen.json()["offers"]
    assert (offer["order_id"], offer["rider_id"], offer["together_with"]) == (packed.id, "R-1", [])
    assert offer["reasons"][:2] == [f"{offer['pickup_m'] / 1000:.1f} km from the pick-up", "carries nothing"]
    assert offer["reasons"][2] == f"at the door in {round(offer['eta_s'] / 60)} min"
    again = await api.client.get(f"{url}/preview", params={"city": "Nairobi"}, headers=admin)
    assert again.json() == seen.json()
    done = await api.client.post(url, json={"city": "nairobi", "aim": "few_riders"}, headers=admin)
    assert (done.status_code, done.json()["aim"], done.json()["riders"]) == (200, "few_riders", 1)
    assert [row["order_id"] for row in done.json()["offers"]] == [packed.id]
    empty = await api.client.post(url, json={"city": "Nairobi"}, headers=admin)
    assert (empty.json()["offers"], empty.json()["mean_s"]) == ([], None)


async def test_a_batch_is_for_those_who_run_the_whole_city(api: Api, packed: OrderView) -> None:
    """Another city's admin sees none, one merchant's admin and a rider may not, and nothing was offered."""
    callers = (
        (404, api.token("admin:A-2", Role.ADMIN, cities=["Nashik"])),
        (403, api.token("admin:A-3", Role.ADMIN, cities=["Nairobi"], merchant_id="M-1")),
        (403, api.token("rider:R-1", Role.RIDER)),
    )
    for status, caller in callers:
        answers = (
            await api.client.get("/api/v1/dispatch/batches/preview", params={"city": "Nairobi"}, headers=caller),
            await api.client.post("/api/v1/dispatch/batches", json={"city": "Nairobi"}, headers=caller),
        )
        assert [answer.status_code for answer in answers] == [status] * 2
    async with api.transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM assignments")) == 0


async def test_a_rider_who_waits_at_the_counter_tells_the_outlet_once(
    api: Api, packed: OrderView, database: Database
) -> None:
    """Who comes has taken the order; saying so again changes nothing, and a stranger may not say it."""
    admin, rider = api.token("admin:A-1", Role.ADMIN), api.token("rider:R-1", Role.RIDER)
    body = {"order_id": packed.id}
    early = await api.client.post("/api/v1/riders/R-1/waiting", json=body, headers=rider)
    assert (early.status_code, early.json()["context"]["reason"]) == (409, "dispatch.not_yours")
    await api.client.post("/api/v1/riders/R-1/assign", json=body, headers=admin)
    answers = [await api.client.post("/api/v1/riders/R-1/waiting", json=body, headers=rider) for _ in range(2)]
    assert [answer.json()["outcome"] for answer in answers] == ["applied", "duplicate"]
    async with database.transaction() as session:
        armed = await session.execute(text("SELECT type, count(*) FROM sla_timer WHERE state = 'pending' GROUP BY 1"))
        assert ("handover_wait", 1) in {tuple(row) for row in armed}
        assert await session.scalar(text("SELECT state FROM assignments")) == "accepted"


async def test_a_delivery_that_failed_is_told_with_its_reason(api: Api, packed: OrderView, database: Database) -> None:
    """Only of goods that were picked up; the rider keeps them, and may deliver yet."""
    admin, rider = api.token("admin:A-1", Role.ADMIN), api.token("rider:R-1", Role.RIDER)
    body, path = {"order_id": packed.id, "reason": "nobody at home"}, "/api/v1/riders/R-1/undelivered"
    await api.client.post("/api/v1/riders/R-1/assign", json={"order_id": packed.id}, headers=admin)
    early = await api.client.post(path, json=body, headers=rider)
    assert (early.status_code, early.json()["context"]["reason"]) == (409, "dispatch.not_picked_up")
    await api.client.post("/api/v1/riders/R-1/pickup", json={"order_id": packed.id}, headers=rider)
    outcomes = [
        (await api.client.post(path, json=body, headers={**rider, "idempotency-key": "f1"})).json()["outcome"]
        for _ in range(2)
    ]
    assert outcomes == ["applied", "duplicate"]
    failed = text("SELECT payload ->> 'reason' FROM outbox WHERE topic = 'order.delivery.failed'")
    async with database.transaction() as session:
        assert list(await session.scalars(failed)) == ["nobody at home"]
        assert await session.scalar(text("SELECT state FROM assignments")) == "picked_up"


async def test_trouble_that_is_told_twice_under_one_key_is_told_once(
    api: Api, packed: OrderView, database: Database
) -> None:
    admin, rider = api.token("admin:A-1", Role.ADMIN), api.token("rider:R-1", Role.RIDER)
    await api.client.post("/api/v1/riders/R-1/assign", json={"order_id": packed.id}, headers=admin)
    body = {"order_id": packed.id, "kind": "safety"}
    for _ in range(2):
        headers = {**rider, "idempotency-key": "t1"}
        told = await api.client.post("/api/v1/riders/R-1/exception", json=body, headers=headers)
        assert told.status_code == 200, told.text
    async with database.transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM outbox WHERE topic = 'dispatch.trouble'")) == 1
