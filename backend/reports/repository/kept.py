"""Queries of reports that were kept, of the days that are still to be reported, and of who is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.conversations.models import Conversation
from backend.customers.models import Customer
from backend.platform.auth.models import StaffUser
from backend.platform.db.types import blind_index
from backend.platform.timers import TimerKind
from backend.reports.models import KeptReport
from backend.reports.ports import Report

MERCHANT = "merchant"
_LEADERS = ("admin", "owner")


@dataclass(frozen=True, slots=True)
class Reader:
    """A person of the merchant who is told; `phone` is E.164."""

    id: str
    name: str
    phone: str


async def keep(session: AsyncSession, report: Report, body: dict[str, Any]) -> bool:
    """Keep a report unless one of its time is kept already; return whether it is new."""
    statement = insert(KeptReport).values(
        merchant_id=report.merchant_id, kind=report.kind, first=report.first, body=body, made_at=report.made_at
    )
    new = statement.on_conflict_do_nothing(index_elements=["merchant_id", "kind", "first"])
    return await session.scalar(new.returning(KeptReport.first)) is not None


async def note_sent(session: AsyncSession, merchant_id: str, kind: str, first: date, sent_to: int) -> None:
    """Count the people that a kept report was sent to."""
    await session.execute(
        update(KeptReport).filter_by(merchant_id=merchant_id, kind=kind, first=first).values(sent_to=sent_to)
    )


async def kept(session: AsyncSession, merchant_id: str, kind: str, first: date) -> KeptReport | None:
    """Find a kept report."""
    return await session.get(KeptReport, (merchant_id, kind, first), populate_existing=True)


async def kept_of(
    session: AsyncSession, merchant_id: str, *, limit: int, offset: int
) -> tuple[Sequence[KeptReport], int]:
    """Return one page of a merchant's kept reports, the newest first, and how many there are."""
    wanted = select(KeptReport).filter_by(merchant_id=merchant_id)
    total = await session.scalar(select(func.count()).select_from(wanted.subquery()))
    page = wanted.order_by(KeptReport.first.desc(), KeptReport.kind).limit(limit).offset(offset)
    return (await session.scalars(page)).all(), total or 0


async def unscheduled(session: AsyncSession) -> Sequence[str]:
    """Return the merchants for whom no day's end is waited for."""
    query = text("""
        SELECT m.id FROM merchants m WHERE NOT EXISTS (
            SELECT FROM sla_timer t WHERE t.subject_kind = :merchant AND t.subject_id = m.id
                AND t.type = :type AND t.state = 'pending'
        ) ORDER BY m.id""")
    rows = await session.execute(query, {"merchant": MERCHANT, "type": str(TimerKind.END_OF_DAY)})
    return [row.id for row in rows]


async def readers(session: AsyncSession, merchant_id: str) -> Sequence[Reader]:
    """Return the merchant's admins and owners that have a number and have not said stop on it."""
    wanted = select(StaffUser).where(
        StaffUser.merchant_id == merchant_id, StaffUser.active, StaffUser.phone.is_not(None)
    )
    people = (await session.scalars(wanted.order_by(StaffUser.id))).all()
    leaders = [one for one in people if set(one.roles) & set(_LEADERS) and one.phone]
    stopped = await _stopped(session, merchant_id, [str(one.phone) for one in leaders])
    return [Reader(one.id, one.name, str(one.phone)) for one in leaders if blind_index(str(one.phone)) not in stopped]


async def _stopped(session: AsyncSession, merchant_id: str, phones: Sequence[str]) -> set[bytes | None]:
    query = select(Customer.phone_index).where(
        Customer.merchant_id == merchant_id,
        Customer.phone_index.in_([blind_index(phone) for phone in phones]),
        Customer.opted_out_at.is_not(None),
    )
    return set(await session.scalars(query))


async def last_wrote(session: AsyncSession, merchant_id: str, phone: str) -> datetime | None:
    """Return when a number last wrote to the merchant on WhatsApp; None where it never did."""
    found: datetime | None = await session.scalar(
        select(func.max(Conversation.last_inbound_at))
        .join(Customer, Customer.id == Conversation.customer_id)
        .where(
            Customer.merchant_id == merchant_id,
            Customer.phone_index == blind_index(phone),
            Conversation.channel == "whatsapp",
        )
    )
    return found
