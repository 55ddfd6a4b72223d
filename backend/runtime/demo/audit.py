"""What the providers received, compared with what we know that we sent."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.runtime.demo.hands import Hands, Json

_OK: Final = 200
_SENDS: Final = text("SELECT idem, channel, possible_duplicate FROM outbound_send WHERE state <> 'cancelled'")
# An order that was placed by chat under a trace id which no webhook brought.
_UNTRACED: Final = text(
    "SELECT e.order_id FROM order_events e WHERE e.command = 'PlaceOrder'"
    " AND NOT EXISTS (SELECT 1 FROM provider_events p WHERE p.trace_id = e.trace_id)"
)


@dataclass(frozen=True, slots=True)
class Audit:
    """The figures of a run.

    Attributes:
        prompts: M-Pesa prompts that Daraja took.
        messages: Messages that WhatsApp and Instagram took.
        repeated: Of those, how many had gone out before.
        marked: Sends that say of themselves that they may have gone out twice.
        faults: What is not as it should be.
    """

    prompts: int
    messages: int
    repeated: int
    marked: int
    faults: tuple[str, ...]


async def audit(hands: Hands, session: AsyncSession, *, prompts: int) -> Audit:
    """Count prompts and messages at the providers; a repeated message is a fault unless its send is marked."""
    sends = (await session.execute(_SENDS)).all()
    marked = {row.idem: row.channel for row in sends if row.possible_duplicate}
    whatsapp = Counter(
        str(body.get("biz_opaque_callback_data")) for body in await _taken(hands, "whatsapp") if "to" in body
    )
    twice = [idem for idem, count in whatsapp.items() if count > 1]
    # Instagram carries no reference of ours, so there the sums are compared.
    instagram = sum("message" in body for body in await _taken(hands, "instagram"))
    extra = max(instagram - sum(row.channel == "instagram" for row in sends), 0)
    asked = len(await _calls(hands, "daraja", "stkpush"))
    faults = [f"{idem} went out twice and is not marked" for idem in twice if idem not in marked]
    if extra > sum(channel == "instagram" for channel in marked.values()):
        faults.append(f"Instagram got {extra} messages more than were sent")
    if asked != prompts:
        faults.append(f"Daraja was asked for {asked} prompts")
    untraced = await session.scalars(_UNTRACED)
    faults += [f"{order_id} has not the trace id of the message that placed it" for order_id in untraced]
    repeated = sum(whatsapp[idem] - 1 for idem in twice) + extra
    return Audit(asked, whatsapp.total() + instagram, repeated, len(marked), tuple(faults))


async def _taken(hands: Hands, provider: str) -> Sequence[Json]:
    return [call["body"] for call in await _calls(hands, provider, "/messages")]


async def _calls(hands: Hands, provider: str, path: str) -> Sequence[Json]:
    """Return the requests that the provider took."""
    rows = await hands.received(provider, path)
    return [row for row in rows if row["status"] == _OK and row["method"] == "POST" and isinstance(row["body"], dict)]
