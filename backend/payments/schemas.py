"""Wire models of the payments API."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from backend.payments.models import Receipt, ReceiptSuggestion
from backend.payments.ports import AccountBalance, Method
from backend.payments.service.statements import StatementReport
from backend.payments.statement_ports import OutflowKind, OutflowTold
from backend.platform.web import Page

MOST_MINOR: Final = 1_000_000_000  # Ten million shillings or rupees: more than that is a slip, and no order's.


class BeginPayment(BaseModel):
    """How an order is to be paid."""

    method: Method = Field(description="mpesa, upi or cod.")
    payer_phone: str | None = Field(default=None, pattern=r"^\+\d{8,15}$", description="E.164; needed for M-Pesa.")


class PaymentView(BaseModel):
    """How an order is being paid."""

    model_config = ConfigDict(from_attributes=True)

    order_id: str = Field(description="The order.")
    method: str = Field(description="mpesa, upi or cod.")
    state: str = Field(description="The order's payment status.")
    amount_minor: int = Field(description="The order's total, in minor units.")
    paid_minor: int = Field(description="What its receipts brought it, without what was too much, in minor units.")
    due_minor: int = Field(description="What is still to be paid, in minor units.")
    currency: str = Field(description="ISO 4217.")
    attempt_id: str | None = Field(default=None, description="The latest prompt, link or code.")
    attempt_state: str | None = Field(default=None, description="created, sent, unknown, paid, failed or review.")
    url: str | None = Field(default=None, description="The link or code to show.")
    reason: str | None = Field(default=None, description="Why the latest attempt failed.")
    already_open: bool = Field(default=False, description="True where an earlier attempt is still live.")


class ClaimReceipt(BaseModel):
    """A receipt code that a customer has pasted."""

    code: str = Field(min_length=6, max_length=24, description="M-Pesa code or UPI reference.")


class ClaimView(BaseModel):
    """What the look-up found."""

    model_config = ConfigDict(from_attributes=True)

    outcome: str = Field(description="counted, matched, other_order or checking.")
    order_id: str = Field(description="The order.")
    code: str = Field(description="The code, in upper case.")


class CashTaken(BaseModel):
    """Cash that a rider has taken at the door."""

    amount_minor: int = Field(strict=True, gt=0, le=MOST_MINOR, description="In minor units.")
    rider_id: str = Field(description="Who took it.")


class ReceiptView(BaseModel):
    """Money that has moved."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(description="Our id.")
    provider: str = Field(description="mpesa, upi or cash.")
    code: str = Field(description="The provider's code.")
    amount_minor: int = Field(description="In minor units.")
    currency: str = Field(description="ISO 4217.")
    state: str = Field(
        description="suggested, orphan, matched, refund_due, refunded, reversed or replaced (by its parts)."
    )
    evidence: str = Field(description="How we know.")
    reasons: list[str] = Field(default=[], description="Why it is the order's.")
    matched_by: str | None = Field(default=None, description="automatic, or who decided.")
    part_of: str | None = Field(default=None, description="The receipt that this is a part of.")
    created_at: datetime = Field(description="When we recorded it.")


class RefundView(BaseModel):
    """Money that is owed back."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(description="The refund.")
    order_id: str | None = Field(description="The order, where one is known.")
    receipt_id: str = Field(description="The receipt that it gives back.")
    amount_minor: int = Field(description="In minor units.")
    currency: str = Field(description="ISO 4217.")
    cause: str = Field(description="Why it is owed.")
    state: str = Field(description="due, approved, paid_back or rejected.")
    requested_by: str | None = Field(description="Who asked for it; null where it is owed by itself.")
    decided_by: str | None = Field(description="Who decided.")
    paid_code: str | None = Field(description="The provider's code of the money that went back.")
    created_at: datetime = Field(description="Since when it is owed.")


class AskPayout(BaseModel):
    """What the caller knows of a payout whose end nobody has told."""

    is_surely_unpaid: bool = Field(
        default=False, description="True where they have seen at the provider that it was never made."
    )


class PayoutView(BaseModel):
    """A try to pay a refund out by API."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(description="The payout; the provider knows it by this.")
    refund_id: str = Field(description="The refund.")
    way: str = Field(description="b2c to the payer's phone, or reversal of their payment.")
    amount_minor: int = Field(description="In minor units.")
    currency: str = Field(description="ISO 4217.")
    state: str = Field(description="created, sent, unknown, paid, failed, or review where a person has to find out.")
    result_code: str | None = Field(description="The provider's code of its end.")
    result_reason: str | None = Field(description="What that means.")
    paid_code: str | None = Field(description="The provider's receipt of the money that went back.")
    started_by: str = Field(description="Who began it.")
    created_at: datetime = Field(description="When.")


class RefundDecision(BaseModel):
    """What a person decided on a refund."""

    approve: bool = Field(description="True to pay it back, false to reject it.")
    note: str = Field(min_length=3, max_length=300, description="Why.")


class SuggestionView(BaseModel):
    """An order that a receipt could be for."""

    model_config = ConfigDict(from_attributes=True)

    order_id: str = Field(description="The order.")
    points: int = Field(description="The matcher's points; it acts by itself from 80, 25 ahead of the next.")
    reasons: list[str] = Field(description="What speaks for it and against it.")


class OpenReceiptView(BaseModel):
    """Money that waits for a person."""

    receipt: ReceiptView = Field(description="The receipt.")
    reference: str = Field(description="What the payer typed as account.")
    payer_hint: str = Field(description="The last digits of the payer's number.")
    suggestions: list[SuggestionView] = Field(description="Best first.")

    @classmethod
    def of(cls, receipt: Receipt, suggestions: Sequence[ReceiptSuggestion]) -> Self:
        """Show a receipt with its suggestions."""
        return cls(
            receipt=ReceiptView.model_validate(receipt),
            reference=receipt.reference,
            payer_hint=receipt.payer_hint,
            suggestions=[SuggestionView.model_validate(one) for one in suggestions],
        )


class SumView(BaseModel):
    """What receipts of one currency come to."""

    currency: str = Field(description="ISO 4217.")
    receipts: int = Field(description="How many.")
    sum_minor: int = Field(description="In minor units.")


class OpenReceipts(Page[OpenReceiptView]):
    """A page of the money that waits for a person."""

    sums: list[SumView] = Field(description="Of the whole list, by currency.")


class AcceptReceipt(BaseModel):
    """The order that a receipt is for."""

    order_id: str = Field(description="The order.")


class ReceiptsView(BaseModel):
    """Some receipts."""

    items: list[ReceiptView] = Field(description="In the order that was asked for; what stays open at the end.")

    @classmethod
    def of(cls, receipts: Sequence[Receipt]) -> Self:
        """Show receipts."""
        return cls(items=[ReceiptView.model_validate(one) for one in receipts])


class PartIn(BaseModel):
    """How much of a receipt is an order's."""

    order_id: str = Field(description="The order.")
    amount_minor: int = Field(strict=True, gt=0, le=MOST_MINOR, description="In minor units.")


class SplitReceipt(BaseModel):
    """A receipt over several orders; together no more than the receipt, what is left stays open."""

    parts: list[PartIn] = Field(min_length=1, max_length=20, description="Each of another order.")
    reason: str = Field(min_length=3, max_length=300, description="Why.")


class MergeReceipts(BaseModel):
    """Several receipts for one order."""

    receipt_ids: list[str] = Field(min_length=1, max_length=20, description="Open receipts.")
    reason: str = Field(min_length=3, max_length=300, description="Why.")


class UndoMatch(BaseModel):
    """That a receipt was not for its order."""

    reason: str = Field(min_length=3, max_length=300, description="Why.")


class AskRefund(BaseModel):
    """A wish to give some of a payment back."""

    receipt_id: str = Field(description="The receipt that it is taken from.")
    amount_minor: int = Field(strict=True, gt=0, le=MOST_MINOR, description="In minor units.")
    cause: Literal["missing_goods", "damaged", "wrong_price", "goodwill"] = Field(description="One refund a cause.")
    note: str = Field(min_length=3, max_length=300, description="What happened.")


class PaidUnder(BaseModel):
    """The code of money that went out."""

    code: str = Field(min_length=4, max_length=40, description="The provider's or bank's code.")


class AccountView(BaseModel):
    """One account in one currency."""

    model_config = ConfigDict(from_attributes=True)

    account: str = Field(description="Named by what it holds.")
    currency: str = Field(description="ISO 4217.")
    debit_minor: int = Field(description="All debits, in minor units.")
    credit_minor: int = Field(description="All credits, in minor units.")
    balance_minor: int = Field(description="Debits less credits, in minor units.")


class TrialBalanceView(BaseModel):
    """All accounts at an instant; the balances of a currency add up to nothing."""

    merchant_id: str | None = Field(description="Whose books; null for all.")
    at: datetime | None = Field(description="The last instant that counts; null for now.")
    accounts: list[AccountView] = Field(description="By currency and name.")
    level: bool = Field(description="True where debits equal credits in every currency.")

    @classmethod
    def of(cls, merchant_id: str | None, at: datetime | None, rows: Sequence[AccountBalance]) -> Self:
        """Show balances."""
        off: Counter[str] = Counter()
        for row in rows:
            off[row.currency] += row.balance_minor
        accounts = [AccountView.model_validate(row) for row in rows]
        return cls(merchant_id=merchant_id, at=at, accounts=accounts, level=not any(off.values()))


class MismatchView(BaseModel):
    """How many payments have no order."""

    model_config = ConfigDict(from_attributes=True)

    days: int = Field(description="Over how many days until now.")
    payments: int = Field(description="Payments that came in.")
    open: int = Field(description="Those of them that have no order yet.")
    percent: float = Field(description="Their share of the payments, from 0 to 100.")


class MakeSettlement(BaseModel):
    """Whose money is to be settled, and until when."""

    merchant_id: str = Field(description="The merchant.")
    currency: str = Field(pattern="^[A-Z]{3}$", description="ISO 4217.")
    until: AwareDatetime = Field(description="The last instant whose postings count.")


class SettlementView(BaseModel):
    """A merchant's money of delivered orders, less our fees and what went back."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(description="The settlement.")
    merchant_id: str = Field(description="The merchant.")
    currency: str = Field(description="ISO 4217.")
    until: datetime = Field(description="The last instant whose postings count.")
    orders: int = Field(description="How many orders' money it holds.")
    gross_minor: int = Field(description="What they brought, in minor units.")
    fee_minor: int = Field(description="Our fees, in minor units.")
    deducted_minor: int = Field(description="What went back of orders that were settled before, in minor units.")
    net_minor: int = Field(description="What is paid out, in minor units.")
    state: str = Field(description="due or paid.")
    paid_code: str | None = Field(description="The bank's code.")


class FeeTerms(BaseModel):
    """What a merchant pays of each order."""

    basis_points: int = Field(ge=0, le=10_000, description="Share of the order's money; 250 is 2.5 %.")
    fixed_minor: int = Field(default=0, ge=0, le=MOST_MINOR, description="And this much of each order, in minor units.")


class BankTransfer(BaseModel):
    """Money that went to our bank from where it is held for us; again under its code changes nothing."""

    provider: Literal["mpesa", "upi", "cash"] = Field(description="Who held it; cash is what our till holds.")
    currency: str = Field(pattern="^[A-Z]{3}$", description="ISO 4217.")
    amount_minor: int = Field(strict=True, gt=0, le=MOST_MINOR, description="In minor units.")
    code: str = Field(min_length=4, max_length=40, pattern=r"^\S+$", description="The provider's or the bank's code.")

    def told(self, told_by: str) -> OutflowTold:
        """Return it as somebody's word."""
        kind = OutflowKind.TO_BANK
        return OutflowTold(self.provider, self.code.upper(), kind, self.amount_minor, self.currency, told_by)


class ProblemLine(BaseModel):
    """A line of a statement that could not be read or applied."""

    line: int = Field(description="In the file, from 1.")
    why: str = Field(description="What is wrong with it.")


class StatementView(BaseModel):
    """What became of a statement."""

    lines: int = Field(description="All lines below the column names.")
    receipts: dict[str, int] = Field(description="How its receipts stood when their line was read, by state.")
    reversed: int = Field(description="Payments that it says went back.")
    outflows: int = Field(description="The provider's charges, and withdrawals to the bank.")
    other: int = Field(description="Lines that move no money of these, or were not completed.")
    problems: list[ProblemLine] = Field(description="What could not be read or applied.")

    @classmethod
    def of(cls, report: StatementReport) -> Self:
        """Show a report."""
        problems = [ProblemLine(line=number, why=why) for number, why in report.problems]
        return cls(
            lines=report.lines,
            receipts=dict(report.receipts),
            reversed=report.reversed,
            outflows=report.outflows,
            other=report.other,
            problems=problems,
        )
