"""Views of what happened: one order's timeline, one outlet's figures."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders import repository
from backend.orders.commands import FileName
from backend.orders.events import OrderState
from backend.orders.models import OrderLogEntry, OrderNote, TimelineRow
from backend.orders.ports import NoteView, Receivable, TimelineEntry, VendorFigures


def _step(row: OrderLogEntry) -> TimelineEntry:
    moved = row.from_state != row.to_state
    detail = {**row.meta, "from": row.from_state, "to": row.to_state}
    return TimelineEntry(row.at, "state" if moved else "command", row.source, row.actor, row.command, detail)


def _note(row: OrderNote) -> TimelineEntry:
    named = {"note_id": row.id} if row.file_message_id is not None else {}
    detail = {"kind": row.kind, "text": row.body, **named}
    return TimelineEntry(row.created_at, "note", "console", row.actor, "Note", detail)


def _note_view(row: OrderNote) -> NoteView:
    file = None if row.file_message_id is None else FileName(row.file_message_id, row.file_place or 0)
    return NoteView(row.id, row.created_at, row.actor, row.kind, row.body, file)


def _other(row: TimelineRow) -> TimelineEntry:
    return TimelineEntry(row.at, "comms", row.channel, row.actor, row.what, row.detail)


def receivables(rows: Sequence[Row[*tuple[Any, ...]]]) -> list[Receivable]:
    """Show what is known of orders' money."""
    return [Receivable(**{**row._asdict(), "state": OrderState(row.state)}) for row in rows]


async def timeline(session: AsyncSession, order_id: str) -> list[TimelineEntry]:
    """Return the order's own steps, its remarks and what others did around it, in the order of time."""
    steps = [_step(row) for row in await repository.log_entries(session, order_id) if row.command != "AddNote"]
    notes = [_note(row) for row in await repository.notes(session, order_id)]
    others = [_other(row) for row in await repository.timeline_rows(session, order_id)]
    return sorted([*steps, *notes, *others], key=lambda entry: entry.at)


async def notes(session: AsyncSession, order_id: str) -> list[NoteView]:
    """Return an order's remarks, the first first."""
    return [_note_view(row) for row in await repository.notes(session, order_id)]


async def instructions(session: AsyncSession, order_id: str) -> list[str]:
    """Return what vendor and rider were asked to heed since the order was placed, the first first."""
    return [row.body for row in await repository.notes(session, order_id) if row.kind == "instruction"]


async def vendor_figures(session: AsyncSession, vendor_id: str, days: int) -> VendorFigures:
    """Return how an outlet did over the last days."""
    row = await repository.vendor_figures(session, vendor_id, days)
    answered = row["accepted"] + row["lost"]
    closed = row["delivered"] + row["dropped"]
    return VendorFigures(
        offered=row["offered"],
        accepted=row["accepted"],
        rejected=row["rejected"],
        delivered=row["delivered"],
        cancelled=row["lost"] + row["dropped"],
        late_ready=row["late_ready"],
        accept_rate=row["accepted"] / answered if answered else None,
        fulfilment_rate=row["delivered"] / closed if closed else None,
        accept_seconds=row["accept_seconds"],
        prep_minutes=row["prep_minutes"],
    )
