"""The log of everything that goes out and comes in."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.channels.ports import DeliveryReceipt
from backend.comms import repository
from backend.comms.events import InboundAction, OutboundRequested
from backend.comms.ports import Contact
from backend.platform.actors import Actor
from backend.platform.events import publish
from backend.platform.sends import ClaimedSend, Refused, SendOutcome, Sent, Unknown

_FORWARD: Final = ("queued", "sent", "delivered", "read")


class CommsJournal:
    """Writes the log; each line that goes out has an `idem`, which its send carries too."""

    async def outbound(
        self,
        session: AsyncSession,
        contact: Contact,
        *,
        order_id: str,
        channel: str,
        template: str,
        idem: str,
        ladder: str = "",
        step: int = 0,
        payload: Mapping[str, Any] | None = None,
    ) -> None:
        """Record that something is to go out, and tell others."""
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
        requested = OutboundRequested(
            channel, template, mask(contact.phone), order_id, contact.actor, step, ladder, dict(payload or {})
        )
        await publish(session, requested, actor=Actor.parse("system:comms"), city=contact.city)

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

    async def settled(self, session: AsyncSession, send: ClaimedSend, outcome: SendOutcome) -> None:
        """Record what became of a send of ours; sends of others change nothing."""
        reference = outcome.provider_ref if isinstance(outcome, Sent) else None
        await repository.set_log_status(session, send.idem, _status_of(outcome), reference)

    async def receipt(self, session: AsyncSession, receipt: DeliveryReceipt) -> None:
        """Record how far a message has come; receipts may come in any order."""
        if receipt.reference:
            await repository.advance_log_status(session, receipt.reference, str(receipt.status), _FORWARD)


def _status_of(outcome: SendOutcome) -> str:
    if isinstance(outcome, Sent):
        return "sent"
    if isinstance(outcome, Unknown):
        return "unknown"
    return f"failed:{outcome.code}" if isinstance(outcome, Refused) else "failed"


def mask(phone: str) -> str:
    """Return a number with all but its country code and last two digits hidden."""
    return f"{phone[:4]}{'x' * max(len(phone) - 6, 0)}{phone[-2:]}"
