"""Steps that an order may be given in the machine: any of them, and what usually comes next."""

from typing import Final

from backend.orders import commands as c
from backend.orders.commands import Command, PaymentMode
from backend.orders.events import OrderState
from backend.platform.actors import Actor, ActorKind
from tests.support.factories.orders import ADMIN, BOT, DISPATCH, RIDER_ID

VENDOR: Final = Actor(ActorKind.VENDOR, "V-1")
RIDER: Final = Actor(ActorKind.RIDER, RIDER_ID)
STEPS: Final[tuple[tuple[Actor, Command], ...]] = (
    (ADMIN, c.ApproveCod()),
    (VENDOR, c.AcceptOrder(20)),
    (VENDOR, c.RejectOrder("no stock")),
    (VENDOR, c.ExtendPreparation(10)),
    (VENDOR, c.MarkReady()),
    (DISPATCH, c.AssignRider(RIDER_ID)),
    (DISPATCH, c.UnassignRider("ill")),
    (RIDER, c.ReportRiderWaiting()),
    (RIDER, c.PickUp()),
    (RIDER, c.DeliverOrder({"kind": "otp"})),
    (RIDER, c.FailDelivery("nobody at home")),
    (ADMIN, c.ReturnOrder("stale")),
    (ADMIN, c.CancelOrder("customer_request")),
    (BOT, c.SwitchPayment(PaymentMode.COD)),
    (BOT, c.SwitchPayment(PaymentMode.PREPAID)),
    (ADMIN, c.ChangeAddress("Yaya Centre, gate C")),
    (RIDER, c.ConfirmAddress(2)),
)
WAY: Final[dict[OrderState, tuple[tuple[Actor, Command], ...]]] = {
    OrderState.PENDING: ((ADMIN, c.ApproveCod()),),
    OrderState.PARTIAL: ((ADMIN, c.ApproveCod()),),
    OrderState.CONFIRMED: ((VENDOR, c.AcceptOrder(20)),),
    OrderState.PROCESSING: ((VENDOR, c.MarkReady()),),
    OrderState.HANDOVER: ((DISPATCH, c.AssignRider(RIDER_ID)), (RIDER, c.PickUp())),
    OrderState.OUT_FOR_DELIVERY: ((RIDER, c.DeliverOrder({"kind": "otp"})),),
}
