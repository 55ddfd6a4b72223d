"""From rows to what others see."""

from backend.catalog.models import Item
from backend.catalog.ports import ItemView


def item_view(row: Item) -> ItemView:
    """Show an item."""
    return ItemView(
        merchant_id=row.merchant_id,
        sku=row.sku,
        name=row.name,
        aliases=tuple(row.aliases),
        unit=row.unit,
        price_minor=row.price_minor,
        currency=row.currency,
        stock=row.stock,
        reserved=row.reserved,
        options={axis: tuple(values) for axis, values in row.options.items()},
        active=row.active,
        low_at=row.low_at,
    )
