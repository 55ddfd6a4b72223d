"""How far a call has come, whatever becomes of its callbacks: lost, late, twice, out of order."""

from collections import Counter
from itertools import product
from typing import Any

import pytest
from sqlalchemy import text

from backend.comms.ports import CallState, moves_on
from backend.comms.service.calls import STATUS_ASKS
from backend.orders.ports import OrderView
from backend.platform.auth.principal import Role
from tests.support.factories.comms import Switchboard

LOST = {"what": "drop", "provider": "exotel"}
CALL = "SELECT state FROM voice_calls"


@pytest.fixture
async def ringing(board: Switchboard, order: OrderView) -> OrderView:
    """An order whose vendor's phone rings with the menu; the ring before it was not placed."""
    await board.wait(185)
    return order


async def asked(board: Switchboard) -> int:
    """How often the provider was asked about a call."""
    found = await board.sandbox.get("/__sim/calls", params={"provider": "exotel", "limit": 500})
    return sum(row["method"] == "GET" for row in found.json())


async def bridge(board: Switchboard, order: OrderView) -> None:
    """Ask for a call that joins the order's vendor and the desk."""
    headers = {**board.api.token("admin:A-1", Role.ADMIN, cities=["Nairobi"]), "idempotency-key": "b1"}
    body = {"order_id": order.id, "first": "vendor", "second": "admin"}
    assert (await board.api.client.post("/api/v1/comms/bridge", json=body, headers=headers)).status_code == 202


async def tell(board: Switchboard, status: str, **fields: Any) -> None:
    """Post a status callback about the one call, as the provider does."""
    call_id, sid = (await board.rows("SELECT id, call_sid FROM voice_calls"))[0]
    path = f"/webhooks/exotel/call-status/{board.signer.sign(call_id)}"
    answer = await board.api.client.post(path, json={"CallSid": sid, "Status": status, **fields})
    assert answer.status_code == 200
    await board.settle()


async def test_a_call_whose_callback_is_lost_is_asked_about(board: Switchboard, ringing: OrderView) -> None:
    await board.control("/webhooks/accidents", LOST)
    await board.act("ignore", **{"from": "vendor"})
    assert await board.rows(CALL) == [("dialled",)]
    await board.wait(50)
    assert (await board.rows(CALL), await asked(board)) == ([("dialled",)], 0)
    await board.wait(11)
    assert (await board.rows(CALL), await asked(board)) == ([("no_answer",)], 1)
    assert await board.rows("SELECT status FROM comms_log WHERE channel = 'exotel_ivr'") == [("no_answer",)]
    await board.wait(4000)
    assert await asked(board) == 1


async def test_a_call_that_told_its_end_is_not_asked_about(board: Switchboard, ringing: OrderView) -> None:
    await board.act("busy", **{"from": "vendor"})
    assert await board.rows("SELECT state FROM outbound_send WHERE channel = 'exotel.status'") == [("cancelled",)]
    await board.wait(4000)
    assert (await board.rows(CALL), await asked(board)) == ([("busy",)], 0)
    assert await board.rows("SELECT status FROM comms_log WHERE channel = 'exotel_ivr'") == [("busy",)]


async def test_a_provider_that_is_away_is_asked_again(board: Switchboard, ringing: OrderView) -> None:
    await board.control("/webhooks/accidents", LOST)
    await board.act("ignore", **{"from": "vendor"})
    await board.control("/faults", {"provider": "exotel", "method": "GET", "status": 503, "left": 2})
    for seconds in (61, 60, 130):
        await board.wait(seconds)
    assert await board.rows(CALL) == [("no_answer",)]


async def test_questions_about_a_call_without_end_grow_rare_and_cease(board: Switchboard, ringing: OrderView) -> None:
    await board.control("/webhooks/accidents", LOST)
    body = {"Call": {"Sid": "x", "Status": "in-progress"}}
    await board.control("/faults", {"provider": "exotel", "method": "GET", "status": 200, "body": body})
    for _ in range(140):
        await board.wait(60)
    assert await asked(board) == STATUS_ASKS
    assert await board.rows("SELECT count(*) FROM outbound_send WHERE channel = 'exotel.status'") == [(STATUS_ASKS,)]


async def test_late_callbacks_do_not_move_a_call_backwards(board: Switchboard, ringing: OrderView) -> None:
    await tell(board, "in-progress", EventType="answered")
    assert await board.rows(CALL) == [("answered",)]
    await tell(board, "ringing")
    assert await board.rows(CALL) == [("answered",)]
    await tell(board, "completed")
    for late in ("in-progress", "no-answer", "a-new-word"):
        await tell(board, late)
        assert await board.rows(CALL) == [("completed",)]
    assert await board.rows("SELECT status FROM comms_log WHERE channel = 'exotel_ivr'") == [("completed",)]


async def test_a_call_whose_dialling_was_lost_is_found_and_followed(board: Switchboard, order: OrderView) -> None:
    """The provider dialled and its answer was an error: it is looked for, never dialled twice, and its end is known."""
    fault = {"provider": "exotel", "method": "POST", "mode": "apply", "status": 500, "left": 1}
    await board.control("/faults", fault)
    await board.wait(185)
    assert await board.rows(CALL) == [("unknown",)]
    await board.wait(6)
    assert await board.rows(CALL) == [("dialled",)]
    await board.act("ignore", **{"from": "vendor"})
    assert await board.rows(CALL) == [("no_answer",)]


async def test_a_call_that_surely_never_went_out_is_dialled_after_all(board: Switchboard, order: OrderView) -> None:
    """The line broke before the provider took it, and it knows of no such call: the phone rings a little later."""
    fault = {"provider": "exotel", "method": "POST", "mode": "cut", "left": 1}
    await board.control("/faults", fault)
    await board.wait(185)
    assert await board.rows(CALL) == [("unknown",)]
    for _ in range(3):
        await board.wait(6)
    assert await board.rows(CALL) == [("dialled",)]
    await board.act("answer", **{"from": "vendor"})
    await board.act("digits", **{"from": "vendor", "digits": "1"})
    assert (await board.order(order.id)).state == "processing"


async def test_one_that_never_went_out_is_not_dialled_once_it_is_answered(board: Switchboard, order: OrderView) -> None:
    await board.control("/faults", {"provider": "exotel", "method": "POST", "mode": "cut", "left": 1})
    await board.wait(185)
    await board.write("+254700000201", payload=f"vendor_accept:{order.id}")
    for _ in range(3):
        await board.wait(6)
    assert await board.rows("SELECT state, call_sid FROM voice_calls") == [("cancelled", None)]


async def test_a_bridge_that_never_went_out_is_dialled_after_all(board: Switchboard, order: OrderView) -> None:
    await board.control("/faults", {"provider": "exotel", "method": "POST", "mode": "cut", "left": 1})
    await bridge(board, order)
    for _ in range(4):
        await board.wait(6)
    assert await board.rows("SELECT state FROM voice_calls WHERE rung = 'bridge'") == [("dialled",)]


async def dialled(board: Switchboard) -> list[int]:
    """How often the provider was told to dial, by our names for the calls."""
    found = await board.sandbox.get("/__sim/calls", params={"provider": "exotel", "path": "/Calls/connect"})
    return sorted(Counter(row["body"]["CustomField"] for row in found.json()).values())


async def test_nobody_is_dialled_while_it_is_in_doubt_whether_they_were(board: Switchboard, order: OrderView) -> None:
    """One call never went out, of the next one's dialling the answer is lost: neither is taken for the other."""
    await board.control("/faults", {"provider": "exotel", "method": "POST", "mode": "cut", "left": 1})
    await board.wait(185)
    assert await board.rows(CALL) == [("unknown",)]
    lost = {"provider": "exotel", "method": "POST", "mode": "apply", "status": 500, "left": 1}
    await board.control("/faults", lost)
    await bridge(board, order)
    await board.settle()
    assert await board.rows(CALL + " WHERE rung = 'bridge'") == [("queued",)]
    for _ in range(4):
        await board.wait(6)
    assert await board.rows(CALL + " ORDER BY created_at") == [("dialled",), ("queued",)]
    await board.act("ignore", **{"from": "vendor"})
    for _ in range(2):
        await board.wait(6)
    assert await board.rows(CALL + " ORDER BY created_at") == [("no_answer",), ("dialled",)]
    assert await dialled(board) == [1, 2]  # The first call's cut line is in the log, too.


async def test_news_of_a_call_are_its_own_though_another_was_taken_for_it(
    board: Switchboard, ringing: OrderView
) -> None:
    """The provider's list names calls without our context; its callbacks bring it, and what they say counts."""
    await bridge(board, ringing)
    async with board.database.transaction() as session:
        taken = (
            "UPDATE voice_calls SET call_sid = CASE rung WHEN 'bridge' THEN :sid END, state = :state WHERE rung = :rung"
        )
        sid = await session.scalar(text("SELECT call_sid FROM voice_calls WHERE call_sid IS NOT NULL"))
        for rung, state in (("exotel_ivr", "unknown"), ("bridge", "dialled")):
            await session.execute(text(taken), {"sid": sid, "state": state, "rung": rung})
    await board.act("ignore", **{"from": "vendor"})
    assert await board.rows("SELECT rung, state, call_sid FROM voice_calls ORDER BY created_at") == [
        ("exotel_ivr", "no_answer", sid),
        ("bridge", "unknown", None),
    ]


def test_a_call_moves_forwards_alone() -> None:
    s = CallState
    ended = (s.COMPLETED, s.BUSY, s.NO_ANSWER, s.FAILED, s.CANCELLED)
    further = {
        *((s.QUEUED, state) for state in (s.DIALLED, s.ANSWERED, *ended)),
        *((state, s.ANSWERED) for state in (s.DIALLED, s.UNKNOWN)),
        *((state, end) for state, end in product((s.DIALLED, s.UNKNOWN, s.ANSWERED), ended)),
        (s.UNKNOWN, s.DIALLED),
    }
    assert {pair for pair in product(s, s) if moves_on(*pair)} == further
