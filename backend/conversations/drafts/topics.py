"""Which use case answers what the customer wants, as rows."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Final

from backend.conversations.drafts import courtesies, money, ordering, questions, running
from backend.conversations.drafts.goods import merge_goods
from backend.conversations.drafts.handover import to_person
from backend.conversations.drafts.state import Asked
from backend.conversations.policies import bare_words
from backend.conversations.reading.types import Decision

if TYPE_CHECKING:
    from backend.conversations.drafts.scene import Scene
    from backend.conversations.drafts.step import Step

type Topic = Callable[["Scene"], Awaitable["Step"]]

TOPICS: Final[Mapping[str, Topic]] = {
    "place_order": ordering.take_order,
    "modify_order": running.change_goods,
    "affirm": ordering.answer_yes_or_no,
    "deny": ordering.answer_yes_or_no,
    "ask_price": questions.answer_price,
    "ask_availability": questions.answer_availability,
    "ask_menu": questions.answer_menu,
    "ask_delivery": questions.answer_delivery,
    "ask_hours": questions.answer_hours,
    "track_order": running.track,
    "change_address": running.change_address,
    "special_instruction": running.instruct,
    "cancel_order": running.cancel,
    "choose_payment": money.choose_payment,
    "claim_paid": money.check_claim,
    "payment_problem": money.resend,
    "complaint": to_person,
    "return_refund": to_person,
    "ask_human": to_person,
    "greet": courtesies.greet,
    "thank": courtesies.thank,
    "bye": courtesies.part,
    "opt_out": courtesies.opt_out,
    "out_of_scope": courtesies.decline,
}
# What our own messages ask people to reply; alone it means nothing else, and no reader need know it.
PAY_WORDS: Final = frozenset({"pay", "lipa", "pay now", "lipa sasa"})
_BRINGS_GOODS: Final = frozenset({"place_order", "modify_order"})
# Answering one of these by mistake costs a sentence; the others would change something or call a person.
_HARMLESS: Final = frozenset(
    {"ask_price", "ask_availability", "ask_menu", "ask_delivery", "ask_hours", "track_order", "greet", "thank", "bye"}
)
_SURE_ENOUGH: Final = 0.5


async def answer(scene: "Scene", intent: str) -> "Step":
    """Answer a message.

    Args:
        scene: The turn.
        intent: As the bot decided, which may be `nlu_fallback`; what the reading found can still answer a question.
    """
    if (topic := _plain_without_reading(scene, intent)) is not None:
        return await topic(scene)
    if scene.intent_confidence < _SURE_ENOUGH or intent not in TOPICS:
        return await _unsure(scene)
    if scene.wants_person or _is_angry(scene):
        if scene.intent in _BRINGS_GOODS:
            merge_goods(scene)
        return await to_person(scene)
    return await TOPICS[intent](scene)


def _plain_without_reading(scene: "Scene", intent: str) -> Topic | None:
    """Return what a tap, a word that we asked for, or something shared is about; None where the reading decides."""
    if scene.button is not None:
        return money.choose_payment if scene.draft.empty else ordering.take_order
    if scene.draft.empty and bare_words(scene.text) in PAY_WORDS:
        return money.resend
    if (scene.cart or scene.place) and not _asks_for_person(scene, intent):
        return running.change_address if scene.cart is None else ordering.take_order
    changed = running.changes_running_address(scene) and scene.understood.address is not None
    return running.change_address if changed else None


async def _unsure(scene: "Scene") -> "Step":
    """Take what answers the open question or brings goods; answer what is harmless; else ask again."""
    if _brings_something(scene):
        return await ordering.take_order(scene)
    if scene.intent in _HARMLESS:
        return await TOPICS[scene.intent](scene)
    return await courtesies.not_understood(scene)


def _asks_for_person(scene: "Scene", intent: str) -> bool:
    return TOPICS.get(intent) is to_person and scene.intent_confidence >= _SURE_ENOUGH


def _is_angry(scene: "Scene") -> bool:
    """True for anger that is more than a curse within a clear order."""
    return bool(scene.flags.get("angry")) and scene.understood.decision is not Decision.ACCEPT


def _brings_something(scene: "Scene") -> bool:
    said = scene.understood
    answers: dict[Asked | None, str | None] = {
        Asked.ADDRESS: said.address,
        Asked.PHONE: said.phone,
        Asked.PAYMENT: said.payment,
    }
    noted = said.note is not None and not scene.draft.empty
    return bool(said.lines or said.removed or noted or answers.get(scene.draft.asked))
