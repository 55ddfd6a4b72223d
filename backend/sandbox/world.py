"""What all simulators share: time, ids, people, webhooks, faults, the request log and the watchers of phones."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import httpx

from backend.sandbox.base import ControlError, Json
from backend.sandbox.calls import CallLog
from backend.sandbox.clock import SimClock, Timers
from backend.sandbox.faults import Fault
from backend.sandbox.ids import Ids
from backend.sandbox.people import People, Person
from backend.sandbox.settings import SandboxSettings
from backend.sandbox.webhooks import WebhookQueue

MANUAL = "manual"


class World:
    """One simulation."""

    def __init__(
        self,
        settings: SandboxSettings,
        *,
        time_source: Callable[[], float] = time.time,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.settings = settings
        self.clock = SimClock(time_source)
        self.timers = Timers(self.clock)
        self.ids = Ids(settings.seed)
        self.people = People()
        self.calls = CallLog()
        self.faults: list[Fault] = []
        self.webhooks = WebhookQueue(self.timers, self.ids, lambda: self.http)
        self.policies: dict[tuple[str, str], Json] = {}
        self._transport = transport
        self._http: httpx.AsyncClient | None = None
        self._watchers: set[asyncio.Queue[Json]] = set()
        self._changes = 0
        self._populate()

    @property
    def http(self) -> httpx.AsyncClient:
        """The client towards the backend; made on first use, inside the running loop."""
        if self._http is None:
            self._http = httpx.AsyncClient(transport=self._transport, trust_env=False)
        return self._http

    async def close(self) -> None:
        """Stop what is under way and close connections."""
        await self.timers.stop()
        if self._http is not None:
            await self._http.aclose()

    def reset(self) -> None:
        """Return to the first moment, save the clock, which never runs back."""
        self.timers.clear()
        self.ids.reset()
        self.calls.clear()
        self.faults.clear()
        self.webhooks.reset()
        self.policies.clear()
        self._populate()

    def policy(self, provider: str, person: Person | None) -> Json:
        """Return what the person does by themselves: their own policy, else the provider's, else nothing (manual)."""
        own = self.policies.get((provider, person.id)) if person else None
        return own or self.policies.get((provider, "*")) or {"outcome": MANUAL}

    def set_policy(self, provider: str, who: str, policy: Json) -> None:
        """Decide what a person, or everyone ("*"), does about this provider's prompts."""
        person = "*" if who == "*" else self.people.get(who).id
        self.policies[provider, person] = policy

    def add_fault(self, body: Json) -> Fault:
        """Set up a fault from a control request."""
        try:
            fault = Fault(id=self.ids.next("flt"), **body)
        except TypeError as error:
            raise ControlError(str(error)) from error
        self.faults.append(fault)
        return fault

    def clear_faults(self, fault_id: str | None = None) -> None:
        """End one fault or all of them."""
        self.faults[:] = [f for f in self.faults if fault_id and f.id != fault_id]

    def watch(self) -> "asyncio.Queue[Json]":
        """Return a queue that hears of every change on somebody's phone."""
        queue: asyncio.Queue[Json] = asyncio.Queue(maxsize=1_000)
        self._watchers.add(queue)
        return queue

    def unwatch(self, queue: "asyncio.Queue[Json]") -> None:
        """Stop telling a queue."""
        self._watchers.discard(queue)

    def changed(self, *people: Person | None, **more: Any) -> None:
        """Tell the watchers that something changed on these people's phones; a watcher too slow to hear re-fetches."""
        self._changes += 1
        note = {"seq": self._changes, "people": [p.id for p in people if p], **more}
        for queue in self._watchers:
            if not queue.full():
                queue.put_nowait(note)

    def _populate(self) -> None:
        self.people.clear()
        for persona in self.settings.people:
            self.people.add(Person(**persona.model_dump()))
