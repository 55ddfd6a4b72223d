"""The whole of Duka in one process: application and worker loops, simulators and a dialogue on loopback sockets."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from backend.app import create_app
from backend.bootstrap import Built, build
from backend.platform.actors import Actor
from backend.platform.auth.principal import Role
from backend.platform.auth.tokens import TokenIssuer
from backend.platform.clock import SystemClock
from backend.platform.db.session import Database
from backend.platform.settings import PlatformSettings
from backend.runtime.demo.hands import Hands
from backend.runtime.processes import Stack
from backend.runtime.seed import seed
from backend.runtime.settings import RuntimeSettings, ports_of
from backend.sandbox.app import create_app as create_sandbox
from tests.support.clock import START
from tests.support.sockets import served
from tests.support.still import StillClock, stand_still

SHOP, OUTLET, VENDOR, CUSTOMER = "M-NASHIK", "V-COLLEGE-ROAD", "suresh", "asha"
_PATIENCE_S = 20.0
# Work that is due now and not done: nothing of it is left once the house has come to rest. What waits in its lane
# behind a send that is tried again later is not due.
_UNDER_WAY = """
SELECT (SELECT count(*) FROM provider_events WHERE state = 'pending' AND next_at <= duka_now())
    + (SELECT count(*) FROM outbound_send s WHERE state = 'leased' OR state = 'queued' AND next_at <= duka_now()
        AND NOT (lane <> '' AND EXISTS (
            SELECT FROM outbound_send b WHERE b.lane = s.lane AND b.channel = s.channel AND b.seq < s.seq
                AND b.state = 'queued' AND b.next_at > duka_now()
        )))
    + (SELECT count(*) FROM sla_timer WHERE state = 'pending' AND due_at <= duka_now())
    + (SELECT count(*) FROM conversations WHERE turn_due_at <= duka_now() OR lease_until IS NOT NULL)
    + (SELECT count(*) FROM consumer_cursor c JOIN outbox o ON o.part = c.part AND (o.xid, o.pos) > (c.xid, c.pos))
"""


@dataclass
class Dialogue:
    """A Rasa server's REST channel, whose answers a test writes.

    Attributes:
        answers: What it answers, one after the other; the last one stays. An exception stands for a broken server.
        heard: The requests, with the turn's id in their metadata.
    """

    answers: list[list[dict[str, Any]] | Exception] = field(default_factory=lambda: [[{"text": "Karibu!"}]])
    heard: list[dict[str, Any]] = field(default_factory=list)

    async def __call__(self, _scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        body, more = b"", True
        while more:
            part = await receive()
            body, more = body + part.get("body", b""), part.get("more_body", False)
        request = httpx.Request("POST", "http://dialogue.test", content=body)
        self.heard.append(httpx.Response(200, content=request.content).json())
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        reply = httpx.Response(200, json=answer)
        head = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": reply.content})


@dataclass
class House:
    """The running house, and the hands of a test.

    Attributes:
        hands: What people do on their phones.
        api: The application, over its socket.
        dialogue: The bot.
    """

    built: Built
    database: Database
    hands: Hands
    api: httpx.AsyncClient
    sandbox: httpx.AsyncClient
    dialogue: Dialogue

    async def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """Rows of a query."""
        async with self.database.transaction() as session:
            return [tuple(row) for row in await session.execute(text(query), values)]

    async def flush(self) -> None:
        """Let the providers deliver what is due."""
        answer = await self.sandbox.post("/__sim/webhooks/flush", json={})
        assert answer.status_code == 200, answer.text

    async def at_rest(self, patience_s: float = _PATIENCE_S) -> None:
        """Return once nothing is left to do at this instant, on our side and on the providers'."""
        quiet = 0
        async with asyncio.timeout(patience_s):
            while quiet < 3:
                await self.flush()
                quiet = 0 if (await self.rows(_UNDER_WAY))[0][0] else quiet + 1
                await asyncio.sleep(0.03)

    async def wait(self, seconds: float, patience_s: float = _PATIENCE_S) -> None:
        """Let time pass on every clock, and all that follows from it happen."""
        await self.hands.advance(seconds)
        await self.at_rest(patience_s)

    async def until(self, what: str, look: Callable[[], Awaitable[bool]]) -> None:
        """Look until something is so."""

        async def found() -> bool | None:
            return await look() or None

        await self.hands.until(what, found)

    def token(self, actor: str, *roles: Role) -> dict[str, str]:
        """Headers of a caller, with a key of their own for this request."""
        token = self.built.registry.get(TokenIssuer).issue(Actor.parse(actor), roles, merchant_id=SHOP)
        return {"authorization": f"Bearer {token}", "idempotency-key": f"{actor}-1"}

    async def confirmed_order(self) -> str:
        """Place an order that is paid at the door, so that its vendor is asked at once; return its id."""
        user = await self.customer()
        body = {
            "user_id": user,
            "merchant_id": SHOP,
            "items": [{"sku": "POHA-FULL", "qty": 1}],
            "delivery": {"address_text": "College Road, flat 4", "lat": 20.0059, "lng": 73.7640},
            "payment": {"mode": "cod", "method": "cod"},
        }
        answer = await self.api.post("/api/v1/orders", json=body, headers=self.token("service:test", Role.SERVICE))
        assert answer.status_code == 201, answer.text
        order = str(answer.json()["order_id"])
        headers = self.token("admin:S-NSK-ADMIN", Role.ADMIN)
        answer = await self.api.patch(f"/api/v1/orders/{order}/state", json={"to": "confirmed"}, headers=headers)
        assert answer.status_code == 200, answer.text
        await self.at_rest()
        return order

    async def customer(self) -> str:
        """The id of the customer, who is known since their first message."""
        await self.hands.act("whatsapp", "text", **{"from": CUSTOMER, "text": "habari"})
        await self.at_rest()
        [(identifier,)] = await self.rows("SELECT id FROM customers")
        return str(identifier)

    async def chased(self) -> list[tuple[str, int]]:
        """How the vendor was chased for new orders: what, and after how many seconds since the first of it."""
        rows = await self.rows(
            "SELECT channel, round(extract(epoch FROM created_at - first_value(created_at) OVER (ORDER BY id)))::int"
            " FROM comms_log WHERE direction = 'outbound' AND ladder = 'vendor_accept' ORDER BY id"
        )
        return [(channel, after_s) for channel, after_s in rows]

    async def steps(self, order_id: str) -> list[tuple[str, str]]:
        """The states that an order has reached, each with the door."""
        return [
            (to, source)
            for to, source in await self.rows(
                "SELECT to_state, source FROM order_events WHERE order_id = :order AND to_state IS NOT NULL"
                " AND to_state IS DISTINCT FROM from_state ORDER BY id",
                order=order_id,
            )
        ]


def enter_house(
    monkeypatch: pytest.MonkeyPatch, database_url: str, folder: Path, ports: Mapping[str, int], **changes: str
) -> None:
    """Set everything's addresses and secrets, as the supervisor would hand them out; wake-ups stay in this process."""
    names = ("backend", "sandbox", "rasa", "actions", "postgres", "redis")
    settings = RuntimeSettings(data_dir=folder, **{f"port_{name}": ports.get(name, 0) for name in names})  # type: ignore[arg-type]
    stack = Stack(settings, ports_of(settings), {"DATABASE_URL": database_url})
    for name, value in {**stack.environment(), **changes}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("REDIS_URL")


@asynccontextmanager
async def _working(loops: Sequence[Callable[[asyncio.Event], Any]]) -> AsyncIterator[None]:
    stop = asyncio.Event()
    tasks = [asyncio.create_task(loop(stop)) for loop in loops]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*tasks)


@asynccontextmanager
async def open_house(
    database_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch, *, still: bool = False, **changes: str
) -> AsyncIterator[House]:
    """Build the house as production does, the two example shops in it.

    Args:
        database_url: A database of this test alone.
        folder: Where secrets are kept.
        monkeypatch: Sets the environment.
        still: Whether time stands still between the test's moves.
        changes: Settings by variable.
    """
    dialogue, late = Dialogue(), _Late()
    async with AsyncExitStack() as opened:
        rasa_url = await opened.enter_async_context(served(dialogue))
        backend_url = await opened.enter_async_context(served(late))
        sandbox_late = _Late()
        sandbox_url = await opened.enter_async_context(served(sandbox_late))
        ports = {"backend": _port(backend_url), "sandbox": _port(sandbox_url), "rasa": _port(rasa_url)}
        enter_house(monkeypatch, database_url, folder, ports, DUKA_CONVERSATIONS_BURST_SILENCE_S="0", **changes)
        if still:
            await stand_still(database_url)
        built = build(PlatformSettings(), application="house", clock=StillClock() if still else None)
        await seed(built, "a long password")
        sandbox_late.app = sandbox = create_sandbox(time_source=START.timestamp if still else time.time)
        late.app = application = create_app(built)
        await opened.enter_async_context(sandbox.router.lifespan_context(sandbox))
        await opened.enter_async_context(application.router.lifespan_context(application))
        await opened.enter_async_context(_working(built.worker_loops))
        api = await opened.enter_async_context(httpx.AsyncClient(base_url=backend_url, timeout=20))
        sandbox_client = await opened.enter_async_context(httpx.AsyncClient(base_url=sandbox_url, timeout=20))
        hands = Hands(sandbox_url)
        opened.push_async_callback(hands.close)
        await built.registry.get(SystemClock).refresh(built.registry.get(Database))
        yield House(built, built.registry.get(Database), hands, api, sandbox_client, dialogue)


class _Late:
    """An application that is put in after its socket is open, since its settings need the address."""

    def __init__(self) -> None:
        self.app: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass the request on."""
        await self.app(scope, receive, send)


def _port(url: str) -> int:
    return int(url.rpartition(":")[2])
