"""Orders over HTTP: what callers of each role may do, and what the answers look like."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.events import OrderState as S
from backend.orders.ports import OrderView
from backend.orders.router import router
from backend.platform.auth.principal import Role
from backend.platform.db.session import Database
from tests.support.app import Api, serving
from tests.support.clock import FixedClock
from tests.support.factories.customers import make_customer
from tests.support.factories.orders import make_order, make_shop
from tests.support.factories.vendors import make_merchant, make_vendor
from tests.support.order_rows import events


@pytest.fixture
async def api(session: AsyncSession, clock: FixedClock) -> AsyncIterator[Api]:
    async with serving(session, clock, router) as opened:
        yield opened


async def given(api: Api, state: S = S.PENDING) -> OrderView:
    async with api.transaction() as session:
        return await make_order(session, state)


def keyed(api: Api, who: str, role: Role, key: str = "cart-1", **claims: Any) -> dict[str, str]:
    """Headers of a caller with a key, as placing an order wants one."""
    return {**api.token(who, role, **claims), "idempotency-key": key}


async def given_customer(api: Api) -> str:
    async with api.transaction() as session:
        await make_shop(session)
        return (await make_customer(session)).id


def order_body(user_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "vendor_id": "V-1",
        "items": [{"sku": "UNGA-2KG", "qty": 2}],
        "delivery": {"address_text": "Yaya Centre, gate B", "lat": -1.2923, "lng": 36.788},
        "payment": {"mode": "prepaid", "method": "mpesa"},
        **changes,
    }


async def test_an_order_is_placed_once_for_each_key(api: Api) -> None:
    user_id = await given_customer(api)
    headers = api.token("service:checkout", Role.SERVICE) | {"Idempotency-Key": "cart-9"}
    first = await api.client.post("/api/v1/orders", json=order_body(user_id), headers=headers)
    assert first.status_code == 201, first.text
    order = first.json()
    assert order["state"] == "pending"
    assert (order["amount"], order["amount_minor"], order["currency"]) == (352.0, 35200, "KES")
    assert order["payment"] == {
        "mode": "prepaid",
        "method": "mpesa",
        "status": "pending",
        "paid_minor": 0,
        "due_minor": 35200,
        "refunded_minor": 0,
    }
    assert order["delivery"]["text"] == "Yaya Centre, gate B"
    again = await api.client.post("/api/v1/orders", json=order_body(user_id), headers=headers)
    assert again.json() == order
    other = order_body(user_id, items=[{"sku": "NYANYA", "qty": 1}])
    reused = await api.client.post("/api/v1/orders", json=other, headers=headers)
    assert (reused.status_code, reused.json()["code"]) == (422, "order.command_id_reused")
    listed = await api.client.get("/api/v1/orders", headers=headers)
    assert (listed.json()["total"], listed.json()["items"]) == (1, [order])


async def test_placing_an_order_wants_a_key(api: Api) -> None:
    """Without one, a caller who asks again because the answer was lost would order twice."""
    user_id = await given_customer(api)
    answer = await api.client.post(
        "/api/v1/orders", json=order_body(user_id), headers=api.token("service:checkout", Role.SERVICE)
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency.key_missing")
    async with api.transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM orders")) == 0


async def test_a_developers_price_does_not_count(api: Api) -> None:
    user_id = await given_customer(api)
    body = order_body(user_id, items=[{"sku": "UNGA-2KG", "qty": 1, "unit_price_minor": 1}])
    by_app = await api.client.post("/api/v1/orders", json=body, headers=keyed(api, "service:app", Role.DEVELOPER))
    assert by_app.json()["amount_minor"] == 17600
    by_bot = await api.client.post("/api/v1/orders", json=body, headers=keyed(api, "bot:rasa", Role.BOT))
    assert by_bot.json()["amount_minor"] == 1


async def test_too_little_stock_says_what_is_left(api: Api) -> None:
    user_id = await given_customer(api)
    body = order_body(user_id, items=[{"sku": "UNGA-2KG", "qty": 11}])
    answer = await api.client.post("/api/v1/orders", json=body, headers=keyed(api, "bot:rasa", Role.BOT))
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "catalog.stock_short")
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["detail"] == "There is not enough left. Maize Flour 2kg: 10 left."
    assert [(row["sku"], row["left"]) for row in problem["context"]["short"]] == [("UNGA-2KG", 10)]


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"items": []}, "body.items"),
        ({"items": [{"sku": "UNGA-2KG", "qty": 0}]}, "body.items.0.qty"),
        ({"delivery": {"address_text": ""}}, "body.delivery.address_text"),
        ({"contact_phone": "0700000101"}, "body.contact_phone"),
        ({"payment": {"mode": "credit"}}, "body.payment.mode"),
    ],
)
async def test_what_makes_no_sense_is_422(api: Api, changes: dict[str, Any], at: str) -> None:
    answer = await api.client.post(
        "/api/v1/orders", json=order_body("U-1", **changes), headers=keyed(api, "bot:rasa", Role.BOT)
    )
    assert answer.status_code == 422
    assert [error["at"] for error in answer.json()["errors"]] == [at]


@pytest.mark.parametrize(
    ("before", "body", "actor", "after"),
    [
        (S.PENDING, {"to": "partial", "meta": {"paid_minor": 100}}, ("admin:A-1", Role.ADMIN), "partial"),
        (S.PENDING, {"to": "confirmed", "meta": {"paid_minor": 35200}}, ("admin:A-1", Role.ADMIN), "confirmed"),
        (S.PARTIAL, {"to": "confirmed", "meta": {"cod": True}}, ("agent:G-1", Role.AGENT), "confirmed"),
        (S.CONFIRMED, {"to": "processing", "meta": {"prep_min": 15}}, ("vendor:V-1", Role.VENDOR), "processing"),
        (S.PROCESSING, {"to": "processing", "meta": {"extend_min": 10}}, ("vendor:V-1", Role.VENDOR), "processing"),
        (S.PROCESSING, {"to": "processing", "meta": {"prep_min": 5}}, ("vendor:V-1", Role.VENDOR), "processing"),
        (S.PROCESSING, {"to": "handover"}, ("service:ivr", Role.SERVICE), "handover"),
        (
            S.OUT_FOR_DELIVERY,
            {"to": "delivered", "meta": {"proof": {"kind": "otp"}}},
            ("admin:A-1", Role.ADMIN),
            "delivered",
        ),
        (S.DELIVERED, {"to": "returned", "reason": "cold"}, ("admin:A-1", Role.ADMIN), "returned"),
        (S.PENDING, {"to": "cancelled", "reason": "changed my mind"}, ("bot:rasa", Role.BOT), "cancelled"),
        (S.CONFIRMED, {"to": "cancelled"}, ("vendor:V-1", Role.VENDOR), "cancelled"),
    ],
)
async def test_a_state_is_asked_for_and_reached(
    api: Api, before: S, body: dict[str, Any], actor: tuple[str, Role], after: str
) -> None:
    order = await given(api, before)
    answer = await api.client.patch(f"/api/v1/orders/{order.id}/state", json=body, headers=api.token(*actor))
    assert answer.status_code == 200, answer.text
    assert (answer.json()["outcome"], answer.json()["order"]["state"]) == ("applied", after)


@pytest.mark.parametrize(
    ("before", "body", "actor", "reason"),
    [
        (S.CONFIRMED, {"to": "handover"}, ("vendor:V-1", Role.VENDOR), "order.invalid_transition"),
        (S.DELIVERED, {"to": "pending"}, ("admin:A-1", Role.ADMIN), "order.invalid_transition"),
        (S.CONFIRMED, {"to": "processing"}, ("rider:R-1", Role.RIDER), None),
        (S.PENDING, {"to": "confirmed"}, ("owner:O-1", Role.OWNER), "order.actor_not_allowed"),
        (S.PENDING, {"to": "confirmed"}, ("admin:A-1", Role.ADMIN), "order.not_fully_paid"),
        (S.PROCESSING, {"to": "processing"}, ("vendor:V-1", Role.VENDOR), "order.preparation_out_of_range"),
        (S.PROCESSING, {"to": "cancelled", "reason": "late"}, ("bot:rasa", Role.BOT), "order.actor_not_allowed"),
        (S.OUT_FOR_DELIVERY, {"to": "delivered"}, ("admin:A-1", Role.ADMIN), "order.proof_missing"),
        # A rider's word is no proof: the riders' desk looks at code, photo or signature.
        (
            S.OUT_FOR_DELIVERY,
            {"to": "delivered", "meta": {"proof": {"kind": "otp"}}},
            ("rider:R-1", Role.RIDER),
            "order.proof_missing",
        ),
    ],
)
async def test_a_state_that_cannot_be_is_409_and_changes_nothing(
    api: Api, before: S, body: dict[str, Any], actor: tuple[str, Role], reason: str | None
) -> None:
    order = await given(api, before)
    answer = await api.client.patch(f"/api/v1/orders/{order.id}/state", json=body, headers=api.token(*actor))
    if reason is None:
        assert answer.status_code == 404
    else:
        assert (answer.status_code, answer.json()["code"]) == (409, "409_CONFLICT")
        assert answer.json()["context"]["reason"] == reason
    kept = await api.client.get(f"/api/v1/orders/{order.id}", headers=api.token("admin:A-1", Role.ADMIN))
    assert (kept.json()["state"], kept.json()["version"]) == (before, order.version)


async def test_the_same_key_is_one_step(api: Api) -> None:
    order = await given(api, S.PROCESSING)
    headers = api.token("vendor:V-1", Role.VENDOR) | {"Idempotency-Key": "digit-2"}
    body = {"to": "processing", "meta": {"extend_min": 10}}
    answers = [
        (await api.client.patch(f"/api/v1/orders/{order.id}/state", json=body, headers=headers)).json()
        for _ in range(3)
    ]
    assert [answer["outcome"] for answer in answers] == ["applied", "duplicate", "duplicate"]
    assert {answer["order"]["prep_eta_minutes"] for answer in answers} == {30}


async def test_a_vendor_accepts_by_any_door(api: Api) -> None:
    order = await given(api, S.CONFIRMED)
    body = {"order_id": order.id, "action": "accept", "prep_min": 25, "source": "ivr"}
    answer = await api.client.post("/api/v1/vendors/V-1/ack", json=body, headers=api.token("service:ivr", Role.SERVICE))
    assert answer.json()["order"]["state"] == "processing"
    assert answer.json()["order"]["prep_eta_minutes"] == 25
    ready = await api.client.post(
        "/api/v1/vendors/V-1/ready", json={"order_id": order.id}, headers=api.token("vendor:V-1", Role.VENDOR)
    )
    assert ready.json()["order"]["state"] == "handover"
    timeline = await api.client.get(f"/api/v1/orders/{order.id}/timeline", headers=api.token("admin:A-1", Role.ADMIN))
    steps = [(entry["what"], entry["channel"], entry["actor"]) for entry in timeline.json()["items"]]
    assert steps[2:] == [("AcceptOrder", "ivr", "vendor:V-1"), ("MarkReady", "app", "vendor:V-1")]


async def test_a_vendor_rejects_with_its_reason(api: Api) -> None:
    order = await given(api, S.CONFIRMED)
    body = {"order_id": order.id, "action": "reject", "reason": "no flour"}
    answer = await api.client.post("/api/v1/vendors/V-1/ack", json=body, headers=api.token("vendor:V-1", Role.VENDOR))
    result = answer.json()["order"]
    assert (result["state"], result["reason"], result["payment"]["status"]) == ("cancelled", "no flour", "refund_due")


async def test_a_refused_answer_tells_of_its_contrary_all_the_same(database: Database, clock: FixedClock) -> None:
    """The order is as it was, and the word for the desk is kept though the caller gets a refusal."""
    async with serving(database, clock, router) as api:
        order = await given(api, S.CONFIRMED)
        headers = api.token("vendor:V-1", Role.VENDOR)
        bodies = [{"order_id": order.id, "action": action} for action in ("accept", "reject")]
        answers = [await api.client.post("/api/v1/vendors/V-1/ack", json=body, headers=headers) for body in bodies]
        assert [answer.status_code for answer in answers] == [200, 409]
        async with api.transaction() as session:
            [crossed] = await events(session, "order.answers.crossed")
            state = await session.scalar(text("SELECT state FROM orders"))
    assert (crossed["stands"], crossed["refused"], state) == ("AcceptOrder", "RejectOrder", "processing")


async def test_vendors_act_for_themselves_only(api: Api) -> None:
    order = await given(api, S.CONFIRMED)
    async with api.transaction() as session:
        await make_vendor(session, "V-2", phone="+254700000202")
    body = {"order_id": order.id, "action": "accept"}
    for actor, role, path in (
        ("vendor:V-2", Role.VENDOR, "V-1"),
        ("vendor:V-2", Role.VENDOR, "V-2"),
        ("service:ivr", Role.SERVICE, "V-2"),
    ):
        answer = await api.client.post(f"/api/v1/vendors/{path}/ack", json=body, headers=api.token(actor, role))
        assert answer.status_code == 404, (actor, path)
    metrics = await api.client.get("/api/v1/vendors/V-1/metrics", headers=api.token("vendor:V-2", Role.VENDOR))
    assert metrics.status_code == 404


@pytest.mark.parametrize(
    ("actor", "options", "status"),
    [
        (("admin:A-1", Role.ADMIN), {"cities": ["Nairobi"]}, 200),
        (("admin:A-2", Role.ADMIN), {"cities": ["Nashik"]}, 404),
        (("owner:O-1", Role.OWNER), {"merchant_id": "M-1"}, 200),
        (("owner:O-2", Role.OWNER), {"merchant_id": "M-2"}, 404),
        (("vendor:V-1", Role.VENDOR), {}, 200),
        (("vendor:V-9", Role.VENDOR), {}, 404),
        (("rider:R-1", Role.RIDER), {}, 200),
        (("rider:R-9", Role.RIDER), {}, 404),
        (("customer:U-9", Role.CUSTOMER), {}, 404),
        (("trainer:T-1", Role.TRAINER), {}, 403),
    ],
)
async def test_who_sees_an_order(api: Api, actor: tuple[str, Role], options: dict[str, Any], status: int) -> None:
    order = await given(api, S.OUT_FOR_DELIVERY)
    headers = api.token(*actor, **options)
    answer = await api.client.get(f"/api/v1/orders/{order.id}", headers=headers)
    assert answer.status_code == status
    if actor[1] is not Role.TRAINER:
        listed = await api.client.get("/api/v1/orders", headers=headers)
        assert listed.json()["total"] == (1 if status == 200 else 0)


async def test_without_a_token_nothing_is_told(api: Api) -> None:
    assert (await api.client.get("/api/v1/orders")).status_code == 401


async def test_the_list_is_filtered_and_paged(api: Api) -> None:
    first = await given(api)
    async with api.transaction() as session:
        for state in (S.CONFIRMED, S.CONFIRMED, S.CANCELLED):
            await make_order(session, state, shop=False, user_id=first.user_id)
    headers = api.token("admin:A-1", Role.ADMIN)
    query = "/api/v1/orders?state=confirmed&state=cancelled&city=nairobi&vendor_id=V-1&limit=2"
    page = (await api.client.get(query, headers=headers)).json()
    assert (page["total"], page["limit"], page["offset"], len(page["items"])) == (3, 2, 0, 2)
    rest = (await api.client.get(query + "&offset=2", headers=headers)).json()
    assert len({order["order_id"] for order in [*page["items"], *rest["items"]]}) == 3
    elsewhere = await api.client.get("/api/v1/orders?city=Nashik", headers=headers)
    assert elsewhere.json()["total"] == 0
    due = await api.client.get("/api/v1/orders?payment_status=success", headers=headers)
    assert due.json()["total"] == 2


async def test_an_address_is_changed_by_support_only(api: Api) -> None:
    order = await given(api, S.OUT_FOR_DELIVERY)
    body = {"address_text": "Shani Nagar, House 12", "lat": 20.01, "lng": 73.79}
    path = f"/api/v1/orders/{order.id}/address"
    by_rider = await api.client.post(path, json=body, headers=api.token("rider:R-1", Role.RIDER))
    assert by_rider.status_code == 403
    by_bot = await api.client.post(path, json=body, headers=api.token("bot:rasa", Role.BOT))
    assert (by_bot.status_code, by_bot.json()["context"]["reason"]) == (409, "order.actor_not_allowed")
    by_agent = await api.client.post(path, json=body, headers=api.token("agent:G-1", Role.AGENT))
    changed = by_agent.json()["order"]
    assert (changed["delivery"]["text"], changed["delivery"]["version"]) == ("Shani Nagar, House 12", 2)
    assert changed["address_confirmed"] is False


async def test_a_note_stands_in_the_timeline(api: Api) -> None:
    order = await given(api)
    headers = api.token("agent:G-1", Role.AGENT)
    body = {"text": "Gate code at the desk", "kind": "instruction"}
    added = await api.client.post(f"/api/v1/orders/{order.id}/notes", json=body, headers=headers)
    assert (added.status_code, added.json()["outcome"]) == (201, "applied")
    timeline = (await api.client.get(f"/api/v1/orders/{order.id}/timeline", headers=headers)).json()
    assert timeline["total"] == 2
    assert timeline["items"][1]["detail"] == {"kind": "instruction", "text": "Gate code at the desk"}


async def test_a_vendors_metrics(api: Api) -> None:
    await given(api, S.DELIVERED)
    answer = await api.client.get("/api/v1/vendors/V-1/metrics?days=7", headers=api.token("vendor:V-1", Role.VENDOR))
    figures = answer.json()
    assert (figures["offered"], figures["accepted"], figures["delivered"], figures["days"]) == (1, 1, 1, 7)
    assert (figures["accept_rate"], figures["fulfilment_rate"], figures["status"]) == (1.0, 1.0, "active")


async def test_an_order_goes_to_a_shop_that_is_named(api: Api) -> None:
    user_id = await given_customer(api)
    headers = keyed(api, "bot:rasa", Role.BOT)
    nameless = order_body(user_id)
    del nameless["vendor_id"]
    assert (await api.client.post("/api/v1/orders", json=nameless, headers=headers)).status_code == 422
    by_merchant = await api.client.post("/api/v1/orders", json={**nameless, "merchant_id": "M-1"}, headers=headers)
    assert by_merchant.json()["vendor_id"] == "V-1"
    async with api.transaction() as session:
        await make_merchant(session, "M-2", country="IN")
    elsewhere = await api.client.post(
        "/api/v1/orders",
        json={**nameless, "merchant_id": "M-1"},
        headers=keyed(api, "owner:O-2", Role.OWNER, merchant_id="M-2"),
    )
    assert elsewhere.status_code == 404


async def test_a_request_commits_before_it_answers(database: Database, clock: FixedClock) -> None:
    async with serving(database, clock, router) as api:
        user_id = await given_customer(api)
        headers = keyed(api, "bot:rasa", Role.BOT)
        placed = await api.client.post("/api/v1/orders", json=order_body(user_id), headers=headers)
        short = order_body(user_id, items=[{"sku": "UNGA-2KG", "qty": 9}])
        assert (
            await api.client.post("/api/v1/orders", json=short, headers=headers | {"idempotency-key": "cart-2"})
        ).status_code == 409
        async with api.transaction() as session:
            found = await session.scalars(text("SELECT id FROM orders"))
            assert found.all() == [placed.json()["order_id"]]
