"""The simulated Africa's Talking: what it takes, what it tells, and which answers it can follow."""

from typing import Any

import pytest

from backend.sandbox.africastalking.rules import actions_of
from tests.backend.sandbox.conftest import Sim

FORM = {"username": "duka", "to": "+254711000231", "from": "+254711082001", "clientRequestId": "call-1"}
KEY = {"apikey": "development-only-africastalking-key"}


async def call(sim: Sim, headers: dict[str, str] | None = None, **changes: str) -> Any:
    form = {name: value for name, value in {**FORM, **changes}.items() if value}
    return await sim.client.post("/africastalking/call", data=form, headers=KEY if headers is None else headers)


async def test_a_call_is_queued_under_a_session(sim: Sim) -> None:
    answer = (await call(sim)).json()
    assert answer["errorMessage"] == "None"
    [entry] = answer["entries"]
    assert (entry["phoneNumber"], entry["status"]) == ("+254711000231", "Queued")
    assert entry["sessionId"].startswith("ATVId_")


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"to": "0711000231"}, 400, "'to'"),
        ({"to": ""}, 400, "'to'"),
        ({"from": ""}, 400, "'from'"),
        ({"username": "other"}, 401, "authentication"),
        ({"from": "+254799999999"}, 200, "Invalid callerId"),
    ],
)
async def test_what_is_wrong_is_named(sim: Sim, changes: dict[str, str], status: int, words: str) -> None:
    answer = await call(sim, **changes)
    assert answer.status_code == status
    assert words in answer.text


async def test_a_wrong_key_and_a_body_that_is_no_form_are_refused(sim: Sim) -> None:
    assert (await call(sim, {})).status_code == 401
    assert (await sim.client.post("/africastalking/call", json=FORM, headers=KEY)).status_code == 400


async def test_an_empty_purse_calls_nobody(sim: Sim) -> None:
    await sim.account("africastalking", "purse", empty=True)
    [entry] = (await call(sim)).json()["entries"]
    assert (entry["status"], entry["sessionId"]) == ("InsufficientCredit", "None")


@pytest.mark.parametrize(
    ("how", "cause"),
    [("busy", "USER_BUSY"), ("reject", "CALL_REJECTED"), ("ignore", "NO_ANSWER"), ("failed", "UNALLOCATED_NUMBER")],
)
async def test_the_end_is_told_with_its_cause(sim: Sim, how: str, cause: str) -> None:
    """One form, with the length and the price, and our own reference."""
    await call(sim)
    await sim.act("africastalking", how, **{"from": "njeri"})
    await sim.settle()
    [hook] = sim.hooks("/webhooks/africastalking/voice")
    body = hook.body.decode() if isinstance(hook.body, bytes) else str(hook.body)
    for part in ("isActive=0", f"hangupCause={cause}", "durationInSeconds=0", "clientRequestId=call-1", "amount=0.00"):
        assert part in body


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"no xml", "not XML"),
        (b"<Answer/>", "not <Response>"),
        (b"<Response><Sing/></Response>", "no element <Sing>"),
        (b"<Response><Say volume='9'>x</Say></Response>", "volume"),
        (b"<Response><Dial/></Response>", "phoneNumbers"),
        (b"<Response><GetDigits><Dial phoneNumbers='+2'/></GetDigits></Response>", "Say or Play"),
    ],
)
def test_an_answer_that_cannot_be_followed_is_refused(answer: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        actions_of(answer)


def test_an_answer_is_read_in_its_order() -> None:
    body = (
        b"<Response><GetDigits numDigits='1' timeout='6'><Say voice='woman'>Press 1.</Say></GetDigits>"
        b"<Say>Bye.</Say></Response>"
    )
    assert [(one.name, one.text) for one in actions_of(body)] == [("GetDigits", "Press 1."), ("Say", "Bye.")]
