"""Use cases of the analytics: rows of counts become figures."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from backend.reports.ports import Span
from backend.reports.repository import analytics as repository

# Commands of orders and actions of partners that answer each ladder.
ANSWERS: Final[Mapping[str, str]] = {
    "vendor_accept": "AcceptOrder RejectOrder SetPreparation vendor_accept vendor_reject vendor_prep",
    "processing_reminder": "MarkReady ExtendPreparation SetPreparation vendor_ready vendor_extend vendor_prep",
    "rider_ack": "PickUp ReportRiderWaiting rider_accept rider_reject rider_picked",
    "address_confirm": "ConfirmAddress address_confirm",
    "handover_wait": "MarkReady ExtendPreparation PickUp vendor_ready vendor_extend rider_picked",
    "off_route": "DeliverOrder rider_on_way rider_delivered",
    "rider_otd": "DeliverOrder FailDelivery rider_delivered rider_proven",
    "pickup": "PickUp rider_picked",
}
# The card that each ladder ends with.
CARDS: Final[Mapping[str, str]] = {
    "vendor_accept": "vendor_silent",
    "processing_reminder": "preparation_overdue",
    "rider_ack": "rider_silent",
    "address_confirm": "address_unconfirmed",
    "handover_wait": "rider_waiting",
    "off_route": "rider_off_route",
    "rider_otd": "delivery_overdue",
    "pickup": "pickup_overdue",
}


def rate(part: int, whole: int) -> float | None:
    """Return a share in [0, 1]; None of nothing."""
    return part / whole if whole else None


async def vendors(session: AsyncSession, span: Span, *, limit: int, offset: int) -> tuple[list[Mapping[str, Any]], int]:
    """Return a page of outlets, those that miss most first, and how many there are."""
    rows = await repository.vendors(session, span, limit=limit, offset=offset)
    figures: list[Mapping[str, Any]] = [
        {
            **row,
            "acceptance_rate": rate(row["accepted"], row["offered"]),
            "miss_rate": rate(row["missed"], row["offered"]),
        }
        for row in rows
    ]
    return figures, _total(rows)


async def riders(
    session: AsyncSession, span: Span, *, on_time_s: float, limit: int, offset: int
) -> tuple[list[Mapping[str, Any]], int]:
    """Return a page of riders, those with most offers first, and how many there are."""
    rows = await repository.riders(session, span, on_time_s=on_time_s, limit=limit, offset=offset)
    return [_rider(row) for row in rows], _total(rows)


def _rider(row: Mapping[str, Any]) -> Mapping[str, Any]:
    answered = row["accepted"] + row["rejected"] + row["unanswered"]
    return {
        **row,
        "acceptance_rate": rate(row["accepted"], answered),
        "on_time_rate": rate(row["on_time"], row["delivered"]),
        "off_route_rate": rate(row["strayed"], row["carried"]),
    }


async def orders(session: AsyncSession, span: Span) -> Sequence[Mapping[str, Any]]:
    """Return breaches and escalations by city and vendor tier."""
    return await repository.orders(session, span)


async def funnel(session: AsyncSession, span: Span) -> Sequence[Mapping[str, Any]]:
    """Return how far ladders went until they were answered, by city, vendor tier and ladder."""
    return await repository.funnel(session, span, cards=CARDS, answers=orjson.dumps(ANSWERS).decode())


async def channels(session: AsyncSession, span: Span) -> Sequence[Mapping[str, Any]]:
    """Return what became of what went out, by channel."""
    return await repository.channels(session, span)


def _total(rows: Sequence[Mapping[str, Any]]) -> int:
    return int(rows[0]["total"]) if rows else 0
