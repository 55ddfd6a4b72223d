"""Endpoints of the catalogue."""

from dataclasses import replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Query, Request
from starlette.datastructures import UploadFile

from backend.catalog.errors import ImportFormatError
from backend.catalog.schemas import (
    Adjustment,
    ImportOut,
    ItemOut,
    ItemPatch,
    MovementOut,
    NewPrice,
    PriceOut,
    import_out,
    item_out,
)
from backend.catalog.service import CatalogService
from backend.platform.auth.dependencies import require
from backend.platform.auth.principal import Principal, Role
from backend.platform.errors import UnprocessableError
from backend.platform.idempotency import KeyMissingError, parse_key
from backend.platform.web import Page, PageDep, SessionDep, provide

router = APIRouter(prefix="/api/v1/catalog", tags=["catalog"])

MAX_FILE_BYTES: Final = 5_000_000
_STAFF = (Role.SERVICE, Role.AGENT, Role.ADMIN, Role.OWNER)
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            "multipart/form-data": {
                "schema": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
            },
        },
    }
}
Catalog = Annotated[CatalogService, Depends(provide(CatalogService))]
Reader = Annotated[Principal, Depends(require(*_STAFF, Role.BOT, Role.DEVELOPER, Role.VENDOR, Role.CUSTOMER))]
Keeper = Annotated[Principal, Depends(require(*_STAFF, Role.VENDOR))]
Importer = Annotated[Principal, Depends(require(Role.SERVICE, Role.ADMIN, Role.OWNER))]


async def _key(
    header: Annotated[str | None, Header(alias="Idempotency-Key", description="Names one change.")] = None,
) -> str:
    key = parse_key(header)
    if key is None:
        raise KeyMissingError
    return key


KeyDep = Annotated[str, Depends(_key)]


async def _merchant(
    session: SessionDep,
    catalog: Catalog,
    vendor_id: Annotated[str | None, Query(description="An outlet of the merchant.")] = None,
    merchant_id: Annotated[str | None, Query(description="The merchant.")] = None,
) -> str:
    """Return the merchant whose catalogue is meant."""
    if vendor_id is not None:
        return await catalog.merchant_of(session, vendor_id)
    if merchant_id is None:
        raise UnprocessableError("Say whose catalogue: vendor_id or merchant_id.")
    return merchant_id


MerchantDep = Annotated[str, Depends(_merchant)]


async def _check(session: SessionDep, catalog: CatalogService, principal: Principal, merchant_id: str) -> None:
    """Refuse, as if it did not exist, a catalogue that is not the caller's to see."""
    principal.check_merchant(merchant_id)
    principal.check_city(await catalog.city_of(session, merchant_id))
    if principal.roles == frozenset({Role.VENDOR}):
        own = await catalog.merchant_of(session, principal.actor.id)
        replace(principal, merchant_id=own).check_merchant(merchant_id)


@router.get("/items")
async def list_items(
    session: SessionDep,
    catalog: Catalog,
    principal: Reader,
    merchant_id: MerchantDep,
    page: PageDep,
    q: Annotated[str | None, Query(description="Words in name, SKU or aliases.", max_length=100)] = None,
    active: Annotated[bool | None, Query(description="Only items on sale, or only those off.")] = True,  # noqa: FBT002
) -> Page[ItemOut]:
    """What an outlet sells, in the order of its menu."""
    await _check(session, catalog, principal, merchant_id)
    rows, total = await catalog.search(session, merchant_id, q, active=active, limit=page.limit, offset=page.offset)
    return Page(items=[item_out(row) for row in rows], total=total, limit=page.limit, offset=page.offset)


@router.get("/items/{sku}")
async def get_item(
    sku: str, session: SessionDep, catalog: Catalog, principal: Reader, merchant_id: MerchantDep
) -> ItemOut:
    """One item."""
    await _check(session, catalog, principal, merchant_id)
    return item_out(await catalog.item(session, merchant_id, sku))


@router.patch("/items/{sku}")
async def patch_item(
    sku: str, body: ItemPatch, session: SessionDep, catalog: Catalog, principal: Keeper, merchant_id: MerchantDep
) -> ItemOut:
    """Change stock, price, names or whether an item is on sale."""
    await _check(session, catalog, principal, merchant_id)
    changed = await catalog.change_item(
        session, merchant_id, sku, body.changes(), reason=body.reason, actor=principal.actor
    )
    return item_out(changed)


@router.post("/items/{sku}/adjustments", status_code=201)
async def adjust_item(
    sku: str,
    body: Adjustment,
    session: SessionDep,
    catalog: Catalog,
    principal: Keeper,
    merchant_id: MerchantDep,
    key: KeyDep,
) -> ItemOut:
    """Add what came to the shelf stock, or take off what went; the same key again changes nothing."""
    await _check(session, catalog, principal, merchant_id)
    adjusted = await catalog.adjust(
        session,
        merchant_id,
        sku,
        body.by,
        reason=body.reason,
        actor=principal.actor,
        command_id=f"{principal.actor}:{key}",
    )
    return item_out(adjusted)


@router.get("/items/{sku}/movements")
async def list_movements(
    sku: str, session: SessionDep, catalog: Catalog, principal: Keeper, merchant_id: MerchantDep, page: PageDep
) -> Page[MovementOut]:
    """Who changed an item's stock or price by hand or by file, and why; the newest first."""
    await _check(session, catalog, principal, merchant_id)
    rows, total = await catalog.movements(session, merchant_id, sku, limit=page.limit, offset=page.offset)
    items = [MovementOut.model_validate(row) for row in rows]
    return Page(items=items, total=total, limit=page.limit, offset=page.offset)


@router.post("/items/{sku}/prices", status_code=201)
async def plan_price(
    sku: str, body: NewPrice, session: SessionDep, catalog: Catalog, principal: Importer, merchant_id: MerchantDep
) -> PriceOut:
    """Let an item cost this from an instant that lies ahead; orders keep the price that they were placed at."""
    await _check(session, catalog, principal, merchant_id)
    planned = await catalog.plan_price(
        session, merchant_id, sku, body.price_minor, body.from_at, reason=body.reason, actor=principal.actor
    )
    return PriceOut.model_validate(planned)


@router.get("/items/{sku}/prices")
async def list_prices(
    sku: str, session: SessionDep, catalog: Catalog, principal: Keeper, merchant_id: MerchantDep, page: PageDep
) -> Page[PriceOut]:
    """An item's prices with their dates, the last to begin first."""
    await _check(session, catalog, principal, merchant_id)
    rows, total = await catalog.prices(session, merchant_id, sku, limit=page.limit, offset=page.offset)
    items = [PriceOut.model_validate(row) for row in rows]
    return Page(items=items, total=total, limit=page.limit, offset=page.offset)


@router.delete("/prices/{price_id}")
async def withdraw_price(
    price_id: str, session: SessionDep, catalog: Catalog, principal: Importer, merchant_id: MerchantDep
) -> PriceOut:
    """Take back a price that has not begun."""
    await _check(session, catalog, principal, merchant_id)
    return PriceOut.model_validate(await catalog.withdraw_price(session, merchant_id, price_id, actor=principal.actor))


@router.post("/import", openapi_extra=_BODY)
async def import_items(
    request: Request,
    session: SessionDep,
    catalog: Catalog,
    principal: Importer,
    merchant_id: MerchantDep,
    dry_run: Annotated[bool, Query(description="Say what would change, and change nothing.")] = False,  # noqa: FBT002
) -> ImportOut:
    """Bring the catalogue up to date from a CSV file, as the body or as a form's `file`."""
    await _check(session, catalog, principal, merchant_id)
    text = _decoded(await _file_of(request))
    report = await catalog.import_csv(session, merchant_id, text, actor=principal.actor, dry_run=dry_run)
    return import_out(report)


async def _file_of(request: Request) -> bytes:
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await request.body()
    async with request.form(max_files=1, max_part_size=MAX_FILE_BYTES) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise ImportFormatError("Send the catalogue as the form's `file`.")
        return await file.read()


def _decoded(raw: bytes) -> str:
    if len(raw) > MAX_FILE_BYTES:
        raise ImportFormatError("The file is larger than 5 MB.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ImportFormatError("The file is not UTF-8 text; save it as CSV UTF-8.") from error
