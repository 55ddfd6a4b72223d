"""Which use case answers what the customer wants, as rows."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Final

from backend.conversations.drafts import courtesies, money, ordering, questions, running
from backend.conversations.drafts.goods import merge_goods
from backend.conversations.drafts.handover import to_person

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
_BRINGS_GOODS: Final = frozenset({"place_order", "modify_order"})


async def answer(scene: "Scene", intent: str) -> "Step":
    """Answer a message.

    Args:
        scene: The turn.
        intent: As the bot decided, which may be `nlu_fallback`; what the reading found can still answer a question.
    """
    if scene.button is not None:
        return await (money.choose_payment(scene) if scene.draft.empty else ordering.take_order(scene))
    if scene.wants_person:
        if scene.intent in _BRINGS_GOODS:
            merge_goods(scene)
        return await to_person(scene)
    if running.changes_running_address(scene) and scene.understood.address is not None:
        return await running.change_address(scene)
    if intent not in TOPICS:
        return await (ordering.take_order(scene) if _brings_something(scene) else courtesies.not_understood(scene))
    return await TOPICS[intent](scene)


def _brings_something(scene: "Scene") -> bool:
    said = scene.understood
    return bool(said.lines or said.removed or said.address or said.phone or said.payment)
