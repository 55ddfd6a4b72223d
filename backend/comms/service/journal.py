"""The log of everything that goes out and comes in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from backend.channels.ports import DeliveryReceipt
from backend.comms import repository, rows
from backend.comms.events import InboundAction, OutboundRequested
from backend.comms.ports import CallState, Contact, LogLine, NewCall
from backend.platform.actors import Actor, ActorKind
from backend.platform.events import Notice, publish, publish_notices
from backend.platform.sends import (
    ClaimedSend,
    NewSend,
    Refused,
    SendOutcome,
    Sent,
    Unknown,
    enqueue_hurried,
    enqueue_many,
)

NOT_WANTED: Final = "call.not_wanted"
WITHHELD: Final = "withheld"
_COMMS: Final = Actor(ActorKind.SYSTEM, "comms")
_FORWARD: Final = ("queued", "sent", "delivered", "read")


@dataclass(frozen=True, slots=True)
class Outbound:
    """Something that goes out to somebody, or that a ladder holds back.

    Attributes:
        order_id: The order it is about; None where it is about none.
        idem: Names it; its send carries the same.
        withheld: Why it is held back; empty where it goes out.
        trace_id: What it is done for; that of the moment where empty.
    """

    contact: Contact
    order_id: str | None
    channel: str
    template: str
    idem: str
    ladder: str = ""
    step: int = 0
    payload: Mapping[str, Any] = field(default_factory=dict)
    withheld: str = ""
    trace_id: str = ""


class Departure(NamedTuple):
    """A line of the log with what it stands for: the sends of a message, or a call and its send."""

    line: Outbound
    sends: Sequence[NewSend] = ()
    call: NewCall | None = None


class CommsJournal:
    """Writes the log; each line that goes out has an `idem`, which its send carries too."""

    async def outbound(
        self,
        session: AsyncSession,
        contact: Contact,
        *,
        order_id: str | None,
        channel: str,
        template: str,
        idem: str,
    ) -> None:
        """Record that something is to go out, and tell others where it is about an order."""
        await self.depart(session, [Departure(Outbound(contact, order_id, channel, template, idem))])

    async def depart(self, session: AsyncSession, departures: Sequence[Departure]) -> None:
        """Record several, keep their calls and queue their sends; each kind of row is one statement.

        What is held back is recorded with the reason, and its step counts as taken.
        """
        if not departures:
            return
        lines = [departure.line for departure in departures]
        if calls := [departure.call for departure in departures if departure.call is not None]:
            await rows.add_calls(session, calls)
        await rows.add_logs(session, [_log_line(line) for line in lines])
        await publish_notices(session, [_requested(line) for line in lines if line.order_id and not line.withheld])
        await enqueue_many(session, [send for one in departures if one.call is None for send in one.sends])
        # Nobody's urgent call waits behind a reminder to them.
        await enqueue_hurried(session, [send for one in departures if one.call is not None for send in one.sends])

    async def inbound(
        self,
        session: AsyncSession,
        actor: str,
        *,
        order_id: str,
        channel: str,
        action: str,
        outcome: str,
        city: str | None,
        meta: Mapping[str, Any] | None = None,
    ) -> None:
        """Record what a vendor or rider did, and what became of it."""
        line = LogLine(order_id, actor, channel, "inbound", action, outcome, payload=meta or {})
        await rows.add_logs(session, [line])
        action_event = InboundAction(order_id, actor, action, channel, outcome, dict(meta or {}))
        await publish(session, action_event, actor=Actor.parse(actor), city=city)

    async def heard(self, session: AsyncSession, actor: str, account: str, kind: str) -> None:
        """Record that a partner wrote to one of our accounts, which opens the window for free messages to them."""
        line = LogLine(None, actor, "whatsapp", "inbound", kind, "received", payload={"account": account})
        await rows.add_logs(session, [line])

    async def last_heard(self, session: AsyncSession, actor: str, account: str) -> datetime | None:
        """Return when a partner last wrote to this account; None for never."""
        return await repository.last_heard(session, actor, account)

    async def objection(self, session: AsyncSession, send: ClaimedSend) -> str | None:
        """Nothing speaks against a message to a partner: what it says is true whenever it arrives."""
        del session, send
        return None

    async def settled(self, session: AsyncSession, send: ClaimedSend, outcome: SendOutcome) -> None:
        """Record what became of a send of ours; sends of others change nothing."""
        reference = outcome.provider_ref if isinstance(outcome, Sent) else None
        await repository.set_log_status(session, send.idem, _status_of(outcome), reference)

    async def call_stands(self, session: AsyncSession, call_sid: str | None, state: CallState) -> None:
        """Record how far a call has come; calls move forwards alone, so the newest state is the farthest."""
        if call_sid is not None:
            await repository.set_status_of(session, call_sid, str(state))

    async def receipt(self, session: AsyncSession, receipt: DeliveryReceipt) -> None:
        """Record how far a message has come; receipts may come in any order."""
        await repository.advance_log_status(
            session, receipt.reference, receipt.message_id, str(receipt.status), _FORWARD
        )


def _log_line(line: Outbound) -> LogLine:
    return LogLine(
        line.order_id,
        line.contact.actor,
        line.channel,
        "outbound",
        line.template,
        f"{WITHHELD}:{line.withheld}" if line.withheld else "queued",
        line.idem,
        line.ladder,
        line.step,
        line.payload,
    )


def _requested(line: Outbound) -> Notice:
    event = OutboundRequested(
        line.channel,
        line.template,
        mask(line.contact.phone),
        line.order_id or "",
        line.contact.actor,
        line.step,
        line.ladder,
        dict(line.payload),
    )
    return Notice(event, _COMMS, line.contact.city, line.trace_id)


def _status_of(outcome: SendOutcome) -> str:
    if isinstance(outcome, Sent):
        return "sent"
    if isinstance(outcome, Unknown):
        return "unknown"
    if isinstance(outcome, Refused) and outcome.code == NOT_WANTED:
        return "cancelled"
    return f"failed:{outcome.code}" if isinstance(outcome, Refused) else "failed"


def mask(phone: str) -> str:
    """Return a number with all but its country code and last two digits hidden."""
    return f"{phone[:4]}{'x' * max(len(phone) - 6, 0)}{phone[-2:]}"
