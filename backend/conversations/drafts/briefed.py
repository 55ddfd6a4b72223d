"""What the dialogue asks of the thread it speaks in: a person, or silence."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from backend.conversations.drafts.step import Handoff
    from backend.conversations.service import ConversationsService


class BriefedHandover:
    """Gives a conversation to people with a brief that holds no personal data; address and number stay in the draft."""

    def __init__(self, conversations: "ConversationsService") -> None:
        self._conversations = conversations

    async def hand_over(self, session: "AsyncSession", conversation_id: str, turn_id: str, handoff: "Handoff") -> None:
        """Take the conversation from the bot; the turn's own words still go out."""
        await self._conversations.hand_over(
            session,
            conversation_id,
            reason=handoff.reason,
            brief=brief_of(handoff),
            turn_id=turn_id,
            at_risk_minor=handoff.at_risk_minor,
        )

    async def opt_out(self, session: "AsyncSession", conversation_id: str) -> None:
        """Write to this customer no more, save the one sentence that confirms it."""
        await self._conversations.opt_out(session, conversation_id)


def brief_of(handoff: "Handoff") -> dict[str, Any]:
    """What the person sees first: the draft's goods, the open slot, the reason, what the bot would have asked."""
    return {
        "reason": handoff.reason,
        "open_slot": handoff.open_slot,
        "suggested": handoff.suggested,
        "order_id": handoff.order_id,
        "draft": _goods(handoff.draft),
    }


def _goods(draft: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": draft["id"],
        "lines": [dict(line) for line in draft["lines"]],
        "open": [{"slot": question["slot"], "words": question["words"]} for question in draft["pending"]],
        "payment": draft["payment"],
        "has_address": draft["address"] is not None,
        "has_phone": draft["phone"] is not None,
    }
