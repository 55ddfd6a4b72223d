"""Paper two, section 16, the lines after the first: reminder, changed address, idempotency and the timeline."""

from typing import Any

import pytest

from backend.platform.auth.principal import Role
from tests.support.counting import Gains
from tests.support.house import CUSTOMER, OUTLET, VENDOR, House

RIDERS = {"R-RAVI": "ravi", "R-MEENA": "meena"}
_CHASED = """
SELECT channel, extract(epoch FROM created_at - (
    SELECT min(at) FROM order_events e WHERE e.order_id = c.order_id AND command = :since
))::float8 FROM comms_log c WHERE direction = 'outbound' AND ladder = :ladder ORDER BY id
"""
# All that an order leaves behind, but for the webhooks themselves and how often a row was looked at.
_LEFT = {
    "orders": "SELECT to_jsonb(t) FROM orders t ORDER BY id",
    "order_events": "SELECT to_jsonb(t) FROM order_events t ORDER BY id",
    "comms_log": "SELECT to_jsonb(t) FROM comms_log t ORDER BY id",
    "outbound_send": "SELECT id, state, attempts FROM outbound_send ORDER BY seq",
    "sla_timer": "SELECT id, type, step, state, due_at FROM sla_timer ORDER BY id",
    "ops_exceptions": "SELECT to_jsonb(t) FROM ops_exceptions t ORDER BY id",
    "assignments": "SELECT to_jsonb(t) FROM assignments t ORDER BY id",
    "outbox": "SELECT event_id FROM outbox ORDER BY xid, pos",
    "messages": "SELECT id, status FROM messages ORDER BY id",
}


@pytest.fixture(autouse=True)
async def _people_wait(still_house: House) -> None:
    await still_house.hands.policy("exotel", "manual")


async def _tap(house: House, person: str, prefix: str) -> None:
    await house.hands.tap(person, prefix)
    await house.at_rest()


async def _chased(house: House, ladder: str, since: str) -> list[tuple[str, float]]:
    """What went out of a ladder, and after how many seconds since a command."""
    return [(channel, after_s) for channel, after_s in await house.rows(_CHASED, ladder=ladder, since=since)]


async def _ringing(house: House, person: str) -> str:
    [call] = [call for call in (await house.hands.phone(person))["exotel"]["calls"] if call["phase"] == "ringing"]
    return str(call["sid"])


async def _press(house: House, person: str, digit: str) -> list[dict[str, Any]]:
    """Answer the ringing phone and press a digit; return what was said."""
    call = await _ringing(house, person)
    await house.hands.act("exotel", "answer", sid=call)
    await house.hands.act("exotel", "digits", sid=call, digits=digit)
    await house.at_rest()
    shown = (await house.hands.phone(person))["exotel"]["calls"]
    return next(row["captions"] for row in shown if row["sid"] == call)


async def _carried(house: House) -> tuple[str, str]:
    """An order that is packed and taken by a rider; return its id and the rider."""
    order = await house.confirmed_order()
    await _tap(house, VENDOR, "vendor_accept:")
    await _tap(house, VENDOR, "vendor_ready:")
    [(rider_id,)] = await house.rows("SELECT rider_id FROM orders")
    await _tap(house, RIDERS[rider_id], "rider_accept:")
    return order, RIDERS[rider_id]


async def test_the_reminder_rings_three_minutes_before_and_its_menu_extends(still_house: House) -> None:
    """20 minutes: a ring at 17; answered it asks, 2 adds ten minutes and tells the customer, and it rings at 27."""
    house, gains = still_house, Gains()
    order = await house.confirmed_order()
    await _tap(house, VENDOR, "vendor_accept:")
    await house.wait(17 * 60 - 1)
    assert await _chased(house, "processing_reminder", "AcceptOrder") == []
    await house.wait(1)
    first = [("whatsapp", 17 * 60.0), ("exotel_ring", 17 * 60.0)]
    assert await _chased(house, "processing_reminder", "AcceptOrder") == first
    told = len(await house.hands.bubbles(CUSTOMER, "whatsapp"))
    await _press(house, VENDOR, "2")
    assert len(await house.hands.bubbles(CUSTOMER, "whatsapp")) == told + 1
    await house.wait(10 * 60 - 1)
    assert await _chased(house, "processing_reminder", "AcceptOrder") == first
    await house.wait(1)
    again = [("whatsapp", 27 * 60.0), ("exotel_ring", 27 * 60.0)]
    assert await _chased(house, "processing_reminder", "AcceptOrder") == [*first, *again]
    await _press(house, VENDOR, "1")
    assert (await house.steps(order))[-1] == ("handover", "ivr")
    await house.wait(3600)
    assert await _chased(house, "processing_reminder", "AcceptOrder") == [*first, *again]
    assert gains.of("ivr_actions_total") == {("extend",): 1, ("ready",): 1}
    assert gains.total("processing_reminder_calls_total") == 2


async def test_a_changed_address_reaches_the_rider_until_it_is_confirmed(still_house: House) -> None:
    """Message with the map and ring at once, the menu at two minutes; 1 confirms this version, and it ends."""
    house = still_house
    order, rider = await _carried(house)
    await house.hands.policy("exotel", "manual")
    body = {"address_text": "Shani Nagar, House 12", "lat": 20.01, "lng": 73.79}
    headers = _admin(house, "address")
    changed = await house.api.post(f"/api/v1/orders/{order}/address", json=body, headers=headers)
    assert changed.status_code == 200, changed.text
    await house.at_rest()
    at_once = [("whatsapp", 0.0), ("exotel_ring", 0.0)]
    assert await _chased(house, "address_confirm", "ChangeAddress") == at_once
    said = (await house.hands.bubbles(rider, "whatsapp"))[-1].text
    assert "Shani Nagar, House 12" in said
    assert "20.01" in said
    await house.hands.act("exotel", "ignore", sid=await _ringing(house, rider))
    await house.wait(119)
    assert await _chased(house, "address_confirm", "ChangeAddress") == at_once
    await house.wait(1)
    assert await _chased(house, "address_confirm", "ChangeAddress") == [*at_once, ("exotel_ivr", 120.0)]
    await _press(house, rider, "1")
    assert await house.rows("SELECT address_version, address_confirmed_version FROM orders") == [(2, 2)]
    await house.wait(3600)
    assert len(await _chased(house, "address_confirm", "ChangeAddress")) == 3
    assert await house.rows("SELECT count(*) FROM ops_exceptions WHERE kind = 'address_unconfirmed'") == [(0,)]


async def test_an_address_that_nobody_confirms_comes_to_a_person(still_house: House) -> None:
    house = still_house
    order, _ = await _carried(house)
    await house.hands.policy("exotel", "ignore")
    body = {"address_text": "Shani Nagar, House 12"}
    changed = await house.api.post(f"/api/v1/orders/{order}/address", json=body, headers=_admin(house, "address"))
    assert changed.status_code == 200, changed.text
    await house.at_rest()
    for seconds in (20, 100, 119):
        await house.wait(seconds)
    cards = "SELECT count(*) FROM ops_exceptions WHERE kind = 'address_unconfirmed'"
    assert await house.rows(cards) == [(0,)]
    await house.wait(1)
    assert await house.rows(cards) == [(1,)]


def _admin(house: House, key: str) -> dict[str, str]:
    """Headers of the city's admin, for one wish."""
    return {**house.token("admin:S-NSK-ADMIN", Role.ADMIN), "idempotency-key": key}


async def _left(house: House) -> dict[str, list[tuple[Any, ...]]]:
    return {table: await house.rows(query) for table, query in _LEFT.items()}


async def test_everything_that_is_done_twice_is_done_once(still_house: House) -> None:
    """All webhooks of an order come again, in the opposite order, and so do the requests under their keys."""
    house = still_house
    order, rider = await _carried(house)
    await _tap(house, rider, "rider_picked:")
    address = {"address_text": "Shani Nagar, House 12"}
    note = {"text": "Ring twice."}
    requests = [
        (f"/api/v1/orders/{order}/address", address, _admin(house, "again-1")),
        (f"/api/v1/orders/{order}/notes", note, _admin(house, "again-2")),
        ("/api/v1/comms/notify/rider/address-update", {"order_id": order}, _admin(house, "again-3")),
    ]
    for path, body, headers in requests:
        answer = await house.api.post(path, json=body, headers=headers)
        assert answer.is_success, answer.text
    await house.at_rest()
    await _press(house, rider, "1")
    await house.wait(1)
    before = await _left(house)
    for path, body, headers in requests:
        answer = await house.api.post(path, json=body, headers=headers)
        assert answer.is_success, answer.text
    deliveries = (await house.sandbox.get("/__sim/webhooks")).json()
    assert {delivery["kind"] for delivery in deliveries} >= {"message.text", "message.button", "status.delivered"}
    for delivery in reversed(deliveries):
        await house.sandbox.post("/__sim/webhooks/redeliver", json={"id": delivery["id"]})
    await house.at_rest()
    after = await _left(house)
    assert {table: rows for table, rows in after.items() if rows != before[table]} == {}


async def test_all_that_was_done_is_on_the_timeline(still_house: House) -> None:
    """Each message, call and answer stands in the comms timeline, each step and exception in the order's own."""
    house = still_house
    order = await house.confirmed_order()
    await house.wait(120)
    await house.hands.act("exotel", "ignore", sid=await _ringing(house, VENDOR))
    await house.wait(60)
    await _press(house, VENDOR, "1")
    headers = house.token("admin:S-NSK-ADMIN", Role.ADMIN)
    lines = (await house.api.get(f"/api/v1/comms/timeline/{order}", headers=headers)).json()
    shown = [(line["direction"], line["channel"], line["template"], line["status"]) for line in lines]
    assert shown[:4] == [
        ("outbound", "whatsapp", "Vendor_New_Order", "delivered"),
        ("outbound", "exotel_ring", "vendor_new_order", "no_answer"),
        ("outbound", "exotel_ivr", "vendor_new_order", "completed"),
        ("inbound", "exotel_ivr", "vendor_accept", "applied"),
    ]
    steps = (await house.api.get(f"/api/v1/orders/{order}/timeline", headers=headers)).json()["items"]
    assert [(step["actor"], step["detail"].get("to")) for step in steps if step["kind"] == "state"] == [
        ("service:test", "pending"),
        ("admin:S-NSK-ADMIN", "confirmed"),
        (f"vendor:{OUTLET}", "processing"),
    ]


async def test_the_log_counts_who_answered_after_what(still_house: House) -> None:
    """The figures of the boards come from the log, and say that the menu was answered and the message was not."""
    house, gains = still_house, Gains()
    await house.confirmed_order()
    await house.wait(120)
    await house.hands.act("exotel", "ignore", sid=await _ringing(house, VENDOR))
    await house.wait(60)
    await _press(house, VENDOR, "1")
    funnel = gains.of("duka_ladder_rungs_total", ladder="vendor_accept", city="Nashik", tier="standard")
    assert funnel == {("whatsapp",): 1, ("exotel_ring",): 1, ("exotel_ivr",): 1}
    assert gains.of("vendor_accept_sla_breaches_total") == {}
    assert gains.of("duka_partner_actions_total", action="accept") == {("exotel_ivr", "applied", "Nashik"): 1}
