"""How an order moves: one row for each command and the states that it may come in."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from backend.orders import commands as c
from backend.orders import policies as p
from backend.orders.commands import Command
from backend.orders.errors import ActorNotAllowedError, InvalidTransitionError, NotYoursError
from backend.orders.events import AWAITING_MONEY, CLOSED, OrderState
from backend.orders.policies import Guard, OrderFacts
from backend.platform.actors import Actor, ActorKind
from backend.platform.timers import TimerKind


class StockEffect(StrEnum):
    """What a step does to the order's stock."""

    NONE = "none"
    COMMIT = "commit"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class Transition:
    """One row.

    Attributes:
        on: The command.
        sources: States that it may come in.
        target: State that it leads to; None where it changes the order and not its state.
        actors: Who may give it.
        guards: Pure checks; each raises a coded refusal or returns None.
        arms: Timers that start; one that runs already starts afresh.
        disarms: Timers that end.
        stock: What happens to the reserved stock.
        at_most: How often the command may be given to one order; None without end.
    """

    on: type[Command]
    sources: tuple[OrderState, ...]
    target: OrderState | None
    actors: tuple[ActorKind, ...]
    guards: tuple[Guard, ...] = ()
    arms: tuple[TimerKind, ...] = ()
    disarms: tuple[TimerKind, ...] = ()
    stock: StockEffect = StockEffect.NONE
    at_most: int | None = None

    @property
    def stays(self) -> bool:
        """True where the order keeps its state."""
        return self.target is None


A, S, T = ActorKind, OrderState, TimerKind

PLACEMENT_ARMS: Final = (T.RESERVATION_EXPIRY,)

_DESK: Final = (A.AGENT, A.ADMIN, A.OWNER, A.SERVICE)
_CHAT: Final = (A.CUSTOMER, A.BOT)
_MONEY: Final = (A.PAYMENTS, A.ADMIN, A.SERVICE)
_CARRY: Final = (A.RIDER, A.DISPATCH)
_UNPAID: Final = AWAITING_MONEY
_RUNNING: Final = (S.CONFIRMED, S.PROCESSING, S.HANDOVER, S.OUT_FOR_DELIVERY)
_CLOSED: Final = CLOSED
_RIDER_TIMERS: Final = (T.RIDER_ACK, T.HANDOVER_WAIT, T.RIDER_OTD, T.ADDRESS_CONFIRM, T.OFF_ROUTE)
# A prompt or link that is under way outlives its order's steps, so PAYMENT_PENDING ends with the attempt alone.
_ALL_TIMERS: Final = (T.RESERVATION_EXPIRY, T.VENDOR_ACCEPT, T.PROCESSING_REMINDER, T.PICKUP, *_RIDER_TIMERS)

TRANSITIONS: Final = (
    # Money.
    Transition(c.RecordPartPayment, _UNPAID, S.PARTIAL, _MONEY, guards=(p.part_covered,)),
    Transition(c.RecordPartPayment, (*_RUNNING, S.DELIVERED), None, _MONEY, guards=(p.part_covered,)),
    Transition(
        c.ConfirmPayment,
        _UNPAID,
        S.CONFIRMED,
        _MONEY,
        guards=(p.fully_covered,),
        arms=(T.VENDOR_ACCEPT,),
        disarms=(T.RESERVATION_EXPIRY,),
        stock=StockEffect.COMMIT,
    ),
    Transition(
        c.ConfirmPayment,
        (*_RUNNING, S.DELIVERED),
        None,
        _MONEY,
        guards=(p.fully_covered,),
    ),
    Transition(
        c.ApproveCod,
        _UNPAID,
        S.CONFIRMED,
        (*_DESK, A.BOT, A.PAYMENTS, A.SYSTEM),
        arms=(T.VENDOR_ACCEPT,),
        disarms=(T.RESERVATION_EXPIRY,),
        stock=StockEffect.COMMIT,
    ),
    Transition(c.MarkPaymentFailed, (*_UNPAID, *_RUNNING), None, _MONEY),
    Transition(c.RecordLatePayment, _CLOSED, None, _MONEY),
    Transition(c.RecordRefund, (S.PARTIAL, *_RUNNING, S.DELIVERED, *_CLOSED), None, _MONEY, guards=(p.refund_covered,)),
    # Money that was another order's: before the order runs it waits for its own again; what runs goes on, and owes.
    Transition(c.WithdrawPayment, (S.PARTIAL,), S.PENDING, _MONEY, guards=(p.nothing_given_back,)),
    Transition(
        c.WithdrawPayment,
        (*_RUNNING, S.DELIVERED, *_CLOSED),
        None,
        _MONEY,
        guards=(p.nothing_given_back,),
    ),
    Transition(c.WithdrawPart, (S.PARTIAL, *_RUNNING, S.DELIVERED, *_CLOSED), None, _MONEY, guards=(p.part_stays,)),
    Transition(
        c.SwitchPayment,
        (*_UNPAID, *_RUNNING),
        None,
        (*_CHAT, *_DESK, *_CARRY, A.PAYMENTS),
        guards=(p.not_paid, p.another_way),
    ),
    # The vendor.
    Transition(
        c.AcceptOrder,
        (S.CONFIRMED,),
        S.PROCESSING,
        (A.VENDOR, *_DESK),
        guards=(p.sensible_preparation,),
        arms=(T.PROCESSING_REMINDER,),
        disarms=(T.VENDOR_ACCEPT,),
    ),
    Transition(
        c.SetPreparation,
        (S.CONFIRMED,),
        S.PROCESSING,
        (A.VENDOR, *_DESK),
        guards=(p.sensible_preparation,),
        arms=(T.PROCESSING_REMINDER,),
        disarms=(T.VENDOR_ACCEPT,),
    ),
    Transition(
        c.SetPreparation,
        (S.PROCESSING,),
        None,
        (A.VENDOR, *_DESK),
        guards=(p.sensible_preparation,),
        arms=(T.PROCESSING_REMINDER,),
        at_most=p.MAX_EXTENSIONS,
    ),
    Transition(
        c.ExtendPreparation,
        (S.PROCESSING,),
        None,
        (A.VENDOR, *_DESK),
        guards=(p.sensible_preparation,),
        arms=(T.PROCESSING_REMINDER,),
        at_most=p.MAX_EXTENSIONS,
    ),
    Transition(
        c.RejectOrder,
        (S.CONFIRMED,),
        S.CANCELLED,
        (A.VENDOR, *_DESK),
        disarms=_ALL_TIMERS,
        stock=StockEffect.RELEASE,
    ),
    Transition(
        c.MarkReady,
        (S.PROCESSING,),
        S.HANDOVER,
        (A.VENDOR, *_DESK),
        arms=(T.PICKUP,),
        disarms=(T.PROCESSING_REMINDER, T.HANDOVER_WAIT),
    ),
    # The rider.
    Transition(
        c.AssignRider,
        (S.PROCESSING, S.HANDOVER),
        None,
        (A.DISPATCH, *_DESK),
        guards=(p.no_rider_yet,),
        arms=(T.RIDER_ACK,),
    ),
    # Who takes over on the way has the window anew, since it ended with the rider before.
    Transition(
        c.AssignRider,
        (S.OUT_FOR_DELIVERY,),
        None,
        (A.DISPATCH, *_DESK),
        guards=(p.no_rider_yet,),
        arms=(T.RIDER_ACK, T.RIDER_OTD),
    ),
    Transition(
        c.UnassignRider,
        (S.PROCESSING, S.HANDOVER),
        None,
        (*_CARRY, *_DESK),
        guards=(p.has_rider,),
        disarms=_RIDER_TIMERS,
    ),
    Transition(
        c.UnassignRider,
        (S.OUT_FOR_DELIVERY,),
        None,
        (A.DISPATCH, *_DESK),
        guards=(p.has_rider, p.has_reason),
        disarms=_RIDER_TIMERS,
    ),
    Transition(
        c.ReportRiderWaiting,
        (S.PROCESSING, S.HANDOVER),
        None,
        (*_CARRY, *_DESK),
        guards=(p.has_rider,),
        arms=(T.HANDOVER_WAIT,),
        disarms=(T.RIDER_ACK,),
    ),
    Transition(
        c.PickUp,
        (S.HANDOVER,),
        S.OUT_FOR_DELIVERY,
        (*_CARRY, *_DESK),
        guards=(p.has_rider,),
        arms=(T.RIDER_OTD,),
        disarms=(T.RIDER_ACK, T.HANDOVER_WAIT, T.PICKUP),
    ),
    Transition(
        c.DeliverOrder,
        (S.OUT_FOR_DELIVERY,),
        S.DELIVERED,
        (*_CARRY, *_DESK),
        guards=(p.has_proof, p.settled_or_cash),
        disarms=_RIDER_TIMERS,
    ),
    Transition(
        c.FailDelivery,
        (S.OUT_FOR_DELIVERY,),
        None,
        (*_CARRY, *_DESK),
        guards=(p.has_reason,),
        disarms=_RIDER_TIMERS,
    ),
    Transition(
        c.ReturnOrder,
        (S.OUT_FOR_DELIVERY,),
        S.RETURNED,
        (*_CARRY, *_DESK),
        guards=(p.has_reason,),
        disarms=_ALL_TIMERS,
    ),
    Transition(c.ReturnOrder, (S.DELIVERED,), S.RETURNED, _DESK, guards=(p.has_reason,), disarms=_ALL_TIMERS),
    # Calling it off: a customer may until the vendor has begun; later it is the desk's to decide.
    Transition(
        c.CancelOrder,
        (*_UNPAID, S.CONFIRMED),
        S.CANCELLED,
        (*_CHAT, *_DESK, A.TIMER, A.SYSTEM, A.PAYMENTS),
        guards=(p.has_reason,),
        disarms=_ALL_TIMERS,
        stock=StockEffect.RELEASE,
    ),
    Transition(
        c.CancelOrder,
        (S.PROCESSING, S.HANDOVER),
        S.CANCELLED,
        (*_DESK, A.SYSTEM),
        guards=(p.has_reason,),
        disarms=_ALL_TIMERS,
        stock=StockEffect.RELEASE,
    ),
    Transition(
        c.CancelOrder,
        (S.OUT_FOR_DELIVERY,),
        S.CANCELLED,
        (*_DESK, A.SYSTEM),
        guards=(p.has_reason,),
        disarms=_ALL_TIMERS,
    ),
    # The address: a customer may change it until the goods are packed; a rider's way is the desk's to change.
    Transition(
        c.ChangeAddress,
        (*_UNPAID, S.CONFIRMED, S.PROCESSING),
        None,
        (*_CHAT, *_DESK),
        guards=(p.has_text,),
        arms=(T.ADDRESS_CONFIRM,),
    ),
    Transition(
        c.ChangeAddress,
        (S.HANDOVER, S.OUT_FOR_DELIVERY),
        None,
        _DESK,
        guards=(p.has_text,),
        arms=(T.ADDRESS_CONFIRM,),
    ),
    Transition(
        c.ConfirmAddress,
        (S.PROCESSING, S.HANDOVER, S.OUT_FOR_DELIVERY),
        None,
        (*_CARRY, *_DESK),
        guards=(p.newest_address,),
        disarms=(T.ADDRESS_CONFIRM,),
    ),
    # Remarks are welcome at any time.
    Transition(
        c.AddNote,
        tuple(S),
        None,
        (*_CHAT, *_DESK, *_CARRY, A.VENDOR, A.TRAINER, A.PAYMENTS, A.TIMER, A.SYSTEM),
        guards=(p.has_text,),
    ),
)

_ROW: Final = {(row.on, state): row for row in TRANSITIONS for state in row.sources}


def row_of(command: type[Command], state: OrderState) -> Transition | None:
    """Return the row for a command in a state; None where it may not come there."""
    return _ROW.get((command, state))


def decide(facts: OrderFacts, command: Command, actor: Actor) -> Transition:
    """Find the row for the command and check that it may pass.

    Args:
        facts: The order as it is, its row locked.
        command: What is asked.
        actor: Who asks; vendors, riders and customers only for orders of their own.

    Raises:
        InvalidTransitionError: The state has no row for the command.
        ActorNotAllowedError: The row is for others.
        NotYoursError: Another vendor's, rider's or customer's order.
        OrderRefusedError: A guard said no, with a code of its own.
    """
    row = row_of(type(command), facts.state)
    if row is None:
        raise InvalidTransitionError(state=facts.state, command=type(command).__name__)
    if actor.kind not in row.actors:
        raise ActorNotAllowedError(state=facts.state, command=type(command).__name__, actor=actor.kind)
    _check_own(facts, actor)
    for guard in row.guards:
        guard(facts, command)
    return row


# Answers to a new order, each with those that contradict it.
_CONTRARY: Final[Mapping[type[Command], tuple[type[Command], ...]]] = {
    c.AcceptOrder: (c.RejectOrder,),
    c.SetPreparation: (c.RejectOrder,),
    c.RejectOrder: (c.AcceptOrder, c.SetPreparation),
}


def contraries(facts: OrderFacts, command: Command, actor: Actor) -> tuple[type[Command], ...]:
    """Return the answers that this one contradicts; none where it is no answer, or not the actor's to give."""
    row = row_of(type(command), S.CONFIRMED)
    if row is None or actor.kind not in row.actors or (actor.kind is A.VENDOR and actor.id != facts.vendor_id):
        return ()
    return _CONTRARY.get(type(command), ())


def _check_own(facts: OrderFacts, actor: Actor) -> None:
    own = {A.VENDOR: facts.vendor_id, A.RIDER: facts.rider_id, A.CUSTOMER: facts.user_id}
    if actor.kind in own and own[actor.kind] != actor.id:
        raise NotYoursError
