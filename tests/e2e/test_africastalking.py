"""A city whose calls go by Africa's Talking: the ladder over real sockets, from the ring to the digit."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from backend.platform.auth.principal import Role
from tests.support.house import VENDOR, House, open_house

_CALLS = "SELECT rung, state, digits, outcome FROM voice_calls ORDER BY created_at, id"


@pytest.fixture
async def house(fresh_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """The house, with Nashik's calls by Africa's Talking."""
    choice = {"COMMS_VOICE_BY_CITY": '{"Nashik": "africastalking"}'}
    async with open_house(fresh_database_url, tmp_path, monkeypatch, **choice) as opened:
        await opened.hands.policy("africastalking", "manual")
        yield opened


async def _ringing(house: House) -> str:
    async def look() -> str | None:
        calls = (await house.hands.phone(VENDOR))["africastalking"]["calls"]
        return next((str(call["sid"]) for call in calls if call["phase"] == "ringing"), None)

    return await house.hands.until("the vendor's phone to ring", look)


async def _captions(house: House, sid: str) -> list[str]:
    calls = (await house.hands.phone(VENDOR))["africastalking"]["calls"]
    return next(call["captions"] for call in calls if call["sid"] == sid)


async def _to_the_menu(house: House) -> str:
    """Let the ring go unanswered and the menu call ring; return it."""
    await house.wait(121)
    await house.hands.act("africastalking", "ignore", sid=await _ringing(house))
    await house.wait(61)
    return await _ringing(house)


async def test_a_vendor_accepts_by_digit(house: House) -> None:
    """WhatsApp, a ring in vain, then the menu: 1 accepts, the caller is thanked, and Exotel was never asked."""
    order = await house.confirmed_order()
    call = await _to_the_menu(house)
    await house.hands.act("africastalking", "answer", sid=call)
    assert "1" in (await _captions(house, call))[0]
    await house.hands.act("africastalking", "digits", sid=call, digits="1")
    await house.at_rest()
    assert await house.steps(order) == [("pending", "api"), ("confirmed", "api"), ("processing", "ivr")]
    assert await house.rows(_CALLS) == [
        ("exotel_ring", "no_answer", "", ""),
        ("exotel_ivr", "completed", "1", "applied"),
    ]
    assert len(await _captions(house, call)) == 3
    assert await house.rows("SELECT DISTINCT channel FROM outbound_send WHERE channel LIKE '%talking%'") == [
        ("africastalking",)
    ]
    assert await house.rows("SELECT count(*) FROM outbound_send WHERE channel LIKE 'exotel%'") == [(0,)]


async def test_a_menu_of_two_questions_and_a_wrong_digit(house: House) -> None:
    """9 is asked again, 3 asks for the time, 2 sets twenty minutes: the digits of one call, in order."""
    order = await house.confirmed_order()
    call = await _to_the_menu(house)
    await house.hands.act("africastalking", "answer", sid=call)
    for digit in ("9", "3", "2"):
        await house.hands.act("africastalking", "digits", sid=call, digits=digit)
        await house.at_rest()
    assert [state for state, _ in await house.steps(order)] == ["pending", "confirmed", "processing"]
    assert await house.rows("SELECT prep_eta_minutes FROM orders") == [(20,)]
    assert (await house.rows(_CALLS))[-1] == ("exotel_ivr", "completed", "932", "applied")


async def test_silence_ends_with_a_word_and_the_person_comes(house: House) -> None:
    """The question is put three times; then the call ends, and after five minutes an admin sees the order."""
    await house.confirmed_order()
    call = await _to_the_menu(house)
    await house.hands.act("africastalking", "answer", sid=call)
    for _ in range(3):
        await house.wait(7)
    captions = await _captions(house, call)
    assert len(captions) == 4
    assert len(set(captions[:3])) == 1
    await house.wait(110)
    assert await house.rows("SELECT kind FROM ops_exceptions WHERE state = 'open'") == [("vendor_silent",)]
    assert (await house.rows(_CALLS))[-1] == ("exotel_ivr", "completed", "", "")


async def test_two_people_are_joined_behind_our_number(house: House) -> None:
    """Who picks up first is joined to the other by a Dial."""
    order = await house.confirmed_order()
    body = {"order_id": order, "first": "vendor", "second": "customer"}
    headers = {**house.token("admin:S-NSK-ADMIN", Role.ADMIN), "idempotency-key": "join-1"}
    answer = await house.api.post("/api/v1/comms/bridge", json=body, headers=headers)
    assert answer.status_code == 202, answer.text
    call = await _ringing(house)
    await house.hands.act("africastalking", "answer", sid=call)
    shown = (await house.hands.phone(VENDOR))["africastalking"]["calls"][-1]
    assert (shown["phase"], shown["with"]) == ("talking", "+919900000011")
    await house.hands.act("africastalking", "hangup", sid=call)
    await house.at_rest()
    assert (await house.rows(_CALLS))[-1][:2] == ("bridge", "completed")


async def test_a_call_whose_answer_was_lost_is_not_dialled_again(house: House) -> None:
    """Nobody can be asked about it, so it stays unknown; its own callback names it, and a digit acts on it."""
    order = await house.confirmed_order()
    await house.wait(110)
    fault = {"mode": "drop", "provider": "africastalking", "left": 1}
    assert (await house.sandbox.post("/__sim/faults", json=fault)).status_code == 200
    await house.wait(11)
    call = await _ringing(house)
    await house.wait(20)
    sends = "SELECT state FROM outbound_send WHERE channel = 'africastalking'"
    assert await house.rows(sends) == [("unknown",)]
    assert len((await house.hands.phone(VENDOR))["africastalking"]["calls"]) == 1
    await house.hands.act("africastalking", "answer", sid=call)
    await house.hands.act("africastalking", "digits", sid=call, digits="1")
    await house.at_rest()
    assert (await house.steps(order))[-1] == ("processing", "ivr")
    assert await house.rows("SELECT call_sid, state FROM voice_calls") == [(call, "completed")]


async def test_a_call_that_nobody_can_be_asked_about_holds_no_other_up(house: House) -> None:
    """The ring was lost on its way and stays unknown; the menu is dialled in its time all the same."""
    await house.confirmed_order()
    await house.wait(110)
    fault = {"mode": "cut", "provider": "africastalking", "left": 1}
    assert (await house.sandbox.post("/__sim/faults", json=fault)).status_code == 200
    await house.wait(11)
    await house.wait(61)
    await _ringing(house)
    assert [row[:2] for row in await house.rows(_CALLS)] == [("exotel_ring", "unknown"), ("exotel_ivr", "dialled")]


async def test_strangers_change_nothing(house: House) -> None:
    """A made-up context is refused, and so is a good one with another call's id in it."""
    order = await house.confirmed_order()
    call = await _to_the_menu(house)
    await house.hands.act("africastalking", "answer", sid=call)
    form = {"isActive": "1", "sessionId": call, "dtmfDigits": "1", "clientRequestId": "CL-1.0000"}
    for path in ("", "/CL-1.0000"):
        answer = await house.api.post(f"/webhooks/africastalking/voice{path}", data=form)
        assert answer.status_code == 404, answer.text
    await house.at_rest()
    assert (await house.steps(order))[-1][0] == "confirmed"


async def test_the_same_digit_told_twice_acts_once(house: House) -> None:
    """As a provider does that had no answer."""
    order = await house.confirmed_order()
    call = await _to_the_menu(house)
    await house.hands.act("africastalking", "answer", sid=call)
    [(call_id,)] = await house.rows("SELECT id FROM voice_calls WHERE rung = 'exotel_ivr'")
    context = house.built.providers.voice_answers._signer.sign(call_id)
    form = {"isActive": "1", "sessionId": call, "dtmfDigits": "1"}
    path = f"/webhooks/africastalking/voice/{context}"
    await asyncio.gather(*(house.api.post(path, data=form) for _ in range(3)))
    await house.at_rest()
    assert [state for state, _ in await house.steps(order)] == ["pending", "confirmed", "processing"]
    assert await house.rows("SELECT count(*) FROM order_events WHERE command = 'AcceptOrder'") == [(1,)]
