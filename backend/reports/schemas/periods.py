"""Wire models of the reports of days, weeks and months."""

from datetime import date, datetime
from typing import Final
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field

from backend.reports.figures import BY_KEY
from backend.reports.links import API, orders_path
from backend.reports.models import KeptReport
from backend.reports.periods import PeriodKind
from backend.reports.ports import Figure, Partner, Reason, Report, Selection


class BeforeOut(BaseModel):
    """The same figure of the day, week or month before."""

    orders: int = Field(description="How many orders it counted.")
    amount_minor: int | None = Field(description="Their money in minor units; null where only orders are counted.")
    orders_url: str = Field(description="Lists exactly these orders.")


class FigureOut(BaseModel):
    """A figure, and where its orders are listed."""

    key: str = Field(description="Its name, such as `collected.mpesa`.")
    orders: int = Field(description="How many orders it counts.")
    amount_minor: int | None = Field(description="Their money in minor units; null where only orders are counted.")
    orders_url: str = Field(description="Lists exactly these orders.")
    before: BeforeOut | None = Field(default=None, description="As it was before; null where it is not compared.")


class MostOut(BaseModel):
    """The vendor or rider who has most of a reason's orders."""

    id: str = Field(description="The vendor or rider.")
    orders: int = Field(description="How many of them.")
    amount_minor: int | None = Field(description="Their money in minor units; null where only orders are counted.")
    of: int = Field(description="How many vendors or riders there are among the reason's orders.")
    orders_url: str = Field(description="Lists exactly these orders.")


class ReasonOut(FigureOut):
    """Some orders of a figure, told apart by why they stand in it."""

    reason: str = Field(description="Why, such as `wrong_pin`.")
    most: MostOut | None = Field(default=None, description="Who has most of them, where that is told.")


class PartnerOut(BaseModel):
    """A vendor or rider with figures of their own."""

    id: str = Field(description="The vendor or rider.")
    name: str = Field(description="Their name.")
    figures: list[FigureOut] = Field(description="Figures of their orders alone.")


class ReportOut(BaseModel):
    """A merchant's day, week or month, from the ledger and the orders' events."""

    merchant_id: str = Field(description="The merchant.")
    merchant_name: str = Field(description="Its name.")
    city: str = Field(description="Its city.")
    currency: str = Field(description="ISO 4217 code of every amount.")
    zone: str = Field(description="The time zone in which a day is a day.")
    kind: PeriodKind = Field(description="day, week or month.")
    first: date = Field(description="The first day.")
    last: date = Field(description="The last day.")
    before_first: date | None = Field(default=None, description="The first day of the time that it is compared with.")
    made_at: datetime = Field(description="When the figures were read.")
    complete: bool = Field(description="False while the time goes on.")
    figures: list[FigureOut] = Field(description="All figures.")
    reasons: list[ReasonOut] = Field(description="Why orders stand in some figures, the commonest reason first.")
    vendors: list[PartnerOut] = Field(description="Outlets that had anything to do.")
    riders: list[PartnerOut] = Field(description="Riders that had anything to do.")


class CountedOrderOut(BaseModel):
    """An order that a figure counts."""

    model_config = ConfigDict(from_attributes=True)

    order_id: str = Field(description="The order; of `orphans` the payment's code.")
    state: str = Field(description="Its state at the end of the report's time.")
    placed_at: datetime = Field(description="When it was placed, or the payment came.")
    amount_minor: int = Field(description="Its total in minor units.")
    counted_minor: int | None = Field(description="What it adds to the figure, in minor units.")
    vendor_id: str | None = Field(description="The outlet; null of a payment without an order.")
    rider_id: str | None = Field(description="Who carried it.")
    reason: str | None = Field(description="Why it stands in the figure, where that is told apart.")


class KeptOut(BaseModel):
    """A report that was made when its time was over."""

    kind: PeriodKind = Field(description="day, week or month.")
    first: date = Field(description="Its first day.")
    made_at: datetime = Field(description="When it was made.")
    sent_to: int = Field(description="How many people it was sent to by WhatsApp.")
    report_url: str = Field(description="Shows it as it was made.")


def kept_out(row: KeptReport) -> KeptOut:
    """Show a report that was kept, without its figures."""
    path = f"{API}/{quote(row.merchant_id)}/kept/{row.kind}/{row.first.isoformat()}"
    return KeptOut(
        kind=PeriodKind(row.kind), first=row.first, made_at=row.made_at, sent_to=row.sent_to, report_url=path
    )


def report_out(report: Report) -> ReportOut:
    """Show a report, each figure with its orders' address."""
    return ReportOut(
        **{name: getattr(report, name) for name in ReportOut.model_fields if name not in _LISTS},
        figures=[_compared(report, one) for one in report.figures],
        reasons=[_reason(report, one) for one in report.reasons],
        vendors=[_partner(report, one, "vendor_id") for one in report.vendors],
        riders=[_partner(report, one, "rider_id") for one in report.riders],
    )


_LISTS: Final = frozenset({"figures", "reasons", "vendors", "riders"})


def _figure(report: Report, figure: Figure, **whose: str) -> FigureOut:
    path = orders_path(report, Selection(figure.key, **whose))
    return FigureOut(key=figure.key, orders=figure.orders, amount_minor=figure.minor, orders_url=path)


def _compared(report: Report, figure: Figure) -> FigureOut:
    shown = _figure(report, figure)
    before = next((one for one in report.before if one.key == figure.key), None)
    if before is not None:
        path = orders_path(report, Selection(figure.key), first=report.before_first)
        shown.before = BeforeOut(orders=before.orders, amount_minor=before.minor, orders_url=path)
    return shown


def _reason(report: Report, found: Reason) -> ReasonOut:
    path = orders_path(report, Selection(found.figure, reason=found.reason))
    return ReasonOut(
        key=found.figure,
        reason=found.reason,
        orders=found.orders,
        amount_minor=found.minor,
        orders_url=path,
        most=_most(report, found) if found.who else None,
    )


def _most(report: Report, found: Reason) -> MostOut:
    whose = {BY_KEY[found.figure].whose: found.who}
    return MostOut(
        id=str(found.who),
        orders=found.their_orders,
        amount_minor=found.their_minor,
        of=found.partners,
        orders_url=orders_path(report, Selection(found.figure, found.reason, **whose)),
    )


def _partner(report: Report, partner: Partner, column: str) -> PartnerOut:
    figures = [_figure(report, one, **{column: partner.id}) for one in partner.figures]
    return PartnerOut(id=partner.id, name=partner.name, figures=figures)
