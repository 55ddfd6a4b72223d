"""The log of requests that the simulators received, secrets masked, for assertions and the phones page."""

import json
from collections import deque
from dataclasses import asdict, dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.sandbox.base import Json

_SECRET: Final = frozenset({"authorization", "password", "securitycredential", "access_token", "cookie"})
_MASK = "***"
_KEPT = 5_000


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One request and the status it was answered with; 0 if the connection was cut."""

    number: int
    provider: str
    method: str
    path: str
    query: str
    body: Any
    status: int


class CallLog:
    """What was asked of the simulators, newest last."""

    def __init__(self) -> None:
        self._records: deque[CallRecord] = deque(maxlen=_KEPT)
        self._count = 0

    def clear(self) -> None:
        """Forget everything."""
        self._records.clear()

    def add(self, provider: str, scope: Scope, body: Any, status: int) -> None:
        """Append one request."""
        self._count += 1
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        query = scope["query_string"].decode()
        self._records.append(CallRecord(self._count, provider, scope["method"], path, query, body, status))

    def view(self, provider: str | None = None, path: str | None = None) -> list[Json]:
        """Return the requests, of one provider or to one path if asked."""
        return [
            asdict(r)
            for r in self._records
            if (provider is None or r.provider == provider) and (path is None or path in r.path)
        ]


class Recorder:
    """Writes each request of one provider to the log."""

    def __init__(self, app: ASGIApp, provider: str, log: CallLog) -> None:
        self._app = app
        self._provider = provider
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the request whole, even if it is refused unread, and pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = await _whole(receive)
        status = 0

        async def replay() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def watch_out(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, replay, watch_out)
        finally:
            self._log.add(self._provider, scope, readable(body, scope), status)


async def _whole(receive: Receive) -> bytes:
    chunks, more = [], True
    while more:
        message = await receive()
        chunks.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(chunks)


def readable(body: bytes, scope: Scope) -> Any:
    """Return a request body as data with its secrets masked."""
    kind = dict(scope["headers"]).get(b"content-type", b"").decode()
    if "json" in kind:
        try:
            return masked(json.loads(body))
        except ValueError:
            return body.decode(errors="replace")
    if "urlencoded" in kind:
        return masked(dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True)))
    return f"{len(body)} bytes" if body else None


def masked(value: Any) -> Any:
    """Return data with the values of secret fields replaced."""
    if isinstance(value, dict):
        return {k: _MASK if k.lower() in _SECRET else masked(v) for k, v in value.items()}
    return [masked(v) for v in value] if isinstance(value, list) else value
