"""Escalation ladders as rows: who is chased, by what, after how many seconds."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import time
from enum import StrEnum
from typing import Any, Final

from backend.platform.timers import TimerKind


class Rung(StrEnum):
    """What one step of a ladder does."""

    WHATSAPP = "whatsapp"
    RING = "exotel_ring"
    IVR = "exotel_ivr"
    ADMIN = "admin"
    NEXT_RIDER = "next_rider"
    QUERY = "query"
    REMIND = "remind"
    CANCEL = "cancel"


class Callee(StrEnum):
    """Whom a ladder chases."""

    VENDOR = "vendor"
    RIDER = "rider"
    PAYER = "payer"


class Purpose(StrEnum):
    """What a call is about; each purpose has a caller id of its own that people save."""

    NEW_ORDER = "new_order"
    REMINDER = "reminder"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Step:
    """One step; `after_s` counts from what the ladder begins with, and is below 0 where it comes before that."""

    after_s: float
    rungs: tuple[Rung, ...]


@dataclass(frozen=True, slots=True)
class Ladder:
    """One version of a ladder.

    Attributes:
        steps: What happens, by time.
        quiet: From and until when nobody is called, local time; None for no such hours.
        max_calls_hour: Calls to one person in an hour, of all orders together; None for the usual limit.
        policy_id: Its row; None where the built-in version has never been needed, or steps are tried out.
        version: Its number; None likewise.
    """

    steps: tuple[Step, ...]
    quiet: tuple[time, time] | None = None
    max_calls_hour: int | None = None
    policy_id: int | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class LadderKind:
    """What all versions of a ladder share; one without a template sends no message by itself.

    Attributes:
        callee: Whom it chases.
        purpose: What its calls are about.
        template: The message that it sends.
        menu: The menu of its calls.
        exception: The card that it ends with, and that of who takes the matter over.
        waits_in: The states of an order that it chases in.
        rungs: What its steps may do.
        ends: One of these has to stand in it, so that a ladder that nobody answers does not just cease.
    """

    callee: Callee
    purpose: Purpose
    template: str
    menu: str
    exception: str
    waits_in: tuple[str, ...]
    rungs: tuple[Rung, ...]
    ends: tuple[Rung, ...] = (Rung.ADMIN,)


_CALLS: Final = (Rung.RING, Rung.IVR, Rung.ADMIN)
_CHASE: Final = (Rung.WHATSAPP, *_CALLS)
KINDS: Final[Mapping[TimerKind, LadderKind]] = {
    TimerKind.VENDOR_ACCEPT: LadderKind(
        Callee.VENDOR,
        Purpose.NEW_ORDER,
        "Vendor_New_Order",
        "vendor_new_order",
        "vendor_silent",
        ("confirmed",),
        _CHASE,
    ),
    TimerKind.PROCESSING_REMINDER: LadderKind(
        Callee.VENDOR,
        Purpose.REMINDER,
        "Vendor_Ready_Reminder",
        "processing_reminder",
        "preparation_overdue",
        ("processing",),
        _CHASE,
    ),
    TimerKind.RIDER_ACK: LadderKind(
        Callee.RIDER,
        Purpose.NEW_ORDER,
        "Rider_Assignment",
        "rider_assignment",
        "rider_silent",
        ("processing", "handover", "out_for_delivery"),
        (*_CHASE, Rung.NEXT_RIDER),
        ends=(Rung.ADMIN, Rung.NEXT_RIDER),
    ),
    TimerKind.ADDRESS_CONFIRM: LadderKind(
        Callee.RIDER,
        Purpose.ADDRESS,
        "Rider_Address_Updated",
        "address_update",
        "address_unconfirmed",
        ("processing", "handover", "out_for_delivery"),
        _CHASE,
    ),
    TimerKind.HANDOVER_WAIT: LadderKind(
        Callee.VENDOR,
        Purpose.REMINDER,
        "Vendor_Rider_Waiting",
        "rider_waiting",
        "rider_waiting",
        ("processing", "handover"),
        _CHASE,
    ),
    TimerKind.OFF_ROUTE: LadderKind(
        Callee.RIDER, Purpose.ADDRESS, "", "off_route", "rider_off_route", ("out_for_delivery",), _CALLS
    ),
    TimerKind.RIDER_OTD: LadderKind(
        Callee.RIDER, Purpose.REMINDER, "", "delivery_late", "delivery_overdue", ("out_for_delivery",), _CALLS
    ),
    TimerKind.PICKUP: LadderKind(
        Callee.VENDOR, Purpose.REMINDER, "", "", "pickup_overdue", ("handover",), (Rung.ADMIN,)
    ),
    TimerKind.PAYMENT_PENDING: LadderKind(
        Callee.PAYER,
        Purpose.REMINDER,
        "",
        "",
        "payment_outcome_unknown",
        ("pending", "partial", "out_for_delivery"),
        (Rung.QUERY, Rung.ADMIN),
    ),
    TimerKind.RESERVATION_EXPIRY: LadderKind(
        Callee.PAYER,
        Purpose.REMINDER,
        "",
        "",
        "order_unpaid",
        ("pending", "partial"),
        (Rung.REMIND, Rung.CANCEL),
        ends=(Rung.CANCEL,),
    ),
}
# Their steps are taken here; those of a silent payment by payments, which ask its provider, and those of an order
# that is not paid by orders.
CHASING: Final = tuple(kind for kind, row in KINDS.items() if row.callee is not Callee.PAYER)

DEFAULT_STEPS: Final[Mapping[TimerKind, tuple[Step, ...]]] = {
    TimerKind.VENDOR_ACCEPT: (
        Step(0, (Rung.WHATSAPP,)),
        Step(120, (Rung.RING,)),
        Step(180, (Rung.IVR,)),
        Step(300, (Rung.ADMIN,)),
    ),
    TimerKind.PROCESSING_REMINDER: (
        Step(-180, (Rung.WHATSAPP, Rung.RING)),
        Step(0, (Rung.IVR,)),
        Step(300, (Rung.ADMIN,)),
    ),
    TimerKind.RIDER_ACK: (
        Step(0, (Rung.WHATSAPP, Rung.RING)),
        Step(120, (Rung.IVR,)),
        Step(210, (Rung.NEXT_RIDER,)),
    ),
    TimerKind.ADDRESS_CONFIRM: (
        Step(0, (Rung.WHATSAPP, Rung.RING)),
        Step(120, (Rung.IVR,)),
        Step(240, (Rung.ADMIN,)),
    ),
    TimerKind.HANDOVER_WAIT: (Step(0, (Rung.WHATSAPP, Rung.ADMIN)),),
    TimerKind.OFF_ROUTE: (Step(0, (Rung.RING,)), Step(120, (Rung.IVR,)), Step(240, (Rung.ADMIN,))),
    TimerKind.RIDER_OTD: (Step(2700, (Rung.ADMIN,)),),
    TimerKind.PICKUP: (Step(900, (Rung.ADMIN,)),),
    TimerKind.PAYMENT_PENDING: (
        Step(60, (Rung.QUERY,)),
        Step(90, (Rung.QUERY,)),
        Step(150, (Rung.QUERY,)),
        Step(900, (Rung.QUERY,)),
        Step(960, (Rung.ADMIN,)),
    ),
    TimerKind.RESERVATION_EXPIRY: (Step(1200, (Rung.REMIND,)), Step(1800, (Rung.CANCEL,))),
}


def steps_to_json(steps: tuple[Step, ...]) -> list[dict[str, Any]]:
    """Return the steps as they are stored."""
    return [asdict(step) for step in steps]


def steps_from_json(stored: list[Any]) -> tuple[Step, ...]:
    """Read stored steps back."""
    return tuple(Step(float(row["after_s"]), tuple(Rung(rung) for rung in row["rungs"])) for row in stored)


def skip_overdue(steps: tuple[Step, ...], step: int, late_s: float) -> int:
    """Return the step to take now: after an outage a ladder goes on at the last step that is due.

    So nobody is called three times in a row for what should have been spread over minutes.
    """
    due_s = steps[step].after_s + late_s
    return max(index for index, row in enumerate(steps) if row.after_s <= due_s)
