"""What vendors and riders do, by any door: one table from action to command."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms import repository
from backend.comms.ports import DeskResult, RiderDesk
from backend.comms.service.cards import CardsService
from backend.comms.service.journal import CommsJournal
from backend.orders.commands import AcceptOrder, Command, ExtendPreparation, MarkReady, RejectOrder, SetPreparation
from backend.orders.service import OrdersService
from backend.platform.actors import Actor, ActorKind, Source
from backend.platform.observability.metrics import PARTNER_ACTIONS, RING_TO_ACTION
from backend.platform.timers import TimerKind, cancel
from backend.vendors.service import VendorsService

_DEFAULT_PREP: Final = 20
_DEFAULT_EXTENSION: Final = 10


@dataclass(frozen=True, slots=True)
class PartnerStep:
    """One thing that a vendor or rider did."""

    actor: Actor
    action: str
    order_id: str
    argument: str
    source: Source
    command_id: str


def short(action: str) -> str:
    """Return an action as metrics name it: accept, reject, extend, ready, prep, picked, ..."""
    return action.removeprefix("vendor_").removeprefix("rider_")


def _number(text: str, default: int) -> int:
    return int(text) if text.isdecimal() else default


UNKNOWN_ACTION: Final = "comms.unknown_action"

VENDOR_COMMANDS: Final[Mapping[str, Callable[[str], Command]]] = {
    "vendor_accept": lambda _: AcceptOrder(prep_minutes=_DEFAULT_PREP),
    "vendor_reject": lambda _: RejectOrder(reason="vendor_rejected"),
    "vendor_prep": lambda minutes: SetPreparation(prep_minutes=_number(minutes, _DEFAULT_PREP)),
    "vendor_ready": lambda _: MarkReady(),
    "vendor_extend": lambda minutes: ExtendPreparation(minutes=_number(minutes, _DEFAULT_EXTENSION)),
}


class PartnerActions:
    """Applies what vendors and riders do, and logs it with what became of it."""

    def __init__(
        self,
        orders: OrdersService,
        vendors: VendorsService,
        desk: RiderDesk,
        cards: CardsService,
        journal: CommsJournal,
    ) -> None:
        self._orders = orders
        self._vendors = vendors
        self._desk = desk
        self._cards = cards
        self._journal = journal

    async def apply(
        self,
        session: AsyncSession,
        actor: str,
        action: str,
        order_id: str,
        *,
        argument: str = "",
        source: Source,
        command_id: str,
        channel: str,
    ) -> DeskResult:
        """Apply one action; a refusal changes nothing and carries the code for the person who tried."""
        order = await self._orders.get(session, order_id, lock=True)
        step = PartnerStep(Actor.parse(actor), action, order_id, argument, source, command_id)
        result = await self._route(session, step)
        await self._count(session, step, result, channel, order.city)
        await self._journal.inbound(
            session,
            actor,
            order_id=order_id,
            channel=channel,
            action=action,
            outcome=result.outcome if result.outcome != "refused" else f"refused:{result.code}",
            city=order.city,
            meta={"argument": argument} if argument else {},
        )
        return result

    async def _count(
        self, session: AsyncSession, step: PartnerStep, result: DeskResult, channel: str, city: str
    ) -> None:
        """Count what was done, and how long after the ring; asking for a person answers nothing."""
        action = "unknown" if result.code == UNKNOWN_ACTION else short(step.action)
        PARTNER_ACTIONS.labels(action, channel, result.outcome, city).inc()
        if result.outcome == "applied" and step.action != "bridge_admin":
            since_s = await repository.seconds_since_ring(session, step.order_id, str(step.actor))
            if since_s is not None:
                RING_TO_ACTION.observe(since_s)

    async def _route(self, session: AsyncSession, step: PartnerStep) -> DeskResult:
        if step.action == "bridge_admin":
            return await self._ask_admin(session, step)
        if step.action == "vendor_return":
            return await self._return(session, step)
        if step.action in VENDOR_COMMANDS:
            return await self._vendor(session, step)
        handler = self._rider_handlers().get(step.action)
        if handler is None or step.actor.kind is not ActorKind.RIDER:
            return DeskResult("refused", UNKNOWN_ACTION, "order.refused")
        return await handler(session, step)

    async def _return(self, session: AsyncSession, step: PartnerStep) -> DeskResult:
        """An outlet that was taken off takes orders again."""
        vendor = await self._vendors.get(session, step.actor.id)
        await self._vendors.activate(session, vendor.id, actor=step.actor)
        outcome = "duplicate" if vendor.active else "applied"
        return DeskResult(outcome, outcome, f"comms.{outcome}")

    async def _vendor(self, session: AsyncSession, step: PartnerStep) -> DeskResult:
        result = await self._orders.handle(
            session,
            step.order_id,
            VENDOR_COMMANDS[step.action](step.argument),
            actor=step.actor,
            source=step.source,
            command_id=step.command_id,
        )
        return DeskResult(result.outcome, result.code, result.message_key, result.params)

    def _rider_handlers(self) -> Mapping[str, Callable[[AsyncSession, PartnerStep], Awaitable[DeskResult]]]:
        return {
            "rider_accept": self._rider_accept,
            "rider_reject": self._rider_reject,
            "rider_waits": self._rider_waits,
            "rider_picked": self._rider_picked,
            "rider_trouble": self._rider_trouble,
            "rider_delivered": self._rider_delivered,
            "rider_proven": self._rider_proven,
            "rider_upi": self._rider_upi,
            "rider_cash": self._rider_cash,
            "address_confirm": self._address_confirm,
            "rider_on_way": self._rider_on_way,
        }

    async def _rider_accept(self, session: AsyncSession, step: PartnerStep) -> DeskResult:
        return await self._acknowledge(session, step, accept=True)

    async def _rider_reject(self, session: AsyncSession, step: PartnerStep) -> DeskResult:
        return await self._acknowledge(session, step, accept=False)

    async def _acknowledge(self, session: AsyncSession, step: PartnerStep, *, accept: bool) -> DeskResult:
        return await self._desk.acknowledge(
            session,
            step.order_id,
            step.actor.id,
            accept=accept,
            reason="" if accept else "rider_rejected",
            source=step.source,
            command_id=step.command_id,
        )

    async def _rider_waits(self, session: AsyncSession, step: PartnerStep) -> DeskResult:
        return await self._desk.waits(session, step.order_id, step.actor.id, source=step.source)

    async def _rider_trouble(self, session: AsyncSession, step: PartnerStep) -> DeskResult:
        """A rider stands at the door in vain: a person joins them with the customer by phone."""
        return await self._desk.report_trouble(
            session, step.order_id, step.actor.id, kind="cant_find_customer", note=step.argument
        )

    async def _rider_picked(self, session: AsyncSession, step: PartnerStep) -> DeskResult:
        return await self._desk.picked_up(
            session, step.order_id, step.actor.id, source=step.source, command_id=step.command_id
        )

    async def _rider_delivered(self, session: AsyncSession, step: PartnerStep) -> DeskResult:
        return await self._desk.deliver(
            session, step.order_id, step.actor.id, otp=step.argument, source=step.source, command_id=step.command_id
        )

    async def _rider_proven(self, session: AsyncSession, step: PartnerStep) -> DeskResult:
        return await self._desk.deliver_with_picture(
            session,
            step.order_id,
            step.actor.id,
            proof_id=step.argument,
            source=step.source,
            command_id=step.command_id,
        )

    async def _rider_upi(self, session: AsyncSession, step: PartnerStep) -> DeskResult:
        return await self._desk.switch_to_upi(session, step.order_id, step.actor.id, source=step.source)

    async def _rider_cash(self, session: AsyncSession, step: PartnerStep) -> DeskResult:
        return await self._desk.return_to_cash(session, step.order_id, step.actor.id, source=step.source)

    async def _address_confirm(self, session: AsyncSession, step: PartnerStep) -> DeskResult:
        return await self._desk.confirm_address(
            session,
            step.order_id,
            step.actor.id,
            version=_number(step.argument, 0),
            source=step.source,
            command_id=step.command_id,
        )

    async def _rider_on_way(self, session: AsyncSession, step: PartnerStep) -> DeskResult:
        """A rider who has left their way knows where they go; nobody calls them about it again."""
        order = await self._orders.get(session, step.order_id)
        if order.rider_id != step.actor.id:
            return DeskResult("refused", "dispatch.not_yours", "dispatch.not_yours")
        ended = await cancel(session, step.order_id, (TimerKind.OFF_ROUTE,), by=str(step.actor))
        outcome = "applied" if ended else "duplicate"
        return DeskResult(outcome, outcome, f"dispatch.{outcome}")

    async def _ask_admin(self, session: AsyncSession, step: PartnerStep) -> DeskResult:
        """Put it on a card: a person calls back."""
        order = await self._orders.get(session, step.order_id)
        await self._cards.open(
            session,
            "partner_asks_for_help",
            f"{step.order_id}:{step.actor}",
            order_id=step.order_id,
            city=order.city,
            merchant_id=order.merchant_id,
            detail={"who": str(step.actor)},
        )
        return DeskResult("applied", "applied", "comms.help_called")
