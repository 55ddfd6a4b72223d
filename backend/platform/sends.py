"""What is to go out: messages, calls and payment prompts as rows, sent later by the sender loops."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, runtime_checkable

from backend.platform.db.driver import run_sql, to_json
from backend.platform.ids import new_uuid
from backend.platform.observability.trace import trace_id as current_trace_id

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

SEND_BELL: Final = "sends"

_ENQUEUE: Final = """
INSERT INTO outbound_send (id, idem, channel, scope, lane, order_id, payload, priority, next_at, trace_id, created_at,
    updated_at)
SELECT id, idem, channel, scope, lane, order_id, payload::jsonb, priority,
    (SELECT duka_now()) + make_interval(secs => delay_s), trace_id, (SELECT duka_now()), (SELECT duka_now())
FROM unnest(%(ids)s::text[], %(idems)s::text[], %(channels)s::text[], %(scopes)s::text[], %(lanes)s::text[],
    %(order_ids)s::text[], %(payloads)s::text[], %(priorities)s::int[], %(delays)s::float8[], %(traces)s::text[])
    WITH ORDINALITY AS given (id, idem, channel, scope, lane, order_id, payload, priority, delay_s, trace_id, place)
ORDER BY place
ON CONFLICT (idem) DO NOTHING
RETURNING idem, id
"""

_FIND: Final = "SELECT idem, id FROM outbound_send WHERE idem = ANY(%(idems)s::text[])"

_CANCEL: Final = """
UPDATE outbound_send SET state = 'cancelled', error_code = 'cancelled', error_detail = %(by)s, updated_at = duka_now()
WHERE order_id = %(order_id)s AND state = 'queued' AND (%(channel)s::text IS NULL OR channel = %(channel)s::text)
"""

_WITHDRAW: Final = """
UPDATE outbound_send SET state = 'cancelled', error_code = 'cancelled', error_detail = %(by)s, updated_at = duka_now()
WHERE idem = ANY(%(idems)s::text[]) AND state = 'queued'
"""

_HURRY: Final = """
UPDATE outbound_send s SET priority = given.priority, updated_at = (SELECT duka_now())
FROM unnest(%(channels)s::text[], %(lanes)s::text[], %(priorities)s::int[]) AS given (channel, lane, priority)
WHERE s.lane = given.lane AND s.channel = given.channel AND s.lane <> '' AND s.state = 'queued'
    AND s.priority > given.priority
"""

_QUEUED: Final = "sends.queued"

_MARK_SENT: Final = """
UPDATE outbound_send SET state = 'sent', provider_ref = %(provider_ref)s, sent_at = duka_now(), next_at = NULL,
    fence = fence + 1, lease_until = NULL, error_code = NULL, error_detail = NULL, updated_at = duka_now()
WHERE idem = %(idem)s AND (state = 'unknown' OR (state = 'queued' AND possible_duplicate))
"""


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider took it, under its own reference."""

    provider_ref: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider refused for good; nothing happened.

    Attributes:
        code: The provider's code, as text.
        detail: Its words, without personal data.
        action: What to do next, in the domain's words (`next_channel`, `fix_template`, ...).
    """

    code: str
    detail: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class Throttled:
    """The provider asked us to come back later; nothing happened."""

    retry_after_s: float


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Nothing was sent; it may be tried again.

    `of_account` where the provider works and only this account is stopped.
    """

    detail: str = ""
    of_account: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """It was sent and no answer came; the provider is asked before anything else is done."""

    detail: str = ""


type SendOutcome = Sent | Refused | Throttled | Unavailable | Unknown


@dataclass(frozen=True, slots=True)
class SendPolicy:
    """How one channel is sent.

    Attributes:
        concurrency: Calls under way at once in a process.
        lease_s: How long a sender may hold a row; longer than the provider call's timeout.
        rate_per_s: Sends a second for each scope, over all processes; None for no limit.
        burst: How many may go at once after a quiet time.
        max_attempts: Tries before the send is dead.
        backoff_base_s: The first pause; it doubles, with jitter.
        backoff_cap_s: The longest pause.
        investigate_after_s: Pauses before each time the provider is asked about an unknown send; then a person.
        resend_after_unknown: Send again, marked as a possible duplicate, where the provider can't tell; for messages
            alone.
        breaker_threshold: Failures in a row that open the breaker.
        breaker_ttl_s: How long it stays open before one probe.
    """

    concurrency: int = 8
    lease_s: float = 30.0
    rate_per_s: float | None = None
    burst: int = 20
    max_attempts: int = 6
    backoff_base_s: float = 1.0
    backoff_cap_s: float = 300.0
    investigate_after_s: tuple[float, ...] = (5.0, 15.0, 60.0, 300.0)
    resend_after_unknown: bool = False
    breaker_threshold: int = 5
    breaker_ttl_s: float = 30.0


class NewSend(NamedTuple):
    """Something to be sent after the caller's commit.

    Attributes:
        channel: Which handler sends it.
        payload: What the handler needs; ids where it can, so that no personal data is stored twice.
        idem: Names this one send; queueing the same again changes nothing.
        scope: The account or city whose rate limit it counts against.
        order_id: The order it is about.
        priority: Lower goes first.
        delay_s: Not before this many seconds from now.
        lane: Sends of one lane, a recipient as a rule, go out one after another in the order queued.
        trace_id: What it is done for; that of the moment where empty.
    """

    channel: str
    payload: Mapping[str, Any]
    idem: str
    scope: str = ""
    order_id: str | None = None
    priority: int = 5
    delay_s: float = 0
    lane: str = ""
    trace_id: str = ""


@dataclass(frozen=True, slots=True)
class ClaimedSend:
    """A send that this process holds until its lease ends."""

    id: str
    channel: str
    scope: str
    lane: str
    order_id: str | None
    payload: dict[str, Any]
    idem: str
    attempts: int
    checks: int
    fence: int
    possible_duplicate: bool
    provider_ref: str | None
    trace_id: str
    created_at: datetime


@runtime_checkable
class MayObject(Protocol):
    """A handler whose sends may have become wrong while they waited."""

    async def objection(self, session: "AsyncSession", send: ClaimedSend) -> Refused | None:
        """Say why a send must not go out any more, in the transaction that leases it; None where nothing objects."""
        ...


@runtime_checkable
class HearsOfStops(Protocol):
    """Somebody who does not wait for a send whose account the provider has stopped."""

    async def stopped(self, session: "AsyncSession", send: ClaimedSend) -> None:
        """Hear, in the transaction that records it, that a send waits until a person has set its account right.

        Called after each try that is not the last one, so more than once for a send.
        """
        ...


class SendHandler(Protocol):
    """Speaks to one provider for one channel; it may also be one that `MayObject` or `HearsOfStops`."""

    channel: str
    policy: SendPolicy

    async def deliver(self, send: ClaimedSend) -> SendOutcome:
        """Make the provider call; no transaction is open."""
        ...

    async def settle(self, session: "AsyncSession", send: ClaimedSend, outcome: SendOutcome) -> None:
        """Record in the domain's rows what became of it, in the transaction that changes the send's state.

        Called with `Sent`, with `Refused`, with the first `Unknown`, and with `Throttled` or `Unavailable` only when
        the last try has failed; not between tries.
        """
        ...

    async def investigate(self, send: ClaimedSend) -> SendOutcome:
        """Ask the provider what became of an unknown send; `Unavailable` means that it surely never went out."""
        ...


async def enqueue(
    session: "AsyncSession",
    channel: str,
    payload: Mapping[str, Any],
    *,
    idem: str,
    scope: str = "",
    order_id: str | None = None,
    priority: int = 5,
    delay_s: float = 0,
    lane: str = "",
) -> str:
    """Queue one send, as `NewSend` describes it; return its id, or that of the first one of this `idem`."""
    send = NewSend(channel, payload, idem, scope, order_id, priority, delay_s, lane)
    return (await enqueue_many(session, (send,)))[0]


async def enqueue_many(session: "AsyncSession", sends: Sequence[NewSend]) -> list[str]:
    """Queue several sends with one statement, in the order given; return their ids, known ones for known names."""
    if not sends:
        return []
    parameters = {
        "ids": [new_uuid() for _ in sends],
        "idems": [send.idem for send in sends],
        "channels": [send.channel for send in sends],
        "scopes": [send.scope for send in sends],
        "lanes": [send.lane for send in sends],
        "order_ids": [send.order_id for send in sends],
        "payloads": [to_json(send.payload) for send in sends],
        "priorities": [send.priority for send in sends],
        "delays": [float(send.delay_s) for send in sends],
        "traces": [send.trace_id or current_trace_id() for send in sends],
    }
    ids = {row.idem: str(row.id) for row in await run_sql(session, _ENQUEUE, parameters)}
    known = [send.idem for send in sends if send.idem not in ids]
    if known:  # A new statement, since a rival may have committed the same name after the first one's snapshot.
        ids |= {row.idem: str(row.id) for row in await run_sql(session, _FIND, {"idems": known})}
    session.info.setdefault("bells", set()).add(SEND_BELL)
    queued = [ids[send.idem] for send in sends]
    session.info.setdefault(_QUEUED, []).extend(queued)
    return queued


async def enqueue_hurried(session: "AsyncSession", sends: Sequence[NewSend]) -> list[str]:
    """Queue several as `enqueue_many` does; what waits before one in its lane goes with at least its urgency."""
    urgent: dict[tuple[str, str], int] = {}
    hurried = list[NewSend]()
    for send in reversed(sends):
        lane = (send.channel, send.lane) if send.lane else (send.channel, send.idem)
        urgent[lane] = min(send.priority, urgent.get(lane, send.priority))
        hurried.append(send._replace(priority=urgent[lane]))
    if urgent:
        channels, lanes = zip(*urgent, strict=True)
        parameters = {"channels": list(channels), "lanes": list(lanes), "priorities": list(urgent.values())}
        await run_sql(session, _HURRY, parameters)
    return await enqueue_many(session, hurried[::-1])


def queued_by(session: "AsyncSession") -> list[str]:
    """Return the ids of what this transaction has queued so far, in that order."""
    return list(session.info.get(_QUEUED, ()))


async def mark_sent(session: "AsyncSession", idem: str, provider_ref: str) -> bool:
    """Record that an unknown send did go out, as a receipt or callback of the provider proves; return whether it was.

    A second try that waits is dropped; a call under way is left to tell its own end.
    """
    result = await run_sql(session, _MARK_SENT, {"idem": idem, "provider_ref": provider_ref})
    return result.rowcount > 0


async def cancel_queued(session: "AsyncSession", order_id: str, channel: str | None = None, *, by: str) -> int:
    """Cancel what is still queued for an order; what is already being sent is not stopped. Return how many."""
    return (await run_sql(session, _CANCEL, {"order_id": order_id, "channel": channel, "by": by})).rowcount


async def withdraw(session: "AsyncSession", idems: Sequence[str], *, by: str) -> int:
    """Cancel those of these sends that are still queued; return how many."""
    return (await run_sql(session, _WITHDRAW, {"idems": list(idems), "by": by})).rowcount
