"""A shop's new order, from the first message to its vendor until somebody has it, on a moved clock."""

import asyncio

from backend.platform.auth.principal import Role
from tests.support.house import OUTLET, VENDOR, House

_HEARD = "SELECT channel, status FROM comms_log WHERE direction = 'inbound' AND order_id = :order"
_SAID = "SELECT template FROM comms_log WHERE direction = 'outbound' AND order_id = :order"


async def _ringing(house: House) -> str:
    """Wait for the vendor's phone to ring; return the call."""

    async def look() -> str | None:
        calls = (await house.hands.phone(VENDOR))["exotel"]["calls"]
        return next((str(call["sid"]) for call in calls if call["phase"] == "ringing"), None)

    return await house.hands.until("the vendor's phone to ring", look)


async def _cards(house: House) -> list[tuple[str, str]]:
    return [(kind, state) for kind, state in await house.rows("SELECT kind, state FROM ops_exceptions ORDER BY id")]


async def test_a_silent_vendor_is_chased_by_each_means_once(house: House) -> None:
    """WhatsApp at once, a ring after two minutes, the menu after three, a person after five, and then no more."""
    await house.hands.policy("exotel", "manual")
    order = await house.confirmed_order()
    assert await house.chased() == [("whatsapp", 0)]
    await house.wait(115)
    assert await house.chased() == [("whatsapp", 0)]
    await house.wait(5)
    await house.hands.act("exotel", "ignore", sid=await _ringing(house))
    await house.wait(55)
    assert [channel for channel, _ in await house.chased()] == ["whatsapp", "exotel_ring"]
    await house.wait(5)
    await house.hands.act("exotel", "ignore", sid=await _ringing(house))
    await house.wait(110)
    assert await _cards(house) == []
    await house.wait(10)
    assert await _cards(house) == [("vendor_silent", "open")]
    await house.wait(1800)
    chased = await house.chased()
    assert [channel for channel, _ in chased] == ["whatsapp", "exotel_ring", "exotel_ivr"]
    # Real seconds pass too while the test works, so each may come some of them after its time.
    late_s = [after_s - due_s for (_, after_s), due_s in zip(chased, (0, 120, 180), strict=True)]
    assert 0 <= min(late_s) <= max(late_s) < 20
    assert await _cards(house) == [("vendor_silent", "open")]
    assert await house.steps(order) == [("pending", "api"), ("confirmed", "api")]


async def test_a_paused_template_rings_at_once(house: House) -> None:
    """The provider refuses it though it told nobody; the vendor's phone rings without the two minutes' wait."""
    await house.hands.policy("exotel", "manual")
    for language in ("en", "hi", "mr"):
        body = {"name": "vendor_new_order", "language": language, "body": "{{1}} {{2}} {{3}} {{4}} {{5}}"}
        await house.sandbox.post("/__sim/accounts/whatsapp/templates", json=body | {"status": "PAUSED"})
    await house.confirmed_order()
    await house.at_rest()
    await _ringing(house)
    assert await house.chased() == [("whatsapp", 0), ("exotel_ring", 0)]


async def test_accepting_by_button_ends_the_ladder(house: House) -> None:
    """The later steps are cancelled in the same transaction, and nothing more reaches the vendor about it."""
    await house.hands.policy("exotel", "manual")
    order = await house.confirmed_order()
    await house.hands.tap(VENDOR, "vendor_accept:")
    await house.at_rest()
    assert await house.steps(order) == [("pending", "api"), ("confirmed", "api"), ("processing", "whatsapp")]
    waiting = "SELECT count(*) FROM sla_timer WHERE order_id = :order AND type = 'vendor_accept' AND state = 'pending'"
    assert await house.rows(waiting, order=order) == [(0,)]
    await house.wait(600)
    assert await house.chased() == [("whatsapp", 0)]
    assert await _cards(house) == []


async def test_three_doors_at_the_same_instant_are_one_transition(house: House) -> None:
    """Button, digit and API at once: one of them accepts; the others are told that it is done, and change nothing."""
    await house.hands.policy("exotel", "manual")
    order = await house.confirmed_order()
    await house.wait(121)
    await house.hands.act("exotel", "ignore", sid=await _ringing(house))
    await house.wait(60)
    call = await _ringing(house)
    await house.hands.act("exotel", "answer", sid=call)
    bubble, button = await house.hands.has_button(VENDOR, "whatsapp", "vendor_accept:")
    body = {"order_id": order, "action": "accept"}
    *_, answer = await asyncio.gather(
        house.hands.act("whatsapp", "tap", message_id=bubble.id, button=button["id"]),
        house.hands.act("exotel", "digits", sid=call, digits="1"),
        house.api.post(
            f"/api/v1/vendors/{OUTLET}/ack", json=body, headers=house.token(f"vendor:{OUTLET}", Role.VENDOR)
        ),
    )
    await house.at_rest()
    [winner] = [door for state, door in await house.steps(order) if state == "processing"]
    assert answer.status_code == 200
    heard = dict(await house.rows(_HEARD, order=order))
    assert {channel: outcome == "applied" for channel, outcome in heard.items()} == {
        "whatsapp": winner == "whatsapp",
        "exotel_ivr": winner == "ivr",
    }
    said = [row[0] for row in await house.rows(_SAID, order=order)]
    assert said.count("vendor_accept.duplicate") == (winner != "whatsapp")
    # Free words need the vendor's own first, which may still be on their way where the app was the quickest.
    assert said.count("vendor_accepted") == 1 or (winner == "app" and "vendor_accepted" not in said)
    last = (await house.hands.phone(VENDOR))["exotel"]["calls"][-1]
    assert last["captions"][-1].get("typed") is None
