"""From Daraja's codes and payloads to ours; pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from backend.payments.ports import (
    Advice,
    AttemptOutcome,
    AttemptResult,
    Evidence,
    Feed,
    HandPayment,
    PayoutResult,
    PulledPage,
)
from backend.payments.providers.daraja.wire import AsyncResult, C2BConfirmation, PulledRow, PulledRows, StkCallback


@dataclass(frozen=True, slots=True)
class CodeRow:
    """What one result code means for us; `reason` names the words for the customer."""

    outcome: AttemptOutcome
    advice: Advice
    reason: str


NAIROBI: Final = timezone(timedelta(hours=3))
_F: Final = AttemptOutcome.FAILED
RESULT_CODES: Final[dict[str, CodeRow]] = {
    "0": CodeRow(AttemptOutcome.PAID, Advice.WAIT, "paid"),
    "1": CodeRow(_F, Advice.ASK_AGAIN, "insufficient_funds"),
    "2": CodeRow(_F, Advice.CHANGE_METHOD, "amount_too_small"),
    "3": CodeRow(_F, Advice.CHANGE_METHOD, "amount_too_large"),
    "4": CodeRow(_F, Advice.CHANGE_METHOD, "daily_limit"),
    "8": CodeRow(_F, Advice.PERSON, "receiver_limit"),
    "17": CodeRow(_F, Advice.RETRY_LATER, "same_amount_too_soon"),
    "26": CodeRow(_F, Advice.RETRY_LATER, "system_busy"),
    "1001": CodeRow(_F, Advice.RETRY_LATER, "another_prompt_open"),
    "1019": CodeRow(_F, Advice.ASK_AGAIN, "expired"),
    "1025": CodeRow(_F, Advice.RETRY_LATER, "prompt_not_sent"),
    "9999": CodeRow(_F, Advice.RETRY_LATER, "prompt_not_sent"),
    "1032": CodeRow(_F, Advice.ASK_AGAIN, "cancelled"),
    "1037": CodeRow(_F, Advice.ASK_AGAIN, "unreachable"),
    "2001": CodeRow(_F, Advice.ASK_AGAIN, "wrong_pin"),
    "2028": CodeRow(_F, Advice.PERSON, "not_permitted"),
    "8006": CodeRow(_F, Advice.PERSON, "not_permitted"),
    "SFC_IC0003": CodeRow(_F, Advice.PERSON, "not_permitted"),
    "4999": CodeRow(AttemptOutcome.PENDING, Advice.WAIT, "pending"),
}
PAYOUT_CODES: Final[dict[str, tuple[AttemptOutcome, str]]] = {
    "0": (AttemptOutcome.PAID, "paid"),
    "1": (_F, "our_funds"),
    "2": (_F, "amount_too_small"),
    "3": (_F, "amount_too_large"),
    "4": (_F, "daily_limit"),
    "8": (_F, "receiver_limit"),
    "11": (_F, "not_reversible"),
    "17": (_F, "same_amount_too_soon"),
    "21": (_F, "not_permitted"),
    "26": (_F, "system_busy"),
    "2001": (_F, "initiator"),
    "2006": (_F, "receiver_account"),
    "2028": (_F, "not_permitted"),
    "2040": (_F, "receiver_account"),
    "8006": (_F, "initiator"),
    "SFC_IC0003": (_F, "receiver_account"),
    "R000001": (AttemptOutcome.PAID, "reversed_before"),
    "R000002": (_F, "no_such_payment"),
}
_NO_SUCH_PAYMENT: Final = "R000002"
_ENDED_UNPAID: Final = frozenset({"failed", "cancelled", "declined", "expired"})
UNKNOWN_CODE: Final = CodeRow(AttemptOutcome.UNKNOWN, Advice.WAIT, "unknown")
_STILL_PROCESSING: Final = "processing"


def minor_units(amount: Any) -> int | None:
    """Read an amount such as `420`, `420.00` or `"5.00"` as minor units; None where it is none."""
    try:
        scaled = Decimal(str(amount)) * 100
    except InvalidOperation:
        return None
    return int(scaled) if scaled.is_finite() and scaled == scaled.to_integral_value() else None


def local_time(digits: str) -> datetime | None:
    """Read Daraja's fourteen digits, in Nairobi's time; None where they are none."""
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=NAIROBI).astimezone(UTC)
    except ValueError:
        return None


def row_for(code: str, text: str = "") -> CodeRow:
    """Return what a result code means; an unknown one is unknown, never failed."""
    if _STILL_PROCESSING in text.lower() and code != "0":
        return RESULT_CODES["4999"]
    return RESULT_CODES.get(code, UNKNOWN_CODE)


def result_of_callback(callback: StkCallback) -> AttemptResult:
    """Read an STK callback."""
    row = row_for(callback.result_code)
    receipt = callback.value("MpesaReceiptNumber")
    return AttemptResult(
        outcome=row.outcome,
        code=callback.result_code,
        detail=callback.result_desc,
        receipt=str(receipt) if receipt else None,
        amount_minor=minor_units(callback.value("Amount")),
        advice=row.advice,
        reason=row.reason,
        payer=str(callback.value("PhoneNumber") or ""),
        paid_at=local_time(str(callback.value("TransactionDate") or "")),
    )


def result_of_query(code: str, text: str) -> AttemptResult:
    """Read the answer to a query; it carries neither amount nor receipt."""
    row = row_for(code, text)
    return AttemptResult(outcome=row.outcome, code=code, detail=text, advice=row.advice, reason=row.reason)


def hand_payment(confirmation: C2BConfirmation) -> HandPayment:
    """Read a payment made by hand.

    Raises:
        ValueError: The amount is none.
    """
    amount = minor_units(confirmation.amount)
    if amount is None or amount <= 0:
        message = "a confirmation without an amount"
        raise ValueError(message)
    return HandPayment(
        receipt=confirmation.trans_id,
        amount_minor=amount,
        reference=confirmation.reference,
        payer=confirmation.msisdn,
        paid_at=local_time(confirmation.trans_time),
    )


def iso_time(written: str) -> datetime | None:
    """Read a time of the pull feed, in Nairobi's zone where it names none; None where it is none."""
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=NAIROBI)).astimezone(UTC)


def pulled_page(answer: PulledRows) -> PulledPage:
    """Read a page of the pull feed; what is no customer's payment is left out, what can't be read is counted."""
    rows = [row for part in answer.rows for row in part]
    told, unread = list[Evidence](), 0
    for row in rows:
        try:
            evidence = _pulled(PulledRow.model_validate(row))
        except ValueError:
            unread += 1
            continue
        if evidence is not None:
            told.append(evidence)
    return PulledPage(tuple(told), len(rows), unread)


def _pulled(row: PulledRow) -> Evidence | None:
    if not row.kind.lower().startswith("c2b"):
        return None
    amount = minor_units(row.amount)
    if amount is None or amount <= 0:
        message = "a transaction without an amount"
        raise ValueError(message)
    return Evidence(
        feed=Feed.PULL,
        rail="mpesa",
        code=row.transaction_id,
        amount_minor=amount,
        currency="KES",
        reference=row.reference,
        payer=row.msisdn,
        paid_at=iso_time(row.at),
    )


def payout_result(result: AsyncResult) -> PayoutResult:
    """Read the result of a payout or reversal; a code that is not in the table is unknown, never failed."""
    outcome, reason = PAYOUT_CODES.get(result.result_code, (AttemptOutcome.UNKNOWN, "unknown"))
    receipt = result.value("TransactionReceipt") or result.transaction_id
    amount = result.value("TransactionAmount") or result.value("Amount")
    return PayoutResult(
        outcome=outcome,
        code=result.result_code,
        reason=reason,
        detail=result.result_desc,
        receipt=str(receipt) if receipt and result.result_code == "0" else None,
        amount_minor=minor_units(amount) if amount is not None else None,
    )


def payout_status(result: AsyncResult, paid_as: str) -> PayoutResult:
    """Read the answer to a question about a payout: `paid_as` is the status that says that the money went back.

    That the transaction is not found says nothing: it may be on its way.
    """
    status = str(result.value("TransactionStatus") or "").lower()
    found = result.result_code == "0"
    if found and status == paid_as:
        amount = minor_units(result.value("Amount"))
        receipt = str(result.value("ReceiptNo") or "") if paid_as == "completed" else ""
        return PayoutResult(AttemptOutcome.PAID, status, "paid", receipt=receipt or None, amount_minor=amount)
    if found and status in _ENDED_UNPAID and paid_as == "completed":
        return PayoutResult(_F, status, status)
    return PayoutResult(AttemptOutcome.UNKNOWN, status or result.result_code, "unknown")


def disproof(result: AsyncResult) -> str | None:
    """Return why a look-up proves that there is no such payment to us; None where it proves nothing."""
    if result.result_code == _NO_SUCH_PAYMENT:
        return "no_such_payment"
    status = str(result.value("TransactionStatus") or "").lower()
    return status if result.result_code == "0" and status in {"reversed", *_ENDED_UNPAID} else None


def proven_receipt(result: AsyncResult) -> HandPayment | None:
    """Read the result of a transaction status query; None where the receipt is not a completed payment."""
    amount = minor_units(result.value("Amount"))
    receipt = result.value("ReceiptNo")
    if result.result_code != "0" or result.value("TransactionStatus") != "Completed" or not amount or not receipt:
        return None
    payer = str(result.value("DebitPartyName") or "").partition(" - ")[0]
    return HandPayment(str(receipt), amount, "", payer, local_time(str(result.value("FinalisedTime") or "")))
