"""From the UPI link provider's payloads to ours; pure."""

from dataclasses import dataclass
from typing import Any, Final

from backend.payments.ports import Advice, AttemptOutcome, AttemptResult, Claim, TakenBack

_LINK_STATES: Final = {
    "paid": AttemptOutcome.PAID,
    "created": AttemptOutcome.PENDING,
    "partially_paid": AttemptOutcome.PENDING,
    "cancelled": AttemptOutcome.FAILED,
    "expired": AttemptOutcome.FAILED,
    "active": AttemptOutcome.PENDING,
    "closed": AttemptOutcome.FAILED,
}
_CLAIMS: Final = {
    "refund.processed": Claim.GONE,
    "payment.dispute.created": Claim.DISPUTED,
    "payment.dispute.under_review": Claim.DISPUTED,
    "payment.dispute.action_required": Claim.DISPUTED,
    "payment.dispute.lost": Claim.GONE,
    "payment.dispute.won": Claim.KEPT,
    "payment.dispute.closed": Claim.KEPT,
}


@dataclass(frozen=True, slots=True)
class LinkEvent:
    """A webhook about a link or a code."""

    ref: str
    result: AttemptResult


def _entity(payload: dict[str, Any], name: str) -> dict[str, Any]:
    entity: dict[str, Any] = payload.get(name, {}).get("entity", {})
    return entity


def result_of_link(link: dict[str, Any], payment: dict[str, Any] | None = None) -> AttemptResult:
    """Read a link's or code's own record, with the payment that closed it where there is one."""
    state = str(link.get("status", ""))
    received = link.get("payments_amount_received") or 0
    captured = bool(payment) and (payment or {}).get("status") == "captured"
    outcome = AttemptOutcome.PAID if captured or received else _LINK_STATES.get(state, AttemptOutcome.UNKNOWN)
    receipt = _receipt(payment or {})
    amount = (payment or {}).get("amount") or received or link.get("amount_paid")
    return AttemptResult(
        outcome=outcome,
        code=state,
        receipt=receipt,
        amount_minor=int(amount) if amount else None,
        fee_minor=int((payment or {}).get("fee") or 0),
        advice=Advice.ASK_AGAIN if outcome is AttemptOutcome.FAILED else Advice.WAIT,
        reason="expired" if outcome is AttemptOutcome.FAILED else outcome.value,
    )


def _receipt(payment: dict[str, Any]) -> str | None:
    rrn = payment.get("acquirer_data", {}).get("rrn")
    return str(rrn or payment["id"]) if payment.get("id") else None


def event_of_webhook(body: dict[str, Any]) -> LinkEvent | None:
    """Read a webhook; None where it is about nothing that we asked for."""
    payload = body.get("payload", {})
    link = _entity(payload, "payment_link") or _entity(payload, "qr_code")
    if not link.get("id"):
        return None
    return LinkEvent(str(link["id"]), result_of_link(link, _entity(payload, "payment") or None))


def taken_back_by_webhook(body: dict[str, Any]) -> TakenBack | None:
    """Read a webhook about a refund or dispute; None where it is about neither, or names no payment."""
    payload = body.get("payload", {})
    claim, matter = _CLAIMS.get(str(body.get("event"))), _entity(payload, "refund") or _entity(payload, "dispute")
    receipt = _receipt(_entity(payload, "payment"))
    if claim is None or receipt is None or not matter.get("id") or not matter.get("amount"):
        return None
    return TakenBack(receipt, str(matter["id"]), int(matter["amount"]), claim)
