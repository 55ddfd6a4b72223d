"""A saved tracker in, the exact events and messages out."""

from typing import Any

import httpx
import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.client import BackendClient, TurnFailedError
from actions.settings import ActionSettings
from actions.tokens import TokenSource
from actions.turns import ACTION_NAMES, FORM_ACTION, TurnAction

READING = {"version": 1, "intent": {"name": "place_order", "confidence": 0.97}}
PLACE = {"kind": "location", "lat": -1.29, "lng": 36.78, "name": "", "address": ""}
STEP = {
    "say": [
        {
            "response": "utter_ask_variant",
            "params": {"words": "maziwa"},
            "buttons": [{"title": "1L", "payload": "pick:M1"}],
        }
    ],
    "asked": "variant",
    "slots": {"lang": "sw", "order_id": None},
    "handoff": None,
    "order_id": None,
}


def tracker(*later: dict[str, Any], **metadata: Any) -> Tracker:
    """A customer's message as Rasa sends it, with what has happened since."""
    message = {
        "text": "maziwa 2",
        "intent": {"name": "place_order", "confidence": 0.97},
        "metadata": {"turn_id": "T-1", "conversation_id": "C-1", "trace_id": "abc", **metadata},
        "reading": READING,
    }
    events = [{"event": "slot", "name": "turn_id", "value": "T-0"}, {"event": "user", "text": "maziwa 2"}, *later]
    return Tracker("session-1", {}, message, events, False, None, {}, "action_listen")


class Backend:
    """A stand-in for the wire: keeps what was sent, answers what it is told."""

    def __init__(self, answer: Any = STEP, status: int = 200) -> None:
        self.requests: list[httpx.Request] = []
        self._answer, self._status = answer, status

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if isinstance(self._answer, Exception):
            raise self._answer
        return httpx.Response(self._status, json=self._answer)


def action(backend: Backend, name: str = FORM_ACTION) -> TurnAction:
    """The action over this wire."""
    client = BackendClient("http://backend.test", 2.0, httpx.MockTransport(backend))
    return TurnAction(name, client, TokenSource(ActionSettings(DUKA_ACTIONS_TOKEN="token-1")))


async def run(backend: Backend, given: Tracker, name: str = FORM_ACTION) -> tuple[list[Any], list[Any]]:
    """Run the action; return events and messages."""
    dispatcher = CollectingDispatcher()
    events = await action(backend, name).run(dispatcher, given, {})
    return events, dispatcher.messages


def slot(name: str, value: Any) -> dict[str, Any]:
    return {"event": "slot", "timestamp": None, "name": name, "value": value}


async def test_the_form_says_the_step_and_moves_to_the_open_question() -> None:
    """One request; the response's name, braces, language and buttons go to Rasa, and the form asks for the variant."""
    backend = Backend()
    events, messages = await run(
        backend, tracker(history=[{"from": "bot", "text": "Karibu"}], payload="pick:M1", attachments=[PLACE])
    )
    assert events == [
        slot("turn_id", "T-1"),
        slot("lang", "sw"),
        slot("order_id", None),
        slot("requested_slot", "open_variant"),
    ]
    (message,) = messages
    assert (message["response"], message["lang"], message["words"]) == ("utter_ask_variant", "sw", "maziwa")
    assert message["buttons"] == [{"title": "1L", "payload": "pick:M1"}]
    (request,) = backend.requests
    assert (request.method, request.url.path) == ("POST", "/api/v1/bot/conversations/C-1/turns")
    assert (request.headers["authorization"], request.headers["x-trace-id"]) == ("Bearer token-1", "abc")
    assert httpx.Response(200, content=request.content).json() == {
        "turn_id": "T-1",
        "text": "maziwa 2",
        "intent": "place_order",
        "reading": READING,
        "history": [{"sender": "bot", "text": "Karibu"}],
        "button": "pick:M1",
        "attachments": [PLACE],
    }


async def test_the_form_ends_where_nothing_is_open() -> None:
    """Rasa ends a form whose requested slot is set to nothing."""
    events, _ = await run(Backend({**STEP, "asked": None}), tracker())
    assert events[-1] == slot("requested_slot", None)


@pytest.mark.parametrize("name", [name for name in ACTION_NAMES if name != FORM_ACTION])
async def test_other_actions_leave_the_form_alone(name: str) -> None:
    """Outside the form the requested slot is not theirs."""
    events, messages = await run(Backend(), tracker(), name)
    assert [event["name"] for event in events] == ["turn_id", "lang", "order_id"]
    assert len(messages) == 1


async def test_within_one_message_the_backend_is_asked_once() -> None:
    """Rasa may call the form's action twice for one message; the second says nothing and asks nothing."""
    backend = Backend()
    assert await run(backend, tracker(slot("turn_id", "T-1"))) == ([], [])
    assert backend.requests == []


async def test_a_repeated_turn_is_asked_again() -> None:
    """The same turn id in a new message is a retry; the backend gives it the first answer."""
    backend = Backend()
    given = tracker()
    given.events = [{"event": "user"}, slot("turn_id", "T-1"), {"event": "user"}]
    events, _ = await run(backend, given)
    assert (events[0], len(backend.requests)) == (slot("turn_id", "T-1"), 1)


@pytest.mark.parametrize(
    ("backend", "reason"),
    [
        (Backend({"code": "duka.unexpected"}, 500), "backend.http_500"),
        (Backend({"code": "403_FORBIDDEN"}, 403), "backend.http_403"),
        (Backend(httpx.ConnectError("refused")), "backend.ConnectError"),
        (Backend(httpx.ReadTimeout("slow")), "backend.ReadTimeout"),
        (Backend({**STEP, "say": []}), "backend.said_nothing"),
    ],
)
async def test_a_backend_that_fails_fails_the_turn(backend: Backend, reason: str) -> None:
    """Nothing is said and no slot is set, so that the caller sees a failed turn."""
    dispatcher = CollectingDispatcher()
    with pytest.raises(TurnFailedError, match=reason):
        await action(backend).run(dispatcher, tracker(), {})
    assert dispatcher.messages == []


async def test_a_message_that_was_not_read_fails_the_turn() -> None:
    """Without a reading there is nothing to hand over."""
    given = tracker()
    del given.latest_message["reading"]
    with pytest.raises(TurnFailedError, match=r"message\.not_read"):
        await run(Backend(), given)
