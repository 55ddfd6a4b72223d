"""Drills of the runbooks ExotelDown and WhatsAppDown: a provider answers 503 for good, or its flag is put off by hand.

Whichever it is, an order that nobody answers comes to a person after five minutes, as if nothing had happened.
"""

from collections.abc import Sequence

import pytest

from backend.platform.auth.principal import Role
from backend.platform.flags import FlagPlace, Flags, set_flag
from tests.support.house import House

_SENT = "SELECT channel, status FROM comms_log WHERE direction = 'outbound' AND ladder = 'vendor_accept' ORDER BY id"
_CARDS = "SELECT kind FROM ops_exceptions WHERE order_id IS NOT NULL ORDER BY created_at, id"


async def _away(house: House, provider: str) -> None:
    fault = {"provider": provider, "method": "POST", "status": 503}
    assert (await house.sandbox.post("/__sim/faults", json=fault)).status_code == 200


async def _put_off(house: House, *places: FlagPlace) -> None:
    async with house.database.transaction() as session:
        for place in places:
            await set_flag(session, place, False, by="admin:S-NSK-ADMIN")
    flags = house.built.registry.get(Flags)

    async def seen() -> bool:
        return not any(flags.enabled(place.key, city="Nashik") for place in places)

    await house.until("the flag to be seen", seen)


async def _to_the_end(house: House) -> None:
    """Let nobody answer, step by step; the person comes with the fifth minute and not before."""
    for seconds in (120, 60, 119):
        await house.wait(seconds)
    assert ("vendor_silent",) not in await house.rows(_CARDS)
    await house.wait(1)
    assert ("vendor_silent",) in await house.rows(_CARDS)


async def _rang(house: House) -> int:
    """How often the provider took a call; what it refused rang nobody."""
    return sum(call["status"] == 200 for call in await house.hands.received("exotel", "/Calls/connect"))


async def test_calls_are_down(still_house: House) -> None:
    """The message went out, no phone rang, and the person came on time."""
    house = still_house
    await _away(house, "exotel")
    await house.confirmed_order()
    await _to_the_end(house)
    sent = await house.rows(_SENT)
    assert sent[0] == ("whatsapp", "delivered")
    assert {status for channel, status in sent if channel != "whatsapp"}.isdisjoint({"completed", "answered"})
    assert await _rang(house) == 0


async def test_messages_are_down(still_house: House) -> None:
    """The phone rings in time all the same, and asks; what waits for the provider holds nothing up."""
    house = still_house
    await house.customer()
    await _away(house, "whatsapp")
    await house.hands.policy("exotel", "ignore")
    await house.confirmed_order()
    await house.hands.advance(120)
    await house.until("the ring", lambda: _went_out(house, "exotel_ring", 120))
    await house.hands.advance(20)
    await house.until("the ring to end", lambda: _ended(house))
    await house.hands.advance(40)
    await house.until("the menu", lambda: _went_out(house, "exotel_ivr", 180))
    await house.hands.advance(120)
    await house.until("the person to come", lambda: _came(house))
    assert await _rang(house) == 2


async def _went_out(house: House, channel: str, after_s: int) -> bool:
    """Whether a call went out this many seconds after the message was due, and the provider has it."""
    placed = await house.rows(
        "SELECT count(*) FROM voice_calls WHERE rung = :rung AND call_sid IS NOT NULL", rung=channel
    )
    return (channel, after_s) in await house.chased() and placed == [(1,)]


async def _ended(house: House) -> bool:
    await house.flush()
    return await house.rows("SELECT state FROM voice_calls") == [("no_answer",)]


async def _came(house: House) -> bool:
    return ("vendor_silent",) in await house.rows(_CARDS)


@pytest.mark.parametrize(
    ("places", "withheld"),
    [
        ((FlagPlace("exotel", "nashik"),), ["exotel_ring", "exotel_ivr"]),
        ((FlagPlace("exotel", "nashik"), FlagPlace("wa")), ["whatsapp", "exotel_ring", "exotel_ivr"]),
    ],
    ids=["calls", "both"],
)
async def test_a_channel_is_put_off_by_hand(
    still_house: House, places: Sequence[FlagPlace], withheld: Sequence[str]
) -> None:
    """What would have gone out is logged with the reason; a bridge is refused with the code that says why."""
    house = still_house
    await _put_off(house, *places)
    order = await house.confirmed_order()
    await _to_the_end(house)
    held = [channel for channel, status in await house.rows(_SENT) if status == "withheld:switched_off"]
    assert list(dict.fromkeys(held)) == list(withheld)
    assert await _rang(house) == 0
    headers = {**house.token("admin:S-NSK-ADMIN", Role.ADMIN), "idempotency-key": "b1"}
    body = {"order_id": order, "first": "vendor", "second": "admin"}
    refused = await house.api.post("/api/v1/comms/bridge", json=body, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (503, "503_EXOTEL_DOWN")
