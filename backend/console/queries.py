"""What the screens read across domains."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.catalog.service import CatalogService
from backend.conversations.drafts import repository as drafts
from backend.conversations.models import Message


@dataclass(frozen=True, slots=True)
class DraftLineView:
    """One line of a draft, and the customer's words that it came from."""

    qty: str
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class DraftView:
    """The order that is being put together in a thread."""

    lines: tuple[DraftLineView, ...]
    address: str
    payment: str
    asked: str


async def draft_of(
    session: AsyncSession, catalog: CatalogService, merchant_id: str, conversation_id: str
) -> DraftView | None:
    """Return the thread's open draft, its goods by name."""
    row = await drafts.open_draft(session, conversation_id)
    if row is None:
        return None
    body = drafts.from_text(row.body)
    names = {item.sku: item.name for item in (await catalog.snapshot(session, merchant_id)).items}
    return DraftView(
        lines=tuple(_line(line, names) for line in body["lines"]),
        address=body["address"] or "",
        payment=body["payment"] or "",
        asked=(body["question"] or {}).get("slot", ""),
    )


def _line(line: Mapping[str, Any], names: Mapping[str, str]) -> DraftLineView:
    return DraftLineView(str(line["qty"]), names.get(line["sku"], line["sku"]), line["words"])


async def messages_about(session: AsyncSession, order_id: str) -> Sequence[Message]:
    """Return the messages that were sent about an order, oldest first."""
    return (await session.scalars(select(Message).where(Message.order_id == order_id).order_by(Message.seq))).all()
