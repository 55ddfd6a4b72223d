"""Tables of payments; receipts are unique facts, ledger rows are only ever added."""

from datetime import datetime
from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.payments.lifecycle import ReceiptState
from backend.platform.db.base import Base, Timestamped
from backend.platform.db.types import EncryptedText

POCKETS: Final = "clearing.cash."  # Begins the account of each rider's cash.
LIVE_ATTEMPT = text("state IN ('created', 'sent', 'unknown')")


class PaymentIntent(Base, Timestamped):
    """That an order's total, or what is left of it, is to be collected one way."""

    __tablename__ = "payment_intents"
    __table_args__ = (
        CheckConstraint("method IN ('mpesa', 'upi', 'cod')", name="method"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("state IN ('open', 'paid', 'failed', 'superseded')", name="state"),
        Index("uq_payment_intents_open", "order_id", unique=True, postgresql_where=text("state = 'open'")),
        Index("ix_payment_intents_order_id", "order_id"),
        Index("ix_payment_intents_payer_index", "payer_index", postgresql_where=text("payer_index IS NOT NULL")),
    )

    id: Mapped[str] = mapped_column(String, primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    merchant_id: Mapped[str]
    method: Mapped[str]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    payer_phone: Mapped[str | None] = mapped_column(EncryptedText)
    payer_index: Mapped[bytes | None]
    state: Mapped[str] = mapped_column(server_default="open")


class PaymentAttempt(Base, Timestamped):
    """One prompt, link or code; at most one is live for an order."""

    __tablename__ = "payment_attempts"
    __table_args__ = (
        CheckConstraint("state IN ('created', 'sent', 'unknown', 'paid', 'failed', 'review')", name="state"),
        Index("uq_payment_attempts_live", "order_id", unique=True, postgresql_where=LIVE_ATTEMPT),
        Index("ix_payment_attempts_order_id", "order_id"),
    )

    id: Mapped[str] = mapped_column(String, primary_key=True)
    intent_id: Mapped[str] = mapped_column(ForeignKey("payment_intents.id"))
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    provider: Mapped[str]
    at_the_door: Mapped[bool] = mapped_column(server_default="false")
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    provider_ref: Mapped[str | None] = mapped_column(unique=True)
    secondary_ref: Mapped[str | None]
    url: Mapped[str | None]
    state: Mapped[str] = mapped_column(server_default="created")
    result_code: Mapped[str | None]
    result_reason: Mapped[str | None]
    expires_at: Mapped[datetime | None]


class Receipt(Base, Timestamped):
    """Money that has moved; a provider's code stands for one receipt only.

    `points` and `reasons` say why it is the order's, `matched_by` who decided. A suggested one waits for a person with
    its candidates, an orphan has none. A part has the code of what it is `part_of`, with a number.
    """

    __tablename__ = "receipts"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint(f"state IN ({', '.join(repr(str(one)) for one in ReceiptState)})", name="state"),
        CheckConstraint(
            "CASE WHEN state IN ('suggested', 'orphan') THEN order_id IS NULL"
            " ELSE state <> 'matched' OR order_id IS NOT NULL END",
            name="owner",
        ),
        UniqueConstraint("provider", "code"),
        Index("ix_receipts_order_id", "order_id"),
        Index("ix_receipts_state", "state", postgresql_where=text("state <> 'matched'")),
        Index("ix_receipts_part_of", "part_of", postgresql_where=text("part_of IS NOT NULL")),
    )

    id: Mapped[str] = mapped_column(String, primary_key=True)
    provider: Mapped[str]
    code: Mapped[str]
    provisional: Mapped[bool] = mapped_column(server_default="false")
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    order_id: Mapped[str | None] = mapped_column(ForeignKey("orders.id"))
    attempt_id: Mapped[str | None]
    merchant_id: Mapped[str | None]
    reference: Mapped[str] = mapped_column(server_default="")
    payer_hint: Mapped[str] = mapped_column(server_default="")
    payer: Mapped[str | None] = mapped_column(EncryptedText)
    paid_at: Mapped[datetime | None]
    evidence: Mapped[str]
    state: Mapped[str]
    points: Mapped[int | None]
    reasons: Mapped[list[str]] = mapped_column(server_default=text("'[]'"))
    matched_by: Mapped[str | None]
    part_of: Mapped[str | None] = mapped_column(ForeignKey("receipts.id"))


class ReceiptDecision(Base):
    """What a person decided about a receipt, and why; only ever added to, which the database checks."""

    __tablename__ = "receipt_decisions"
    __table_args__ = (
        CheckConstraint("kind IN ('given', 'split', 'undone', 'given_back')", name="kind"),
        CheckConstraint("amount_minor > 0", name="amount"),
        Index("ix_receipt_decisions_receipt_id", "receipt_id"),
        Index("ix_receipt_decisions_order_id", "order_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    receipt_id: Mapped[str] = mapped_column(ForeignKey("receipts.id"))
    order_id: Mapped[str | None] = mapped_column(ForeignKey("orders.id"))
    kind: Mapped[str]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    actor: Mapped[str]
    reason: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = mapped_column(server_default=text("duka_now()"))


class ReceiptSuggestion(Base):
    """An order that a receipt could be for, for a person to accept."""

    __tablename__ = "receipt_suggestions"

    receipt_id: Mapped[str] = mapped_column(ForeignKey("receipts.id"), primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    points: Mapped[int]
    reasons: Mapped[list[str]]


class LedgerEntry(Base):
    """One side of a posting; the sides of one id add up to nothing and are never changed, which the database checks."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        CheckConstraint("debit_minor >= 0", name="debit"),
        CheckConstraint("credit_minor >= 0", name="credit"),
        CheckConstraint("(debit_minor = 0) <> (credit_minor = 0)", name="one_side"),
        Index("ix_ledger_entries_posting_id", "posting_id"),
        Index("ix_ledger_entries_order_id", "order_id"),
        Index("ix_ledger_entries_merchant_id", "merchant_id", "currency", "created_at"),
        Index("ix_ledger_entries_pocket", "account", postgresql_where=text(f"account LIKE '{POCKETS}%'")),
        Index("ix_ledger_entries_suspense", "receipt_id", postgresql_where=text("account = 'suspense'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    posting_id: Mapped[str]
    account: Mapped[str]
    merchant_id: Mapped[str | None]
    order_id: Mapped[str | None]
    receipt_id: Mapped[str | None]
    settlement_id: Mapped[str | None]
    debit_minor: Mapped[int] = mapped_column(BigInteger, server_default="0")
    credit_minor: Mapped[int] = mapped_column(BigInteger, server_default="0")
    currency: Mapped[str] = mapped_column(String(3))
    cause: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = mapped_column(server_default=text("duka_now()"))


class Outflow(Base):
    """What a provider took as its charge, or paid to our bank, once for each code and kind; only ever added to."""

    __tablename__ = "outflows"
    __table_args__ = (
        CheckConstraint("kind IN ('charge', 'to_bank')", name="kind"),
        CheckConstraint("amount_minor > 0", name="amount"),
    )

    provider: Mapped[str] = mapped_column(String, primary_key=True)
    code: Mapped[str] = mapped_column(String, primary_key=True)
    kind: Mapped[str] = mapped_column(String, primary_key=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    told_by: Mapped[str]
    moved_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("duka_now()"))


class CashCount(Base):
    """A rider's cash, counted: taken at a door, handed in at the desk, or written off by the owner.

    `moved_minor` is what it added to the rider's pocket, below zero for what left it; all counts of a rider add up to
    their account in the ledger. At a door `expected_minor` was due, at the desk it was to be handed in.
    """

    __tablename__ = "cash_counts"
    __table_args__ = (
        CheckConstraint("kind IN ('door', 'desk', 'written_off')", name="kind"),
        CheckConstraint("(kind = 'door') = (order_id IS NOT NULL)", name="order"),
        Index(
            "uq_cash_counts_door", "order_id", "rider_id", unique=True, postgresql_where=text("order_id IS NOT NULL")
        ),
        Index("ix_cash_counts_rider_id", "rider_id", "created_at"),
    )

    id: Mapped[str] = mapped_column(String, primary_key=True)
    rider_id: Mapped[str]
    kind: Mapped[str]
    order_id: Mapped[str | None] = mapped_column(ForeignKey("orders.id"))
    currency: Mapped[str] = mapped_column(String(3))
    expected_minor: Mapped[int] = mapped_column(BigInteger)
    counted_minor: Mapped[int] = mapped_column(BigInteger)
    moved_minor: Mapped[int] = mapped_column(BigInteger)
    counted_by: Mapped[str]
    note: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = mapped_column(server_default=text("duka_now()"))

    @property
    def difference_minor(self) -> int:
        """Counted less expected: below zero is short, above is too much."""
        return self.counted_minor - self.expected_minor


class Refund(Base, Timestamped):
    """Money that is owed back; one a receipt and cause, and never more of a receipt than it brought."""

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("state IN ('due', 'approved', 'paid_back', 'rejected')", name="state"),
        UniqueConstraint("receipt_id", "cause"),
        Index("ix_refunds_order_id", "order_id"),
    )

    id: Mapped[str] = mapped_column(String, primary_key=True)
    order_id: Mapped[str | None] = mapped_column(ForeignKey("orders.id"))
    receipt_id: Mapped[str] = mapped_column(ForeignKey("receipts.id"))
    merchant_id: Mapped[str | None]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    cause: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="due")
    requested_by: Mapped[str | None]
    decided_by: Mapped[str | None]
    note: Mapped[str | None]
    paid_code: Mapped[str | None]
    paid_at: Mapped[datetime | None]


class Payout(Base, Timestamped):
    """One try to pay a refund out by API, known to the provider by its id; at most one of a refund has not failed.

    `tries` counts how often it was asked for under this id; `review` waits for a person, since its end is not known.
    """

    __tablename__ = "payouts"
    __table_args__ = (
        CheckConstraint("way IN ('b2c', 'reversal')", name="way"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("state IN ('created', 'sent', 'unknown', 'paid', 'failed', 'review')", name="state"),
        Index("uq_payouts_standing", "refund_id", unique=True, postgresql_where=text("state <> 'failed'")),
        Index("ix_payouts_refund_id", "refund_id"),
    )

    id: Mapped[str] = mapped_column(String, primary_key=True)
    refund_id: Mapped[str] = mapped_column(ForeignKey("refunds.id"))
    way: Mapped[str]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    payee: Mapped[str | None] = mapped_column(EncryptedText)
    receipt_code: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="created")
    tries: Mapped[int] = mapped_column(server_default="0")
    started_by: Mapped[str]
    provider_ref: Mapped[str | None]
    result_code: Mapped[str | None]
    result_reason: Mapped[str | None]
    paid_code: Mapped[str | None]


class MerchantFee(Base, Timestamped):
    """What a merchant pays us of each order's money: a share, and a fixed part."""

    __tablename__ = "merchant_fees"
    __table_args__ = (
        CheckConstraint("basis_points BETWEEN 0 AND 10000", name="basis_points"),
        CheckConstraint("fixed_minor >= 0", name="fixed"),
    )

    merchant_id: Mapped[str] = mapped_column(String, primary_key=True)
    basis_points: Mapped[int]
    fixed_minor: Mapped[int] = mapped_column(BigInteger, server_default="0")
    set_by: Mapped[str]


class PullCursor(Base, Timestamped):
    """How far a shortcode's transactions were read; `next_at` is also the lease of who reads them now."""

    __tablename__ = "pull_cursors"

    shortcode: Mapped[str] = mapped_column(String, primary_key=True)
    registered_at: Mapped[datetime | None]
    read_until: Mapped[datetime | None]
    next_at: Mapped[datetime] = mapped_column(server_default=text("duka_now()"))
    failures: Mapped[int] = mapped_column(server_default="0")
    last_error: Mapped[str] = mapped_column(server_default="")


class Settlement(Base, Timestamped):
    """A merchant's money of delivered orders up to an instant, less our fees and what went back, to be paid out.

    `deducted_minor` went back to payers of orders that were settled before.
    """

    __tablename__ = "settlements"
    __table_args__ = (
        CheckConstraint("gross_minor > 0", name="gross"),
        CheckConstraint("fee_minor BETWEEN 0 AND gross_minor", name="fee"),
        CheckConstraint("deducted_minor BETWEEN 0 AND gross_minor - fee_minor", name="deducted"),
        CheckConstraint("state IN ('due', 'paid')", name="state"),
        UniqueConstraint("merchant_id", "currency", "until"),
    )

    id: Mapped[str] = mapped_column(String, primary_key=True)
    merchant_id: Mapped[str]
    currency: Mapped[str] = mapped_column(String(3))
    until: Mapped[datetime]
    orders: Mapped[int]
    gross_minor: Mapped[int] = mapped_column(BigInteger)
    fee_minor: Mapped[int] = mapped_column(BigInteger)
    deducted_minor: Mapped[int] = mapped_column(BigInteger, server_default="0")
    state: Mapped[str] = mapped_column(server_default="due")
    made_by: Mapped[str]
    paid_code: Mapped[str | None] = mapped_column(unique=True)

    @property
    def net_minor(self) -> int:
        """What is paid out."""
        return self.gross_minor - self.fee_minor - self.deducted_minor
