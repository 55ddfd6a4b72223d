"""The hands of the people in the demo: what they tap, type, press and pay, through the sandbox's control API."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

from backend.platform.errors import OutcomeUnknownError, ProviderUnavailableError
from backend.platform.http import HttpClient

type Json = dict[str, Any]
type Listener = Callable[[str], Awaitable[None]]

PATIENCE_S: Final = 30.0
_LOOK_EVERY_S: Final = 0.15


class DemoError(AssertionError):
    """Something did not happen as it should."""


@dataclass(frozen=True, slots=True)
class Bubble:
    """A message on somebody's phone."""

    id: str
    text: str
    buttons: tuple[Json, ...]
    from_person: bool


class Hands:
    """Acts for the people at the far end and looks at their phones.

    Attributes:
        listener: Hears of each named moment of an order, right after what happened at it.
    """

    def __init__(self, sandbox_url: str, *, patience_s: float = PATIENCE_S) -> None:
        self._http = HttpClient(sandbox_url, name="sandbox", timeout_s=15)
        self._patience_s = patience_s
        self.listener: Listener | None = None
        self.moved_s = 0.0

    async def close(self) -> None:
        """Let go of the connection."""
        await self._http.close()

    async def act(self, provider: str, verb: str, **body: Any) -> Json:
        """Let somebody do something.

        Raises:
            DemoError: The sandbox says that it can't be done.
        """
        response = await self._http.request("POST", f"/__sim/actor/{provider}/{verb}", json=body)
        if not response.ok:
            message = f"{provider} {verb}: {response.text}"
            raise DemoError(message)
        found: Json = response.json()
        return found

    async def passed(self, moment: str) -> None:
        """Tell that the order has just passed a named moment."""
        if self.listener is not None:
            await self.listener(moment)

    async def received(self, provider: str, path: str) -> list[Json]:
        """Return the requests that a simulator received, the oldest first."""
        found: list[Json] = (
            await self._http.request("GET", "/__sim/calls", params={"provider": provider, "path": path})
        ).json()
        return found

    async def policy(self, provider: str, outcome: str, person: str = "*") -> None:
        """Let people wait for our hand (`manual`), or act by themselves."""
        await self._http.request(
            "POST", "/__sim/actor/policy", json={"provider": provider, "person": person, "outcome": outcome}
        )

    async def advance(self, seconds: float) -> None:
        """Move everybody's clock."""
        response = await self._http.request("POST", "/__sim/clock", json={"advance_s": seconds})
        if not response.ok or response.json().get("forwarded") is False:
            message = f"the clock did not move: {response.text}"
            raise DemoError(message)
        self.moved_s += seconds

    async def phone(self, person: str) -> Json:
        """Return everything on somebody's phone."""
        found: Json = (await self._http.request("GET", f"/sandbox/api/phone/{person}")).json()
        return found

    async def bubbles(self, person: str, app: str) -> list[Bubble]:
        """Return the messages on somebody's phone in one app, oldest first."""
        threads: Mapping[str, Json] = (await self.phone(person)).get(app, {})
        return [_bubble(row) for thread in threads.values() for row in thread["messages"]]

    async def until[T](self, what: str, look: Callable[[], Awaitable[T | None]]) -> T:
        """Look until something is there.

        Raises:
            DemoError: It did not come in time.
        """
        ends = monotonic() + self._patience_s
        while monotonic() < ends:
            try:
                found = await look()
            except (ProviderUnavailableError, OutcomeUnknownError):
                found = None
            if found is not None:
                return found
            await asyncio.sleep(_LOOK_EVERY_S)
        message = f"waited {self._patience_s:.0f} s in vain for {what}"
        raise DemoError(message)

    async def reads(self, person: str, app: str, *words: str, after: int = 0) -> Bubble:
        """Wait for a message to somebody that has one of these words, after their first `after` messages."""

        async def look() -> Bubble | None:
            rows = (await self.bubbles(person, app))[after:]
            wanted = [word.casefold() for word in words]
            return next(
                (row for row in rows if not row.from_person and any(word in row.text.casefold() for word in wanted)),
                None,
            )

        return await self.until(f"{person} to read {' or '.join(words)!r}", look)

    async def has_button(self, person: str, app: str, prefix: str) -> tuple[Bubble, Json]:
        """Wait for a message to somebody with a button whose id begins so."""

        async def look() -> tuple[Bubble, Json] | None:
            for row in reversed(await self.bubbles(person, app)):
                for button in row.buttons:
                    if str(button["id"]).startswith(prefix):
                        return row, button
            return None

        return await self.until(f"{person} to get a button {prefix}", look)

    async def tap(self, person: str, prefix: str) -> None:
        """Wait for a WhatsApp button and tap it."""
        bubble, button = await self.has_button(person, "whatsapp", prefix)
        await self.act("whatsapp", "tap", message_id=bubble.id, button=button["id"])


def _bubble(row: Json) -> Bubble:
    return Bubble(str(row["id"]), str(row.get("text") or ""), tuple(row.get("buttons") or ()), bool(row["mine"]))
