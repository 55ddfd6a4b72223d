"""The yes: a draft becomes an order, its stock reserved and its payment begun, in one transaction."""

from typing import TYPE_CHECKING

from backend.catalog.errors import StockShortError
from backend.conversations.drafts.next_step import ask_next
from backend.conversations.drafts.quote import delivery_fee_minor
from backend.conversations.drafts.state import Draft, DraftState
from backend.orders.commands import DropAddress, OrderLineDraft, PaymentMethod, PaymentMode, PlaceOrder
from backend.payments.ports import Method
from backend.platform.actors import Actor, ActorKind, Source

if TYPE_CHECKING:
    from backend.conversations.drafts.scene import Scene
    from backend.conversations.drafts.step import Step
    from backend.orders.ports import OrderView


async def place(scene: "Scene") -> "Step":
    """Place the order that was read back; where the shelf was emptied meanwhile, say so and ask again."""
    try:
        async with scene.session.begin_nested():
            order = await scene.shop.orders.place(
                scene.session, _command(scene), actor=customer_of(scene), source=Source.BOT
            )
    except StockShortError:
        scene.catalogue = await scene.shop.catalogues.snapshot(scene.session, scene.merchant.id)
        scene.draft.read_back = None
        return await ask_next(scene, scene.step().say("utter_quote_changed"))
    return await _collect(scene, order)


def customer_of(scene: "Scene") -> Actor:
    """The customer as an actor; the bot only passes their word on."""
    return Actor(ActorKind.CUSTOMER, scene.customer.id)


def _command(scene: "Scene") -> PlaceOrder:
    draft = scene.draft
    prices = scene.catalogue.by_sku
    return PlaceOrder(
        merchant_id=scene.merchant.id,
        user_id=scene.customer.id,
        lines=tuple(OrderLineDraft(line.sku, line.qty, prices[line.sku].price_minor) for line in draft.lines),
        drop=DropAddress(draft.address or "", *(draft.point or (None, None))),
        payment_mode=mode_of(draft.payment or "cod"),
        payment_method=PaymentMethod(draft.payment or "cod"),
        intent_key=f"draft:{draft.id}",
        channel=scene.thread.channel,
        conversation_id=scene.thread.id,
        contact_phone=draft.phone,
        note=draft.note,
        delivery_fee_minor=delivery_fee_minor(scene),
    )


def mode_of(method: str) -> PaymentMode:
    """Cash is paid at the door, everything else before."""
    return PaymentMode.COD if method == PaymentMethod.COD else PaymentMode.PREPAID


async def _collect(scene: "Scene", order: "OrderView") -> "Step":
    method = Method(scene.draft.payment or "cod")
    await scene.shop.payments.begin(scene.session, order.id, method, payer_phone(scene))
    _close(scene.draft, order.id)
    step = scene.step()
    step.order_id = order.id
    response = f"utter_order_placed_{method.value}"
    return step.say(response, order_id=order.id, total=scene.money(order.amount_minor))


def payer_phone(scene: "Scene") -> str | None:
    """The number that is asked to pay: the one given for this order, else the customer's own."""
    return scene.draft.phone or scene.customer.phone


def _close(draft: Draft, order_id: str) -> None:
    draft.state, draft.order_id, draft.question = DraftState.PLACED, order_id, None
