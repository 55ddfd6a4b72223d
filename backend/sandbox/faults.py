"""Faults on the provider's own side: wrong answers, slow answers and cut connections, set up by control requests."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.sandbox.base import Json

type Mode = Literal["refuse", "apply", "drop", "cut"]


@dataclass(slots=True)
class Fault:
    """What goes wrong, and for which requests.

    Attributes:
        mode: `refuse` answers without a change; `apply` makes the change and answers with the error; `drop` makes the
            change and cuts the connection; `cut` cuts it without a change.
        nth: Only this matching request, counted from 1; None means each.
        left: How many more requests it spoils; None means until it is cleared.
        delay_s: Real seconds to wait before the answer.
    """

    id: str
    provider: str = "*"
    method: str = "*"
    path: str = ".*"
    nth: int | None = None
    left: int | None = None
    mode: Mode | None = "refuse"
    status: int = 503
    code: str | None = None
    body: Json | None = None
    headers: dict[str, str] | None = None
    delay_s: float = 0.0
    seen: int = 0

    def takes(self, provider: str, method: str, path: str) -> bool:
        """Say whether it spoils this request, and count it."""
        if self.provider not in {"*", provider} or self.method not in {"*", method} or not re.search(self.path, path):
            return False
        self.seen += 1
        if self.left == 0 or (self.nth is not None and self.seen != self.nth):
            return False
        self.left = None if self.left is None else self.left - 1
        return True


class FaultGate:
    """Stands before one provider's application and lets faults happen."""

    def __init__(
        self, app: ASGIApp, provider: str, faults: list[Fault], error_body: Callable[[int, str | None], Json]
    ) -> None:
        self._app = app
        self._provider = provider
        self._faults = faults
        self._error_body = error_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, spoiled or not."""
        fault = self._match(scope) if scope["type"] == "http" else None
        if fault is None:
            await self._app(scope, receive, send)
            return
        await asyncio.sleep(fault.delay_s)
        if fault.mode in {"apply", "drop"}:
            await self._app(scope, receive, _nowhere)
        await self._spoil(fault, scope, receive, send)

    def _match(self, scope: Scope) -> Fault | None:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        return next((f for f in self._faults if f.takes(self._provider, scope["method"], path)), None)

    async def _spoil(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        if fault.mode is None:
            await self._app(scope, receive, send)
        elif fault.mode in {"drop", "cut"}:
            await _cut(send)
        else:
            body = fault.body if fault.body is not None else self._error_body(fault.status, fault.code)
            await JSONResponse(body, status_code=fault.status, headers=fault.headers)(scope, receive, send)


async def _nowhere(_: Message) -> None:
    """Swallow the answer of a request whose change was made."""


async def _cut(send: Send) -> None:
    """Promise a body and leave: the server closes the connection and the client sees it break."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"64")]})
