"""One trace id, followed from a customer's message to what leaves for others, through every process that touches it."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import psycopg
import pytest

from backend.bootstrap import build
from backend.platform.db.embedded import free_port
from backend.platform.settings import PlatformSettings
from backend.runtime.demo.hands import Hands
from backend.runtime.processes import Stack
from backend.runtime.seed import seed
from backend.runtime.settings import RuntimeSettings, inherited_environment, ports_of
from backend.runtime.supervisor import Supervisor
from tests.support.house import CUSTOMER, VENDOR
from tests.support.readings import amount, reading
from tests.support.sockets import served

PLACE: Final = "College Road, flat 4"
ORDER: Final = f"2 misal pav, {PLACE}, cod"
READINGS: Final = {
    ORDER: (
        "place_order",
        reading(
            ORDER,
            "place_order",
            items=[("misal pav", 0)],
            amounts=[amount("2", 2)],
            slots={"address": PLACE, "payment": {"text": "cod", "value": "cod"}},
        ),
    ),
    "haan": ("affirm", reading("haan", "affirm", lang="hi")),
}
_ROWS: Final = {
    "webhook": "SELECT trace_id FROM provider_events WHERE provider = 'whatsapp' AND kind = 'message' ORDER BY id",
    "message": "SELECT trace_id FROM messages WHERE direction = 'in' ORDER BY seq",
    "turn": "SELECT t.trace_id FROM turns t JOIN messages m ON m.turn_id = t.id WHERE direction = 'in' ORDER BY m.seq",
    "command": "SELECT trace_id FROM order_events ORDER BY id",
    "event": "SELECT trace_id FROM outbox WHERE topic LIKE 'order.%' ORDER BY xid, pos",
    "timer": "SELECT trace_id FROM sla_timer WHERE type = 'vendor_accept'",
    "vendor is asked": "SELECT s.trace_id FROM outbound_send s JOIN comms_log c ON c.order_id = s.order_id",
}


_LINES: Final = {
    ("worker", "webhook.handled"),
    ("worker", "turn.ended"),
    ("actions", "action.answered"),
    ("backend", "order.command"),
    ("worker", "send.ended"),
}


@dataclass
class Wire:
    """Stands before a server and keeps the trace id of each request that it passes on."""

    target: str
    heard: list[tuple[str, str]] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass one request on."""
        request = await _read(scope, receive)
        self.heard.append((request.url.path, request.headers.get("x-trace-id", "")))
        async with httpx.AsyncClient(timeout=20) as client:
            kept = {name: value for name, value in request.headers.items() if name not in {"host", "content-length"}}
            url = f"{self.target}{request.url.raw_path.decode()}"
            answer = await client.request(request.method, url, content=request.content, headers=kept)
        await _answer(send, answer.status_code, answer.content)


@dataclass
class Bot:
    """A Rasa server that reads by heart: it has each message acted on by the real action server, as Rasa would."""

    actions_url: str
    heard: list[tuple[str, str, str]] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one message."""
        request = await _read(scope, receive)
        said = json.loads(request.content)
        text, metadata = said["message"], said["metadata"]
        self.heard.append((text, request.headers["x-trace-id"], metadata.get("trace_id", "")))
        intent, read = READINGS[text]
        message = {"text": text, "intent": {"name": intent}, "metadata": metadata, "reading": read}
        tracker = {"sender_id": said["sender"], "slots": {}, "latest_message": message, "events": []}
        tracker |= {"paused": False, "followup_action": None, "active_loop": {}, "latest_action_name": "action_listen"}
        call = {"next_action": "validate_order_form", "sender_id": said["sender"], "tracker": tracker}
        async with httpx.AsyncClient(base_url=self.actions_url, timeout=20) as client:
            step = (await client.post("/webhook", json=call)).json()
        words = [{"text": one["response"], "buttons": one["buttons"]} for one in step["responses"]]
        await _answer(send, 200, json.dumps(words).encode())


async def _read(scope: Any, receive: Any) -> httpx.Request:
    body, more = b"", True
    while more:
        part = await receive()
        body, more = body + part.get("body", b""), part.get("more_body", False)
    url = f"http://here.test{scope['path']}?{scope['query_string'].decode()}"
    return httpx.Request(scope["method"], url, headers=scope["headers"], content=body)


async def _answer(send: Any, status: int, body: bytes) -> None:
    head = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": body})


@dataclass
class Followed:
    """The processes, and what was seen between them."""

    bot: Bot
    wire: Wire
    hands: Hands
    database_url: str
    logs: Path

    def traces(self, what: str) -> list[str]:
        """The trace ids of one kind of row."""
        with psycopg.connect(self.database_url) as connection:
            return [row[0] for row in connection.execute(_ROWS[what].encode())]

    def lines(self, trace: str) -> set[tuple[str, str]]:
        """Process and event of each log line that has this trace id."""
        rows = [
            json.loads(line)
            for path in self.logs.iterdir()
            for line in path.read_text().rpartition("\n")[0].splitlines()
            if line.startswith("{") and trace in line
        ]
        assert all(row["trace_id"] == trace for row in rows)
        return {(row["process"], row["event"]) for row in rows}

    async def logged(self, trace: str, lines: set[tuple[str, str]]) -> None:
        """Wait for these lines: a message is on a phone a moment before its sender logs so."""

        async def look() -> bool | None:
            return True if self.lines(trace) >= lines else None

        await self.hands.until(f"the lines {sorted(lines)} of {trace}", look)

    async def until(self, what: str, count: int) -> list[str]:
        """Wait for so many rows of a kind; return their trace ids."""

        async def look() -> list[str] | None:
            return found if len(found := self.traces(what)) >= count else None

        return await self.hands.until(what, look)


@pytest.fixture
async def followed(fresh_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Followed]:
    """Backend, worker, action server and simulators, each a process of its own with its own log."""
    names = ("backend", "sandbox", "actions", "rasa", "postgres", "redis")
    ports = {f"port_{name}": free_port() for name in names}
    async with AsyncExitStack() as opened:
        bot = Bot(f"http://127.0.0.1:{ports['port_actions']}")
        wire = Wire(f"http://127.0.0.1:{ports['port_sandbox']}")
        changes = {
            "DATABASE_URL": fresh_database_url,
            "DUKA_RASA_URL": await opened.enter_async_context(served(bot)),
            "WA_API_URL": f"{await opened.enter_async_context(served(wire))}/whatsapp/v25.0",
            "DUKA_CONVERSATIONS_BURST_SILENCE_S": "0",
        }
        settings = RuntimeSettings(data_dir=tmp_path, **ports)  # type: ignore[arg-type]
        stack = Stack(settings, ports_of(settings), inherited_environment() | changes)
        for name, value in stack.environment().items():
            monkeypatch.setenv(name, value)
        built = build(PlatformSettings(), application="seed")
        await seed(built, "a long password")
        await built.close()
        specs = [*stack.stores(), *(spec for spec in stack.services(tmp_path) if spec.name != "rasa")]
        supervisor = Supervisor(specs, quiet=True, log_folder=tmp_path / "logs")
        opened.push_async_callback(supervisor.stop)
        await supervisor.start(lambda _: None)
        hands = Hands(f"http://127.0.0.1:{ports['port_sandbox']}")
        opened.push_async_callback(hands.close)
        yield Followed(bot, wire, hands, fresh_database_url, tmp_path / "logs")


async def test_one_id_joins_webhook_turn_action_command_event_and_send(followed: Followed) -> None:
    """The yes that places an order: its id is on every row, in every process's log and in what providers are given."""
    hands = followed.hands
    await hands.act("whatsapp", "text", **{"from": CUSTOMER, "text": ORDER})
    await hands.reads(CUSTOMER, "whatsapp", "utter_read_back")
    await hands.act("whatsapp", "text", **{"from": CUSTOMER, "text": "haan"})
    await hands.reads(CUSTOMER, "whatsapp", "utter_order_placed_cod")
    asked = await followed.until("vendor is asked", 1)
    await hands.until("the vendor's message", lambda: _on_phone(hands, VENDOR))

    first, trace = followed.traces("webhook")
    assert first != trace
    assert followed.traces("message") == [first, trace]
    assert followed.traces("turn") == [first, trace]
    assert followed.bot.heard == [(ORDER, first, first), ("haan", trace, trace)]
    assert set(followed.traces("command")) == set(followed.traces("event")) == {trace}
    assert set(followed.traces("timer")) == {trace}
    assert set(asked) == {trace}
    sent = [given for path, given in followed.wire.heard if path.endswith("/messages")]
    assert set(sent) == {first, trace}
    assert sent.count(trace) >= 2  # The customer's answer and the vendor's question.
    await followed.logged(trace, _LINES)


async def _on_phone(hands: Hands, person: str) -> bool | None:
    return bool(await hands.bubbles(person, "whatsapp")) or None
