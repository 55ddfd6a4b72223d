"""Queries of the channels."""

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.channels.models import ChannelReceipt, ChannelTemplate
from backend.channels.ports import TemplateNotice


async def save_receipt(session: AsyncSession, reference: str, provider_id: str, status: str) -> None:
    """Keep the first sign that a send arrived; a later send under the same reference replaces it."""
    row = insert(ChannelReceipt).values(reference=reference, provider_id=provider_id, status=status)
    changed = {"provider_id": row.excluded.provider_id, "status": row.excluded.status, "updated_at": func.duka_now()}
    await session.execute(row.on_conflict_do_update(index_elements=["reference"], set_=changed))


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


async def template_statuses(session: AsyncSession, name: str, language: str) -> list[str]:
    """Return how a template stands in the accounts that said something about it."""
    query = select(ChannelTemplate.status).where(ChannelTemplate.name == name, ChannelTemplate.language == language)
    return list(await session.scalars(query))
