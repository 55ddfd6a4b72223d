"""HTTP of the analytics: paper two, section 6.7."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from backend.dispatch.service import on_time_s
from backend.platform.auth.dependencies import require
from backend.platform.auth.principal import ALL_CITIES, Principal, Role
from backend.platform.web import Page, PageDep, SessionDep
from backend.reports.ports import Span
from backend.reports.schemas.analytics import (
    ChannelReport,
    CommsReport,
    FunnelReport,
    OrdersReport,
    OrdersReports,
    RiderReport,
    VendorReport,
)
from backend.reports.service import analytics as service

router = APIRouter(prefix="/api/v1/analytics", tags=["analytics"])

Reader = Annotated[Principal, Depends(require(Role.ADMIN, Role.AGENT, Role.OWNER, Role.SERVICE))]


async def _span(
    principal: Reader,
    days: Annotated[int, Query(ge=1, le=366, description="The last so many days.")] = 30,
    city: Annotated[str | None, Query(max_length=80, description="Only of this city.")] = None,
) -> Span:
    cities: frozenset[str] | None = None if principal.cities == ALL_CITIES else principal.cities
    if city is not None:
        cities = frozenset({city}) if principal.serves(city) else frozenset()
    listed = None if cities is None else tuple(sorted(name.lower() for name in cities))
    return Span(days, listed, principal.merchant_id)


SpanDep = Annotated[Span, Depends(_span)]


@router.get("/vendors")
async def vendors(session: SessionDep, span: SpanDep, page: PageDep) -> Page[VendorReport]:
    """Acceptance, preparation times and misses of outlets, those that miss most first."""
    rows, total = await service.vendors(session, span, limit=page.limit, offset=page.offset)
    items = [VendorReport.model_validate(row) for row in rows]
    return Page(items=items, total=total, limit=page.limit, offset=page.offset)


@router.get("/riders")
async def riders(session: SessionDep, span: SpanDep, page: PageDep) -> Page[RiderReport]:
    """Acceptance, on-time delivery and off-route rate of riders, those with most offers first."""
    rows, total = await service.riders(session, span, on_time_s=on_time_s(), limit=page.limit, offset=page.offset)
    items = [RiderReport.model_validate(row) for row in rows]
    return Page(items=items, total=total, limit=page.limit, offset=page.offset)


@router.get("/orders")
async def orders(session: SessionDep, span: SpanDep) -> OrdersReports:
    """Broken promises and escalations by city and vendor tier."""
    rows = await service.orders(session, span)
    return OrdersReports(days=span.days, groups=[OrdersReport.model_validate(row) for row in rows])


@router.get("/comms")
async def comms(session: SessionDep, span: SpanDep) -> CommsReport:
    """WhatsApp against rings and menus: who answered after what, and by which door."""
    return CommsReport(
        days=span.days,
        funnel=[FunnelReport.model_validate(row) for row in await service.funnel(session, span)],
        channels=[ChannelReport.model_validate(row) for row in await service.channels(session, span)],
    )
