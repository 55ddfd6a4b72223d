"""Ladders as people write them: whom a version holds for, and what is refused before it could hold anything up."""

from typing import Any

import httpx
import pytest

from backend.comms.ladder_faults import fault_of
from backend.comms.ladders import DEFAULT_STEPS, KINDS
from backend.dispatch.events import RiderOffRoute
from backend.orders.commands import PickUp
from backend.orders.ports import OrderView
from backend.platform.actors import Actor, ActorKind
from backend.platform.auth.principal import Role
from backend.platform.events import publish
from backend.platform.timers import TimerKind
from tests.support.factories.comms import Switchboard
from tests.support.factories.orders import ADMIN, give

VENDOR, RIDER = "+254700000201", "+254700000301"
PERSON = {"after_s": 60, "rungs": ["admin"]}


async def save(board: Switchboard, kind: str, *steps: dict[str, Any], **scope: Any) -> httpx.Response:
    """Make a version, as an admin of all cities does."""
    headers = board.api.token("admin:A-1", Role.ADMIN)
    return await board.api.client.put(f"/api/v1/ladders/{kind}", json={"steps": list(steps), **scope}, headers=headers)


async def to_rider(board: Switchboard, order: OrderView) -> None:
    """Let the outlet pack the order, so that the nearest rider is offered it."""
    await board.settle()
    await board.write(VENDOR, payload=f"vendor_accept:{order.id}")
    await board.write(VENDOR, payload=f"vendor_ready:{order.id}")


@pytest.mark.parametrize(("tier", "rung"), [("gold", "exotel_ivr"), ("standard", "exotel_ring")])
async def test_a_tiers_version_holds_for_the_riders_of_its_outlets(
    board: Switchboard, order: OrderView, tier: str, rung: str
) -> None:
    """Riders have no tier of their own; the order of a gold outlet is chased for as gold ones are."""
    await board.rows("UPDATE vendors SET tier = :tier RETURNING id", tier=tier)
    called = {"after_s": 0, "rungs": ["exotel_ivr"]}
    assert (await save(board, "rider_ack", called, PERSON, tier="gold")).status_code == 200
    await to_rider(board, order)
    chased = [line for line in await board.chased() if line.endswith("rider_assignment")]
    assert chased == [f"{rung}:rider_assignment"]


@pytest.mark.parametrize(
    ("kind", "steps", "words"),
    [
        ("off_route", [{"after_s": 0, "rungs": ["whatsapp"]}, PERSON], "has no message of its own"),
        ("vendor_accept", [{"after_s": 0, "rungs": ["next_rider"]}], "offers nothing to the next rider"),
        ("vendor_accept", [{"after_s": 0, "rungs": ["whatsapp"]}], "somebody must come in the end"),
        ("vendor_accept", [PERSON, {"after_s": 60, "rungs": ["exotel_ring"]}], "two steps at one time"),
        ("rider_ack", [{"after_s": 0, "rungs": ["next_rider"]}, PERSON], "nothing comes after the next rider"),
        ("vendor_accept", [{"after_s": 0, "rungs": ["pigeon"]}, PERSON], "pigeon"),
        ("vendor_accept", [{"after_s": 0, "rungs": ["query"]}, PERSON], "only a payment's provider can be asked"),
        ("payment_pending", [{"after_s": 0, "rungs": ["exotel_ring"]}, PERSON], "query and admin alone"),
        ("payment_pending", [PERSON, {"after_s": 90, "rungs": ["query"]}], "nothing comes after a person"),
        ("payment_pending", [{"after_s": 60, "rungs": ["query"]}], "somebody must come in the end"),
        ("pickup", [{"after_s": 60, "rungs": ["exotel_ring"]}, PERSON], "pickup has admin alone"),
        ("vendor_accept", [{"after_s": 0, "rungs": ["cancel"]}, PERSON], "only an order that is not paid ends"),
        ("vendor_accept", [{"after_s": -60, "rungs": ["whatsapp"]}, PERSON], "only a reminder comes before"),
        ("reservation_expiry", [{"after_s": 60, "rungs": ["remind"]}], "must end"),
        ("reservation_expiry", [{"after_s": 59, "rungs": ["cancel"]}], "let it end later"),
        (
            "reservation_expiry",
            [{"after_s": 60, "rungs": ["cancel"]}, {"after_s": 90, "rungs": ["remind"]}],
            "the end of",
        ),
    ],
)
async def test_a_ladder_that_could_not_be_climbed_is_refused(
    board: Switchboard, order: OrderView, kind: str, steps: list[dict[str, Any]], words: str
) -> None:
    """When it is saved, and when it is tried out; nothing is kept."""
    saved = await save(board, kind, *steps)
    assert (saved.status_code, saved.json()["code"]) == (422, "422_UNPROCESSABLE_ENTITY")
    assert words in saved.json()["detail"]
    headers = board.api.token("admin:A-1", Role.ADMIN)
    path = f"/api/v1/comms/ladders/{order.id}/{kind}/preview"
    tried = await board.api.client.post(path, json={"tried": {"steps": steps}}, headers=headers)
    assert tried.status_code == 422
    made = "SELECT count(*) FROM escalation_policy WHERE created_by <> 'default'"
    assert await board.rows(made) == [(0,)]


@pytest.mark.parametrize("kind", ["price_change", "end_of_day"])
async def test_what_is_no_ladder_takes_no_version(board: Switchboard, kind: str) -> None:
    """It would be kept, and nobody would ever go by it."""
    assert (await save(board, kind, PERSON)).status_code == 404
    made = "SELECT count(*) FROM escalation_policy WHERE created_by <> 'default'"
    assert await board.rows(made) == [(0,)]


async def test_a_city_has_one_version_however_it_is_spelt(board: Switchboard) -> None:
    for city in ("Nairobi", "nairobi"):
        assert (await save(board, "vendor_accept", PERSON, city=city)).status_code == 200
    assert await board.rows("SELECT city, version FROM escalation_policy WHERE active") == [("nairobi", 2)]


async def test_an_off_route_ladder_of_a_city_is_climbed_as_it_was_saved(board: Switchboard, order: OrderView) -> None:
    called = {"after_s": 0, "rungs": ["exotel_ivr"]}
    assert (await save(board, "off_route", called, PERSON, city="Nairobi")).status_code == 200
    await to_rider(board, order)
    await board.write(RIDER, payload=f"rider_accept:{order.id}")
    async with board.database.transaction() as session:
        await give(session, order, ADMIN, PickUp())
        told = RiderOffRoute(order.id, "R-1", 900)
        await publish(session, told, actor=Actor(ActorKind.RIDER, "R-1"), city="Nairobi")
    await board.settle()
    assert "exotel_ivr:off_route" in await board.chased()
    await board.wait(61)
    assert await board.cards() == ["rider_off_route"]


@pytest.mark.parametrize(("what", "status"), [("vendor/order", 202), ("vendor/reminder", 409), ("rider/assign", 409)])
async def test_nobody_is_chased_for_what_an_order_does_not_wait_for(
    board: Switchboard, order: OrderView, what: str, status: int
) -> None:
    """A confirmed order: its outlet may be chased to accept, not to be ready, and there is no rider yet."""
    await board.settle()
    headers = {**board.api.token("admin:A-1", Role.ADMIN), "idempotency-key": "k1"}
    answer = await board.api.client.post(f"/api/v1/comms/notify/{what}", json={"order_id": order.id}, headers=headers)
    assert answer.status_code == status, answer.text
    kinds = await board.rows(
        "SELECT DISTINCT type FROM sla_timer WHERE state = 'pending' AND order_id = :id", id=order.id
    )
    assert ("processing_reminder",) not in kinds
    assert ("rider_ack",) not in kinds


async def test_a_kick_off_is_answered_alike_after_the_order_has_moved_on(board: Switchboard, order: OrderView) -> None:
    """The same key again is the same answer, whatever has happened meanwhile; another key is another wish."""
    path, body = "/api/v1/comms/notify/vendor/order", {"order_id": order.id}
    caller = board.api.token("admin:A-1", Role.ADMIN)
    await board.settle()
    statuses = []
    for key in ("k1", "k1", "k2"):
        answer = await board.api.client.post(path, json=body, headers={**caller, "idempotency-key": key})
        statuses.append(answer.status_code)
        await board.write(VENDOR, payload=f"vendor_accept:{order.id}")
    assert statuses == [202, 202, 409]


def test_the_built_in_ladders_could_be_saved() -> None:
    assert {kind: fault_of(kind, steps) for kind, steps in DEFAULT_STEPS.items()} == dict.fromkeys(KINDS, "")
    assert fault_of(TimerKind.END_OF_DAY, DEFAULT_STEPS[TimerKind.VENDOR_ACCEPT]) == "end_of_day is no ladder"
