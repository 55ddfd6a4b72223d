"""What may be asked of an order that was placed: where it is, elsewhere with it, a word to the rider, no thanks."""

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from backend.conversations.drafts.handover import hand_over
from backend.conversations.drafts.next_step import repeat_question
from backend.conversations.drafts.ordering import take_order
from backend.conversations.drafts.placing import customer_of
from backend.conversations.drafts.state import Asked, DraftState, Question
from backend.orders.commands import AddNote, CancelOrder, ChangeAddress, Command
from backend.orders.events import OrderState
from backend.platform.actors import Source

if TYPE_CHECKING:
    from backend.conversations.drafts.scene import Scene
    from backend.conversations.drafts.step import Step
    from backend.orders.ports import OrderView

_OVER: Final = frozenset({OrderState.DELIVERED, OrderState.CANCELLED, OrderState.RETURNED})
_UNPAID: Final = frozenset({OrderState.PENDING})
_WHERE: Final = {OrderState.CANCELLED: "utter_order_cancelled_before"}


async def latest_order(scene: "Scene") -> "OrderView | None":
    """The customer's newest order."""
    return await scene.shop.orders.latest_for_customer(scene.session, scene.customer.id)


async def running_order(scene: "Scene") -> "OrderView | None":
    """The customer's newest order, unless it is over."""
    order = await latest_order(scene)
    return order if order is not None and order.state not in _OVER else None


async def track(scene: "Scene") -> "Step":
    """Say where the newest order is."""
    order = await latest_order(scene)
    if order is None:
        return repeat_question(scene, scene.step().say("utter_no_order"))
    return repeat_question(scene, say_where(scene, order))


def say_where(scene: "Scene", order: "OrderView") -> "Step":
    """The order's state in words."""
    step = scene.step()
    step.order_id = order.id
    response = _WHERE.get(order.state, f"utter_order_{order.state.value}")
    money = {"total": scene.money(order.amount_minor), "due": scene.money(order.due_minor)}
    return step.say(response, order_id=order.id, **money)


async def change_address(scene: "Scene") -> "Step":
    """Send the running order elsewhere; without one, the address is the draft's."""
    order = await running_order(scene)
    if order is None or not scene.draft.empty or scene.understood.lines:
        return await take_order(scene)
    address = scene.understood.address
    if address is None:
        step = scene.step().say("utter_ask_address")
        scene.draft.question = Question(Asked.ADDRESS, "utter_ask_address", sku=order.id)
        step.asked = Asked.ADDRESS
        return step
    scene.draft.question = None
    return await _ask_of_order(
        scene, order, ChangeAddress(address, *_point(scene)), "utter_address_changed", address=address
    )


def _point(scene: "Scene") -> tuple[float | None, float | None]:
    return scene.place.point if scene.place is not None else (None, None)


def changes_running_address(scene: "Scene") -> bool:
    """True where the bot has asked where a placed order shall go instead."""
    question = scene.draft.question
    return question is not None and question.slot is Asked.ADDRESS and question.sku is not None


async def _ask_of_order(scene: "Scene", order: "OrderView", command: Command, response: str, **params: str) -> "Step":
    """Give the order a command in the customer's name; a refusal goes to a person."""
    result = await scene.shop.orders.handle(
        scene.session,
        order.id,
        command,
        actor=customer_of(scene),
        source=Source.BOT,
        command_id=f"turn:{scene.turn_id}",
    )
    if not result.accepted:
        return hand_over(scene, "change_running_order", order_id=order.id, at_risk_minor=order.amount_minor)
    step = scene.step()
    step.order_id = order.id
    return step.say(response, order_id=order.id, **params)


async def instruct(scene: "Scene") -> "Step":
    """Keep a word to the cook or rider with the draft, or with the running order."""
    words = scene.understood.note or scene.text.strip()
    if not scene.draft.empty:
        scene.understood = replace(scene.understood, note=words)
        return await take_order(scene)
    order = await running_order(scene)
    if order is None:
        return await take_order(scene)
    note = AddNote(words, "instruction")
    return await _ask_of_order(scene, order, note, "utter_note_added")


async def cancel(scene: "Scene") -> "Step":
    """Drop the draft, or an order that nobody has paid; what is paid or on its way goes to a person."""
    if not scene.draft.empty:
        scene.draft.state, scene.draft.question = DraftState.CANCELLED, None
        return scene.step().say("utter_draft_cancelled")
    order = await running_order(scene)
    if order is None:
        return scene.step().say("utter_nothing_to_cancel")
    if order.state not in _UNPAID or order.paid_minor > 0:
        return hand_over(scene, "cancel_after_payment", order_id=order.id, at_risk_minor=order.amount_minor)
    return await _ask_of_order(scene, order, CancelOrder("customer_request"), "utter_order_cancelled")


async def change_goods(scene: "Scene") -> "Step":
    """Change the draft; an order that was placed is a person's to change."""
    order = await running_order(scene) if scene.draft.empty else None
    if order is not None:
        return hand_over(scene, "change_running_order", order_id=order.id, at_risk_minor=order.amount_minor)
    return await take_order(scene)
