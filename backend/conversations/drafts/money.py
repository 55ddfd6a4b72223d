"""Ways of paying, claimed payments and payments that went wrong, once an order was placed."""

from typing import TYPE_CHECKING, Any, Final

from backend.conversations.drafts.handover import hand_over
from backend.conversations.drafts.next_step import methods_for, methods_of, methods_text, payment_buttons, say_no_cash
from backend.conversations.drafts.ordering import take_order
from backend.conversations.drafts.placing import customer_of, mode_of, payer_phone
from backend.conversations.drafts.running import latest_order, running_order, say_where
from backend.conversations.drafts.state import Asked, Question
from backend.conversations.drafts.step import PAY, Step
from backend.orders.commands import PaymentMethod, SwitchPayment
from backend.payments.ports import Method
from backend.platform.actors import Source

if TYPE_CHECKING:
    from backend.conversations.drafts.scene import Scene
    from backend.orders.ports import OrderView

_AGAIN: Final = {
    Method.MPESA: "utter_payment_again_mpesa",
    Method.UPI: "utter_payment_again_upi",
    Method.COD: "utter_payment_cod",
}
_FOUND: Final = {"counted": "utter_payment_received", "matched": "utter_payment_received"}


async def choose_payment(scene: "Scene") -> Step:
    """Set the draft's way of paying, or the running order's."""
    order = await running_order(scene) if scene.draft.empty else None
    if order is None:
        return await take_order(scene)
    method = _method(scene)
    if method not in methods_of(scene):
        return _ask_method(scene, order)
    if order.due_minor == 0:
        return scene.step().say("utter_payment_received", order_id=order.id)
    if method not in methods_for(scene, order.amount_minor):
        return _ask_for_other_than_cash(scene, order)
    return await _collect_again(scene, order, Method(method))


def _method(scene: "Scene") -> str:
    tapped = scene.button.removeprefix(PAY) if scene.button and scene.button.startswith(PAY) else None
    return tapped or scene.understood.payment or ""


def _ask_method(scene: "Scene", order: "OrderView") -> Step:
    methods = methods_for(scene, order.amount_minor)
    params = {"methods": methods_text(scene, methods)}
    step = _asking(scene, "utter_ask_payment", params)
    return step.say("utter_ask_payment", payment_buttons(scene, methods), **params)


def _ask_for_other_than_cash(scene: "Scene", order: "OrderView") -> Step:
    """Cash is not taken for so much; a shop that takes nothing else has a person see to it."""
    methods = methods_for(scene, order.amount_minor)
    if not methods:
        return hand_over(scene, "cod_limit", order_id=order.id, at_risk_minor=order.due_minor)
    step = _asking(scene, "utter_ask_payment", {"methods": methods_text(scene, methods)})
    return say_no_cash(scene, step, methods, payment_buttons(scene, methods))


def _asking(scene: "Scene", response: str, params: dict[str, str]) -> Step:
    """Begin an answer that asks for a way of paying; `response` is what is asked once more after a digression."""
    scene.draft.question = Question(Asked.PAYMENT, response, params)
    step = scene.step()
    step.asked = Asked.PAYMENT
    return step


async def _collect_again(scene: "Scene", order: "OrderView", method: Method) -> Step:
    """Ask for the money by this way; a prompt that is still open is not sent twice."""
    if order.payment_method != method.value and not await _switch(scene, order, method):
        return hand_over(scene, "payment", order_id=order.id, at_risk_minor=order.due_minor)
    view = await scene.shop.payments.begin(scene.session, order.id, method, payer_phone(scene))
    scene.draft.question = None
    if view.already_open:
        return say_where(scene, order)
    step = scene.step()
    step.order_id = order.id
    return step.say(_AGAIN[method], order_id=order.id, total=scene.money(order.due_minor))


async def _switch(scene: "Scene", order: "OrderView", method: Method) -> bool:
    result = await scene.shop.orders.handle(
        scene.session,
        order.id,
        SwitchPayment(mode_of(method.value), PaymentMethod(method.value)),
        actor=customer_of(scene),
        source=Source.BOT,
        command_id=f"turn:{scene.turn_id}",
    )
    return result.accepted


async def check_claim(scene: "Scene") -> Step:
    """Look a claimed payment up; the ledger answers, never the customer's word."""
    order = await latest_order(scene)
    if order is None:
        return scene.step().say("utter_no_order")
    step = scene.step()
    step.order_id = order.id
    if order.due_minor == 0:
        return step.say("utter_payment_received", order_id=order.id)
    code = _receipt(scene).get("code")
    if not code:
        return step.say("utter_payment_ask_code", order_id=order.id)
    claim = await scene.shop.payments.claim_receipt(scene.session, order.id, str(code))
    if claim.outcome == "other_order":
        return hand_over(scene, "payment", order_id=order.id, at_risk_minor=order.due_minor)
    return step.say(_FOUND.get(claim.outcome, "utter_payment_checking"), order_id=order.id)


def _receipt(scene: "Scene") -> dict[str, Any]:
    return (scene.reading.get("slots") or {}).get("receipt") or {}


async def resend(scene: "Scene") -> Step:
    """Send a prompt that never came once more; money gone astray went to a person before."""
    order = await running_order(scene)
    if order is None:
        return scene.step().say("utter_no_order")
    if order.due_minor == 0 or order.payment_method is None:
        return say_where(scene, order)
    return await _collect_again(scene, order, Method(order.payment_method.value))
