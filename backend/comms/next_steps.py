"""What may be done about a card, as rows: the commands of the API that end what it is about."""

from collections.abc import Mapping
from typing import Final

from backend.comms.ports import NextStep


def _post(label: str, path: str, page: str = "") -> NextStep:
    return NextStep(label, "POST", f"/api/v1{path}", page)


_OPEN: Final = "/console/money#receipt-{subject}"
_REFUND: Final = "/console/money#refund-{subject}"
_CASH: Final = "/console/money/riders/{rider}"
_ORDER_PAGE: Final = "/console/orders/{order}"
_MATCH: Final = _post("Give it to an order", "/payments/receipts/{subject}/match", _OPEN)
_SPLIT: Final = _post("Split it over orders", "/payments/receipts/{subject}/split", _OPEN)
_UNDO: Final = _post("Take it from its order", "/payments/receipts/{subject}/undo", "/console/money#given-{subject}")
_GIVE_BACK: Final = _post("Give it back to its sender", "/payments/receipts/{subject}/give-back", _OPEN)
_COLLECT: Final = _post("Ask for the money", "/orders/{order}/payment", _ORDER_PAGE)
_DECIDE: Final = _post("Approve or reject it", "/refunds/{subject}/decision", _REFUND)
_PAID: Final = _post("Say that it was paid", "/refunds/{subject}/paid", _REFUND)
_PAY_OUT: Final = _post("Pay it out", "/refunds/{subject}/payout", _REFUND)
_COUNT: Final = _post("Count what was handed in", "/riders/{rider}/cash/hand-ins", _CASH)
_WRITE_OFF: Final = _post("Give the difference up", "/riders/{rider}/cash/write-offs", _CASH)
_SETTLED: Final = _post(
    "Say that it was paid", "/payments/settlements/{subject}/paid", "/console/money/books#settlement-{subject}"
)
_STATEMENT: Final = _post("Take a statement of that time in", "/payments/statements", "/console/money/books#statements")
_STOCK: Final = _post("Correct the stock", "/catalog/items/{sku}/adjustments?merchant_id={merchant}")
_BRIDGE: Final = _post("Call two of them together", "/comms/bridge", _ORDER_PAGE)
_NOTE: Final = _post("Note what was agreed", "/orders/{order}/notes", _ORDER_PAGE)
_MOVE: Final = NextStep("Move the order on, or call it off", "PATCH", "/api/v1/orders/{order}/state", _ORDER_PAGE)
_RIDERS: Final = NextStep("Look for a rider", "GET", "/api/v1/orders/{order}/suggestions", _ORDER_PAGE)
_LADDERS: Final = NextStep("See who is being called", "GET", "/api/v1/comms/ladders/{order}", _ORDER_PAGE)

_OF_KIND: Final[Mapping[str, tuple[NextStep, ...]]] = {
    "payment_orphan": (_MATCH, _SPLIT, _GIVE_BACK),
    "payment_suggested": (_MATCH, _SPLIT, _GIVE_BACK),
    "payment_amount_differs": (_MATCH, _SPLIT, _GIVE_BACK),
    "payment_undone": (_COLLECT, _MOVE),
    "payment_reversed": (_COLLECT, _MOVE),
    "payment_code_reused": (_UNDO, _NOTE),
    "payment_disputed": (_NOTE,),
    "payment_part_reversed": (_NOTE,),
    "payment_back_twice": (_NOTE,),
    "payment_amount_conflict": (_UNDO, _NOTE),
    "payment_outcome_unknown": (_COLLECT, _MOVE, _NOTE),
    "payment_prompt_refused": (_COLLECT, _MOVE, _NOTE),
    "payment_callback_unconfirmed": (_COLLECT, _MOVE, _NOTE),
    "payment_code_unknown": (_COLLECT, _MOVE, _NOTE),
    "payment_code_unanswered": (_COLLECT, _MOVE, _NOTE),
    "payment_cash_underpaid": (_COLLECT, _NOTE),
    "payment_cash_shortage": (_COUNT, _WRITE_OFF),
    "payment_cash_surplus": (_COUNT, _WRITE_OFF),
    "payment_cash_carried": (_COUNT, _WRITE_OFF),
    "payment_refund_requested": (_DECIDE,),
    "payment_settlement_due": (_SETTLED,),
    "payment_payout_unknown": (_PAID, _PAY_OUT),
    "payment_payout_differs": (_PAID, _PAY_OUT),
    "payment_payout_failed": (_PAY_OUT, _PAID),
    "payment_payout_twice": (_NOTE,),
    "payment_feed_gap": (_STATEMENT,),
    "order_unpaid": (_COLLECT, _MOVE, _NOTE),
    "refund_due": (_DECIDE, _PAY_OUT, _PAID),
    "stock_low": (_STOCK,),
    "stock_oversold": (_STOCK,),
    "no_rider": (_RIDERS, _MOVE, _BRIDGE),
    "no_rider_free": (_RIDERS, _MOVE, _BRIDGE),
    "rider_silent": (_RIDERS, _LADDERS, _BRIDGE),
    "vendor_silent": (_LADDERS, _BRIDGE, _MOVE),
    "preparation_overdue": (_LADDERS, _BRIDGE, _MOVE),
    "pickup_overdue": (_RIDERS, _BRIDGE, _MOVE),
}
_OF_AN_ORDER: Final = (_BRIDGE, _MOVE, _NOTE)


def next_steps(kind: str, order_id: str | None, subject_id: str) -> tuple[NextStep, ...]:
    """Return the commands that fit a card, the likeliest first; what names no order and has no row has none."""
    steps = _OF_KIND.get(kind, _OF_AN_ORDER if order_id else ())
    return tuple(step.of(order_id, subject_id) for step in steps if order_id or "{order}" not in step.path)
