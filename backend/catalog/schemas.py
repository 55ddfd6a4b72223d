"""Wire models of the catalogue."""

from datetime import datetime
from decimal import Decimal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from backend.catalog.ports import ImportReport, ItemChanges, ItemView, RowOutcome


class ItemOut(BaseModel):
    """A SKU with its price and stock."""

    sku: str = Field(description="The merchant's code.")
    name: str = Field(description="As customers know it.")
    aliases: list[str] = Field(description="Other names that customers use.")
    unit: str = Field(description="What one of it is, such as `packet` or `kg`.")
    price: float = Field(description="Price of one in whole units of the currency.")
    price_minor: int = Field(description="The same in minor units, exact.")
    currency: str = Field(description="ISO 4217 code.")
    stock: float = Field(description="On the shelf, in the unit.")
    available: float = Field(description="What may still be sold: stock less what orders were promised.")
    options: dict[str, list[str]] = Field(description="Values by axis, such as size.")
    active: bool = Field(description="False where it is off sale.")
    low_at: float | None = Field(description="The merchant is told when no more than this is left to sell.")
    low: bool = Field(description="True where no more than that is left.")


def item_out(view: ItemView) -> ItemOut:
    """Show an item."""
    return ItemOut(
        sku=view.sku,
        name=view.name,
        aliases=list(view.aliases),
        unit=view.unit,
        price=view.price_minor / 100,
        price_minor=view.price_minor,
        currency=view.currency,
        stock=float(view.stock),
        available=float(view.available),
        options={axis: list(values) for axis, values in view.options.items()},
        active=view.active,
        low_at=None if view.low_at is None else float(view.low_at),
        low=view.low,
    )


class ItemPatch(BaseModel):
    """What to change of an item; a field that is not sent stays as it is."""

    stock: Decimal | None = Field(
        default=None, ge=0, decimal_places=3, max_digits=12, description="New shelf stock, in the unit."
    )
    price_minor: int | None = Field(default=None, ge=0, le=10**12, description="New price in minor units.")
    name: str | None = Field(default=None, min_length=1, max_length=200, description="New name.")
    aliases: list[str] | None = Field(default=None, max_length=50, description="New list of other names.")
    active: bool | None = Field(default=None, description="False takes the item off sale.")
    low_at: Decimal | None = Field(
        default=None, ge=0, decimal_places=3, max_digits=12, description="Tell when no more than this is left to sell."
    )
    reason: str = Field(min_length=1, max_length=200, description="Why, such as `stocktake`; kept with the change.")

    @model_validator(mode="after")
    def _something(self) -> "ItemPatch":
        """Refuse a change of nothing."""
        if self.model_fields_set <= {"reason"}:
            message = "name at least one field to change"
            raise ValueError(message)
        return self

    def changes(self) -> ItemChanges:
        """Return the changes in our words."""
        aliases = None if self.aliases is None else tuple(self.aliases)
        return ItemChanges(self.stock, self.price_minor, self.name, aliases, self.active, self.low_at)


class Adjustment(BaseModel):
    """How much more or less is on the shelf."""

    by: Decimal = Field(
        decimal_places=3, max_digits=12, description="What came (above 0) or went (below 0), in the unit."
    )
    reason: str = Field(min_length=1, max_length=200, description="Why, such as `delivery` or `broken`; kept.")

    @model_validator(mode="after")
    def _something(self) -> "Adjustment":
        """Refuse a change of nothing."""
        if self.by == 0:
            message = "say how much came or went"
            raise ValueError(message)
        return self


class MovementOut(BaseModel):
    """A change of an item's shelf stock or price by hand or by file."""

    model_config = ConfigDict(from_attributes=True)

    old_stock: float = Field(description="Before, in the unit.")
    new_stock: float = Field(description="After.")
    old_price_minor: int = Field(description="Price before, in minor units.")
    new_price_minor: int = Field(description="Price after.")
    reason: str = Field(description="Why.")
    actor: str = Field(description="Who.")
    at: datetime = Field(description="When.")


class NewPrice(BaseModel):
    """A price that begins later."""

    price_minor: int = Field(ge=0, description="Price of one in minor units.")
    from_at: AwareDatetime = Field(description="When it begins; with its zone.")
    reason: str = Field(min_length=1, max_length=200, description="Why, such as `new season`; kept.")


class PriceOut(BaseModel):
    """A price with its date."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(description="The price.")
    sku: str = Field(description="The item.")
    price_minor: int = Field(description="Price of one in minor units.")
    from_at: datetime = Field(description="When it begins.")
    state: str = Field(description="planned, in_force (it has begun) or withdrawn.")
    reason: str = Field(description="Why.")
    actor: str = Field(description="Who planned it.")


class ImportRowOut(BaseModel):
    """What becomes of one row of the file."""

    line: int = Field(description="Line in the file; the header is line 1.")
    sku: str = Field(description="As the row has it; may be empty.")
    outcome: RowOutcome = Field(description="created, updated, unchanged or rejected.")
    changes: dict[str, tuple[str, str]] = Field(description="Old and new value by column.")
    errors: list[str] = Field(description="What is wrong and how to put it right.")


class ImportOut(BaseModel):
    """What an import did, or would do."""

    applied: bool = Field(description="False for a dry run.")
    created: int = Field(description="Rows that are new.")
    updated: int = Field(description="Rows that change an item.")
    unchanged: int = Field(description="Rows that say what is known.")
    rejected: int = Field(description="Rows that were left out.")
    absent: list[str] = Field(description="SKUs on sale that the file does not name; they stay as they are.")
    rows: list[ImportRowOut] = Field(description="Every row but the unchanged ones.")


def import_out(report: ImportReport) -> ImportOut:
    """Show an import."""
    return ImportOut(
        applied=report.applied,
        created=report.count(RowOutcome.CREATED),
        updated=report.count(RowOutcome.UPDATED),
        unchanged=report.count(RowOutcome.UNCHANGED),
        rejected=report.count(RowOutcome.REJECTED),
        absent=list(report.absent),
        rows=[
            ImportRowOut(
                line=row.line, sku=row.sku, outcome=row.outcome, changes=dict(row.changes), errors=list(row.errors)
            )
            for row in report.rows
            if row.outcome is not RowOutcome.UNCHANGED
        ],
    )
