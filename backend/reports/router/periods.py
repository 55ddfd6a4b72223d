"""HTTP of the reports: a merchant's day, week or month, and the orders behind each figure."""

from datetime import date
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from backend.platform.auth.dependencies import require
from backend.platform.auth.principal import Principal, Role
from backend.platform.web import Page, PageDep, SessionDep, provide
from backend.reports.periods import PeriodKind, period_of
from backend.reports.ports import Selection
from backend.reports.renderings import FORMS, Form, file_name
from backend.reports.schemas.periods import CountedOrderOut, KeptOut, ReportOut, kept_out, report_out
from backend.reports.service.day_ends import DayEndsService
from backend.reports.service.periods import ReportsService
from backend.vendors.ports import MerchantView

router = APIRouter(prefix="/api/v1/reports/{merchant_id}", tags=["reports"])

ReportsDep = Annotated[ReportsService, Depends(provide(ReportsService))]
DayEndsDep = Annotated[DayEndsService, Depends(provide(DayEndsService))]
Reader = Annotated[Principal, Depends(require(Role.ADMIN, Role.AGENT, Role.OWNER, Role.SERVICE))]
KindPath = Annotated[PeriodKind, Path(description="day, week (from Monday) or month.")]
DayPath = Annotated[date, Path(description="Any of its days, by the merchant's calendar.")]


FormQuery = Annotated[Form, Query(description="csv, xlsx, pdf or txt (a WhatsApp text).")]
LanguageQuery = Annotated[
    str | None, Query(max_length=10, description="en, sw, hi or mr; the merchant's own where it is not said.")
]
_FILES: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {row.media_type.partition(";")[0]: {} for row in FORMS.values()}, "description": "The file."}
}


async def _merchant(merchant_id: str, session: SessionDep, reports: ReportsDep, principal: Reader) -> MerchantView:
    return await reports.visible(session, merchant_id, principal)


MerchantDep = Annotated[MerchantView, Depends(_merchant)]


async def _selection(
    figure: Annotated[str, Query(max_length=60, description="The figure, such as `collected.mpesa`.")],
    reason: Annotated[str | None, Query(max_length=60, description="Only for this reason.")] = None,
    vendor_id: Annotated[str | None, Query(max_length=60, description="Only of this outlet.")] = None,
    rider_id: Annotated[str | None, Query(max_length=60, description="Only of this rider.")] = None,
) -> Selection:
    return Selection(figure, reason, vendor_id, rider_id)


SelectionDep = Annotated[Selection, Depends(_selection)]


@router.get("")
async def kept_reports(merchant: MerchantDep, session: SessionDep, days: DayEndsDep, page: PageDep) -> Page[KeptOut]:
    """The reports that were made when their time was over, the newest first."""
    rows, total = await days.kept_of(session, merchant.id, limit=page.limit, offset=page.offset)
    return Page(items=[kept_out(row) for row in rows], total=total, limit=page.limit, offset=page.offset)


@router.get("/kept/{kind}/{day}")
async def kept_report(
    merchant: MerchantDep, kind: KindPath, day: DayPath, session: SessionDep, days: DayEndsDep
) -> ReportOut:
    """A report as it was made, and sent, when its time was over."""
    return report_out(await days.kept(session, merchant.id, kind, day, merchant.timezone))


@router.get("/{kind}/{day}")
async def report(
    merchant: MerchantDep, kind: KindPath, day: DayPath, session: SessionDep, reports: ReportsDep
) -> ReportOut:
    """A merchant's day, week or month as it stands now, from the ledger and the orders' events."""
    return report_out(await reports.report(session, merchant, kind, day))


@router.get("/{kind}/{day}/file", response_class=Response, responses=_FILES)
async def file(
    merchant: MerchantDep,
    kind: KindPath,
    day: DayPath,
    form: FormQuery,
    session: SessionDep,
    reports: ReportsDep,
    language: LanguageQuery = None,
) -> Response:
    """The same report as a file: CSV, XLSX, PDF or WhatsApp text."""
    told = reports.tell(await reports.report(session, merchant, kind, day), language)
    body = await run_in_threadpool(FORMS[form].make, told)
    name = quote(file_name(told, form))
    return Response(
        body, media_type=FORMS[form].media_type, headers={"content-disposition": f'attachment; filename="{name}"'}
    )


@router.get("/{kind}/{day}/orders")
async def counted_orders(
    merchant: MerchantDep,
    kind: KindPath,
    day: DayPath,
    wanted: SelectionDep,
    session: SessionDep,
    reports: ReportsDep,
    page: PageDep,
) -> Page[CountedOrderOut]:
    """Exactly the orders that a figure counts, with what each adds to it."""
    period = period_of(kind, day, merchant.timezone)
    rows, total = await reports.orders(session, merchant, period, wanted, limit=page.limit, offset=page.offset)
    items = [CountedOrderOut.model_validate(row) for row in rows]
    return Page(items=items, total=total, limit=page.limit, offset=page.offset)
