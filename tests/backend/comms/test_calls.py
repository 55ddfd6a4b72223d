"""Voice menus over simulated Exotel: digits, silence, strangers, and questions that were settled meanwhile."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from backend.orders.commands import AcceptOrder
from backend.orders.ports import OrderView
from backend.platform.actors import Actor, ActorKind, Source
from backend.platform.auth.principal import Role
from tests.support.factories.comms import Switchboard
from tests.support.factories.orders import orders_service

VENDOR = "+254700000201"


@pytest.fixture
async def ringing(board: Switchboard, order: OrderView) -> OrderView:
    """An order whose vendor's phone rings with the menu."""
    await board.wait(185)
    assert (await board.chased())[-1] == "exotel_ivr:vendor_new_order"
    return order


async def inbound(board: Switchboard) -> list[tuple[Any, ...]]:
    return await board.rows(
        "SELECT template, status FROM comms_log WHERE direction = 'inbound' AND channel = 'exotel_ivr' ORDER BY id"
    )


async def test_one_accepts(board: Switchboard, ringing: OrderView) -> None:
    heard = await board.act("answer", **{"from": "vendor"})
    assert heard["captions"][0].startswith("You have a new order of ")
    done = await board.act("digits", **{"from": "vendor", "digits": "1"})
    accepted = await board.order(ringing.id)
    assert (accepted.state, accepted.prep_minutes) == ("processing", 20)
    assert await inbound(board) == [("vendor_accept", "applied")]
    assert done["sid"] == heard["sid"]
    assert await board.rows("SELECT state, digits, outcome FROM voice_calls") == [("completed", "1", "applied")]


async def test_three_then_two_sets_twenty_minutes(board: Switchboard, ringing: OrderView) -> None:
    await board.act("answer", **{"from": "vendor"})
    asked = await board.act("digits", **{"from": "vendor", "digits": "3"})
    assert "Press 1 for 15 minutes, 2 for 20, 3 for 30." in asked["captions"]
    await board.act("digits", **{"from": "vendor", "digits": "2"})
    accepted = await board.order(ringing.id)
    assert (accepted.state, accepted.prep_minutes) == ("processing", 20)
    assert await board.rows("SELECT digits FROM voice_calls") == [("32",)]


async def left_at_the_second_question(board: Switchboard, *, hang_up: bool) -> None:
    """Press 3, and leave: by hanging up, or by saying nothing until the call ends."""
    await board.act("answer", **{"from": "vendor"})
    await board.act("digits", **{"from": "vendor", "digits": "3"})
    if hang_up:
        await board.act("hangup", **{"from": "vendor"})
    else:
        for _ in range(4):
            await board.wait(7)
    assert await board.rows("SELECT state, digits FROM voice_calls") == [("completed", "3")]


@pytest.mark.parametrize("hang_up", [True, False])
async def test_a_lost_second_digit_is_the_usual_time_and_flagged(
    board: Switchboard, ringing: OrderView, *, hang_up: bool
) -> None:
    """Who asked to set the time has taken the order: no admin is called for it, and the log says what was assumed."""
    await left_at_the_second_question(board, hang_up=hang_up)
    accepted = await board.order(ringing.id)
    assert (accepted.state, accepted.prep_minutes) == ("processing", 20)
    flagged = "SELECT payload ->> 'argument', status FROM comms_log WHERE template = 'answer_assumed'"
    assert await board.rows(flagged) == [("20", "flagged")]
    await board.wait(600)
    assert "vendor_silent" not in await board.cards()


async def test_a_second_digit_that_comes_late_counts(board: Switchboard, ringing: OrderView) -> None:
    await left_at_the_second_question(board, hang_up=True)
    sid = (await board.rows("SELECT call_sid FROM voice_calls"))[0][0]
    assert await press(board, board.signer.sign(await call_id(board)), call_sid=sid, digit="3", ts="late") == 200
    assert (await board.order(ringing.id)).prep_minutes == 30


async def test_nothing_is_assumed_for_what_was_answered_elsewhere(board: Switchboard, ringing: OrderView) -> None:
    """Thirty minutes by WhatsApp while the menu asked stay thirty."""
    await board.act("answer", **{"from": "vendor"})
    await board.act("digits", **{"from": "vendor", "digits": "3"})
    await board.write(VENDOR, payload=f"vendor_prep:30:{ringing.id}")
    await board.act("hangup", **{"from": "vendor"})
    assert (await board.order(ringing.id)).prep_minutes == 30
    assert await board.rows("SELECT count(*) FROM comms_log WHERE template = 'answer_assumed'") == [(0,)]


async def test_who_hangs_up_at_the_first_question_has_said_nothing(board: Switchboard, ringing: OrderView) -> None:
    await board.act("answer", **{"from": "vendor"})
    await board.act("hangup", **{"from": "vendor"})
    assert (await board.order(ringing.id)).state == "confirmed"
    assert ("hung_up", "499_CLIENT_CANCELLED") in await inbound(board)


async def test_two_rejects(board: Switchboard, ringing: OrderView) -> None:
    await board.act("answer", **{"from": "vendor"})
    await board.act("digits", **{"from": "vendor", "digits": "2"})
    rejected = await board.order(ringing.id)
    assert (rejected.state, rejected.close_reason) == ("cancelled", "vendor_rejected")


async def test_nine_is_asked_again(board: Switchboard, ringing: OrderView) -> None:
    await board.act("answer", **{"from": "vendor"})
    again = await board.act("digits", **{"from": "vendor", "digits": "9"})
    assert again["captions"][-1].startswith("Sorry, that is not one of the choices. ")
    assert (await board.order(ringing.id)).state == "confirmed"
    await board.act("digits", **{"from": "vendor", "digits": "1"})
    assert (await board.order(ringing.id)).state == "processing"


async def test_five_opens_a_card_and_calls_back_with_the_desk(board: Switchboard, ringing: OrderView) -> None:
    await board.act("answer", **{"from": "vendor"})
    await board.act("digits", **{"from": "vendor", "digits": "5"})
    assert await board.cards() == ["partner_asks_for_help"]
    assert (await board.chased())[-1] == "bridge:bridge"
    assert (await board.order(ringing.id)).state == "confirmed"


async def test_nobody_answers(board: Switchboard, ringing: OrderView) -> None:
    await board.act("ignore", **{"from": "vendor"})
    assert await board.rows("SELECT state FROM voice_calls") == [("no_answer",)]
    assert (await board.order(ringing.id)).state == "confirmed"


async def test_a_question_that_was_settled_is_not_asked(board: Switchboard, ringing: OrderView) -> None:
    """Accepted on WhatsApp while the phone rang: the menu thanks and changes nothing."""
    await board.write(VENDOR, payload=f"vendor_accept:{ringing.id}")
    await board.act("answer", **{"from": "vendor"})
    await board.wait(3)
    await board.wait(3)
    said = await board.rows("SELECT digits, outcome FROM voice_calls")
    assert said == [("", "")]
    assert (await board.order(ringing.id)).state == "processing"


@pytest.mark.parametrize("door", [Source.WHATSAPP, Source.APP, Source.API, Source.CONSOLE])
async def test_an_answer_by_any_door_ends_the_chase_at_once_and_the_call_says_so(
    board: Switchboard, ringing: OrderView, door: Source
) -> None:
    """Before any event is handed out: no step is ahead, the running call asks nothing and says that it is settled."""
    async with board.database.transaction() as session:
        result = await orders_service().handle(
            session, ringing.id, AcceptOrder(15), actor=Actor(ActorKind.VENDOR, "V-1"), source=door, command_id="c1"
        )
        ahead = text("SELECT count(*) FROM sla_timer WHERE type = 'vendor_accept' AND state = 'pending'")
        assert (result.outcome, await session.scalar(ahead)) == ("applied", 0)
    context = {"CustomField": board.signer.sign(await call_id(board))}
    asked = await board.api.client.get("/webhooks/exotel/gather", params=context)
    said = await board.api.client.get("/webhooks/exotel/greeting", params=context)
    assert (asked.json()["gather_prompt"]["text"], said.text) == (
        ".",
        "This has been settled already. Thank you, goodbye.",
    )
    await board.wait(600)
    assert await board.cards() == []


async def call_id(board: Switchboard) -> str:
    return str((await board.rows("SELECT id FROM voice_calls"))[0][0])


async def press(board: Switchboard, context: str, **fields: Any) -> int:
    """Post a digit in paper two's form."""
    body = {"call_sid": "EXO-1", "context": "vendor_new_order", "digit": "1", "signature": context, **fields}
    answer = await board.api.client.post("/webhooks/exotel/dtmf", json=body)
    await board.settle()
    return answer.status_code


async def test_a_digit_needs_the_context_of_its_own_call(board: Switchboard, ringing: OrderView) -> None:
    known = await call_id(board)
    forged = board.signer.sign("CLOTHER").partition(".")[2]
    assert await press(board, f"{known}.{forged}") == 404
    assert await press(board, known) == 404
    # A genuine context with the provider's id of another call is stored and ignored.
    assert await press(board, board.signer.sign(known)) == 200
    assert (await board.order(ringing.id)).state == "confirmed"
    sid = (await board.rows("SELECT call_sid FROM voice_calls"))[0][0]
    assert await press(board, board.signer.sign(known), call_sid=sid) == 200
    assert (await board.order(ringing.id)).state == "processing"


async def test_two_digits_in_paper_twos_form_are_told_apart_by_their_time(
    board: Switchboard, ringing: OrderView
) -> None:
    """Three and then two, the first one sent twice: twenty minutes."""
    known = await call_id(board)
    sid = (await board.rows("SELECT call_sid FROM voice_calls"))[0][0]
    for digit, at in (("3", "06:10:00Z"), ("3", "06:10:00Z"), ("2", "06:10:04Z")):
        fields = {"call_sid": sid, "digit": digit, "ts": f"2026-11-28T{at}"}
        assert await press(board, board.signer.sign(known), **fields) == 200
    assert await board.rows("SELECT digits FROM voice_calls") == [("32",)]
    assert (await board.order(ringing.id)).prep_minutes == 20


async def test_a_digit_is_missing(board: Switchboard, ringing: OrderView) -> None:
    assert await press(board, board.signer.sign(await call_id(board)), digit=None) == 422


async def test_the_context_of_an_old_call_has_expired(board: Switchboard, ringing: OrderView) -> None:
    known = await call_id(board)
    sid = (await board.rows("SELECT call_sid FROM voice_calls"))[0][0]
    await board.wait(1000)
    assert await press(board, board.signer.sign(known), call_sid=sid) == 200
    assert (await board.order(ringing.id)).state == "confirmed"
    assert ("expired_digit", "ignored") in await inbound(board)


async def test_a_status_comes_under_paper_twos_path_too(board: Switchboard, ringing: OrderView) -> None:
    """The context that is in the path elsewhere stands in the body; without it the call is nobody's."""
    known, path = await call_id(board), "/webhooks/exotel/call-status"
    sid = (await board.rows("SELECT call_sid FROM voice_calls"))[0][0]
    body = {"call_sid": sid, "status": "no-answer", "signature": board.signer.sign(known)}
    refused = await board.api.client.post(path, json={**body, "signature": known})
    answer = await board.api.client.post(path, json=body)
    await board.settle()
    assert (refused.status_code, answer.status_code) == (404, 200)
    assert await board.rows("SELECT state FROM voice_calls") == [("no_answer",)]


async def test_starting_a_ladder_twice_is_starting_it_once(board: Switchboard, order: OrderView) -> None:
    caller = board.api.token("admin:A-1", Role.ADMIN, cities=["Nairobi"])
    body = {"order_id": order.id, "vendor_id": "V-1"}
    path = "/api/v1/comms/notify/vendor/order"
    missing = await board.api.client.post(path, json=body, headers=caller)
    assert (missing.status_code, missing.json()["code"]) == (400, "idempotency.key_missing")
    for key in ("k1", "k1", "k2"):
        answer = await board.api.client.post(path, json=body, headers={**caller, "idempotency-key": key})
        assert (answer.status_code, answer.json()) == (202, {"order_id": order.id, "ladder": "vendor_accept"})
        await board.settle()
    assert await board.chased() == ["whatsapp:Vendor_New_Order"]


@pytest.mark.concurrency
async def test_two_who_click_together_bridge_once(board: Switchboard, order: OrderView) -> None:
    """Each with a key of their own, and the two people named the other way round: one call, and both hear of it."""
    pair = {"first": "vendor", "second": "admin"}

    async def click(who: str, **body: str) -> str:
        headers = {**board.api.token(who, Role.ADMIN, cities=["Nairobi"]), "idempotency-key": "click"}
        answer = await board.api.client.post(
            "/api/v1/comms/bridge", json={"order_id": order.id} | body, headers=headers
        )
        assert answer.status_code == 202, answer.text
        return str(answer.json()["call_id"])

    calls = await asyncio.gather(click("admin:A-1", **pair), click("admin:A-2", first="admin", second="vendor"))
    assert calls[0] == calls[1]
    assert await board.rows("SELECT count(*) FROM voice_calls WHERE rung = 'bridge'") == [(1,)]


async def test_a_bridge_joins_two_people_once(board: Switchboard, order: OrderView) -> None:
    caller = board.api.token("admin:A-1", Role.ADMIN, cities=["Nairobi"])
    body = {"order_id": order.id, "first": "vendor", "second": "customer"}
    headers = {**caller, "idempotency-key": "b1"}
    answers = [await board.api.client.post("/api/v1/comms/bridge", json=body, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    assert await board.rows("SELECT rung, callee FROM voice_calls") == [("bridge", "vendor:V-1")]
    stranger = board.api.token("admin:A-2", Role.ADMIN, cities=["Nashik"])
    refused = await board.api.client.post(
        "/api/v1/comms/bridge", json=body, headers={**stranger, "idempotency-key": "b1"}
    )
    assert refused.status_code == 404
