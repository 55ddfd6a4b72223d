"""Queries of the channels."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.channels.models import ChannelNumber, ChannelReceipt, ChannelTemplate
from backend.channels.ports import TemplateNotice
from backend.platform.db.driver import run_sql

_SAVE_RECEIPT: Final = """
INSERT INTO channel_receipts (reference, provider_id, status) VALUES (%(reference)s, %(provider_id)s, %(status)s)
ON CONFLICT (reference) DO UPDATE SET provider_id = excluded.provider_id, status = excluded.status,
    updated_at = duka_now()
"""
# A number whose account is not known yet may be in any that is not known to be another number's.
_REFUSED: Final = """
SELECT given.number, t.name, t.language
FROM unnest(%(numbers)s::text[]) AS given (number)
LEFT JOIN channel_numbers known ON known.number = given.number
JOIN channel_templates t ON t.account = known.account
    OR (known.account IS NULL AND NOT EXISTS (SELECT FROM channel_numbers other WHERE other.account = t.account))
WHERE t.status <> ALL(%(approved)s::text[])
"""


async def save_receipt(session: AsyncSession, reference: str, provider_id: str, status: str) -> None:
    """Keep the first sign that a send arrived; a later send under the same reference replaces it."""
    await run_sql(session, _SAVE_RECEIPT, {"reference": reference, "provider_id": provider_id, "status": status})


async def receipt_of(session: AsyncSession, reference: str) -> ChannelReceipt | None:
    """Return what is known about the send with this reference."""
    return await session.get(ChannelReceipt, reference)


async def save_template(session: AsyncSession, notice: TemplateNotice) -> None:
    """Record how a template stands; a notice older than the known one changes nothing."""
    row = insert(ChannelTemplate).values(
        account=notice.account,
        name=notice.name,
        language=notice.language,
        status=notice.status,
        reason=notice.reason,
        changed_at=notice.at,
    )
    newer = {name: getattr(row.excluded, name) for name in ("status", "reason", "changed_at")}
    await session.execute(
        row.on_conflict_do_update(
            index_elements=["account", "name", "language"],
            set_=newer | {"updated_at": func.duka_now()},
            where=ChannelTemplate.changed_at <= row.excluded.changed_at,
        )
    )


async def account_of(session: AsyncSession, number: str) -> str | None:
    """Return the account that a number is known to belong to."""
    return await session.scalar(select(ChannelNumber.account).filter_by(number=number))


async def save_account(session: AsyncSession, number: str, account: str) -> None:
    """Record the account that a number belongs to."""
    row = insert(ChannelNumber).values(number=number, account=account)
    changed = {"account": row.excluded.account, "updated_at": func.duka_now()}
    await session.execute(row.on_conflict_do_update(index_elements=["number"], set_=changed))


async def refused_templates(
    session: AsyncSession, numbers: Collection[str], approved: Collection[str]
) -> frozenset[tuple[str, str, str]]:
    """Return (number, template, language) of those that some numbers may not send, as their accounts were told."""
    rows = await run_sql(session, _REFUSED, {"numbers": list(numbers), "approved": list(approved)})
    return frozenset((row.number, row.name, row.language) for row in rows)
