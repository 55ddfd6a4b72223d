"""From a wished-for state to the command that leads there: one row for each pair of states that has one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from backend.orders import commands as c
from backend.orders.commands import DEFAULT_PREP_MINUTES, Command, PaymentMode
from backend.orders.errors import InvalidTransitionError
from backend.orders.events import AWAITING_MONEY, OrderState
from backend.orders.ports import OrderView
from backend.platform.actors import Actor, ActorKind

type Meta = Mapping[str, Any]
type Build = Callable[[OrderView, Actor, str, Meta], Command]

S = OrderState


@dataclass(frozen=True, slots=True)
class StateRequest:
    """One row: asked in `sources` for `target`, `build` makes the command of order, actor, reason and meta."""

    sources: tuple[OrderState, ...]
    target: OrderState
    build: Build


def _part(_order: OrderView, _actor: Actor, _reason: str, meta: Meta) -> Command:
    return c.RecordPartPayment(int(meta.get("paid_minor", 0)))


def _confirm(order: OrderView, _actor: Actor, _reason: str, meta: Meta) -> Command:
    if order.payment_mode is PaymentMode.COD or meta.get("cod"):
        return c.ApproveCod()
    return c.ConfirmPayment(int(meta.get("paid_minor", order.paid_minor)))


def _accept(_order: OrderView, _actor: Actor, _reason: str, meta: Meta) -> Command:
    return c.AcceptOrder(int(meta.get("prep_min", DEFAULT_PREP_MINUTES)))


def _prepare(_order: OrderView, _actor: Actor, _reason: str, meta: Meta) -> Command:
    if "extend_min" in meta:
        return c.ExtendPreparation(int(meta["extend_min"]))
    return c.SetPreparation(int(meta.get("prep_min", 0)))


def _ready(_order: OrderView, _actor: Actor, _reason: str, _meta: Meta) -> Command:
    return c.MarkReady()


def _pick_up(_order: OrderView, _actor: Actor, _reason: str, _meta: Meta) -> Command:
    return c.PickUp()


def _deliver(_order: OrderView, actor: Actor, _reason: str, meta: Meta) -> Command:
    """A rider's word alone is no proof: theirs is checked by the riders' desk, which gives the command itself."""
    return c.DeliverOrder({} if actor.kind is ActorKind.RIDER else dict(meta.get("proof") or {}))


def _refuse_or_cancel(_order: OrderView, actor: Actor, reason: str, _meta: Meta) -> Command:
    return c.RejectOrder(reason) if actor.kind is ActorKind.VENDOR else c.CancelOrder(reason)


def _return(_order: OrderView, _actor: Actor, reason: str, _meta: Meta) -> Command:
    return c.ReturnOrder(reason)


REQUESTS: Final = (
    StateRequest(AWAITING_MONEY, S.PARTIAL, _part),
    StateRequest(AWAITING_MONEY, S.CONFIRMED, _confirm),
    StateRequest((S.CONFIRMED,), S.PROCESSING, _accept),
    StateRequest((S.PROCESSING,), S.PROCESSING, _prepare),
    StateRequest((S.PROCESSING,), S.HANDOVER, _ready),
    StateRequest((S.HANDOVER,), S.OUT_FOR_DELIVERY, _pick_up),
    StateRequest((S.OUT_FOR_DELIVERY,), S.DELIVERED, _deliver),
    StateRequest(
        (*AWAITING_MONEY, S.CONFIRMED, S.PROCESSING, S.HANDOVER, S.OUT_FOR_DELIVERY),
        S.CANCELLED,
        _refuse_or_cancel,
    ),
    StateRequest((S.OUT_FOR_DELIVERY, S.DELIVERED), S.RETURNED, _return),
)
_BUILD: Final = {(source, row.target): row.build for row in REQUESTS for source in row.sources}


def command_for(order: OrderView, target: OrderState, actor: Actor, reason: str, meta: Meta) -> Command:
    """Return the command that leads from the order's state to the target.

    Raises:
        InvalidTransitionError: No command leads there from here.
    """
    build = _BUILD.get((order.state, target))
    if build is None:
        raise InvalidTransitionError(state=order.state, target=target)
    return build(order, actor, reason, meta)
