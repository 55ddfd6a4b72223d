"""A sandbox with a still clock, and a stand-in for the backend that writes down what reaches it."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from backend.sandbox.app import create_app
from backend.sandbox.settings import SandboxSettings
from backend.sandbox.world import World

START = 1_795_357_200.0  # 2026-11-22 17:20 in Nairobi, 19:50 in India


@dataclass
class Hook:
    """One request that reached the backend."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Backend:
    """Answers 200 to everything unless told otherwise by path."""

    hooks: list[Hook] = field(default_factory=list)
    answers: dict[str, tuple[int, str, bytes]] = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        headers = {k.decode(): v.decode() for k, v in scope["headers"]}
        self.hooks.append(Hook(scope["method"], scope["path"], scope["query_string"].decode(), headers, body))
        status, kind, answer = self.answers.get(scope["path"], (200, "application/json", b"{}"))
        head = [(b"content-type", kind.encode())]
        await send({"type": "http.response.start", "status": status, "headers": head})
        await send({"type": "http.response.body", "body": answer})


@dataclass
class Sim:
    """A sandbox, its world, and the hands of a test."""

    client: httpx.AsyncClient
    backend: Backend
    world: World
    time: list[float]

    async def control(self, method: str, path: str, body: dict[str, Any] | None = None, status: int = 200) -> Any:
        answer = await self.client.request(method, f"/__sim/{path}", json=body or {})
        assert answer.status_code == status, answer.text
        return answer.json()

    async def act(self, provider: str, verb: str, status: int = 200, **body: Any) -> Any:
        return await self.control("POST", f"actor/{provider}/{verb}", body, status)

    async def account(self, provider: str, verb: str, **body: Any) -> Any:
        return await self.control("POST", f"accounts/{provider}/{verb}", body)

    async def settle(self, seconds: float = 0) -> None:
        """Move the clock and wait until all that is due has happened."""
        if seconds:
            await self.control("POST", "clock", {"advance_s": seconds})
        await self.control("POST", "webhooks/flush")

    def hooks(self, part: str = "") -> list[Hook]:
        return [hook for hook in self.backend.hooks if part in hook.path]


@pytest.fixture
def settings() -> SandboxSettings:
    return SandboxSettings(backend_url="http://backend.test")


@pytest.fixture
async def sim(settings: SandboxSettings) -> AsyncIterator[Sim]:
    backend, time = Backend(), [START]
    app = create_app(settings, time_source=lambda: time[0], transport=httpx.ASGITransport(backend))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sandbox.test") as client:
        yield Sim(client, backend, app.state.world, time)
    await app.state.world.close()
