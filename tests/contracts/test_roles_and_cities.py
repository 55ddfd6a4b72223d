"""Every operation of the document against every role, and against the people of another city and of another shop."""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from backend.app import create_app
from backend.bootstrap import Built, build
from backend.comms.service.cards import CardsService
from backend.orders.events import OrderState
from backend.platform.actors import Actor
from backend.platform.auth.principal import Role
from backend.platform.auth.tokens import TokenIssuer
from backend.platform.db.session import Database
from backend.platform.db.types import sealed
from backend.platform.settings import PlatformSettings
from tests.support.access import MAY, OF_NO_PLACE, OF_THE_PLATFORM, body_of
from tests.support.clock import FixedClock
from tests.support.factories.console import say
from tests.support.factories.dispatch import make_rider
from tests.support.factories.drafts import make_conversation
from tests.support.factories.orders import make_order

_RECEIPT = """
INSERT INTO receipts (id, provider, code, amount_minor, currency, order_id, merchant_id, evidence, state)
VALUES ('R-X', 'mpesa', 'QX1', 500, 'KES', :order, 'M-1', 'callback', 'refund_due')
"""
_PRICE = """
INSERT INTO item_prices (id, merchant_id, sku, price_minor, from_at, reason, actor)
VALUES ('PR-X', 'M-1', 'UNGA-2KG', 17700, duka_now() + interval '9 days', 'season', 'admin:S-1')
"""
_REFUND = """
INSERT INTO refunds (id, receipt_id, order_id, merchant_id, amount_minor, currency, cause)
VALUES ('RF-X', 'R-X', :order, 'M-1', 500, 'KES', 'paid_late')
"""
_PROOF = """
INSERT INTO proofs (id, order_id, rider_id, kind, length, received, expires_at, sealed_at, media_type, sha256, content)
VALUES ('PF-X', :order, 'R-1', 'photo', 7, 7, duka_now() + interval '1 day', duka_now(), 'image/jpeg',
    encode(sha256('picture'), 'hex'), 'picture')
"""
_FILE = (
    "INSERT INTO message_files (message_id, place, media_type, content) VALUES (:message, 0, 'image/jpeg', :content)"
)
_NOTE = """
INSERT INTO order_notes (id, order_id, kind, body, file_message_id, file_place, actor)
VALUES (9, :order, 'instruction', 'listen', :message, 0, 'agent:S-1')
"""
_PATHS = {
    "note_id": 9,
    "place": 0,
    "kind": "vendor_accept",
    "merchant_id": "M-1",
    "day": "2026-11-20",
    "price_id": "PR-X",
    "proof_id": "PF-X",
    "receipt_id": "R-X",
    "settlement_id": "SE-X",
    "who": "vendor",
    "what": "order",
    "act": "pause",
    "sku": "UNGA-2KG",
}


@dataclass
class Doors:
    """The application over a shop in Nairobi, and the ids of what is in it."""

    app: FastAPI
    built: Built
    client: httpx.AsyncClient
    ids: Mapping[str, str]

    def operations(self) -> list[tuple[str, str]]:
        """The operations of the API as (method, path)."""
        paths = self.app.openapi()["paths"]
        return [(method.upper(), path) for path in paths if path.startswith("/api/") for method in paths[path]]

    async def ask(self, method: str, path: str, role: Role, **claims: Any) -> httpx.Response:
        """Ask with ids of what exists and a body that fits, by somebody of this role."""
        actor = Actor.parse(claims.pop("actor", None) or f"{'agent' if role is Role.DEVELOPER else role}:S-1")
        token = self.built.registry.get(TokenIssuer).issue(actor, [role], **claims)
        headers = {"authorization": f"Bearer {token}", "idempotency-key": f"{method}{path}{role}"[:60]}
        given = {**_PATHS, **self.ids, **({"kind": "day"} if "/reports/" in path else {})}
        filled = re.sub(r"\{(\w+)\}", lambda found: str(given[found.group(1)]), path)
        body, query = body_of(f"{method} {path}", self.ids)
        headers |= body.pop("headers", {})
        return await self.client.request(method, filled, headers=headers, params=query, **body)


async def _furnish(database: Database, cards: CardsService) -> dict[str, str]:
    async with database.transaction() as session:
        order = await make_order(session, OrderState.CONFIRMED)
        await make_rider(session, FixedClock(), merchant_id="M-1")
        thread = await make_conversation(session, order.user_id)
        await cards.open(
            session, "vendor_silent", order.id, order_id=order.id, city="Nairobi", merchant_id="M-1", detail={}
        )
        for statement in (_RECEIPT, _REFUND, _PROOF):
            await session.execute(text(statement), {"order": order.id})
        await session.execute(text(_PRICE))
        message = await say(session, thread, "customer", "")
        await session.execute(text(_FILE), {"message": message.id, "content": sealed("picture")})
        await session.execute(text(_NOTE), {"order": order.id, "message": message.id})
        card = await session.scalar(text("SELECT id FROM ops_exceptions"))
    return {
        "order_id": order.id,
        "vendor_id": "V-1",
        "rider_id": "R-1",
        "user_id": order.user_id,
        "conversation_id": thread.id,
        "card_id": str(card),
        "message_id": message.id,
        "refund_id": "RF-X",
    }


@pytest.fixture
async def doors(fresh_database_url: str) -> AsyncIterator[Doors]:
    built = build(PlatformSettings(database_url=fresh_database_url), application="doors")
    app = create_app(built)
    ids = await _furnish(built.registry.get(Database), built.registry.get(CardsService))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://duka.test") as client:
        yield Doors(app, built, client, ids)
    await built.close()


async def test_each_operation_is_for_the_roles_of_the_table(doors: Doors) -> None:
    """Others are refused with 403 before anything is looked at; those of the table never are for their role."""
    found: dict[str, set[str]] = {}
    for method, path in doors.operations():
        answers = {role: await doors.ask(method, path, role) for role in Role}
        found[f"{method} {path}"] = {str(role) for role, answer in answers.items() if answer.status_code != 403}
    assert found == MAY


@pytest.mark.parametrize("claims", [{"cities": {"Nashik"}}, {"merchant_id": "M-2"}], ids=["city", "shop"])
async def test_nobody_elses_admin_finds_anything(doors: Doors, claims: dict[str, Any]) -> None:
    """Of another city, or of another shop in the same city: as if it did not exist, on every route that names one."""
    seen = {}
    for method, path in doors.operations():
        name = f"{method} {path}"
        names_one = "{" in path or body_of(name, doors.ids)[0]
        if not names_one or name in OF_NO_PLACE:
            continue
        for role in (Role.ADMIN, Role.SERVICE):
            if role in MAY[name]:
                answer = await doors.ask(method, path, role, **claims)
                seen[name, str(role)] = answer.status_code
    assert len(seen) > 60
    # A ladder and a batch are a city's and no shop's: a shop's people are refused both.
    of_cities = {"PUT /api/v1/ladders/{kind}", "POST /api/v1/dispatch/batches"}
    known = of_cities if "merchant_id" in claims else OF_THE_PLATFORM
    assert {key: status for key, status in seen.items() if status != 404 and key[0] not in known} == {}


# Who makes a version for all cities, for their city, and for another one.
_LADDERS = {
    (Role.ADMIN, "*", None): (200, 200, 200),
    (Role.ADMIN, "Nairobi", None): (403, 200, 404),
    (Role.ADMIN, "*", "M-1"): (403, 403, 403),
    (Role.ADMIN, "Nairobi", "M-1"): (403, 403, 404),
    (Role.OWNER, "*", None): (403, 403, 403),
    (Role.OWNER, "*", "M-1"): (403, 403, 403),
    (Role.OWNER, "Nairobi", "M-1"): (403, 403, 403),
    (Role.AGENT, "*", None): (403, 403, 403),
}


async def test_a_ladder_is_changed_by_the_admins_of_its_place_alone(doors: Doors) -> None:
    """It holds for all shops there: no shop's people change it, and who serves a city changes the city's alone."""
    found = {}
    for role, city, merchant_id in _LADDERS:
        actor = Actor.parse(f"{role}:S-1")
        token = doors.built.registry.get(TokenIssuer).issue(actor, [role], cities={city}, merchant_id=merchant_id)
        headers, statuses = {"authorization": f"Bearer {token}"}, []
        for place in ({}, {"city": "Nairobi"}, {"city": "Nashik"}):
            body = {"steps": [{"after_s": 0, "rungs": ["admin"]}], **place}
            answer = await doors.client.put("/api/v1/ladders/vendor_accept", headers=headers, json=body)
            statuses.append(answer.status_code)
        seen = await doors.client.get("/api/v1/ladders", headers=headers)
        assert seen.status_code == 200
        found[role, city, merchant_id] = tuple(statuses)
    assert found == _LADDERS


async def test_the_lists_of_another_city_and_shop_are_empty(doors: Doors) -> None:
    for claims in ({"cities": {"Nashik"}}, {"merchant_id": "M-2"}):
        for method, path in doors.operations():
            if method != "GET" or "{" in path or f"GET {path}" in OF_NO_PLACE:
                continue
            answer = await doors.ask(method, path, Role.ADMIN, **claims)
            assert not any(value in answer.text for value in doors.ids.values()), (path, claims, answer.text)


async def test_the_citys_own_admin_finds_all_of_it(doors: Doors) -> None:
    """Without this the tests before would prove nothing: the same requests do find what is there."""
    lost = {}
    for method, path in doors.operations():
        name = f"{method} {path}"
        if Role.ADMIN in MAY[name]:
            answer = await doors.ask(method, path, Role.ADMIN, cities={"nairobi"}, merchant_id="M-1")
            lost[name] = answer.status_code
    # There is no UPI in Kenya, no report is kept yet, and riders and ladders of a whole city are not one shop's.
    assert lost.pop("PUT /api/v1/ladders/{kind}") == 403
    assert lost.pop("POST /api/v1/orders/{order_id}/payment/switch-to-upi") == 422
    assert lost.pop("GET /api/v1/reports/{merchant_id}/kept/{kind}/{day}") == 404
    assert {lost.pop(name) for name in OF_THE_PLATFORM - {"POST /api/v1/payments/settlements"}} == {404}
    assert {lost.pop(name) for name in [*lost] if "/dispatch/batches" in name} == {403}
    assert {name: status for name, status in lost.items() if status in {403, 404, 422}} == {}
