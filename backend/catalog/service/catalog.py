"""The catalogue's service: one method a use case."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from backend.catalog import repository
from backend.catalog.errors import ItemNotFoundError
from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.models import ItemPrice, StockMovement
from backend.catalog.ports import ImportReport, ItemChanges, ItemView, Shops, StockLine
from backend.catalog.service import prices, stock, upkeep
from backend.catalog.service.snapshots import Snapshots
from backend.catalog.service.views import item_view
from backend.platform.actors import Actor


class CatalogService:
    """Items, prices and stock of the merchants."""

    def __init__(self, shops: Shops) -> None:
        self._shops = shops
        self._snapshots = Snapshots()

    async def snapshot(self, session: AsyncSession, merchant_id: str) -> Catalogue:
        """Return what the merchant sells, in the form that linking reads; stock is what may still be sold."""
        return await self._snapshots.get(session, merchant_id)

    async def merchant_of(self, session: AsyncSession, vendor_id: str) -> str:
        """Return the merchant whose catalogue an outlet sells from."""
        return await self._shops.merchant_of(session, vendor_id)

    async def city_of(self, session: AsyncSession, merchant_id: str) -> str:
        """Return the city that a merchant sells in."""
        return await self._shops.city_of(session, merchant_id)

    async def item(self, session: AsyncSession, merchant_id: str, sku: str) -> ItemView:
        """Return an item.

        Raises:
            ItemNotFoundError: The merchant has no such SKU.
        """
        row = await repository.item(session, merchant_id, sku)
        if row is None:
            raise ItemNotFoundError(sku=sku)
        return item_view(row)

    async def search(
        self,
        session: AsyncSession,
        merchant_id: str,
        words: str | None = None,
        *,
        active: bool | None = True,
        limit: int = 50,
        offset: int = 0,
    ) -> tuple[list[ItemView], int]:
        """Return one page of items with all the words in name, SKU or aliases, and how many there are in all."""
        rows, total = await repository.list_items(
            session, merchant_id, words=words, active=active, limit=limit, offset=offset
        )
        return [item_view(row) for row in rows], total

    async def offer(self, session: AsyncSession, merchant_id: str, lines: Sequence[StockLine]) -> dict[str, ItemView]:
        """Show the items of some lines by SKU, where all can be had this moment; nothing is held.

        Raises:
            UnknownSkuError: The merchant does not sell one of them.
            FractionError: Part of something that is sold whole.
            StockShortError: There is less than was asked for; its context says what is left of each.
        """
        return await stock.offer(session, merchant_id, lines)

    async def reserve(
        self,
        session: AsyncSession,
        merchant_id: str,
        order_id: str,
        lines: Sequence[StockLine],
        expires_in_s: float,
    ) -> None:
        """Hold stock for an order, all lines or none.

        A transaction does this last: until it ends, others who want the same item wait.

        Raises:
            UnknownSkuError: The merchant does not sell one of them.
            FractionError: Part of something that is sold whole.
            StockShortError: There is less than was asked for; its context says what is left of each.
        """
        await stock.reserve(session, merchant_id, order_id, lines, expires_in_s)

    async def commit_reservation(self, session: AsyncSession, order_id: str) -> None:
        """Take an order's held stock off the shelf; doing it twice changes nothing."""
        await stock.commit(session, order_id)

    async def release_reservation(self, session: AsyncSession, order_id: str) -> None:
        """Give an order's stock back, held or committed; doing it twice changes nothing."""
        await stock.release(session, order_id)

    async def change_item(
        self, session: AsyncSession, merchant_id: str, sku: str, changes: ItemChanges, *, reason: str, actor: Actor
    ) -> ItemView:
        """Change stock, price, name, aliases or whether an item is on sale; kept with reason and actor.

        Raises:
            ItemNotFoundError: The merchant has no such SKU.
            StockPromisedError: Orders were promised more than the new stock.
        """
        return await upkeep.change_item(session, merchant_id, sku, changes, reason=reason, actor=actor)

    async def adjust(
        self,
        session: AsyncSession,
        merchant_id: str,
        sku: str,
        by: Decimal,
        *,
        reason: str,
        actor: Actor,
        command_id: str,
    ) -> ItemView:
        """Add to the shelf stock, or take off it, so that two who count at once both count; once an id.

        Raises:
            ItemNotFoundError: The merchant has no such SKU.
            NegativeStockError: More would go than is there.
            StockPromisedError: Orders were promised more than would be left.
            KeyReusedError: The id stands for another change.
        """
        return await upkeep.adjust(session, merchant_id, sku, by, reason=reason, actor=actor, command_id=command_id)

    async def movements(
        self, session: AsyncSession, merchant_id: str, sku: str, *, limit: int, offset: int
    ) -> tuple[Sequence[StockMovement], int]:
        """Return a page of an item's changes by hand or by file, the newest first, and how many there are."""
        await self.item(session, merchant_id, sku)
        return await repository.movements(session, merchant_id, sku, limit=limit, offset=offset)

    async def plan_price(
        self,
        session: AsyncSession,
        merchant_id: str,
        sku: str,
        price_minor: int,
        from_at: datetime,
        *,
        reason: str,
        actor: Actor,
    ) -> ItemPrice:
        """Let an item cost this from an instant that lies ahead.

        Raises:
            ItemNotFoundError: The merchant has no such SKU.
            PriceTimeError: It lies behind, or another price begins then.
        """
        return await prices.plan(session, merchant_id, sku, price_minor, from_at, reason=reason, actor=actor)

    async def prices(
        self, session: AsyncSession, merchant_id: str, sku: str, *, limit: int, offset: int
    ) -> tuple[Sequence[ItemPrice], int]:
        """Return a page of an item's prices by date, the last to begin first, and how many there are."""
        await self.item(session, merchant_id, sku)
        return await repository.prices(session, merchant_id, sku, limit=limit, offset=offset)

    async def withdraw_price(
        self, session: AsyncSession, merchant_id: str, price_id: str, *, actor: Actor
    ) -> ItemPrice:
        """Take back a price that has not begun.

        Raises:
            PriceNotFoundError: The merchant has no such price.
            PriceNotPlannedError: It has begun, or was withdrawn.
        """
        return await prices.withdraw(session, merchant_id, price_id, actor=actor)

    async def begin_price(self, session: AsyncSession, price_id: str, *, actor: Actor) -> None:
        """Put a planned price in force; doing it twice changes nothing."""
        await prices.begin(session, price_id, actor=actor)

    async def import_csv(
        self,
        session: AsyncSession,
        merchant_id: str,
        text: str,
        *,
        actor: Actor,
        dry_run: bool = False,
    ) -> ImportReport:
        """Say what a catalogue file changes, and change it unless it is a dry run.

        Rows that can't be used are left out and reported with their line; the others are taken.

        Raises:
            ImportFormatError: The file is no catalogue.
        """
        currency = await self._shops.currency_of(session, merchant_id)
        return await upkeep.import_csv(session, merchant_id, text, currency=currency, actor=actor, dry_run=dry_run)
