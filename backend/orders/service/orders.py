"""The orders' service: placing, handling commands, reading, the timeline."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.catalog.service import CatalogService
from backend.customers.service import CustomersService
from backend.orders import repository
from backend.orders.commands import Command, PlaceOrder
from backend.orders.errors import OrderNotFoundError
from backend.orders.events import OrderState
from backend.orders.ports import (
    CommandResult,
    NoteView,
    OrderFilter,
    OrderView,
    Outcome,
    Receivable,
    Replay,
    TimelineEntry,
    TimelineNote,
    VendorFigures,
)
from backend.orders.service import reading, replaying
from backend.orders.service.handle import Handling
from backend.orders.service.place import Placing
from backend.orders.service.timers import OrderLadders
from backend.orders.service.views import order_view, order_views
from backend.orders.settings import OrdersSettings
from backend.platform.actors import Actor, Source
from backend.vendors.service import VendorsService


class OrdersService:
    """The one place that changes an order."""

    def __init__(
        self,
        catalog: CatalogService,
        customers: CustomersService,
        vendors: VendorsService,
        ladders: OrderLadders,
        settings: OrdersSettings,
    ) -> None:
        self._placing = Placing(catalog, customers, vendors, ladders)
        self._handling = Handling(catalog, vendors, ladders, settings)

    async def place(self, session: AsyncSession, command: PlaceOrder, *, actor: Actor, source: Source) -> OrderView:
        """Reserve the stock and open a pending order.

        Placing again under the same intent key returns the order that stands.

        Raises:
            EmptyOrderError: No line, or a quantity that is not positive.
            VendorUnavailableError: No outlet of the merchant takes orders.
            StockShortError, UnknownSkuError, FractionError: As the catalogue says; nothing was kept.
        """
        return await self._placing.place(session, command, actor=actor, source=source)

    async def handle(
        self, session: AsyncSession, order_id: str, command: Command, *, actor: Actor, source: Source, command_id: str
    ) -> CommandResult:
        """Apply a command once, whichever door it came through.

        Args:
            session: The transaction; the order's row is locked in it.
            order_id: The order.
            command: What is asked.
            actor: Who asks.
            source: The door.
            command_id: What was meant once; the same id again answers `duplicate`.

        Returns:
            Applied, duplicate, or refused with the code and the key of the words; a refusal changed nothing.

        Raises:
            OrderNotFoundError: There is no such order.
            CommandIdReusedError: The id was used for another command.
        """
        return await self._handling.handle(
            session, order_id, command, actor=actor, source=source, command_id=command_id
        )

    async def get(self, session: AsyncSession, order_id: str, *, lock: bool = False) -> OrderView:
        """Return an order; with `lock`, hold its row until the transaction ends.

        Raises:
            OrderNotFoundError: There is no such order.
        """
        row = await repository.order(session, order_id, lock=lock)
        if row is None:
            raise OrderNotFoundError(order_id=order_id)
        return order_view(row)

    async def get_many(self, session: AsyncSession, order_ids: Collection[str]) -> dict[str, OrderView]:
        """Return several orders by their ids, with a few statements however many; unlocked.

        Raises:
            OrderNotFoundError: One of them is not there.
        """
        found = order_views(*await repository.parts(session, list(order_ids)))
        for order_id in order_ids:
            if order_id not in found:
                raise OrderNotFoundError(order_id=order_id)
        return found

    async def receivables(
        self, session: AsyncSession, *, order_ids: Sequence[str] = (), reference_keys: Sequence[str] = ()
    ) -> list[Receivable]:
        """Return what is known of the money of some orders; unlocked, in no order.

        Args:
            session: The transaction.
            order_ids: Their ids.
            reference_keys: Their ids as people type them: upper case, without signs, with 0, 1, 5 and 8 written O, I,
                S and B.
        """
        return reading.receivables(await repository.receivables(session, order_ids, reference_keys))

    async def hold(self, session: AsyncSession, order_ids: Collection[str]) -> dict[str, Receivable]:
        """Return what is known of the money of some orders by their ids, their rows held until the transaction ends.

        Raises:
            OrderNotFoundError: One of them is not there.
        """
        rows = reading.receivables(await repository.hold_receivables(session, sorted(order_ids)))
        held = {one.id: one for one in rows}
        for order_id in order_ids:
            if order_id not in held:
                raise OrderNotFoundError(order_id=order_id)
        return held

    async def handle_many(
        self, session: AsyncSession, wanted: Sequence[tuple[str, Command, str]], *, actor: Actor, source: Source
    ) -> dict[str, Outcome]:
        """Apply one command to each of several orders, as `handle` does, with few statements; return what became of it.

        Args:
            session: The transaction; the orders' rows are held in it already (`hold`).
            wanted: (order, command, command id), each order once; commands that change neither address nor notes.
            actor: Who asks.
            source: The door.
        """
        if not wanted:
            return {}
        return await self._handling.handle_many(session, wanted, actor=actor, source=source)

    async def receivables_due(
        self, session: AsyncSession, currency: str, due_minor: int, *, since: datetime, until: datetime, limit: int = 20
    ) -> list[Receivable]:
        """Return the open orders of a span that wait for just this amount, the newest first."""
        return reading.receivables(await repository.receivables_due(session, currency, due_minor, since, until, limit))

    async def latest_for_customer(self, session: AsyncSession, customer_id: str) -> OrderView | None:
        """Return the customer's newest order."""
        order_id = await repository.latest_of(session, user_id=customer_id)
        return await self.get(session, order_id) if order_id else None

    async def list_orders(
        self, session: AsyncSession, wanted: OrderFilter, *, limit: int = 50, offset: int = 0
    ) -> tuple[list[OrderView], int]:
        """Return one page of orders, the newest first, and how many there are in all."""
        rows, total = await repository.list_orders(session, wanted, limit=limit, offset=offset)
        return [order_view(row) for row in rows], total

    async def due_of(self, session: AsyncSession, wanted: OrderFilter) -> Sequence[tuple[str, int]]:
        """Return (currency, sum) of what all these orders still have to be paid, in minor units."""
        return await repository.due_of(session, wanted)

    async def count_by_state(self, session: AsyncSession, wanted: OrderFilter) -> dict[OrderState, int]:
        """Return how many of the orders are in each state."""
        return await repository.count_by_state(session, wanted)

    async def timeline(self, session: AsyncSession, order_id: str) -> list[TimelineEntry]:
        """Return everything that happened around an order, the first first."""
        return await reading.timeline(session, order_id)

    async def instructions(self, session: AsyncSession, order_id: str) -> list[str]:
        """Return what vendor and rider were asked to heed since the order was placed, the first first."""
        return await reading.instructions(session, order_id)

    async def notes(self, session: AsyncSession, order_id: str) -> list[NoteView]:
        """Return an order's remarks, the first first."""
        return await reading.notes(session, order_id)

    async def replay(self, session: AsyncSession, order_id: str) -> Replay:
        """Work the order out anew from its logs, and compare it with its row.

        Raises:
            OrderNotFoundError: There is no such order.
        """
        return await replaying.replay(session, order_id)

    async def show_as_of(self, session: AsyncSession, order_id: str, columns: Mapping[str, Any]) -> None:
        """Make the row look as it did at some time; only for a transaction that is rolled back."""
        await replaying.show_as_of(session, order_id, columns)

    async def note_timeline(
        self,
        session: AsyncSession,
        order_id: str,
        *,
        channel: str,
        actor: Actor | str,
        what: str,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Add to an order's timeline what another domain did around it; ids and outcomes, no message text."""
        await self.note_timelines(session, [TimelineNote(order_id, channel, str(actor), what, detail or {})])

    async def note_timelines(self, session: AsyncSession, notes: Sequence[TimelineNote]) -> None:
        """Add to the timelines of several orders with one statement."""
        if notes:
            await repository.add_timeline(session, notes)

    async def vendor_figures(self, session: AsyncSession, vendor_id: str, *, days: int = 30) -> VendorFigures:
        """Return how an outlet did over the last days."""
        return await reading.vendor_figures(session, vendor_id, days)
