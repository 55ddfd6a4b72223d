"""The end of a merchant's day: its report is made once, kept, and sent to those who lead the shop."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from backend.channels.ports import Channel, OutboundKind, OutboundMessage, Permission
from backend.channels.service import ChannelsService
from backend.comms.ports import Contact
from backend.comms.service.journal import CommsJournal
from backend.platform.observability.logging import get_logger
from backend.platform.timers import TimerKind, arm
from backend.reports.errors import NotKeptError
from backend.reports.models import KeptReport
from backend.reports.periods import PeriodKind, local_day, period_of
from backend.reports.ports import Report
from backend.reports.renderings.message import message
from backend.reports.repository import kept as repository
from backend.reports.repository.kept import MERCHANT, Reader
from backend.reports.repository.periods import now as read_now
from backend.reports.service.periods import ReportsService
from backend.reports.settings import ReportsSettings
from backend.reports.telling import Told, tell
from backend.vendors.ports import MerchantView
from backend.vendors.service import VendorsService

log = get_logger(__name__)

TEMPLATE: Final = "Merchant_End_Of_Day"
_REPORT: Final = TypeAdapter(Report)


class DayEndsService:
    """Waits for the end of each merchant's day by a timer, one a merchant and day."""

    def __init__(
        self,
        reports: ReportsService,
        vendors: VendorsService,
        channels: ChannelsService,
        journal: CommsJournal,
        settings: ReportsSettings,
    ) -> None:
        self._reports = reports
        self._vendors = vendors
        self._channels = channels
        self._journal = journal
        self._settings = settings

    async def schedule(self, session: AsyncSession) -> int:
        """Arm the end of this day for each merchant that has none to wait for; return how many."""
        merchants = await repository.unscheduled(session)
        now = await read_now(session)
        for merchant_id in merchants:
            merchant = await self._vendors.merchant(session, merchant_id)
            await self._await_end(session, merchant, local_day(now, merchant.timezone), now)
        return len(merchants)

    async def _await_end(self, session: AsyncSession, merchant: MerchantView, day: date, now: datetime) -> None:
        due_at = period_of(PeriodKind.DAY, day, merchant.timezone).until_at
        delay_s = (due_at - now).total_seconds() + self._settings.after_midnight_s
        await arm(
            session,
            TimerKind.END_OF_DAY,
            merchant.id,
            delay_s=delay_s,
            meta={"day": day.isoformat()},
            subject_kind=MERCHANT,
        )

    async def close(self, session: AsyncSession, merchant_id: str, day: date) -> None:
        """Make, keep and send the report of a day that is over, unless that was done, and wait for the next one.

        A day that ends a week or a month brings their reports as well.
        """
        merchant, now = await self._vendors.merchant(session, merchant_id), await read_now(session)
        for kind in PeriodKind:
            if period_of(kind, day, merchant.timezone).last == day:
                report = await self._reports.report(session, merchant, kind, day)
                if await repository.keep(session, report, orjson.loads(_REPORT.dump_json(report))):
                    await self._send(session, merchant, report, now)
        await self._await_end(session, merchant, day + timedelta(days=1), now)

    async def _send(self, session: AsyncSession, merchant: MerchantView, report: Report, now: datetime) -> None:
        over_at = period_of(report.kind, report.first, report.zone).until_at
        if merchant.wa_phone_number_id is None or (now - over_at).total_seconds() > self._settings.too_late_s:
            return
        told = tell(report, site=self._settings.public_base_url)
        readers = await repository.readers(session, merchant.id)
        sent = [await self._tell(session, merchant, reader, told, now) for reader in readers]
        await repository.note_sent(session, merchant.id, report.kind, report.first, sum(sent))

    async def _tell(
        self, session: AsyncSession, merchant: MerchantView, reader: Reader, told: Told, now: datetime
    ) -> bool:
        """Send it to a reader; return whether that could be: not where only a template may go and ours is paused."""
        idem = f"report:{merchant.id}:{_name(told.report)}:{reader.id}"
        send_at = max(now, _hour_of(now, merchant.timezone, self._settings.send_hour))
        last = await repository.last_wrote(session, merchant.id, reader.phone)
        free = self._channels.permission(Channel.WHATSAPP, last, send_at) is Permission.FREE
        number = merchant.wa_phone_number_id or ""
        if not free and await self._channels.usable_template(session, TEMPLATE, told.language, number) is None:
            log.warning("report.not_sent", merchant_id=merchant.id, report=_name(told.report), reason="template")
            return False
        to, scope = reader.phone.lstrip("+"), number
        contact = Contact(f"admin:{reader.id}", reader.name, reader.phone, told.language, merchant.city)
        await self._journal.outbound(session, contact, order_id=None, channel="whatsapp", template=TEMPLATE, idem=idem)
        outbound = _text(told, scope, to) if free else _template(told, scope, to)
        await self._channels.send(session, outbound, idem=idem, delay_s=(send_at - now).total_seconds())
        return True

    async def kept_of(
        self, session: AsyncSession, merchant_id: str, *, limit: int, offset: int
    ) -> tuple[Sequence[KeptReport], int]:
        """Return a page of the merchant's kept reports, the newest first, and how many there are."""
        return await repository.kept_of(session, merchant_id, limit=limit, offset=offset)

    async def kept(self, session: AsyncSession, merchant_id: str, kind: PeriodKind, day: date, zone: str) -> Report:
        """Return a report as it was made when its time was over.

        Raises:
            NotKeptError: None was.
        """
        row = await repository.kept(session, merchant_id, kind, period_of(kind, day, zone).first)
        if row is None:
            raise NotKeptError(day=day.isoformat())
        return kept_report(row.body)


def kept_report(body: dict[str, Any]) -> Report:
    """Read a report that was kept."""
    return _REPORT.validate_python(body, strict=False)


def _name(report: Report) -> str:
    """Name a report among those of its merchant, such as `2026-11-28` or `week-2026-11-23`."""
    first = report.first.isoformat()
    return first if report.kind is PeriodKind.DAY else f"{report.kind}-{first}"


def _hour_of(now: datetime, zone: str, hour: int) -> datetime:
    """Return the hour of the day that it is in the zone."""
    return datetime.combine(local_day(now, zone), time(hour), ZoneInfo(zone))


def _text(told: Told, scope: str, to: str) -> OutboundMessage:
    return OutboundMessage(channel=Channel.WHATSAPP, scope=scope, to=to, kind=OutboundKind.TEXT, body=message(told))


def _template(told: Told, scope: str, to: str) -> OutboundMessage:
    """Return what may be sent to somebody who has not written for a day: the four numbers that matter most."""
    report = told.report
    params = (
        report.merchant_name,
        told.when,
        str(report.figure("placed").orders),
        *(told.money(report.figure(key).minor) for key in ("collected", "outstanding")),
        str(report.figure("cards.open").orders),
    )
    return OutboundMessage(
        channel=Channel.WHATSAPP,
        scope=scope,
        to=to,
        kind=OutboundKind.TEMPLATE,
        template=TEMPLATE,
        language=told.language,
        params=params,
    )
