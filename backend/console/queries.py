"""What the screens read across domains."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.catalog.service import CatalogService
from backend.conversations.drafts import repository as drafts
from backend.conversations.models import Message
from backend.customers.models import Customer
from backend.dispatch.models import Rider
from backend.platform.auth.models import StaffUser
from backend.vendors.models import Vendor

_TABLES: Final[Mapping[str, Any]] = {
    "vendor": Vendor,
    "rider": Rider,
    "customer": Customer,
    "agent": StaffUser,
    "admin": StaffUser,
    "owner": StaffUser,
    "trainer": StaffUser,
}
# Each part is one look at the end of an index. Receipts of messages come late, so the newest messages are looked at.
_MARK: Final = text(
    "SELECT concat_ws('.', (SELECT max(pos) FROM outbox), (SELECT max(id) FROM comms_log),"
    " (SELECT max(id) FROM sla_timer),"
    " (SELECT concat(max(seq), '-', extract(epoch FROM max(updated_at)))"
    "  FROM (SELECT seq, updated_at FROM messages ORDER BY seq DESC LIMIT 100) AS newest),"
    " (SELECT concat(count(*), '-', extract(epoch FROM max(updated_at)))"
    "  FROM ops_exceptions WHERE state <> 'resolved'), (SELECT count(*) FROM provider_outage))"
)


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


async def mark(session: AsyncSession) -> str:
    """Return a mark that differs after everything that a screen may have to show."""
    return str(await session.scalar(_MARK))


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


async def names_of(session: AsyncSession, actors: Iterable[str]) -> dict[str, str]:
    """Return the names of people, by actors such as `vendor:V-42`; one without a name is left out."""
    wanted: dict[Any, dict[str, list[str]]] = {}
    for actor in set(actors):
        kind, _, person = actor.partition(":")
        if kind in _TABLES and person:
            wanted.setdefault(_TABLES[kind], {}).setdefault(person, []).append(actor)
    names: dict[str, str] = {}
    for table, people in wanted.items():
        for person, name in await session.execute(select(table.id, table.name).where(table.id.in_(list(people)))):
            names |= dict.fromkeys(people[person], name) if name else {}
    return names
