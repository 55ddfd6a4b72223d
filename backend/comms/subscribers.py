"""What comms does when others have moved: ends ladders' calls, opens and closes cards."""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms import repository
from backend.comms.ladders import KINDS
from backend.comms.service.calls import CallsService
from backend.comms.service.cards import CardsService
from backend.comms.service.instructions import Instructions
from backend.comms.service.rider_prompts import RiderPrompts
from backend.comms.service.vendor_prompts import VendorPrompts
from backend.orders.ports import WantedLadder
from backend.orders.service import OrdersService
from backend.orders.service.timers import OrderLadders
from backend.platform.events import EventHandler, StoredEvent, Subscription
from backend.platform.observability.metrics import VENDOR_ANSWER_SECONDS
from backend.platform.timers import TimerKind, arm, cancel
from backend.vendors.service import VendorsService

# Cards that an event answers, by topic, and by the state that an order has come to.
_ANSWERED_BY: Final = {
    "dispatch.accepted": ("rider_silent", "no_rider"),
    "order.address.confirmed": ("address_unconfirmed",),
    "dispatch.back_on_route": ("rider_off_route",),
}
# Ladders that an event ends, beside those that a state of the order does.
_ANSWERS: Final = {
    "dispatch.accepted": (TimerKind.RIDER_ACK,),
    "order.address.confirmed": (TimerKind.ADDRESS_CONFIRM,),
    "dispatch.back_on_route": (TimerKind.OFF_ROUTE,),
}
_AT_THE_DOOR: Final = (
    *("delivery_overdue", "rider_off_route", "delivery_failed", "instruction_untold"),
    *("rider_cant_find_customer", "rider_cod_issue"),
)
_ANSWERED_IN: Final = {
    "confirmed": ("order_unpaid",),
    "processing": ("vendor_silent",),
    "handover": ("vendor_silent", "preparation_overdue", "answers_crossed"),
    "out_for_delivery": ("rider_waiting", "pickup_overdue", "no_rider"),
    "delivered": _AT_THE_DOOR,
    "returned": _AT_THE_DOOR,
    "cancelled": (
        *("vendor_silent", "preparation_overdue", "rider_silent", "no_rider", "address_unconfirmed"),
        *("rider_waiting", "pickup_overdue", "order_unpaid"),
        *_AT_THE_DOOR,
    ),
}
_CLOSING: Final = {
    "processing": (TimerKind.VENDOR_ACCEPT,),
    "handover": (TimerKind.PROCESSING_REMINDER, TimerKind.HANDOVER_WAIT),
    "out_for_delivery": (TimerKind.RIDER_ACK, TimerKind.HANDOVER_WAIT),
    "delivered": (TimerKind.ADDRESS_CONFIRM, TimerKind.OFF_ROUTE, TimerKind.RIDER_OTD),
    "returned": (TimerKind.ADDRESS_CONFIRM, TimerKind.OFF_ROUTE, TimerKind.RIDER_OTD),
    "cancelled": tuple(KINDS),
}


class CommsSubscriber:
    """Follows orders and their way."""

    def __init__(
        self,
        orders: OrdersService,
        calls: CallsService,
        cards: CardsService,
        vendors: VendorsService,
        ladders: OrderLadders,
    ) -> None:
        self._orders = orders
        self._calls = calls
        self._cards = cards
        self._vendors = vendors
        self._ladders = ladders

    async def on_state_changed(self, session: AsyncSession, event: StoredEvent) -> None:
        """End the calls of ladders that the new state has answered, and close their cards."""
        target, order_id = event.payload["to"], event.payload["order_id"]
        for kind in _CLOSING.get(target, ()):
            await self._calls.cancel_ladder(session, order_id, str(kind))
        if target in _ANSWERED_IN:
            await self._cards.resolve_for_order(
                session, order_id, _ANSWERED_IN[target], event.actor, f"order is {target}"
            )
        if event.payload["from"] == "confirmed" and event.payload["by"].startswith("vendor:"):
            await self._answered(session, event)

    async def _answered(self, session: AsyncSession, event: StoredEvent) -> None:
        """Forget the outlet's misses, and measure how quick it was."""
        vendor = await self._vendors.get(session, event.payload["vendor_id"])
        await self._vendors.record_answer(session, vendor.id)
        kind = str(TimerKind.VENDOR_ACCEPT)
        since_s = await repository.seconds_since_ladder(session, event.payload["order_id"], kind)
        if since_s is not None:
            VENDOR_ANSWER_SECONDS.labels(vendor.city, vendor.tier).observe(since_s)

    async def on_crossed(self, session: AsyncSession, event: StoredEvent) -> None:
        """Open a card for an order that was accepted and declined within moments: somebody asks which was meant."""
        fields = event.payload
        detail = {name: fields[name] for name in ("stands", "refused", "first_by", "by")}
        await self._cards.open(
            session, "answers_crossed", fields["order_id"], order_id=fields["order_id"], city=event.city, detail=detail
        )

    async def on_answered(self, session: AsyncSession, event: StoredEvent) -> None:
        """End the chase and close the cards that this event answers."""
        order_id = event.payload["order_id"]
        for kind in _ANSWERS.get(event.topic, ()):
            await self._calls.cancel_ladder(session, order_id, str(kind))
        await self._cards.resolve_for_order(session, order_id, _ANSWERED_BY[event.topic], event.actor, event.topic)

    async def on_off_route(self, session: AsyncSession, event: StoredEvent) -> None:
        """Begin to call a rider who has left their way."""
        order = await self._orders.get(session, event.payload["order_id"], lock=True)
        [ladder] = await self._ladders.of(session, (WantedLadder(TimerKind.OFF_ROUTE, order.vendor_id),))
        await arm(
            session,
            TimerKind.OFF_ROUTE,
            order.id,
            delay_s=ladder.steps[0].after_s,
            policy_id=ladder.policy_id,
            policy_version=ladder.version,
        )

    async def on_back_on_route(self, session: AsyncSession, event: StoredEvent) -> None:
        """Stop calling a rider who is back on their way."""
        await self._orders.get(session, event.payload["order_id"], lock=True)
        await cancel(session, event.payload["order_id"], (TimerKind.OFF_ROUTE,), by=event.topic)
        await self.on_answered(session, event)

    async def on_unassigned(self, session: AsyncSession, event: StoredEvent) -> None:
        """Open a card for an order that nobody carries."""
        order_id = event.payload["order_id"]
        detail = {"reason": event.payload["reason"]}
        await self._cards.open(session, "no_rider", order_id, order_id=order_id, city=event.city, detail=detail)

    async def on_delivery_failed(self, session: AsyncSession, event: StoredEvent) -> None:
        """Open a card for goods that could not be handed over: a person decides what becomes of them."""
        fields = event.payload
        await self._cards.open(
            session,
            "delivery_failed",
            fields["order_id"],
            order_id=fields["order_id"],
            city=event.city,
            detail={"rider": f"rider:{fields['rider_id']}", "note": fields["reason"]},
        )

    async def on_trouble(self, session: AsyncSession, event: StoredEvent) -> None:
        """Open a card for a rider who can't go on."""
        fields = event.payload
        await self._cards.open(
            session,
            f"rider_{fields['kind']}",
            fields["order_id"],
            order_id=fields["order_id"],
            city=event.city,
            detail={"rider": f"rider:{fields['rider_id']}", "note": fields["note"]},
        )


def subscriptions(subscriber: CommsSubscriber) -> tuple[Subscription, ...]:
    """Return what comms listens to."""
    orders: dict[str, EventHandler] = {
        "order.state.changed": subscriber.on_state_changed,
        "order.answers.crossed": subscriber.on_crossed,
    }
    way: dict[str, EventHandler] = {
        "dispatch.off_route": subscriber.on_off_route,
        "dispatch.back_on_route": subscriber.on_back_on_route,
    }

    async def step_of_order(session: AsyncSession, event: StoredEvent) -> None:
        await orders[event.topic](session, event)

    async def way_of_rider(session: AsyncSession, event: StoredEvent) -> None:
        await way[event.topic](session, event)

    return (
        Subscription("comms.orders", tuple(orders), step_of_order),
        Subscription("comms.answers", ("dispatch.accepted", "order.address.confirmed"), subscriber.on_answered),
        Subscription("comms.off_route", tuple(way), way_of_rider),
        Subscription("comms.unassigned", ("dispatch.unassigned",), subscriber.on_unassigned),
        Subscription("comms.failed_deliveries", ("order.delivery.failed",), subscriber.on_delivery_failed),
        Subscription("comms.trouble", ("dispatch.trouble",), subscriber.on_trouble),
    )


def prompt_subscriptions(
    riders: RiderPrompts, vendors: VendorPrompts, instructions: Instructions
) -> tuple[Subscription, ...]:
    """Return what vendors and riders are told of; one consumer, so that a person hears things in their order."""
    tell: dict[str, EventHandler] = {
        "dispatch.accepted": riders.on_accepted,
        "dispatch.picked_up": riders.on_picked_up,
        "dispatch.off_route": riders.on_off_route,
        "payment.requested": riders.on_payment_requested,
        "payment.received": riders.on_payment_received,
        "payment.failed": riders.on_payment_failed,
        "order.note.added": instructions.on_note,
    }

    async def state_changed(session: AsyncSession, event: StoredEvent) -> None:
        await riders.on_state_changed(session, event)
        await vendors.on_state_changed(session, event)
        await instructions.on_state_changed(session, event)

    tell["order.state.changed"] = state_changed

    async def handle(session: AsyncSession, event: StoredEvent) -> None:
        await tell[event.topic](session, event)

    return (Subscription("comms.prompts", tuple(tell), handle),)
