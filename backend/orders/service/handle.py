"""The one command handler: lock, return early if applied, decide, apply, record, publish, arm."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.catalog.service import CatalogService
from backend.orders import repository
from backend.orders.commands import AddNote, ChangeAddress, Command
from backend.orders.effects import changes_of
from backend.orders.errors import (
    CommandIdReusedError,
    GivenTooOftenError,
    InvalidTransitionError,
    OrderNotFoundError,
    OrderRefusedError,
)
from backend.orders.events import OrderAnswersCrossed, OrderState
from backend.orders.lifecycle import StockEffect, Transition, contraries, decide
from backend.orders.models import Order, OrderAddress, OrderLogEntry, OrderNote
from backend.orders.ports import CommandResult, Outcome
from backend.orders.service.announce import Happened, events_of
from backend.orders.service.noting import note_command
from backend.orders.service.timers import OrderLadders, arm_all
from backend.orders.service.views import facts_of, order_view
from backend.orders.settings import OrdersSettings
from backend.platform.actors import Actor, ActorKind, Source
from backend.platform.events import Event, publish, publish_many
from backend.platform.observability.logging import get_logger
from backend.platform.observability.trace import trace_id
from backend.platform.timers import cancel, cancel_many
from backend.vendors.service import VendorsService

log = get_logger(__name__)
_PERSONAL = frozenset({"text", "contact_phone", "lat", "lng"})


class Handling:
    """The use case of every command but the first."""

    def __init__(
        self, catalog: CatalogService, vendors: VendorsService, ladders: OrderLadders, settings: OrdersSettings
    ) -> None:
        self._catalog = catalog
        self._vendors = vendors
        self._ladders = ladders
        self._settings = settings

    async def handle(
        self, session: AsyncSession, order_id: str, command: Command, *, actor: Actor, source: Source, command_id: str
    ) -> CommandResult:
        """Apply the command, or say why not."""
        row = await repository.order(session, order_id, lock=True)
        if row is None:
            raise OrderNotFoundError(order_id=order_id)
        if await _seen(session, row, command, command_id):
            return _result(Outcome.DUPLICATE, row, command)
        try:
            transition = decide(facts_of(row), command, actor)
            await _check_count(session, row, command, transition)
        except InvalidTransitionError as refusal:
            if await _done_before(session, row, command, actor):
                return _result(Outcome.DUPLICATE, row, command)
            await _tell_crossing(session, row, command, actor, self._settings.crossing_s)
            return _refused(row, command, refusal)
        except OrderRefusedError as refusal:
            return _refused(row, command, refusal)
        await self._apply(session, row, command, transition, actor, source, command_id)
        fresh = await repository.order(session, order_id)
        return _result(Outcome.APPLIED, fresh or row, command)

    async def _apply(
        self,
        session: AsyncSession,
        row: Order,
        command: Command,
        transition: Transition,
        actor: Actor,
        source: Source,
        command_id: str,
    ) -> None:
        before, old_drop = facts_of(row), order_view(row).drop
        now = await repository.now(session)
        changes = changes_of(before, command, now)
        if transition.target is not None and transition.target is not before.state:
            changes |= {"state": transition.target, "state_since": now}
        await repository.update_order(session, row, changes)
        after = facts_of(row)
        note_id = await _keep(session, row, command, actor)
        entry = _entry(row, before.state, command, actor, source, command_id)
        await repository.add(session, entry)
        await self._move_stock(session, row.id, transition)
        if actor.kind is ActorKind.VENDOR:
            await self._vendors.record_answer(session, row.vendor_id)
        await cancel(session, row.id, (*transition.disarms, *transition.arms), by=f"{type(command).__name__}:{actor}")
        await arm_all(session, self._ladders, ((after, transition.arms),), now)
        happened = Happened(command, before, after, row.merchant_id, actor, source, old_drop, note_id)
        if events := events_of(happened):
            await publish_many(session, events, actor=actor, city=row.city)

    async def handle_many(
        self, session: AsyncSession, wanted: Sequence[tuple[str, Command, str]], *, actor: Actor, source: Source
    ) -> dict[str, Outcome]:
        """Apply one command to each of several orders whose rows are held."""
        order_ids, _, command_ids = zip(*wanted, strict=True)
        rows = {row.id: row for row in await repository.orders(session, order_ids)}
        logged = await repository.applied(session, order_ids, command_ids)
        seen = {(entry.order_id, entry.command_id) for entry in logged}
        fresh = [one for one in wanted if (one[0], one[2]) not in seen]
        now = await repository.now(session)
        steps = [step for one in fresh if (step := _step(rows[one[0]], one[1], one[2], actor, source, now))]
        await repository.add_log(session, [step.entry for step in steps])
        for step in steps:
            await self._move_stock(session, step.happened.after.id, step.transition)
        await self._end_and_arm(session, steps, actor, now)
        await _announce(session, steps, rows, actor)
        applied = {step.happened.after.id for step in steps}
        outcomes = {one[0]: Outcome.DUPLICATE for one in wanted}
        outcomes |= {one[0]: Outcome.APPLIED if one[0] in applied else Outcome.REFUSED for one in fresh}
        for order_id, command, _ in wanted:
            note_command(order_id, type(command).__name__, outcomes[order_id])
        return outcomes

    async def _end_and_arm(self, session: AsyncSession, steps: Sequence["_Step"], actor: Actor, now: datetime) -> None:
        ended = [
            (step.happened.after.id, kind, f"{step.entry.command}:{actor}")
            for step in steps
            for kind in {*step.transition.disarms, *step.transition.arms}
        ]
        await cancel_many(session, ended)
        await arm_all(session, self._ladders, [(step.happened.after, step.transition.arms) for step in steps], now)

    async def _move_stock(self, session: AsyncSession, order_id: str, transition: Transition) -> None:
        if transition.stock is StockEffect.COMMIT:
            await self._catalog.commit_reservation(session, order_id)
        elif transition.stock is StockEffect.RELEASE:
            await self._catalog.release_reservation(session, order_id)


@dataclass(frozen=True, slots=True)
class _Step:
    """A command that has changed its row, and what is still to be written of it."""

    transition: Transition
    happened: Happened
    entry: OrderLogEntry


def _step(row: Order, command: Command, command_id: str, actor: Actor, source: Source, now: datetime) -> _Step | None:
    """Apply a command to a held row; None where it is refused."""
    before = facts_of(row)
    try:
        transition = decide(before, command, actor)
    except OrderRefusedError as refusal:
        log.info("order.refused", order_id=row.id, command=type(command).__name__, code=refusal.code)
        return None
    changes = changes_of(before, command, now)
    if transition.target is not None and transition.target is not before.state:
        changes |= {"state": transition.target, "state_since": now}
    repository.change_order(row, changes)
    happened = Happened(command, before, facts_of(row), row.merchant_id, actor, source)
    return _Step(transition, happened, _entry(row, before.state, command, actor, source, command_id))


async def _announce(session: AsyncSession, steps: Sequence[_Step], rows: Mapping[str, Order], actor: Actor) -> None:
    by_city: dict[str, list[Event]] = defaultdict(list)
    for step in steps:
        by_city[rows[step.happened.after.id].city] += events_of(step.happened)
    for city, events in by_city.items():
        if events:
            await publish_many(session, events, actor=actor, city=city)


async def _seen(session: AsyncSession, row: Order, command: Command, command_id: str) -> bool:
    known = await repository.log_entry(session, row.id, command_id)
    if known is not None and known.command != type(command).__name__:
        raise CommandIdReusedError(order_id=row.id, command_id=command_id)
    return known is not None


async def _done_before(session: AsyncSession, row: Order, command: Command, actor: Actor) -> bool:
    """Return whether the same actor has done this before, by another door or with a second tap."""
    name, state = type(command).__name__, OrderState(row.state)
    return await repository.same_step(session, row.id, name, str(actor), state) is not None


async def _check_count(session: AsyncSession, row: Order, command: Command, transition: Transition) -> None:
    if transition.at_most is None:
        return
    if await repository.times_given(session, row.id, type(command).__name__) >= transition.at_most:
        raise GivenTooOftenError(at_most=transition.at_most)


async def _tell_crossing(session: AsyncSession, row: Order, command: Command, actor: Actor, within_s: float) -> None:
    """Publish that two contrary answers came within moments; the first stands, and whoever gave the other is told."""
    contrary = [kind.__name__ for kind in contraries(facts_of(row), command, actor)]
    found = await repository.answered_since(session, row.id, contrary, within_s) if contrary else None
    if found is not None:
        first, gap_s = found
        crossed = OrderAnswersCrossed(
            row.id, first.command, type(command).__name__, first.actor, str(actor), round(gap_s, 3)
        )
        await publish(session, crossed, actor=actor, city=row.city)


async def _keep(session: AsyncSession, row: Order, command: Command, actor: Actor) -> int:
    """Write the rows that a command adds beside the order; return the note's id, or 0."""
    if isinstance(command, AddNote):
        return (await repository.add(session, _note(row, command, actor))).id
    if isinstance(command, ChangeAddress):
        await repository.retire_address(session, row.id, "drop")
        address = OrderAddress(
            order_id=row.id,
            type="drop",
            version=row.address_version,
            address_id=command.address_id,
            address_text=command.text.strip(),
            lat=command.lat,
            lng=command.lng,
            created_by=str(actor),
        )
        await repository.add(session, address)
    return 0


def _note(row: Order, command: AddNote, actor: Actor) -> OrderNote:
    file = command.file
    return OrderNote(
        order_id=row.id,
        kind=command.kind,
        body=command.text.strip(),
        file_message_id=file.message_id if file else None,
        file_place=file.place if file else None,
        actor=str(actor),
    )


def _entry(
    row: Order, from_state: Any, command: Command, actor: Actor, source: Source, command_id: str
) -> OrderLogEntry:
    return OrderLogEntry(
        order_id=row.id,
        command=type(command).__name__,
        command_id=command_id,
        from_state=from_state,
        to_state=row.state,
        actor=str(actor),
        source=source,
        meta={name: value for name, value in asdict(command).items() if name not in _PERSONAL},
        trace_id=trace_id(),
    )


def _result(outcome: Outcome, row: Order, command: Command) -> CommandResult:
    note_command(row.id, type(command).__name__, outcome)
    return CommandResult(outcome, f"order.{outcome}", f"order.{outcome}", order_view(row))


def _refused(row: Order, command: Command, refusal: OrderRefusedError) -> CommandResult:
    log.info("order.refused", order_id=row.id, command=type(command).__name__, code=refusal.code)
    note_command(row.id, type(command).__name__, Outcome.REFUSED)
    return CommandResult(
        outcome=Outcome.REFUSED,
        code=refusal.code,
        message_key=refusal.message_key,
        order=order_view(row),
        message=refusal.message,
        params={"state": row.state, **refusal.context},
    )
