"""Changes by hand and by file, each kept with who made it and why."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from backend.catalog import repository
from backend.catalog.errors import ItemNotFoundError, NegativeStockError, StockPromisedError
from backend.catalog.events import CatalogueChanged
from backend.catalog.importing import ParsedRow, completed, differences, read_rows
from backend.catalog.models import Item, StockMovement
from backend.catalog.ports import ImportReport, ItemChanges, ItemRow, ItemView, RowOutcome, RowReport
from backend.catalog.service.low import tell_if_low, tell_oversold
from backend.catalog.service.views import item_view
from backend.platform.actors import Actor
from backend.platform.events import publish
from backend.platform.idempotency import KeyReusedError

_STRUCTURAL = ("price_minor", "name", "aliases", "active")


async def change_item(
    session: AsyncSession, merchant_id: str, sku: str, changes: ItemChanges, *, reason: str, actor: Actor
) -> ItemView:
    """Change one item."""
    row = (await repository.lock_items(session, merchant_id, [sku])).get(sku)
    if row is None:
        raise ItemNotFoundError(sku=sku)
    old, before = _level(row), item_view(row)
    await _check_promised(session, row, changes.stock, actor)
    _apply(row, changes)
    await session.flush()
    _keep_movement(session, merchant_id, sku, old, _level(row), reason=reason, actor=actor)
    if any(getattr(changes, name) is not None for name in _STRUCTURAL):
        await _announce(session, merchant_id, reason, actor, updated=1)
    await session.flush()
    await tell_if_low(session, before, item_view(row), actor)
    return item_view(row)


async def adjust(
    session: AsyncSession, merchant_id: str, sku: str, by: Decimal, *, reason: str, actor: Actor, command_id: str
) -> ItemView:
    """Add to an item's stock, or take off it, once."""
    row = (await repository.lock_items(session, merchant_id, [sku])).get(sku)
    if row is None:
        raise ItemNotFoundError(sku=sku)
    known = await repository.movement_of(session, merchant_id, command_id)
    if known is not None:
        return _checked_same(known, row, by)
    old, before = _level(row), item_view(row)
    if row.stock + by < 0:
        raise NegativeStockError(sku=sku, stock=row.stock.normalize())
    await _check_promised(session, row, row.stock + by, actor)
    _apply(row, ItemChanges(stock=row.stock + by))
    await session.flush()
    _keep_movement(session, merchant_id, sku, old, _level(row), reason=reason, actor=actor, command_id=command_id)
    await session.flush()
    await tell_if_low(session, before, item_view(row), actor)
    return item_view(row)


def _checked_same(known: StockMovement, row: Item, by: Decimal) -> ItemView:
    if known.sku != row.sku or known.new_stock - known.old_stock != by:
        raise KeyReusedError
    return item_view(row)


async def _check_promised(session: AsyncSession, row: Item, stock: Decimal | None, actor: Actor) -> None:
    """Refuse less than orders were promised, and tell the shop: which of them goes without is for people to say."""
    if stock is not None and stock < row.reserved:
        await tell_oversold(session, row, stock, actor)
        raise StockPromisedError(sku=row.sku, promised=row.reserved.normalize())


def _apply(row: Item, changes: ItemChanges) -> None:
    if changes.stock is not None:
        row.stock = changes.stock
    if changes.price_minor is not None:
        row.price_minor = changes.price_minor
    if changes.name is not None:
        row.name = changes.name
    if changes.aliases is not None:
        row.aliases = list(changes.aliases)
    if changes.active is not None:
        row.active = changes.active
    if changes.low_at is not None:
        row.low_at = changes.low_at


@dataclass(frozen=True, slots=True)
class _Level:
    stock: Decimal = Decimal(0)
    price_minor: int = 0


def _level(row: Item | ItemRow) -> _Level:
    return _Level(row.stock, row.price_minor)


def _keep_movement(
    session: AsyncSession,
    merchant_id: str,
    sku: str,
    old: _Level,
    new: _Level,
    *,
    reason: str,
    actor: Actor,
    command_id: str | None = None,
) -> None:
    if old == new:
        return
    movement = StockMovement(
        merchant_id=merchant_id,
        sku=sku,
        old_stock=old.stock,
        new_stock=new.stock,
        old_price_minor=old.price_minor,
        new_price_minor=new.price_minor,
        reason=reason,
        actor=str(actor),
        command_id=command_id,
    )
    repository.add_movement(session, movement)


async def _announce(
    session: AsyncSession, merchant_id: str, reason: str, actor: Actor, *, created: int = 0, updated: int = 0
) -> None:
    await repository.bump_version(session, merchant_id)
    await publish(session, CatalogueChanged(merchant_id, created, updated, reason), actor=actor, city=None)


async def import_csv(
    session: AsyncSession, merchant_id: str, text: str, *, currency: str, actor: Actor, dry_run: bool
) -> ImportReport:
    """Say what a catalogue file changes, and change it unless it is a dry run."""
    known = {row.sku: row for row in await repository.all_items(session, merchant_id)}
    parsed = [completed(row, _view(known.get(row.sku))) for row in read_rows(text, currency)]
    reports = tuple(_judge(row, known.get(row.sku)) for row in parsed)
    named = {row.sku for row in parsed}
    absent = tuple(sku for sku, item in known.items() if item.active and sku not in named)
    report = ImportReport(reports, absent, applied=not dry_run)
    if not dry_run:
        await _tell_promised(session, parsed, known, actor)
        await _write(session, merchant_id, parsed, report, known, actor)
    return report


def _view(item: Item | None) -> ItemView | None:
    return None if item is None else item_view(item)


def _judge(parsed: ParsedRow, item: Item | None) -> RowReport:
    report = RowReport(parsed.line, parsed.sku, RowOutcome.CREATED)
    if parsed.row is None:
        return replace(report, outcome=RowOutcome.REJECTED, errors=parsed.errors)
    if item is None:
        return report
    if parsed.row.stock < item.reserved:
        words = f"stock {parsed.row.stock} is less than the {item.reserved.normalize():f} promised to orders"
        return replace(report, outcome=RowOutcome.REJECTED, errors=(words,))
    changes = differences(item_view(item), parsed.row)
    return replace(report, outcome=RowOutcome.UPDATED if changes else RowOutcome.UNCHANGED, changes=changes)


async def _tell_promised(
    session: AsyncSession, parsed: Sequence[ParsedRow], known: dict[str, Item], actor: Actor
) -> None:
    """Tell of the items of which a file has less than orders were promised; their rows are left as they are."""
    for row in (one.row for one in parsed if one.row is not None and one.row.sku in known):
        if row.stock < known[row.sku].reserved:
            await tell_oversold(session, known[row.sku], row.stock, actor)


async def _write(
    session: AsyncSession,
    merchant_id: str,
    parsed: Sequence[ParsedRow],
    report: ImportReport,
    known: dict[str, Item],
    actor: Actor,
) -> None:
    wanted = {row.line for row in report.rows if row.outcome in {RowOutcome.CREATED, RowOutcome.UPDATED}}
    rows = [row.row for row in parsed if row.row is not None and row.line in wanted]
    before = {row.sku: _level(known[row.sku]) for row in rows if row.sku in known}
    await repository.upsert_rows(session, merchant_id, rows)
    for row in rows:
        old = before.get(row.sku, _Level())
        _keep_movement(session, merchant_id, row.sku, old, _level(row), reason="import", actor=actor)
    if rows:
        created, updated = report.count(RowOutcome.CREATED), report.count(RowOutcome.UPDATED)
        await _announce(session, merchant_id, "import", actor, created=created, updated=updated)
    await session.flush()
