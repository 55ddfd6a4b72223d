"""The pages of reports: which there are, one to read or print, and the orders behind a figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from backend.console.access import StaffDep
from backend.console.pages import page
from backend.console.queries import names_of
from backend.console.routes import ConsoleRoute
from backend.platform.auth.principal import Role
from backend.platform.web import MAX_PAGE, PageDep, SessionDep, provide
from backend.reports.links import PAGES, orders_path, report_path
from backend.reports.periods import PeriodKind, period_of
from backend.reports.ports import CountedOrder, Selection
from backend.reports.renderings import Form
from backend.reports.router.periods import SelectionDep
from backend.reports.service.periods import ReportsService
from backend.reports.telling import Told, tell
from backend.reports.words import LANGUAGES, words_in
from backend.vendors.ports import MerchantView

router = APIRouter(prefix="/console/reports", include_in_schema=False, route_class=ConsoleRoute)
READERS: Final = (Role.AGENT, Role.ADMIN, Role.OWNER)
LanguageQuery = Annotated[str, Query(max_length=10)]


@dataclass(frozen=True)
class ReportDesk:
    """The parts that the pages are made of."""

    session: SessionDep
    principal: StaffDep
    reports: Annotated[ReportsService, Depends(provide(ReportsService))]

    async def merchant(self, merchant_id: str) -> MerchantView:
        """Return a merchant whose reports the person may read."""
        self.principal.check_role(*READERS)
        return await self.reports.visible(self.session, merchant_id, self.principal)


DeskDep = Annotated[ReportDesk, Depends()]


def shown(told: Told) -> dict[str, Any]:
    """Return what the template of a report shows."""
    files = {form: f"{report_path(told.report)}/file?form={form}&language={told.language}" for form in Form}
    return {
        "told": told,
        "files": files,
        "languages": LANGUAGES,
        "kinds": list(PeriodKind),
        "orders_path": lambda selection: orders_path(told.report, selection, PAGES),
        "before_path": lambda selection: orders_path(told.report, selection, PAGES, first=told.report.before_first),
    }


@router.get("")
async def choose(request: Request, desk: DeskDep) -> Response:
    """Show the merchants whose reports the person may read; with one alone, its day of today."""
    desk.principal.check_role(*READERS)
    merchants = await desk.reports.merchants(desk.session, desk.principal)
    days = {one.id: await desk.reports.today(desk.session, one) for one in merchants}
    if len(merchants) == 1:
        return RedirectResponse(f"{PAGES}/{merchants[0].id}/day/{days[merchants[0].id]}", status_code=303)
    values = {"merchants": merchants, "days": days, "kinds": list(PeriodKind)}
    return page(request, "reports.html", values, principal=desk.principal)


@router.get("/{merchant_id}")
async def go_to(merchant_id: str, kind: PeriodKind, day: date, language: LanguageQuery) -> Response:
    """Lead from the form of a report's page to the report that was chosen."""
    spoken = language if language in LANGUAGES else LANGUAGES[0]
    return RedirectResponse(f"{PAGES}/{merchant_id}/{kind}/{day}?language={spoken}", status_code=303)


@router.get("/{merchant_id}/{kind}/{day}")
async def report(
    request: Request, merchant_id: str, kind: PeriodKind, day: date, desk: DeskDep, language: LanguageQuery = "en"
) -> Response:
    """Show a report, to be read or printed."""
    found = await desk.reports.report(desk.session, await desk.merchant(merchant_id), kind, day)
    return page(request, "report.html", shown(tell(found, language)), principal=desk.principal)


@router.get("/{merchant_id}/{kind}/{day}/orders")
async def counted(
    request: Request,
    merchant_id: str,
    kind: PeriodKind,
    day: date,
    desk: DeskDep,
    wanted: SelectionDep,
    where: PageDep,
) -> Response:
    """Show exactly the orders that a figure counts."""
    merchant = await desk.merchant(merchant_id)
    period = period_of(kind, day, merchant.timezone)
    rows, total = await desk.reports.orders(desk.session, merchant, period, wanted, limit=MAX_PAGE, offset=where.offset)
    values = {
        "merchant": merchant,
        "back": f"{PAGES}/{merchant_id}/{kind}/{day}",
        "title": words_in("en")["figures"][wanted.figure],
        "period": period,
        "rows": rows,
        "total": total,
        "names": await _names(desk.session, rows, wanted),
        "wanted": wanted,
        "more": request.url.include_query_params(offset=where.offset + MAX_PAGE),
        "last": where.offset + len(rows) >= total,
    }
    return page(request, "report_orders.html", values, principal=desk.principal)


async def _names(session: AsyncSession, rows: Sequence[CountedOrder], wanted: Selection) -> dict[str, str]:
    riders = [*(row.rider_id for row in rows), wanted.rider_id]
    vendors = [*(row.vendor_id for row in rows), wanted.vendor_id]
    actors = [*(f"rider:{one}" for one in riders if one), *(f"vendor:{one}" for one in vendors if one)]
    return await names_of(session, actors)
