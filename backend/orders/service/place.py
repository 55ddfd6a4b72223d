"""Placing an order: stock, prices, both ends of the way, the first event; one transaction."""

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.catalog.ports import ItemView, StockLine
from backend.catalog.service import CatalogService
from backend.customers.errors import CustomerNotFoundError
from backend.customers.service import CustomersService
from backend.orders import repository
from backend.orders.commands import OrderLineDraft, PlaceOrder
from backend.orders.errors import CommandIdReusedError, EmptyOrderError, VendorUnavailableError
from backend.orders.events import OrderCreated, OrderState
from backend.orders.lifecycle import PLACEMENT_ARMS
from backend.orders.models import Order, OrderAddress, OrderLine, OrderLogEntry
from backend.orders.ports import OrderLadder, OrderView, Outcome
from backend.orders.service.noting import note_command
from backend.orders.service.timers import OrderLadders, arm_all
from backend.orders.service.views import facts_of, order_view
from backend.platform.actors import Actor, Source
from backend.platform.events import publish
from backend.platform.ids import new_id
from backend.platform.observability.trace import trace_id
from backend.vendors.ports import VendorView
from backend.vendors.service import VendorsService

_CONFUSED: Final = str.maketrans({"0": "O", "1": "I", "5": "S", "8": "B"})


class Placing:
    """The use case of a new order."""

    def __init__(
        self,
        catalog: CatalogService,
        customers: CustomersService,
        vendors: VendorsService,
        ladders: OrderLadders,
    ) -> None:
        self._catalog = catalog
        self._customers = customers
        self._vendors = vendors
        self._ladders = ladders

    async def place(self, session: AsyncSession, command: PlaceOrder, *, actor: Actor, source: Source) -> OrderView:
        """Place the order, or return the one that was placed under the same key."""
        await repository.hold_intent(session, command.merchant_id, command.intent_key)
        known = await repository.by_intent(session, command.merchant_id, command.intent_key)
        if known is not None:
            note_command(known, "PlaceOrder", Outcome.DUPLICATE)
            return _checked_same(await _view(session, known), command)
        vendor = await self._vendor(session, command)
        await self._check_customer(session, command)
        order_id = new_id("ORD")
        lines = _lines(order_id, command.lines, await self._offer(session, command))
        order = await self._order(session, command, order_id, vendor, lines)
        drop = await self._drop(session, command, order_id, str(actor))
        await repository.add_order(session, order, lines, [drop, _pickup(order_id, vendor, str(actor))])
        await _log(session, order, command, actor, source)
        [unpaid] = await arm_all(session, self._ladders, ((facts_of(order), PLACEMENT_ARMS),), order.created_at)
        await publish(session, _created(order, lines, drop), actor=actor, city=order.city)
        # Last, so that others wait shortly for an item in demand.
        await self._reserve(session, command, order_id, unpaid)
        note_command(order_id, "PlaceOrder", Outcome.APPLIED)
        return order_view(order)

    async def _vendor(self, session: AsyncSession, command: PlaceOrder) -> VendorView:
        if command.vendor_id is not None:
            vendor: VendorView | None = await self._vendors.get(session, command.vendor_id)
        else:
            vendor = await self._vendors.vendor_for_merchant(session, command.merchant_id)
        if vendor is None or not vendor.active or vendor.merchant_id != command.merchant_id:
            raise VendorUnavailableError(merchant_id=command.merchant_id)
        return vendor

    async def _check_customer(self, session: AsyncSession, command: PlaceOrder) -> None:
        customer = await self._customers.get(session, command.user_id)
        if customer.merchant_id != command.merchant_id:
            raise CustomerNotFoundError(customer_id=command.user_id)

    async def _offer(self, session: AsyncSession, command: PlaceOrder) -> dict[str, ItemView]:
        if not command.lines or any(line.qty <= 0 for line in command.lines):
            raise EmptyOrderError
        return await self._catalog.offer(session, command.merchant_id, _stock_lines(command))

    async def _reserve(self, session: AsyncSession, command: PlaceOrder, order_id: str, ladder: OrderLadder) -> None:
        lines, ends_s = _stock_lines(command), ladder.steps[-1].after_s
        await self._catalog.reserve(session, command.merchant_id, order_id, lines, ends_s)

    async def _order(
        self, session: AsyncSession, command: PlaceOrder, order_id: str, vendor: VendorView, lines: list[OrderLine]
    ) -> Order:
        merchant = await self._vendors.merchant(session, command.merchant_id)
        items_minor = sum(line.line_minor for line in lines)
        return Order(
            id=order_id,
            merchant_id=command.merchant_id,
            user_id=command.user_id,
            vendor_id=vendor.id,
            city=vendor.city,
            currency=merchant.currency,
            channel=command.channel,
            conversation_id=command.conversation_id,
            intent_key=command.intent_key,
            reference_key=_reference_key(order_id),
            state=OrderState.PENDING,
            payment_mode=command.payment_mode,
            payment_method=command.payment_method,
            payment_status="pending",
            items_minor=items_minor,
            delivery_fee_minor=command.delivery_fee_minor,
            amount_minor=items_minor + command.delivery_fee_minor,
            paid_minor=0,
            refunded_minor=0,
            address_version=1,
            contact_phone=command.contact_phone,
            note=command.note,
            version=1,
        )

    async def _drop(self, session: AsyncSession, command: PlaceOrder, order_id: str, by: str) -> OrderAddress:
        drop = command.drop
        address_id = await self._customers.remember_address(
            session, command.user_id, drop.text, lat=drop.lat, lng=drop.lng
        )
        return OrderAddress(
            order_id=order_id,
            type="drop",
            address_id=address_id,
            address_text=drop.text,
            lat=drop.lat,
            lng=drop.lng,
            created_by=by,
        )


def _checked_same(order: OrderView, command: PlaceOrder) -> OrderView:
    kept = [(line.sku, line.qty) for line in order.lines]
    if order.user_id != command.user_id or kept != [(line.sku, line.qty) for line in command.lines]:
        raise CommandIdReusedError(order_id=order.id)
    return order


def _reference_key(order_id: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", order_id.upper()).translate(_CONFUSED)


def _stock_lines(command: PlaceOrder) -> list[StockLine]:
    return [StockLine(line.sku, line.qty) for line in command.lines]


def _lines(order_id: str, drafts: tuple[OrderLineDraft, ...], items: Mapping[str, ItemView]) -> list[OrderLine]:
    return [_line(order_id, place, draft, items[draft.sku]) for place, draft in enumerate(drafts)]


def _line(order_id: str, place: int, draft: OrderLineDraft, item: ItemView) -> OrderLine:
    price = item.price_minor if draft.unit_price_minor is None else draft.unit_price_minor
    return OrderLine(
        order_id=order_id,
        position=place,
        sku=item.sku,
        name=item.name,
        unit=item.unit,
        qty=draft.qty,
        unit_price_minor=price,
        line_minor=int((draft.qty * price).quantize(Decimal(1), ROUND_HALF_UP)),
        note=draft.note,
    )


def _pickup(order_id: str, vendor: VendorView, by: str) -> OrderAddress:
    return OrderAddress(
        order_id=order_id,
        type="pickup",
        address_text=vendor.address_text or vendor.name,
        lat=vendor.lat,
        lng=vendor.lng,
        created_by=by,
    )


async def _log(session: AsyncSession, order: Order, command: PlaceOrder, actor: Actor, source: Source) -> None:
    entry = OrderLogEntry(
        order_id=order.id,
        command="PlaceOrder",
        command_id=command.intent_key,
        to_state=OrderState.PENDING,
        actor=str(actor),
        source=source,
        meta={
            "amount_minor": order.amount_minor,
            "lines": len(command.lines),
            "payment_mode": order.payment_mode,
            "payment_method": order.payment_method,
        },
        trace_id=trace_id(),
    )
    await repository.add(session, entry)


def _created(order: Order, lines: list[OrderLine], drop: OrderAddress) -> OrderCreated:
    return OrderCreated(
        order_id=order.id,
        user_id=order.user_id,
        vendor_id=order.vendor_id,
        merchant_id=order.merchant_id,
        amount=order.amount_minor / 100,
        amount_minor=order.amount_minor,
        currency=order.currency,
        payment={"mode": order.payment_mode, "status": order.payment_status},
        items=[{"sku": line.sku, "qty": _number(line.qty)} for line in lines],
        delivery={"address_id": drop.address_id, "lat": drop.lat, "lng": drop.lng},
        channel=order.channel,
        conversation_id=order.conversation_id,
    )


def _number(qty: Decimal) -> float | int:
    return int(qty) if qty == int(qty) else float(qty)


async def _view(session: AsyncSession, order_id: str) -> OrderView:
    row = await repository.order(session, order_id)
    if row is None:
        raise LookupError(order_id)
    return order_view(row)
