"""Keeps each merchant's catalogue in the form that linking reads; indexes are built once a version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from backend.catalog import repository
from backend.catalog.linking.catalogue import Catalogue, CatalogueItem
from backend.catalog.models import Item


@dataclass(slots=True)
class _Kept:
    version: int
    catalogue: Catalogue


class Snapshots:
    """The catalogues of this process, by merchant."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}

    async def get(self, session: AsyncSession, merchant_id: str) -> Catalogue:
        """Return the catalogue as it is now, stock less what is promised.

        One narrow read tells whether the copy is old: the version for names and prices, and the stock itself.
        """
        version, stock = await repository.available_stock(session, merchant_id)
        kept = self._kept.get(merchant_id)
        if kept is None or kept.version != version:
            kept = _Kept(version, _build(await repository.active_items(session, merchant_id)))
        else:
            kept = _Kept(version, _restock(kept.catalogue, stock))
        self._kept[merchant_id] = kept
        return kept.catalogue


def _build(rows: Sequence[Item]) -> Catalogue:
    return Catalogue.of(_linkable(row) for row in rows)


def _linkable(row: Item) -> CatalogueItem:
    return CatalogueItem(
        sku=row.sku,
        name=row.name,
        aliases=tuple(row.aliases),
        unit=row.unit,
        price_minor=row.price_minor,
        currency=row.currency,
        stock=float(row.stock - row.reserved),
        options={axis: tuple(values) for axis, values in row.options.items()},
    )


def _restock(old: Catalogue, stock: Mapping[str, float]) -> Catalogue:
    items = tuple(
        item if item.stock == stock.get(item.sku, 0.0) else replace(item, stock=stock.get(item.sku, 0.0))
        for item in old.items
    )
    if all(new is known for new, known in zip(items, old.items, strict=True)):
        return old
    fresh = Catalogue(items)
    # What was computed from names alone holds for any stock, and is dear to compute again.
    vars(fresh).update({name: value for name, value in vars(old).items() if name not in {"items", "by_sku"}})
    return fresh
