"""From rows to what others see, and to what a decision looks at."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from backend.orders.commands import PaymentMethod, PaymentMode
from backend.orders.events import OrderState, PaymentStatus
from backend.orders.models import Order, OrderAddress, OrderLine
from backend.orders.policies import OrderFacts
from backend.orders.ports import AddressView, LineView, OrderView
from backend.platform.db.types import opened


def facts_of(row: Order) -> OrderFacts:
    """Take from the row what a decision may look at."""
    return OrderFacts(
        id=row.id,
        state=OrderState(row.state),
        payment_mode=PaymentMode(row.payment_mode),
        payment_status=PaymentStatus(row.payment_status),
        amount_minor=row.amount_minor,
        paid_minor=row.paid_minor,
        refunded_minor=row.refunded_minor,
        user_id=row.user_id,
        vendor_id=row.vendor_id,
        rider_id=row.rider_id,
        address_version=row.address_version,
        prep_minutes=row.prep_eta_minutes,
        prep_due_at=row.prep_due_at,
    )


def _line(row: OrderLine) -> LineView:
    return LineView(row.sku, row.name, row.unit, row.qty, row.unit_price_minor, row.line_minor, row.note)


def _address(row: OrderAddress) -> AddressView:
    return AddressView(row.address_text, row.lat, row.lng, row.version, row.address_id)


# What the text of a column stands for, by its place in `repository.parts`.
_KINDS: Final[Mapping[int, Callable[[Any], Any]]] = {
    9: OrderState,
    10: PaymentMode,
    11: PaymentMethod,
    12: PaymentStatus,
    29: opened,
}
type Rows = Sequence[tuple[Any, ...]]


def order_views(orders: Rows, lines: Rows, addresses: Rows) -> dict[str, OrderView]:
    """Show several orders, by their ids; rows as `repository.parts` returns them."""
    lines_of = defaultdict[str, list[LineView]](list)
    for order_id, *line in lines:
        lines_of[order_id].append(LineView(*line))
    ends_of = {(order_id, end): AddressView(*address) for order_id, end, *address in addresses}
    return {
        row[0]: _of_row(row, ends_of.get((row[0], "drop")), ends_of.get((row[0], "pickup")), tuple(lines_of[row[0]]))
        for row in orders
    }


def _of_row(
    row: tuple[Any, ...], drop: AddressView | None, pickup: AddressView | None, lines: tuple[LineView, ...]
) -> OrderView:
    values = [*row, drop, pickup, lines]
    for place, kind in _KINDS.items():
        values[place] = kind(values[place]) if values[place] is not None else None
    return OrderView(*values)


def order_view(row: Order) -> OrderView:
    """Show an order whose lines and addresses are loaded."""
    ends = {end.type: _address(end) for end in row.addresses}
    return OrderView(
        id=row.id,
        merchant_id=row.merchant_id,
        user_id=row.user_id,
        vendor_id=row.vendor_id,
        rider_id=row.rider_id,
        city=row.city,
        currency=row.currency,
        channel=row.channel,
        conversation_id=row.conversation_id,
        state=OrderState(row.state),
        payment_mode=PaymentMode(row.payment_mode),
        payment_method=PaymentMethod(row.payment_method) if row.payment_method else None,
        payment_status=PaymentStatus(row.payment_status),
        items_minor=row.items_minor,
        delivery_fee_minor=row.delivery_fee_minor,
        amount_minor=row.amount_minor,
        paid_minor=row.paid_minor,
        refunded_minor=row.refunded_minor,
        prep_minutes=row.prep_eta_minutes,
        prep_due_at=row.prep_due_at,
        address_version=row.address_version,
        address_confirmed_version=row.address_confirmed_version,
        close_reason=row.close_reason,
        delivery_failure=row.delivery_failure,
        note=row.note,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
        state_since=row.state_since,
        contact_phone=row.contact_phone,
        drop=ends.get("drop"),
        pickup=ends.get("pickup"),
        lines=tuple(_line(line) for line in row.lines),
    )
