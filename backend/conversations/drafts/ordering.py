"""Taking an order: goods, then where to, whom to call, how to pay, the read-back, and the yes."""

from typing import TYPE_CHECKING, Final

from backend.conversations.drafts.goods import merge_goods, says_no, says_yes
from backend.conversations.drafts.next_step import (
    ask_next,
    draft_methods,
    methods_of,
    methods_text,
    payment_buttons,
    quote_fingerprint,
)
from backend.conversations.drafts.placing import place
from backend.conversations.drafts.state import Asked, Question
from backend.conversations.drafts.step import PAY, Say, Step
from backend.conversations.reading.types import Slot

if TYPE_CHECKING:
    from backend.conversations.drafts.scene import Scene

_DETAIL_SLOTS: Final = frozenset({Slot.ADDRESS, Slot.PHONE, Slot.PAYMENT})


async def take_order(scene: "Scene") -> Step:
    """Bring the draft up to date with the message and go on with it."""
    before, question = scene.draft.fingerprint(), scene.draft.question
    agreed = _agrees(scene)
    merge_goods(scene)
    await _merge_details(scene)
    changed = scene.draft.fingerprint() != before
    if agreed and _quote_stands(scene):
        return await place(scene)
    if _refuses_quote(scene, changed=changed):
        scene.draft.read_back = None
        return _ask_change(scene)
    step = await _go_on(scene)
    shared = bool(scene.place or scene.cart)
    step.understood = changed or agreed or shared or scene.draft.question != question
    if not step.understood:
        step.says.insert(0, Say("utter_fallback"))
    return step


def _agrees(scene: "Scene") -> bool:
    """True for a yes to the read-back, or a way of paying where the read-back asked for one."""
    asked = scene.draft.asked
    if asked is Asked.CONFIRM:
        return says_yes(scene)
    return asked is Asked.PAYMENT and scene.draft.read_back is not None and _paid_by(scene) in draft_methods(scene)


def _quote_stands(scene: "Scene") -> bool:
    """True where the draft is still what was read back, nothing open and the way of paying known."""
    draft = scene.draft
    if draft.pending or not draft.lines or draft.address is None or draft.payment is None:
        return False
    known = all(line.sku in scene.catalogue.by_sku for line in draft.lines)
    return known and draft.read_back == quote_fingerprint(scene)


def _refuses_quote(scene: "Scene", *, changed: bool) -> bool:
    return scene.draft.asked is Asked.CONFIRM and says_no(scene) and not changed


def _ask_change(scene: "Scene") -> Step:
    step = scene.step().say("utter_ask_change")
    step.asked = Asked.ITEM
    scene.draft.question = Question(Asked.ITEM, "utter_ask_change")
    return step


async def _go_on(scene: "Scene") -> Step:
    """Say what could not be used, then ask for the next thing."""
    step = scene.step()
    unusable = _unusable_detail(scene)
    if unusable is not None:
        scene.draft.question = unusable
        step.asked = unusable.slot
        buttons = payment_buttons(scene, draft_methods(scene)) if unusable.slot is Asked.PAYMENT else []
        return step.say(unusable.response, buttons, **unusable.params)
    if scene.draft.empty and scene.understood.ask is Slot.ITEM and scene.intent == "place_order":
        scene.draft.question = Question(Asked.ITEM, "utter_item_usual")
        step.asked = Asked.ITEM
        return step.say("utter_item_usual")
    if scene.draft.empty and scene.understood.removed:
        step.say("utter_cart_empty").asked = Asked.ITEM
        scene.draft.question = Question(Asked.ITEM, "utter_cart_empty")
        return step
    return await ask_next(scene, step)


def _unusable_detail(scene: "Scene") -> Question | None:
    """An address, number or way of paying that was given and does not work; goods are asked about first."""
    ask = scene.understood.ask
    if ask not in _DETAIL_SLOTS or scene.draft.pending or not scene.draft.lines:
        return None
    if ask is Slot.ADDRESS and scene.draft.address is None:
        return Question(Asked.ADDRESS, "utter_address_vague")
    if ask is Slot.PHONE:
        return Question(Asked.PHONE, "utter_phone_invalid")
    if ask is Slot.PAYMENT and scene.draft.payment is None:
        return Question(
            Asked.PAYMENT, "utter_payment_unsupported", {"methods": methods_text(scene, draft_methods(scene))}
        )
    return None


async def _merge_details(scene: "Scene") -> None:
    """Take over address, number, way of paying and note; a refused or accepted offer counts as one."""
    await _merge_address(scene)
    draft, said = scene.draft, scene.understood
    if said.phone is not None:
        draft.phone = said.phone
        await scene.shop.customers.set_phone(scene.session, scene.customer.id, said.phone)
    paid_by = _paid_by(scene)
    if paid_by in methods_of(scene):
        draft.payment = paid_by
    if said.note:
        draft.note = said.note if not draft.note or said.note in draft.note else f"{draft.note}; {said.note}"


async def _merge_address(scene: "Scene") -> None:
    draft, said = scene.draft, scene.understood
    if said.address is not None:
        draft.go_to(said.address, scene.place.point if scene.place is not None else None)
        return
    if scene.flags.get("usual_place") and draft.address is None:
        await _go_where_before(scene)
        return
    offered = draft.question if draft.question and draft.question.response == "utter_address_offer" else None
    if offered is not None and says_yes(scene):
        draft.go_to(offered.words)
        await _go_where_before(scene)
    if offered is not None and says_no(scene):
        draft.address_refused = True


async def _go_where_before(scene: "Scene") -> None:
    """Deliver where the customer last had something delivered to, if that is known."""
    on_file = await scene.shop.customers.last_address(scene.session, scene.customer.id)
    if on_file is None:
        return
    lat, lng = on_file.lat, on_file.lng
    scene.draft.go_to(on_file.text, None if lat is None or lng is None else (lat, lng))


def _paid_by(scene: "Scene") -> str | None:
    if scene.button is not None and scene.button.startswith(PAY):
        return scene.button.removeprefix(PAY)
    return scene.understood.payment


async def answer_yes_or_no(scene: "Scene") -> Step:
    """A yes or no belongs to the open question; without one there is nothing to do."""
    if scene.draft.question is None and scene.draft.empty and not scene.understood.lines:
        return scene.step().say("utter_nothing_open")
    return await take_order(scene)
