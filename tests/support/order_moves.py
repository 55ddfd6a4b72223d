"""What each command does in the states that know it, and one of each to give."""

from backend.orders import commands as c
from backend.orders.commands import Command, PaymentMode
from backend.orders.events import OrderState as S

PROCESSING_ON = (S.PROCESSING, S.HANDOVER, S.OUT_FOR_DELIVERY)
RUNNING = (S.CONFIRMED, *PROCESSING_ON)
UNPAID = (S.PENDING, S.PARTIAL)
BEFORE_DELIVERED = (*UNPAID, *RUNNING)
STAYS = None

# Written by hand from the papers, not derived from the rows: what each command does in the states that know it.
MOVES: dict[type[Command], dict[S, S | None]] = {
    c.RecordPartPayment: dict.fromkeys(UNPAID, S.PARTIAL) | dict.fromkeys((*RUNNING, S.DELIVERED), STAYS),
    c.ConfirmPayment: dict.fromkeys(UNPAID, S.CONFIRMED) | dict.fromkeys((*RUNNING, S.DELIVERED), STAYS),
    c.ApproveCod: dict.fromkeys(UNPAID, S.CONFIRMED),
    c.MarkPaymentFailed: dict.fromkeys(BEFORE_DELIVERED, STAYS),
    c.RecordLatePayment: dict.fromkeys((S.CANCELLED, S.RETURNED), STAYS),
    c.RecordRefund: dict.fromkeys((S.PARTIAL, *RUNNING, S.DELIVERED, S.CANCELLED, S.RETURNED), STAYS),
    c.WithdrawPart: dict.fromkeys((S.PARTIAL, *RUNNING, S.DELIVERED, S.CANCELLED, S.RETURNED), STAYS),
    c.WithdrawPayment: {S.PARTIAL: S.PENDING} | dict.fromkeys((*RUNNING, S.DELIVERED, S.CANCELLED, S.RETURNED), STAYS),
    c.SwitchPayment: dict.fromkeys(BEFORE_DELIVERED, STAYS),
    c.AcceptOrder: {S.CONFIRMED: S.PROCESSING},
    c.RejectOrder: {S.CONFIRMED: S.CANCELLED},
    c.SetPreparation: {S.CONFIRMED: S.PROCESSING, S.PROCESSING: STAYS},
    c.ExtendPreparation: {S.PROCESSING: STAYS},
    c.MarkReady: {S.PROCESSING: S.HANDOVER},
    c.AssignRider: dict.fromkeys(PROCESSING_ON, STAYS),
    c.UnassignRider: dict.fromkeys(PROCESSING_ON, STAYS),
    c.ReportRiderWaiting: dict.fromkeys((S.PROCESSING, S.HANDOVER), STAYS),
    c.PickUp: {S.HANDOVER: S.OUT_FOR_DELIVERY},
    c.DeliverOrder: {S.OUT_FOR_DELIVERY: S.DELIVERED},
    c.FailDelivery: {S.OUT_FOR_DELIVERY: STAYS},
    c.ReturnOrder: dict.fromkeys((S.OUT_FOR_DELIVERY, S.DELIVERED), S.RETURNED),
    c.CancelOrder: dict.fromkeys(BEFORE_DELIVERED, S.CANCELLED),
    c.ChangeAddress: dict.fromkeys(BEFORE_DELIVERED, STAYS),
    c.ConfirmAddress: dict.fromkeys(PROCESSING_ON, STAYS),
    c.AddNote: dict.fromkeys(S, STAYS),
}
SAMPLES: dict[type[Command], Command] = {
    c.RecordPartPayment: c.RecordPartPayment(100),
    c.ConfirmPayment: c.ConfirmPayment(32500),
    c.ApproveCod: c.ApproveCod(),
    c.MarkPaymentFailed: c.MarkPaymentFailed("no funds"),
    c.RecordLatePayment: c.RecordLatePayment(32500),
    c.RecordRefund: c.RecordRefund(100),
    c.WithdrawPart: c.WithdrawPart(100),
    c.WithdrawPayment: c.WithdrawPayment("another order's"),
    c.SwitchPayment: c.SwitchPayment(PaymentMode.COD),
    c.AcceptOrder: c.AcceptOrder(15),
    c.RejectOrder: c.RejectOrder("no flour"),
    c.SetPreparation: c.SetPreparation(20),
    c.ExtendPreparation: c.ExtendPreparation(10),
    c.MarkReady: c.MarkReady(),
    c.AssignRider: c.AssignRider("R-1"),
    c.UnassignRider: c.UnassignRider("puncture"),
    c.ReportRiderWaiting: c.ReportRiderWaiting(),
    c.PickUp: c.PickUp(),
    c.DeliverOrder: c.DeliverOrder({"kind": "otp"}),
    c.FailDelivery: c.FailDelivery("nobody there"),
    c.ReturnOrder: c.ReturnOrder("nobody there"),
    c.CancelOrder: c.CancelOrder("changed my mind"),
    c.ChangeAddress: c.ChangeAddress("Shani Nagar, House 12"),
    c.ConfirmAddress: c.ConfirmAddress(1),
    c.AddNote: c.AddNote("call at the gate"),
}
