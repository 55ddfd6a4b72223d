"""The two sides from outside: the simulators' control, and the API as its callers use it while it falls and rises."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from backend.platform.actors import Actor
from backend.platform.auth.principal import Role
from backend.platform.auth.tokens import TokenIssuer
from backend.platform.errors import OutcomeUnknownError, ProviderUnavailableError
from backend.platform.http import HttpClient, HttpResponse

type Json = dict[str, Any]

_AGAIN_S: Final = 0.4
_SERVER_FAULT: Final = 500
_RUNNING: Final = "idempotency.running"


async def insist(attempt: Callable[[], Awaitable[HttpResponse]]) -> HttpResponse:
    """Ask until there is an answer that is none of a server in trouble; the caller's key makes it safe."""
    while True:
        try:
            answer = await attempt()
        except (ProviderUnavailableError, OutcomeUnknownError):
            await asyncio.sleep(_AGAIN_S)
            continue
        if answer.status < _SERVER_FAULT and _RUNNING not in answer.text:
            return answer
        await asyncio.sleep(_AGAIN_S)


class Sandbox:
    """The simulators' control API; they are never killed."""

    def __init__(self, url: str) -> None:
        self._http = HttpClient(url, name="sandbox", timeout_s=20)

    async def close(self) -> None:
        """Let go of the connection."""
        await self._http.close()

    async def control(self, path: str, body: Json | None = None, method: str = "POST") -> Any:
        """Use the control API; a refusal, such as of a call that has ended meanwhile, is no matter."""
        answer = await insist(lambda: self._http.request(method, f"/__sim{path}", json=body or {}))
        return answer.json()

    async def taps(self, phone: str, action: str, order_id: str) -> None:
        """Let somebody tap a button of a message about an order."""
        button = {"payload": f"{action}:{order_id}", "text": action}
        body = {"from": phone, "message": {"type": "button", "button": button}, "text": action}
        await self.control("/actor/whatsapp/raw", body)

    async def calls(self, provider: str, path: str) -> list[Json]:
        """Return the newest requests that a simulator received at a path."""
        return list(await self._get("/__sim/calls", {"provider": provider, "path": path}))

    async def _get(self, path: str, params: Json) -> Any:
        return (await insist(lambda: self._http.request("GET", path, params=params))).json()


class Api:
    """Duka's API, asked again under the same key until it answers."""

    def __init__(self, url: str, tokens: TokenIssuer) -> None:
        self._http = HttpClient(url, name="duka", timeout_s=20)
        self._tokens = tokens

    async def close(self) -> None:
        """Let go of the connection."""
        await self._http.close()

    async def ask(
        self, method: str, path: str, body: Json, *, key: str, actor: str, role: Role, merchant_id: str
    ) -> HttpResponse:
        """Ask as somebody; return the answer, a refusal too."""

        async def attempt() -> HttpResponse:
            token = self._tokens.issue(Actor.parse(actor), (role,), merchant_id=merchant_id)
            headers = {"authorization": f"Bearer {token}", "idempotency-key": key}
            return await self._http.request(method, f"/api/v1{path}", json=body, headers=headers)

        return await insist(attempt)
