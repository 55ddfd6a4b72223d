"""Queries of merchants and outlets."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform.db.driver import run_sql
from backend.platform.db.types import blind_index
from backend.vendors.models import Merchant, Vendor, VendorHours
from backend.vendors.ports import NewMerchant, NewVendor, OpenSpan, VendorFilter, VendorView

# Asked for every message; built once.
_BY_WHATSAPP: Final = select(Merchant).where(Merchant.wa_phone_number_id == bindparam("phone_number_id"))
_BY_INSTAGRAM: Final = select(Merchant).where(Merchant.ig_account_id == bindparam("account_id"))
_BY_PHONE: Final = (
    select(Vendor).where(Vendor.phone_index == bindparam("phone_index")).order_by(Vendor.active.desc(), Vendor.id)
)

# Columns as in the views, whose objects are made of such rows.
_VENDORS: Final = """
SELECT id, merchant_id, name, phone, wa_id, language, city, tier, active, inactive_reason, lat, lng, address_text,
    misses
FROM vendors WHERE id = ANY(%(ids)s::text[])
"""
_HELD: Final = f"{_VENDORS} ORDER BY id FOR NO KEY UPDATE"
_MERCHANTS: Final = """
SELECT id, name, city, country, currency, timezone, default_language, wa_phone_number_id, ig_account_id, shortcode,
    upi_vpa, settings
FROM merchants WHERE id = ANY(%(ids)s::text[])
"""
_SET_STANDING: Final = """
UPDATE vendors v SET misses = given.misses, active = given.active, inactive_reason = given.inactive_reason,
    updated_at = (SELECT duka_now())
FROM unnest(%(ids)s::text[], %(misses)s::int[], %(actives)s::bool[], %(reasons)s::text[])
    AS given (id, misses, active, inactive_reason)
WHERE v.id = given.id
"""


async def merchant(session: AsyncSession, merchant_id: str) -> Merchant | None:
    """Find a merchant."""
    return await session.get(Merchant, merchant_id, populate_existing=True)


async def merchant_by_whatsapp(session: AsyncSession, phone_number_id: str) -> Merchant | None:
    """Find the merchant of a WhatsApp business number."""
    return await session.scalar(_BY_WHATSAPP, {"phone_number_id": phone_number_id})


async def merchant_by_instagram(session: AsyncSession, account_id: str) -> Merchant | None:
    """Find the merchant of an Instagram account."""
    return await session.scalar(_BY_INSTAGRAM, {"account_id": account_id})


MERCHANT_BY: Final[Mapping[str, Callable[[AsyncSession, str], Awaitable[Merchant | None]]]] = {
    "id": merchant,
    "whatsapp": merchant_by_whatsapp,
    "instagram": merchant_by_instagram,
}


async def merchants(session: AsyncSession) -> Sequence[Merchant]:
    """Return all merchants, by name."""
    return (await session.scalars(select(Merchant).order_by(Merchant.name))).all()


async def vendor(session: AsyncSession, vendor_id: str) -> Vendor | None:
    """Find an outlet."""
    return await session.get(Vendor, vendor_id, populate_existing=True)


async def vendor_rows(session: AsyncSession, ids: Collection[str], *, lock: bool = False) -> list[tuple[Any, ...]]:
    """Return the rows of several outlets; held, in the order of their ids, until the transaction ends where asked."""
    return await run_sql(session, _HELD if lock else _VENDORS, {"ids": list(ids)})


async def merchant_rows(session: AsyncSession, ids: Collection[str]) -> list[tuple[Any, ...]]:
    """Return the rows of several merchants."""
    return await run_sql(session, _MERCHANTS, {"ids": list(ids)})


async def set_standing(session: AsyncSession, vendors: Collection[VendorView]) -> None:
    """Write how outlets stand that are held."""
    parameters = {
        "ids": [vendor.id for vendor in vendors],
        "misses": [vendor.misses for vendor in vendors],
        "actives": [vendor.active for vendor in vendors],
        "reasons": [vendor.inactive_reason for vendor in vendors],
    }
    await run_sql(session, _SET_STANDING, parameters)


async def lock_vendor(session: AsyncSession, vendor_id: str) -> Vendor | None:
    """Find an outlet and hold its row until the transaction ends."""
    return await session.get(Vendor, vendor_id, with_for_update={"key_share": True}, populate_existing=True)


async def forget_misses(session: AsyncSession, vendor_id: str) -> None:
    """Set an outlet's misses to none; where there are none already, its row is not touched."""
    forget = update(Vendor).where(Vendor.id == vendor_id, Vendor.misses > 0).values(misses=0)
    await session.execute(forget.execution_options(synchronize_session=False))


async def vendors_by_phone(session: AsyncSession, phone: str) -> Sequence[Vendor]:
    """Find the outlets that answer on this number."""
    return (await session.scalars(_BY_PHONE, {"phone_index": blind_index(phone)})).all()


async def vendor_for_merchant(session: AsyncSession, merchant_id: str) -> Vendor | None:
    """Find the merchant's outlet: an active one before an inactive one, then the first by id."""
    wanted = select(Vendor).where(Vendor.merchant_id == merchant_id).order_by(Vendor.active.desc(), Vendor.id)
    found: Vendor | None = await session.scalar(wanted.limit(1))
    return found


def _filtered(wanted: VendorFilter) -> Select[Vendor]:
    query = select(Vendor)
    if wanted.cities is not None:
        query = query.where(func.lower(Vendor.city).in_([city.lower() for city in wanted.cities]))
    if wanted.merchant_id is not None:
        query = query.where(Vendor.merchant_id == wanted.merchant_id)
    if wanted.active is not None:
        query = query.where(Vendor.active == wanted.active)
    return query


async def list_vendors(
    session: AsyncSession, wanted: VendorFilter, *, limit: int, offset: int
) -> tuple[Sequence[Vendor], int]:
    """Return one page of outlets by name, and how many there are in all."""
    query = _filtered(wanted)
    total = await session.scalar(select(func.count()).select_from(query.subquery()))
    page = query.order_by(Vendor.name, Vendor.id).limit(limit).offset(offset)
    return (await session.scalars(page)).all(), total or 0


async def hours(session: AsyncSession, vendor_id: str) -> tuple[OpenSpan, ...]:
    """Return an outlet's week."""
    rows = await session.scalars(
        select(VendorHours).where(VendorHours.vendor_id == vendor_id).order_by(VendorHours.weekday, VendorHours.opens)
    )
    return tuple(OpenSpan(row.weekday, row.opens, row.closes) for row in rows)


async def replace_hours(session: AsyncSession, vendor_id: str, spans: Sequence[OpenSpan]) -> None:
    """Put a week in place of the old one."""
    await session.execute(delete(VendorHours).where(VendorHours.vendor_id == vendor_id))
    session.add_all(VendorHours(vendor_id=vendor_id, **asdict(span)) for span in spans)
    await session.flush()


async def now(session: AsyncSession) -> datetime:
    """Return the database's time."""
    moment: datetime = (await session.execute(select(func.duka_now()))).scalar_one()
    return moment


async def _upsert(session: AsyncSession, table: type[Merchant | Vendor], values: dict[str, Any]) -> None:
    changes = {column: value for column, value in values.items() if column != "id"}
    statement = insert(table).values(**values).on_conflict_do_update(index_elements=["id"], set_=changes)
    await session.execute(statement)


async def save_merchant(session: AsyncSession, new: NewMerchant) -> None:
    """Create a merchant, or bring it up to date."""
    await _upsert(session, Merchant, asdict(new))


async def save_vendor(session: AsyncSession, new: NewVendor) -> None:
    """Create an outlet, or bring it up to date; its standing stays as it is."""
    values = asdict(new)
    values.pop("hours")
    values["phone_index"] = blind_index(new.phone)
    values["wa_id"] = new.wa_id or new.phone.removeprefix("+")
    await _upsert(session, Vendor, values)
    await replace_hours(session, new.id, new.hours)
