"""Wire models of the payments API."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from backend.payments.ports import Method


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
    paid_minor: int = Field(description="The sum of its receipts, in minor units.")
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

    amount_minor: int = Field(gt=0, description="In minor units.")
    rider_id: str = Field(description="Who took it.")


class ReceiptView(BaseModel):
    """Money that has moved."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(description="Our id.")
    provider: str = Field(description="mpesa, upi or cash.")
    code: str = Field(description="The provider's code.")
    amount_minor: int = Field(description="In minor units.")
    currency: str = Field(description="ISO 4217.")
    state: str = Field(description="matched, unmatched, refund_due or refunded.")
    evidence: str = Field(description="How we know.")
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
    decided_by: str | None = Field(description="Who decided.")
    created_at: datetime = Field(description="Since when it is owed.")


class RefundDecision(BaseModel):
    """What a person decided on a refund."""

    approve: bool = Field(description="True to pay it back, false to reject it.")
    note: str = Field(min_length=3, max_length=300, description="Why.")
