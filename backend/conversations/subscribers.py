"""Customers hear of each step of their order: which event says what, as rows."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from backend.conversations.ports import OrderBook
from backend.conversations.service import ConversationsService
from backend.orders.events import AWAITING_MONEY
from backend.orders.ports import OrderView
from backend.platform.events import StoredEvent, Subscription
from backend.platform.money import Money

CONSUMER: Final = "conversations.notices"
_CLOSED: Final = frozenset({"delivered", "cancelled", "returned"})
_PLAIN_STATES: Final = {"delivered": "delivered", "cancelled": "cancelled", "returned": "returned"}
# The payment provider's reasons, by the text that fits; any other reason gets the general one.
_FAILURES: Final = {
    "insufficient_funds": "insufficient_funds",
    "wrong_pin": "wrong_pin",
    "cancelled": "cancelled",
    "expired": "expired",
    "unreachable": "unreachable",
    "prompt_not_sent": "unreachable",
    "amount_too_small": "limit",
    "amount_too_large": "limit",
    "daily_limit": "limit",
    "system_busy": "busy",
    "same_amount_too_soon": "busy",
    "another_prompt_open": "busy",
    "receiver_limit": "ours",
    "not_permitted": "ours",
    "prompt_refused": "ours",
}

type Notice = tuple[str, Mapping[str, Any]]
type Writer = Callable[[AsyncSession, StoredEvent, OrderView], Awaitable[Notice | None]]


class RiderContact(Protocol):
    """How a rider is called."""

    @property
    def name(self) -> str:
        """The rider's name."""
        ...


class DeliveryDesk(Protocol):
    """Dispatch, as far as customers hear of it."""

    async def code_for_customer(self, session: AsyncSession, order_id: str) -> str | None:
        """Return the code that proves the delivery."""
        ...

    async def contact(self, session: AsyncSession, rider_id: str) -> RiderContact:
        """Return who carries the order."""
        ...


def _money(payload: Mapping[str, Any], name: str) -> str:
    return Money(int(payload[name]), str(payload["currency"])).format()


class CustomerNotices:
    """Turns events of an order to words for its customer."""

    def __init__(self, service: ConversationsService, orders: OrderBook, desk: DeliveryDesk) -> None:
        self._service = service
        self._orders = orders
        self._desk = desk
        self._writers: dict[str, Writer] = {
            "order.state.changed": self._state,
            "order.preparation.changed": self._preparation,
            "order.address.changed": self._address,
            "order.payment.switched": self._switched,
            "order.payment.awaited": self._awaited,
            "order.delivery.failed": self._undelivered,
            "dispatch.accepted": self._rider,
            "payment.requested": self._requested,
            "payment.received": self._received,
            "payment.failed": self._failed,
            "payment.refund.due": self._refund,
        }

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that customers hear of."""
        return tuple(self._writers)

    async def handle(self, session: AsyncSession, event: StoredEvent) -> None:
        """Tell the customer, once an event; start a fresh dialogue when the order is closed."""
        order_id = event.payload.get("order_id")
        if order_id is None:
            return
        order = await self._orders.get(session, order_id)
        notice = await self._writers[event.topic](session, event, order)
        if notice is not None:
            key, params = notice
            await self._service.notify_customer(
                session,
                message_key=key,
                params={"order_id": order.id, **params},
                order_id=order.id,
                idem=event.event_id,
            )
        closed = event.topic == "order.state.changed" and event.payload["to"] in _CLOSED
        if closed and order.conversation_id is not None:
            await self._service.new_session(session, order.conversation_id)

    async def _state(self, session: AsyncSession, event: StoredEvent, order: OrderView) -> Notice | None:
        state = event.payload["to"]
        if state in _PLAIN_STATES:
            return _PLAIN_STATES[state], {}
        amount = Money(order.amount_minor, order.currency).format()
        if state == "confirmed" and event.payload["from"] in AWAITING_MONEY:
            return ("confirmed_cod" if order.payment_mode == "cod" else "paid"), {"amount": amount}
        if state == "processing" and event.payload["from"] == "confirmed":
            minutes = event.payload.get("prep_minutes")
            return ("vendor_accepted", {"minutes": minutes}) if minutes else ("vendor_accepted_soon", {})
        if state == "out_for_delivery":
            code = await self._desk.code_for_customer(session, order.id)
            return ("out_for_delivery", {"otp": code}) if code else ("out_for_delivery_plain", {})
        return None

    async def _preparation(self, _: AsyncSession, event: StoredEvent, __: OrderView) -> Notice | None:
        added = event.payload.get("added_minutes") or 0
        return ("delayed", {"minutes": added}) if added > 0 else None

    async def _address(self, _: AsyncSession, event: StoredEvent, __: OrderView) -> Notice | None:
        return "address_changed", {"address": event.payload["new"]["text"]}

    async def _switched(self, _: AsyncSession, event: StoredEvent, order: OrderView) -> Notice | None:
        due = Money(int(event.payload["due_minor"]), order.currency).format()
        if event.payload["new"] == "cod":
            return "payment_switched_cod", {"amount": due}
        return ("payment_switched_upi", {"amount": due}) if event.payload.get("method") == "upi" else None

    async def _awaited(self, _: AsyncSession, event: StoredEvent, __: OrderView) -> Notice | None:
        minutes = max(round(event.payload["left_s"] / 60), 1)
        return "payment_awaited", {"amount": _money(event.payload, "due_minor"), "minutes": minutes}

    async def _undelivered(self, _: AsyncSession, __: StoredEvent, ___: OrderView) -> Notice | None:
        return "delivery_failed", {}

    async def _rider(self, session: AsyncSession, event: StoredEvent, _: OrderView) -> Notice | None:
        return "rider_assigned", {"rider": (await self._desk.contact(session, event.payload["rider_id"])).name}

    async def _requested(self, _: AsyncSession, event: StoredEvent, __: OrderView) -> Notice | None:
        amount = _money(event.payload, "amount_minor")
        if event.payload.get("url"):
            return "payment_link", {"amount": amount, "url": event.payload["url"]}
        return ("payment_prompt_sent", {"amount": amount}) if event.payload["method"] == "mpesa" else None

    async def _received(self, _: AsyncSession, event: StoredEvent, __: OrderView) -> Notice | None:
        if not event.payload["due_minor"]:
            return None  # The order's own step to confirmed says so.
        return "partly_paid", {
            "amount": _money(event.payload, "amount_minor"),
            "due": _money(event.payload, "due_minor"),
        }

    async def _failed(self, _: AsyncSession, event: StoredEvent, order: OrderView) -> Notice | None:
        if order.state in _CLOSED or not order.due_minor:
            return None  # Nobody is to pay it again.
        if event.payload.get("tries_again"):
            return "payment_failed_again", {}
        amount = Money(order.due_minor, order.currency).format()
        if event.payload.get("till"):
            return "payment_failed_by_hand_till", {"till": event.payload["till"], "amount": amount}
        if event.payload.get("paybill"):
            return "payment_failed_by_hand", {"paybill": event.payload["paybill"], "amount": amount}
        return f"payment_failed_{_FAILURES.get(event.payload['reason'], 'other')}", {}

    async def _refund(self, _: AsyncSession, event: StoredEvent, __: OrderView) -> Notice | None:
        return "refund", {"amount": _money(event.payload, "amount_minor")}


def subscriptions(service: ConversationsService, orders: OrderBook, desk: DeliveryDesk) -> tuple[Subscription, ...]:
    """Return what the conversations listen to."""
    notices = CustomerNotices(service, orders, desk)
    return (Subscription(CONSUMER, notices.topics, notices.handle),)
