"""When a person takes over, with what words, and what they are told."""

from typing import TYPE_CHECKING, Final

from backend.conversations.drafts.quote import known_total_minor
from backend.conversations.drafts.state import draft_to_json
from backend.conversations.drafts.step import Handoff, Step

if TYPE_CHECKING:
    from backend.conversations.drafts.scene import Scene

_BY_INTENT: Final = {
    "complaint": "complaint",
    "return_refund": "refund",
    "ask_human": "human",
    "cancel_order": "cancel_after_payment",
    "claim_paid": "payment",
    "payment_problem": "payment",
    "modify_order": "change_running_order",
    "change_address": "change_running_order",
}
_BY_FLAG: Final = ("bulk", "credit", "angry")
_WORDS: Final = {
    "complaint": "utter_handover_sorry",
    "refund": "utter_handover_sorry",
    "angry": "utter_handover_sorry",
    "payment": "utter_handover_sorry",
    "bulk": "utter_handover_bulk",
    "failed_turns": "utter_handover_failed",
    "change_running_order": "utter_changes_to_person",
}


def hand_over(scene: "Scene", reason: str, *, order_id: str | None = None, at_risk_minor: int = 0) -> Step:
    """End the bot's part: tell the customer, and brief the person."""
    draft = scene.draft
    step = scene.step().say(_WORDS.get(reason, "utter_handover"))
    step.order_id = order_id
    step.handoff = Handoff(
        reason=reason,
        open_slot=draft.asked,
        suggested=draft.question.response if draft.question else None,
        draft=draft_to_json(draft),
        order_id=order_id,
        at_risk_minor=at_risk_minor or known_total_minor(scene),
    )
    return step


def reason_of(scene: "Scene") -> str:
    """Why the reading wants a person, in a word."""
    by_intent = _BY_INTENT.get(scene.intent)
    by_flag = next((flag for flag in _BY_FLAG if scene.flags.get(flag)), None)
    return by_intent or by_flag or "unsure"


async def to_person(scene: "Scene") -> Step:
    """Hand over for the reason that the reading gives."""
    return hand_over(scene, reason_of(scene))
