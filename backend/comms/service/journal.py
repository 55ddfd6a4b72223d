"""The log of everything that goes out and comes in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.channels.ports import DeliveryReceipt
from backend.comms import repository
from backend.comms.events import InboundAction, OutboundRequested
from backend.comms.ports import CallState, Contact
from backend.platform.actors import Actor
from backend.platform.events import publish
from backend.platform.sends import ClaimedSend, Refused, SendOutcome, Sent, Unknown

NOT_WANTED: Final = "call.not_wanted"
WITHHELD: Final = "withheld"
_FORWARD: Final = ("queued", "sent", "delivered", "read")


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
        ladder: str = "",
        step: int = 0,
        payload: Mapping[str, Any] | None = None,
    ) -> None:
        """Record that something is to go out, and tell others where it is about an order."""
        await repository.add_log(
            session,
            {
                "order_id": order_id,
                "actor": contact.actor,
                "channel": channel,
                "direction": "outbound",
                "template": template,
                "payload": dict(payload or {}),
                "status": "queued",
                "ladder": ladder,
                "step": step,
                "idem": idem,
            },
        )
        if order_id is None:
            return
        requested = OutboundRequested(
            channel, template, mask(contact.phone), order_id, contact.actor, step, ladder, dict(payload or {})
        )
        await publish(session, requested, actor=Actor.parse("system:comms"), city=contact.city)

    async def withheld(
        self,
        session: AsyncSession,
        contact: Contact,
        *,
        order_id: str,
        channel: str,
        template: str,
        idem: str,
        ladder: str,
        step: int,
        reason: str,
    ) -> None:
        """Record what a ladder did not send, and why; its step counts as taken."""
        await repository.add_log(
            session,
            {
                "order_id": order_id,
                "actor": contact.actor,
                "channel": channel,
                "direction": "outbound",
                "template": template,
                "status": f"{WITHHELD}:{reason}",
                "ladder": ladder,
                "step": step,
                "idem": idem,
            },
        )

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
        await repository.add_log(
            session,
            {
                "order_id": order_id,
                "actor": actor,
                "channel": channel,
                "direction": "inbound",
                "template": action,
                "payload": dict(meta or {}),
                "status": outcome,
                "idem": None,
            },
        )
        action_event = InboundAction(order_id, actor, action, channel, outcome, dict(meta or {}))
        await publish(session, action_event, actor=Actor.parse(actor), city=city)

    async def heard(self, session: AsyncSession, actor: str, account: str, kind: str) -> None:
        """Record that a partner wrote to one of our accounts, which opens the window for free messages to them."""
        await repository.add_log(
            session,
            {
                "order_id": None,
                "actor": actor,
                "channel": "whatsapp",
                "direction": "inbound",
                "template": kind,
                "payload": {"account": account},
                "status": "received",
                "idem": None,
            },
        )

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
