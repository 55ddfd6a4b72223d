"""Endpoints of vendors."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform.auth.dependencies import require
from backend.platform.auth.principal import ALL_CITIES, Principal, Role
from backend.platform.intents import IntentDep
from backend.platform.web import Page, PageDep, SessionDep, provide
from backend.vendors.ports import VendorFilter, VendorView
from backend.vendors.schemas import DeactivateIn, HoursIn, HoursOut, VendorOut, span_models, vendor_out
from backend.vendors.service import VendorsService

router = APIRouter(prefix="/api/v1/vendors", tags=["vendors"])

_STAFF = (Role.SERVICE, Role.AGENT, Role.ADMIN, Role.OWNER)
Vendors = Annotated[VendorsService, Depends(provide(VendorsService))]
Reader = Annotated[Principal, Depends(require(*_STAFF, Role.BOT, Role.DEVELOPER, Role.VENDOR))]
Staff = Annotated[Principal, Depends(require(*_STAFF))]
Keeper = Annotated[Principal, Depends(require(Role.SERVICE, Role.ADMIN, Role.OWNER, Role.VENDOR))]


async def _theirs(session: AsyncSession, vendors: VendorsService, principal: Principal, vendor_id: str) -> VendorView:
    """Return the outlet if the caller may know of it."""
    principal.check_self(Role.VENDOR, vendor_id)
    vendor = await vendors.get(session, vendor_id)
    principal.check_city(vendor.city)
    principal.check_merchant(vendor.merchant_id)
    return vendor


@router.get("")
async def list_vendors(
    session: SessionDep,
    vendors: Vendors,
    principal: Staff,
    page: PageDep,
    active: Annotated[bool | None, Query(description="Only active, or only inactive ones.")] = None,
) -> Page[VendorOut]:
    """Outlets in the caller's cities, by name."""
    cities = None if principal.cities == ALL_CITIES else principal.cities
    wanted = VendorFilter(cities=cities, merchant_id=principal.merchant_id, active=active)
    rows, total = await vendors.list_vendors(session, wanted, limit=page.limit, offset=page.offset)
    return Page(items=[vendor_out(row) for row in rows], total=total, limit=page.limit, offset=page.offset)


@router.get("/{vendor_id}")
async def get_vendor(vendor_id: str, session: SessionDep, vendors: Vendors, principal: Reader) -> VendorOut:
    """Profile and status of an outlet."""
    return vendor_out(await _theirs(session, vendors, principal, vendor_id))


@router.post("/{vendor_id}/activate")
async def activate(
    vendor_id: str, session: SessionDep, vendors: Vendors, principal: Keeper, intent: IntentDep
) -> VendorOut:
    """Let an outlet take orders again; it may do so itself."""
    await _theirs(session, vendors, principal, vendor_id)

    async def act() -> VendorOut:
        return vendor_out(await vendors.activate(session, vendor_id, actor=principal.actor))

    return await intent.once(session, None, VendorOut, act)


@router.post("/{vendor_id}/deactivate")
async def deactivate(
    vendor_id: str,
    session: SessionDep,
    vendors: Vendors,
    principal: Keeper,
    intent: IntentDep,
    body: DeactivateIn | None = None,
) -> VendorOut:
    """Take an outlet off; orders that run go on."""
    await _theirs(session, vendors, principal, vendor_id)
    wish = body or DeactivateIn()

    async def act() -> VendorOut:
        return vendor_out(await vendors.deactivate(session, vendor_id, actor=principal.actor, reason=wish.reason))

    return await intent.once(session, wish, VendorOut, act)


@router.get("/{vendor_id}/hours")
async def get_hours(
    vendor_id: str,
    session: SessionDep,
    vendors: Vendors,
    principal: Reader,
) -> HoursOut:
    """When an outlet is open."""
    vendor = await _theirs(session, vendors, principal, vendor_id)
    return await _hours_out(session, vendors, vendor)


@router.put("/{vendor_id}/hours")
async def put_hours(
    vendor_id: str,
    body: HoursIn,
    session: SessionDep,
    vendors: Vendors,
    principal: Keeper,
) -> HoursOut:
    """Set an outlet's week."""
    vendor = await _theirs(session, vendors, principal, vendor_id)
    await vendors.set_hours(session, vendor_id, body.spans())
    return await _hours_out(session, vendors, vendor)


async def _hours_out(session: AsyncSession, vendors: VendorsService, vendor: VendorView) -> HoursOut:
    merchant = await vendors.merchant(session, vendor.merchant_id)
    return HoursOut(
        vendor_id=vendor.id,
        timezone=merchant.timezone,
        open_now=await vendors.is_open(session, vendor.id),
        hours=span_models(await vendors.hours(session, vendor.id)),
    )
