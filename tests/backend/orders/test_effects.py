"""What each command writes onto the order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.orders import commands as c
from backend.orders.commands import Command, PaymentMethod, PaymentMode
from backend.orders.effects import changes_of
from backend.orders.events import OrderState, PaymentStatus
from backend.orders.policies import OrderFacts

NOW = datetime(2026, 11, 22, 14, 20, tzinfo=UTC)
ORDER = OrderFacts(
    id="ORD1",
    state=OrderState.PROCESSING,
    payment_mode=PaymentMode.PREPAID,
    payment_status=PaymentStatus.PENDING,
    amount_minor=32500,
    paid_minor=0,
    user_id="U-1",
    vendor_id="V-1",
    address_version=2,
)
PAID = {"paid_minor": 32500, "payment_status": PaymentStatus.SUCCESS}
PART = {"paid_minor": 5000, "payment_status": PaymentStatus.PARTIAL}


@pytest.mark.parametrize(
    ("before", "command", "changes"),
    [
        ({}, c.ConfirmPayment(33000), {"paid_minor": 33000, "payment_status": "success"}),
        ({}, c.RecordPartPayment(5000), {"paid_minor": 5000, "payment_status": "partial"}),
        ({}, c.MarkPaymentFailed("1032"), {"payment_status": "failed"}),
        (PART, c.MarkPaymentFailed("1032"), {}),
        ({}, c.RecordLatePayment(32500), {"paid_minor": 32500, "payment_status": "refund_due"}),
        (PAID, c.RecordRefund(500), {"refunded_minor": 500, "payment_status": "success"}),
        (PAID, c.RecordRefund(32500), {"refunded_minor": 32500, "payment_status": "refunded"}),
        (PAID, c.WithdrawPart(5000), {"paid_minor": 5000, "payment_status": "partial"}),
        (PAID, c.WithdrawPayment(), {"paid_minor": 0, "payment_status": "pending"}),
        (
            {**PAID, "refunded_minor": 5000},
            c.WithdrawPart(5000),
            {"paid_minor": 5000, "payment_status": "pending"},
        ),
        (
            {**PAID, "state": OrderState.CANCELLED},
            c.WithdrawPart(5000),
            {"paid_minor": 5000, "payment_status": "refund_due"},
        ),
        ({}, c.ApproveCod(), {"payment_mode": "cod", "payment_method": "cod"}),
        (
            {"payment_mode": PaymentMode.COD},
            c.SwitchPayment(PaymentMode.PREPAID, PaymentMethod.UPI),
            {"payment_mode": "prepaid", "payment_method": "upi", "payment_status": "pending"},
        ),
        (
            PART,
            c.SwitchPayment(PaymentMode.COD),
            {"payment_mode": "cod", "payment_method": "cod", "payment_status": "partial"},
        ),
        ({}, c.AcceptOrder(15), {"prep_eta_minutes": 15, "prep_due_at": NOW + timedelta(minutes=15)}),
        (
            {"prep_minutes": 15, "prep_due_at": NOW + timedelta(minutes=4)},
            c.ExtendPreparation(10),
            {"prep_eta_minutes": 25, "prep_due_at": NOW + timedelta(minutes=14)},
        ),
        (
            {"prep_minutes": 15, "prep_due_at": NOW - timedelta(minutes=4)},
            c.ExtendPreparation(10),
            {"prep_eta_minutes": 25, "prep_due_at": NOW + timedelta(minutes=10)},
        ),
        ({}, c.CancelOrder(" too late "), {"close_reason": "too late"}),
        (PART, c.CancelOrder("too late"), {"close_reason": "too late", "payment_status": "refund_due"}),
        ({**PAID, "refunded_minor": 32500}, c.ReturnOrder("cold"), {"close_reason": "cold"}),
        (PAID, c.RejectOrder(), {"close_reason": None, "payment_status": "refund_due"}),
        ({}, c.DeliverOrder({"kind": "photo"}), {"proof": {"kind": "photo"}, "delivery_failure": None}),
        ({}, c.FailDelivery("gate shut"), {"delivery_failure": "gate shut"}),
        ({}, c.ChangeAddress("elsewhere"), {"address_version": 3}),
        ({}, c.ConfirmAddress(2), {"address_confirmed_version": 2}),
        ({}, c.AssignRider("R-1"), {"rider_id": "R-1"}),
        ({"rider_id": "R-1"}, c.UnassignRider("puncture"), {"rider_id": None}),
        ({}, c.MarkReady(), {}),
        ({}, c.AddNote("ring twice"), {}),
    ],
)
def test_changes(before: dict[str, Any], command: Command, changes: dict[str, Any]) -> None:
    assert changes_of(replace(ORDER, **before), command, NOW) == changes
