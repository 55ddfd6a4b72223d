"""What can go wrong with items and stock."""

from backend.platform.errors import ConflictError, NotFoundError, UnprocessableError


class ItemNotFoundError(NotFoundError):
    """The merchant has no such SKU."""

    code = "catalog.item_not_found"
    title = "There is no such item"


class UnknownSkuError(UnprocessableError):
    """An order asks for what the merchant does not sell; `skus` names it."""

    code = "catalog.unknown_sku"
    title = "The shop does not sell that"


class FractionError(UnprocessableError):
    """Part of something that is sold whole; `skus` names it."""

    code = "catalog.sold_whole"
    title = "That item is sold whole"


class StockShortError(ConflictError):
    """There is less than was asked for; `short` lists sku, name, wanted and left."""

    code = "catalog.stock_short"
    title = "There is not enough left"


class StockPromisedError(ConflictError):
    """The new stock would be less than what orders were promised.

    The stock is as it was, and the people of the shop are told that too much was promised.
    """

    code = "catalog.stock_promised"
    title = "Orders were promised more than that; cancel them first"
    keeps_work = True


class NegativeStockError(ConflictError):
    """More would be taken off the shelf than stands on it; `stock` says how much does."""

    code = "catalog.stock_negative"
    title = "There is less than that on the shelf"


class ImportFormatError(UnprocessableError):
    """The file is no catalogue: its header lacks columns, or it is not text."""

    code = "catalog.import_format"
    title = "The file is not a catalogue"


class PriceNotFoundError(NotFoundError):
    """The merchant has no such price."""

    code = "catalog.price_not_found"
    title = "There is no such price"


class PriceTimeError(UnprocessableError):
    """The price would begin in the past, or when another one begins; `from_at` says when."""

    code = "catalog.price_time"
    title = "A price begins later than now, and one at a time"


class PriceNotPlannedError(ConflictError):
    """The price is in force, or was withdrawn."""

    code = "catalog.price_not_planned"
    title = "That price can't be withdrawn any more"
