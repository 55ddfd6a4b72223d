"""Which one thing the bot asks next, or that the order can be read back."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from backend.conversations.drafts.handover import hand_over
from backend.conversations.drafts.quote import (
    known_total_minor,
    lines_text,
    option_buttons,
    shelf_questions,
    total_minor,
)
from backend.conversations.drafts.state import Asked, Question
from backend.conversations.drafts.step import PAY, Button, Step
from backend.conversations.drafts.words import PAYMENT_BUTTONS, PAYMENTS, in_language, one_of
from backend.orders.commands import PaymentMethod

if TYPE_CHECKING:
    from backend.conversations.drafts.scene import Scene

_ORDER: Final = {slot: place for place, slot in enumerate(Asked)}
METHODS: Final = {"KES": ("mpesa", "cod"), "INR": ("upi", "cod")}


def methods_of(scene: "Scene") -> tuple[str, ...]:
    """The ways of paying that the merchant takes; by its currency where it chose none."""
    chosen = scene.merchant.settings.get("payment_methods")
    return tuple(chosen) if chosen else METHODS.get(scene.merchant.currency, ("cod",))


def methods_for(scene: "Scene", amount_minor: int) -> tuple[str, ...]:
    """The ways of paying an amount: cash is none of them where it is too much for it in the outlet's city."""
    limit = scene.cash_limit_minor
    is_too_much = limit is not None and amount_minor > limit
    return tuple(method for method in methods_of(scene) if method != PaymentMethod.COD or not is_too_much)


def draft_methods(scene: "Scene") -> tuple[str, ...]:
    """The ways of paying the draft as it stands."""
    return methods_for(scene, known_total_minor(scene))


def say_no_cash(scene: "Scene", step: Step, methods: Sequence[str], buttons: Sequence[Button] = ()) -> Step:
    """Say up to what amount cash is taken, and how this order may be paid."""
    limit = scene.money(scene.cash_limit_minor or 0)
    return step.say("utter_cod_limit", buttons, limit=limit, methods=methods_text(scene, methods))


async def ask_next(scene: "Scene", step: Step) -> Step:
    """Ask for the first thing that is missing, or read the order back and ask for a yes."""
    draft = scene.draft
    draft.pending += shelf_questions(scene)
    if draft.pending:
        return _ask(scene, step, min(draft.pending, key=lambda question: _ORDER[question.slot]))
    if not draft.lines:
        return _ask(scene, step, Question(Asked.ITEM, "utter_ask_item"))
    question = await _missing_detail(scene)
    if question is not None:
        return _ask(scene, step, question)
    return read_back(scene, step)


def _ask(scene: "Scene", step: Step, question: Question) -> Step:
    scene.draft.question = question
    step.asked = question.slot
    return step.say(question.response, option_buttons(scene, question), **question.params)


def repeat_question(scene: "Scene", step: Step) -> Step:
    """Ask what was open before a digression once more."""
    question = scene.draft.question
    if question is None or (scene.draft.empty and question.slot is Asked.ITEM):
        return step
    if question.slot in {Asked.CONFIRM, Asked.PAYMENT} and scene.draft.read_back:
        return read_back(scene, step)
    return _ask(scene, step, question)


async def _missing_detail(scene: "Scene") -> Question | None:
    """What the rider or the till still needs."""
    if scene.draft.address is None:
        return await _about_address(scene)
    if scene.draft.phone is None and scene.customer.phone is None:
        return Question(Asked.PHONE, "utter_ask_phone")
    return None


async def _about_address(scene: "Scene") -> Question:
    on_file = await scene.shop.customers.last_address(scene.session, scene.customer.id)
    if on_file is None or scene.draft.address_refused:
        return Question(Asked.ADDRESS, "utter_ask_address")
    return Question(Asked.ADDRESS, "utter_address_offer", {"address": on_file.text}, words=on_file.text)


def quote_fingerprint(scene: "Scene") -> str:
    """What the customer agrees to with a yes: goods, prices, total, place and way of paying."""
    return f"{lines_text(scene)}|{total_minor(scene)}|{scene.draft.address}"


def read_back(scene: "Scene", step: Step) -> Step:
    """Read lines, total and address back; ask for a yes, or for the way of paying where none was named."""
    draft, methods = scene.draft, draft_methods(scene)
    if not methods:
        draft.question = None
        return hand_over(scene, "cod_limit")
    _settle_payment(scene, step, methods)
    params = {"lines": lines_text(scene), "total": scene.money(total_minor(scene)), "address": draft.address or ""}
    draft.read_back = quote_fingerprint(scene)
    if draft.payment is None:
        params["methods"] = methods_text(scene, methods)
        draft.question = Question(Asked.PAYMENT, "utter_read_back_ask_payment", params)
        step.asked = Asked.PAYMENT
        return step.say("utter_read_back_ask_payment", payment_buttons(scene, methods), **params)
    params["payment"] = in_language(PAYMENTS[draft.payment], scene.language)
    draft.question = Question(Asked.CONFIRM, "utter_read_back", params)
    step.asked = Asked.CONFIRM
    return step.say("utter_read_back", **params)


def _settle_payment(scene: "Scene", step: Step, methods: Sequence[str]) -> None:
    """Take the only way of paying that there is; cash for too large an order is refused with its why."""
    draft = scene.draft
    if draft.payment == PaymentMethod.COD and draft.payment not in methods:
        say_no_cash(scene, step, methods)
        draft.payment = None
    if draft.payment is None and len(methods) == 1:
        draft.payment = methods[0]


def methods_text(scene: "Scene", methods: Sequence[str]) -> str:
    """Ways of paying in words."""
    return one_of([in_language(PAYMENTS[method], scene.language) for method in methods], scene.language)


def payment_buttons(scene: "Scene", methods: Sequence[str]) -> list[Button]:
    """A button for each way of paying."""
    return [Button(in_language(PAYMENT_BUTTONS[method], scene.language), f"{PAY}{method}") for method in methods]
