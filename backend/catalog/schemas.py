"""Wire models of the catalogue."""

from decimal import Decimal

from pydantic import BaseModel, Field, model_validator

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
    )


class ItemPatch(BaseModel):
    """What to change of an item; a field that is not sent stays as it is."""

    stock: Decimal | None = Field(default=None, ge=0, decimal_places=3, description="New shelf stock, in the unit.")
    price_minor: int | None = Field(default=None, ge=0, description="New price in minor units.")
    name: str | None = Field(default=None, min_length=1, max_length=200, description="New name.")
    aliases: list[str] | None = Field(default=None, max_length=50, description="New list of other names.")
    active: bool | None = Field(default=None, description="False takes the item off sale.")
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
        return ItemChanges(self.stock, self.price_minor, self.name, aliases, self.active)


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
