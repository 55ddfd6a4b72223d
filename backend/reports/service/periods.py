"""The report of a merchant's day, week or month, and the orders behind each of its figures."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform.auth.principal import Principal
from backend.reports.errors import NotBegunError, UnknownFigureError
from backend.reports.figures import BY_KEY, COMPARED, RIDER_FIGURES, VENDOR_FIGURES, FigureRow
from backend.reports.periods import Period, PeriodKind, local_day, period_of
from backend.reports.ports import CountedOrder, Figure, Partner, Report, Selection
from backend.reports.repository import periods as repository
from backend.reports.settings import ReportsSettings
from backend.reports.telling import Told, tell
from backend.vendors.ports import MerchantView
from backend.vendors.service import VendorsService


class ReportsService:
    """Makes reports; each is read from the ledger and the events at once, and nothing is counted in Python."""

    def __init__(self, vendors: VendorsService, settings: ReportsSettings | None = None) -> None:
        self._vendors = vendors
        self._settings = settings or ReportsSettings()

    def tell(self, report: Report, language: str | None = None) -> Told:
        """Return a report in a language, with links that can be followed from anywhere."""
        return tell(report, language, self._settings.public_base_url)

    async def visible(self, session: AsyncSession, merchant_id: str, principal: Principal) -> MerchantView:
        """Return a merchant whose reports the caller may read.

        Raises:
            NotFoundError: There is none, or it is of another city or not the caller's.
        """
        principal.check_merchant(merchant_id)
        merchant = await self._vendors.merchant(session, merchant_id)
        principal.check_city(merchant.city)
        return merchant

    async def merchants(self, session: AsyncSession, principal: Principal) -> list[MerchantView]:
        """Return the merchants whose reports the caller may read, by name."""
        known = await self._vendors.merchants(session)
        return [
            one
            for one in known
            if principal.serves(one.city) and (principal.merchant_id is None or principal.merchant_id == one.id)
        ]

    async def today(self, session: AsyncSession, merchant: MerchantView) -> date:
        """Return the day that it is where the merchant is."""
        return local_day(await repository.now(session), merchant.timezone)

    async def report(self, session: AsyncSession, merchant: MerchantView, kind: PeriodKind, day: date) -> Report:
        """Return the report of the day, week or month in which a day lies, as it stands now.

        Raises:
            NotBegunError: It lies ahead.
        """
        period = period_of(kind, day, merchant.timezone)
        now = await repository.now(session)
        if period.first_at > now:
            raise NotBegunError(first=period.first.isoformat())
        figures, vendors, riders = await repository.sums(session, merchant.id, period)
        before, _, _ = await repository.sums(session, merchant.id, period.before)
        return Report(
            merchant_id=merchant.id,
            merchant_name=merchant.name,
            city=merchant.city,
            currency=merchant.currency,
            zone=merchant.timezone,
            language=merchant.default_language,
            kind=kind,
            first=period.first,
            last=period.last,
            made_at=now,
            complete=period.until_at <= now,
            figures=figures,
            reasons=await repository.reasons(session, merchant.id, period),
            vendors=_partners(vendors, VENDOR_FIGURES, await repository.vendor_names(session, list(vendors))),
            riders=_partners(riders, RIDER_FIGURES, await repository.rider_names(session, list(riders))),
            before_first=period.before.first,
            before=tuple(one for one in before if one.key in COMPARED),
        )

    async def orders(
        self,
        session: AsyncSession,
        merchant: MerchantView,
        period: Period,
        wanted: Selection,
        *,
        limit: int,
        offset: int,
    ) -> tuple[Sequence[CountedOrder], int]:
        """Return a page of exactly those orders that a figure counts, and how many there are.

        Raises:
            UnknownFigureError: There is no such figure.
        """
        if wanted.figure not in BY_KEY:
            raise UnknownFigureError(f"A report has no figure {wanted.figure!r}.", known=sorted(BY_KEY))
        return await repository.counted_orders(session, merchant.id, period, wanted, limit=limit, offset=offset)


def _partners(
    found: Mapping[str, Sequence[Figure]], rows: Sequence[FigureRow], names: Mapping[str, str]
) -> tuple[Partner, ...]:
    """Return who has anything to show, each with the figures that are theirs."""
    wanted = {row.key for row in rows}
    partners = (
        Partner(one, names.get(one, one), tuple(figure for figure in figures if figure.key in wanted))
        for one, figures in found.items()
    )
    return tuple(partner for partner in partners if any(figure.orders for figure in partner.figures))
