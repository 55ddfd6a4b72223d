"""The words that the screens use for names of the code; what is not in a table is shown as it is spelt."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

_SENTENCES: Final = {
    "PlaceOrder": "Order placed",
    "RecordPartPayment": "Part of the money received",
    "ConfirmPayment": "Payment confirmed",
    "MarkPaymentFailed": "Payment failed",
    "RecordLatePayment": "Money came after the order was closed",
    "RecordRefund": "Refund paid out",
    "WithdrawPart": "Part of the payment was another order's",
    "WithdrawPayment": "The payment was another order's",
    "ApproveCod": "Cash on delivery agreed",
    "SwitchPayment": "Way of paying changed",
    "AcceptOrder": "Vendor accepted",
    "RejectOrder": "Vendor declined",
    "SetPreparation": "Preparation time set",
    "ExtendPreparation": "More time to prepare",
    "MarkReady": "Ready for the rider",
    "AssignRider": "Offered to a rider",
    "UnassignRider": "Taken back from the rider",
    "ReportRiderWaiting": "Rider waits at the vendor",
    "PickUp": "Picked up",
    "DeliverOrder": "Delivered",
    "FailDelivery": "Could not be delivered",
    "ReturnOrder": "Returned",
    "CancelOrder": "Cancelled",
    "ChangeAddress": "Address changed",
    "ConfirmAddress": "Rider has seen the new address",
    "Note": "Note",
    "vendor_silent": "The vendor does not answer",
    "answers_crossed": "Accepted and declined at the same time",
    "preparation_overdue": "Preparation is overdue",
    "rider_silent": "The rider does not answer",
    "address_unconfirmed": "The rider has not seen the new address",
    "rider_waiting": "The rider waits at the vendor",
    "instruction_untold": "Nobody could be told what the customer asked for",
    "calls_late": "Calls are placed too late",
    "order_unpaid": "The order is not paid",
    "pickup_overdue": "Packed, and nobody picks it up",
    "delivery_failed": "It could not be handed over",
    "delivery_overdue": "The delivery is overdue",
    "rider_cant_find_customer": "The rider can't find the customer",
    "rider_cod_issue": "The rider has trouble with the money",
    "rider_safety": "The rider is not safe",
    "rider_code_locked": "Too many wrong codes at the door",
    "rider_off_route": "The rider has left the way",
    "payment_orphan": "Money that fits no order",
    "payment_suggested": "Money that may be for one of these",
    "payment_amount_differs": "Money in another amount than was asked for",
    "payment_undone": "Its payment was another order's; it runs on unpaid",
    "payment_reversed": "Its payment was taken back",
    "payment_disputed": "The payer disputes a payment at their bank",
    "payment_part_reversed": "Part of a payment was taken back",
    "payment_back_twice": "Money went back to its payer twice",
    "payment_code_reused": "One payment was shown for two orders",
    "payment_amount_conflict": "Two amounts are told of one payment",
    "payment_outcome_unknown": "Nobody knows whether it was paid",
    "payment_prompt_refused": "The provider refuses to ask for the money",
    "payment_callback_unconfirmed": "Told as paid, and M-Pesa says that it was not",
    "payment_code_unknown": "The customer's payment code is no payment to us",
    "payment_code_unanswered": "Nobody can tell whether the customer's payment code is good",
    "payment_cash_underpaid": "Too little cash was taken at the door",
    "payment_cash_shortage": "A rider handed in too little cash",
    "payment_cash_surplus": "A rider handed in too much cash",
    "payment_cash_carried": "A rider has carried cash for too long",
    "payment_refund_requested": "Somebody asks to give money back",
    "payment_settlement_due": "A merchant's money is to be paid out",
    "payment_payout_unknown": "Nobody knows whether the refund went out",
    "payment_payout_differs": "The provider paid another amount back than was owed",
    "payment_payout_failed": "The refund could not be paid out",
    "payment_payout_twice": "The refund may have been paid out twice",
    "payment_feed_gap": "Payments of some hours were never fetched",
    "clearing": "Held for us",
    "customer_funds": "Customers' money of orders that are not settled",
    "suspense": "Money that has no order yet",
    "refunds_payable": "To be given back",
    "refunds_declined": "Refunds that were declined",
    "merchant_payable": "Settled and not paid out yet",
    "fees_earned": "Our fees",
    "owed_by_payers": "Went back twice, owed by its payers",
    "bank": "At the bank",
    "provider_charges": "Providers' charges",
    "cash_differences": "Differences of counted cash",
    "refund_due": "Money is owed back",
    "stock_low": "Little stock is left",
    "stock_oversold": "Less is there than orders were promised",
    "no_rider_free": "No rider is free",
    "nobody_took_it": "No rider has taken it",
    "on_the_way": "On the way without a rider",
    "code_locked": "Too many wrong delivery codes",
    "exotel_ring": "Ring",
    "exotel_ivr": "Call with a menu",
    "human": "Asked for a person",
    "voice_note": "Sent a voice note",
    "media": "Sent a file",
    "form": "Filled in a form",
    "unsupported": "Sent what can't be shown here",
    "comment": "Commented in public",
    "failed_turn": "The bot could not answer",
    "unsure": "The bot is not sure",
    "angry": "Is angry",
    "bulk": "A very large order",
    "credit": "Asks for credit",
    "item": "What it should be",
    "variant": "Which size or kind",
    "qty": "How many",
    "confirm": "Whether to place the order",
    "payment": "Payment",
    "cod_limit": "Too large an order for cash here",
    "failed_turns": "The bot did not understand",
    "change_running_order": "Wants to change a running order",
    "cancel_after_payment": "Wants to cancel after paying",
    "named_by_provider": "The provider names it",
    "code_pasted": "The customer sent this code",
    "reference": "The account is this order",
    "reference_slip": "The account is nearly this order",
    "amount_due": "Just what is due",
    "amount_asked": "What was asked for",
    "amount_part": "Less than is due",
    "amount_over": "More than is due",
    "amount_far": "Far more than the order",
    "amount_differs": "Not what the prompt asked for",
    "payer_same": "The customer's number",
    "payer_like": "May be the customer's number",
    "payer_other": "Another number",
    "time_of_prompt": "Within minutes of the prompt",
    "same_day": "On the same day",
    "days_later": "Days later",
    "paid_before_order": "Paid before the order",
    "nothing_due": "Nothing is due",
    "order_closed": "The order is closed",
    "paid_too_much": "Paid too much",
    "paid_twice": "Paid twice",
    "paid_after_close": "Paid after the order was closed",
}
# What stays as it is behind any number: measures, and what counts several by itself.
_MEASURES: Final = frozenset(("kg", "g", "gm", "l", "ml", "m", "cm", "litre", "dozen", "pcs"))
_SIBILANTS: Final = ("s", "x", "z", "ch", "sh")
_NAMES: Final = {
    "whatsapp": "WhatsApp",
    "instagram": "Instagram",
    "mpesa": "M-Pesa",
    "upi": "UPI",
    "cod": "cash on delivery",
    "ivr": "call",
    "api": "app",
}
_PARTS: Final = {
    "bot": "Bot",
    "system": "Duka",
    "service": "Duka",
    "payments": "Payments",
    "dispatch": "Dispatch",
    "timer": "Clock",
    "customer": "Customer",
    "agent": "A colleague",
    "admin": "A colleague",
    "owner": "A colleague",
    "trainer": "A colleague",
}
_NOT_A_LANGUAGE: Final = {"sheng": "sw"}


def words(name: str) -> str:
    """Write a name of the code as words: `out_for_delivery` becomes `out for delivery`."""
    return _NAMES.get(name) or name.replace("_", " ").replace(".", " ")


def sentence(name: str) -> str:
    """Say what a step, a reason or a template means."""
    plain = words(name)
    return _SENTENCES.get(name, plain[:1].upper() + plain[1:])


def reason_words(reason: str, code: str | None) -> str:
    """Return why a thread stands where it does, which begins with a code's words, as a sentence."""
    return sentence(code) + reason.removeprefix(code.replace("_", " ")) if code else reason


def units(unit: str, qty: Decimal) -> str:
    """Return a unit of sale as it is said behind a number: `5 packets`, `2 boxes`, `3 kg`."""
    if qty == 1 or not unit.isascii() or unit.lower() in _MEASURES:
        return unit
    return f"{unit}es" if unit.endswith(_SIBILANTS) else f"{unit}s"


def who(actor: str, names: Mapping[str, str]) -> str:
    """Return whom an actor such as `vendor:V-42` stands for."""
    return names.get(actor) or _PARTS.get(actor.partition(":")[0], actor)


def language_tag(language: str) -> str:
    """Return a language as browsers know it."""
    return _NOT_A_LANGUAGE.get(language, language)


def map_link(place: Mapping[str, Any]) -> str:
    """Return where a map shows a place that a customer shared; degrees in `lat` and `lng`."""
    return f"https://www.google.com/maps/search/?api=1&query={place['lat']},{place['lng']}"
