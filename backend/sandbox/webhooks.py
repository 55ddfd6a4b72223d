"""The queue of webhooks on their way to the backend, with the accidents that befall them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx

from backend.sandbox.base import ControlError, Json
from backend.sandbox.clock import Timers
from backend.sandbox.ids import Ids

_LOG = logging.getLogger(__name__)
_KEPT = 2_000
type Signature = Literal["valid", "missing", "wrong", "old"]
type State = Literal["queued", "held", "delivered", "failed", "dropped"]
type Answered = Callable[[int, bytes], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Profile:
    """How one provider delivers webhooks.

    Attributes:
        encode: Writes a payload as the bytes that are sent and signed.
        headers: Builds the headers from body, event id and the signature asked for.
        merge: Joins several payloads to one body; None where the provider sends one event at a time.
        retry_s: Gaps before each further attempt after an answer that isn't 2xx.
    """

    encode: Callable[[Json], bytes]
    headers: Callable[[bytes, str, Signature], dict[str, str]]
    merge: Callable[[list[Json]], Json] | None = None
    retry_s: tuple[float, ...] = ()
    timeout_s: float = 10.0


@dataclass(slots=True)
class Delivery:
    """One webhook request, with what became of it."""

    id: str
    provider: str
    kind: str
    url: str
    payload: Json
    event_id: str
    lane: str
    answered: Answered | None = None
    state: State = "queued"
    answers: list[int | str] = field(default_factory=list)

    def summary(self) -> Json:
        """Return what a test may want to know about it."""
        return {
            "id": self.id,
            "provider": self.provider,
            "kind": self.kind,
            "url": self.url,
            "state": self.state,
            "answers": self.answers,
            "payload": self.payload,
        }


@dataclass(slots=True)
class Accident:
    """Something that shall happen to the next deliveries; `left` None means until it is cleared."""

    id: str
    what: Literal["hold", "drop", "delay", "duplicate", "batch"]
    provider: str = "*"
    kind: str = "*"
    left: int | None = None
    seconds: float = 0.0
    times: int = 1

    def takes(self, delivery: Delivery) -> bool:
        """Say whether it befalls this delivery, and count it."""
        if self.left == 0 or self.provider not in {"*", delivery.provider} or self.kind not in {"*", delivery.kind}:
            return False
        self.left = None if self.left is None else self.left - 1
        return True


class WebhookQueue:
    """Sends what the simulators report, in order per person, unless an accident says otherwise."""

    def __init__(self, timers: Timers, ids: Ids, client: Callable[[], httpx.AsyncClient]) -> None:
        self._timers = timers
        self._ids = ids
        self._client = client
        self._lanes: dict[str, asyncio.Lock] = {}
        self.profiles: dict[str, Profile] = {}
        self.deliveries: list[Delivery] = []
        self.accidents: list[Accident] = []
        self._waiting: dict[str, list[Delivery]] = {}

    def reset(self) -> None:
        """Forget deliveries and accidents."""
        self.deliveries.clear()
        self.accidents.clear()
        self._waiting.clear()

    def send(
        self, provider: str, kind: str, url: str, payload: Json, *, lane: str = "", answered: Answered | None = None
    ) -> Delivery:
        """Queue one event; `lane` keeps the order among events that share it."""
        delivery = Delivery(
            self._ids.next("dlv"), provider, kind, url, payload, self._ids.next("evt"), f"{provider}:{lane}", answered
        )
        self.deliveries.append(delivery)
        del self.deliveries[:-_KEPT]
        self._accept(delivery)
        return delivery

    def accident(self, body: Json) -> Accident:
        """Set up an accident from a control request."""
        try:
            accident = Accident(id=self._ids.next("acc"), **body)
        except TypeError as error:
            raise ControlError(str(error)) from error
        self.accidents.append(accident)
        return accident

    def clear(self, accident_id: str | None = None) -> None:
        """End one accident or all of them; what was held stays held until it is released."""
        self.accidents = [a for a in self.accidents if accident_id and a.id != accident_id]

    def release(self, *, order: str = "fifo") -> int:
        """Let go of everything held, first come first served or the other way round."""
        held = [d for d in self.deliveries if d.state == "held"]
        for delivery in reversed(held) if order == "reversed" else held:
            delivery.state = "queued"
            self._depart(delivery, 0)
        return len(held)

    def redeliver(self, delivery_id: str, signature: Signature = "valid") -> Delivery:
        """Send a delivery again, with a good, wrong, missing or outdated signature."""
        found = next((d for d in self.deliveries if d.id == delivery_id), None)
        if found is None:
            raise ControlError(f"no delivery {delivery_id!r}", status=404)
        self._depart(found, 0, signature)
        return found

    def _accept(self, delivery: Delivery) -> None:
        hits = {a.what: a for a in self.accidents if a.takes(delivery)}
        if "drop" in hits:
            delivery.state = "dropped"
        elif "hold" in hits:
            delivery.state = "held"
        elif "batch" in hits:
            self._batch(delivery, hits["batch"])
        else:
            delay = hits["delay"].seconds if "delay" in hits else 0.0
            for _ in range(1 + (hits["duplicate"].times if "duplicate" in hits else 0)):
                self._depart(delivery, delay)

    def _batch(self, delivery: Delivery, accident: Accident) -> None:
        merge = self.profiles[delivery.provider].merge
        if merge is None:
            raise ControlError(f"{delivery.provider} sends one event at a time")
        waiting = self._waiting.setdefault(accident.id, [])
        waiting.append(delivery)
        delivery.state = "held"
        if len(waiting) >= accident.times:
            for part in waiting:
                part.state = "delivered"
            delivery.payload = merge([part.payload for part in waiting])
            self._waiting[accident.id] = []
            self._depart(delivery, 0)

    def _depart(self, delivery: Delivery, delay: float, signature: Signature = "valid", attempt: int = 0) -> None:
        async def go() -> None:
            lock = self._lanes.setdefault(delivery.lane, asyncio.Lock())
            async with lock:
                await self._attempt(delivery, signature, attempt)

        self._timers.after(delay, go)

    async def _attempt(self, delivery: Delivery, signature: Signature, attempt: int) -> None:
        profile = self.profiles[delivery.provider]
        answer, content = await self._post(delivery, profile, signature)
        delivery.answers.append(answer)
        if isinstance(answer, int) and httpx.codes.is_success(answer):
            delivery.state = "delivered"
        elif attempt < len(profile.retry_s):
            self._depart(delivery, profile.retry_s[attempt], signature, attempt + 1)
        else:
            delivery.state = "failed"
        if delivery.answered and isinstance(answer, int):
            await delivery.answered(answer, content)

    async def _post(self, delivery: Delivery, profile: Profile, signature: Signature) -> tuple[int | str, bytes]:
        body = profile.encode(delivery.payload)
        headers = profile.headers(body, delivery.event_id, signature)
        try:
            answer = await self._client().post(delivery.url, content=body, headers=headers, timeout=profile.timeout_s)
        except httpx.HTTPError as error:
            _LOG.info("webhook %s did not reach the backend: %s", delivery.id, type(error).__name__)
            return type(error).__name__, b""
        return answer.status_code, answer.content


def accident_view(accident: Accident) -> dict[str, Any]:
    """Return an accident as the control API shows it."""
    return {"id": accident.id, "what": accident.what, "provider": accident.provider, "kind": accident.kind}
