"""A thousand outlets of the two example shops, each with a phone of its own and one confirmed order."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import batched
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.catalog.service import CatalogService
from backend.customers.service import CustomersService
from backend.orders.commands import ApproveCod, DropAddress, OrderLineDraft, PaymentMethod, PaymentMode, PlaceOrder
from backend.orders.service import OrdersService
from backend.platform.actors import SYSTEM, Actor, ActorKind, Source
from backend.vendors.ports import NewVendor
from backend.vendors.service import VendorsService
from tests.support.house import House

_ITEM = "sku,name,aliases,unit,price,currency,stock,options\nTHALI,Thali,thali,plate,{price},{currency},5000,\n"
_BOT = Actor(ActorKind.BOT, "rasa")
_A_BATCH = 100


@dataclass(frozen=True, slots=True)
class Quarter:
    """A part of the street: outlets of one shop and one tier."""

    merchant_id: str
    city: str
    tier: str
    currency: str
    dial: str


QUARTERS = (
    Quarter("M-NAIROBI", "Nairobi", "standard", "KES", "25471200"),
    Quarter("M-NAIROBI", "Nairobi", "gold", "KES", "25471300"),
    Quarter("M-NASHIK", "Nashik", "standard", "INR", "91980000"),
    Quarter("M-NASHIK", "Nashik", "gold", "INR", "91981000"),
)


@dataclass(frozen=True, slots=True)
class Stall:
    """One outlet."""

    id: str
    phone: str
    quarter: Quarter


def stalls(count: int) -> tuple[Stall, ...]:
    """As many outlets, spread over the quarters."""
    return tuple(
        Stall(f"V-{number:04}", f"{quarter.dial}{number:04}", quarter)
        for number in range(count)
        for quarter in [QUARTERS[number % len(QUARTERS)]]
    )


class Street:
    """Opens the outlets and gives each an order."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._vendors = house.built.registry.get(VendorsService)
        self._orders = house.built.registry.get(OrdersService)

    async def open(self, rows: Sequence[Stall]) -> None:
        """Let the outlets' owners into the simulation, and the outlets into the database."""
        for row in rows:
            body = {"id": row.id.lower(), "name": row.id, "role": "vendor", "phone": row.phone}
            answer = await self._house.sandbox.post("/__sim/accounts/people", json=body)
            assert answer.status_code == 200, answer.text
        async with self._house.database.transaction() as session:
            for merchant_id, currency in {(row.quarter.merchant_id, row.quarter.currency) for row in rows}:
                catalog = self._house.built.registry.get(CatalogService)
                file = _ITEM.format(price=80, currency=currency)
                await catalog.import_csv(session, merchant_id, file, actor=SYSTEM)
            for row in rows:
                await self._vendors.save_vendor(session, _vendor(row))

    async def order_everywhere(self, rows: Sequence[Stall]) -> dict[str, str]:
        """Confirm one order at each outlet; return the outlets by order."""
        placed: dict[str, str] = {}
        for batch in batched(rows, _A_BATCH, strict=False):
            async with self._house.database.transaction() as session:
                placed |= {await self._order(session, row): row.id for row in batch}
        return placed

    async def _order(self, session: AsyncSession, row: Stall) -> str:
        order = await self._orders.place(
            session, _order_of(row, await self._customer(session, row)), actor=_BOT, source=Source.BOT
        )
        result = await self._orders.handle(
            session, order.id, ApproveCod(), actor=_BOT, source=Source.BOT, command_id="approve"
        )
        assert result.outcome == "applied", result
        return order.id

    async def _customer(self, session: AsyncSession, row: Stall) -> str:
        customers, merchant = self._house.built.registry.get(CustomersService), row.quarter.merchant_id
        found = await customers.identify(session, merchant, "whatsapp", f"7{row.phone[1:]}", name="Guest", phone=None)
        return found.id


def _vendor(row: Stall) -> NewVendor:
    return NewVendor(
        id=row.id,
        merchant_id=row.quarter.merchant_id,
        name=f"Stall {row.id}",
        phone=f"+{row.phone}",
        language="en",
        city=row.quarter.city,
        tier=row.quarter.tier,
        lat=20.0,
        lng=73.7,
        address_text="The long street",
    )


def _order_of(row: Stall, user_id: str) -> PlaceOrder:
    values: dict[str, Any] = {
        "merchant_id": row.quarter.merchant_id,
        "vendor_id": row.id,
        "user_id": user_id,
        "lines": (OrderLineDraft("THALI", Decimal(1)),),
        "drop": DropAddress("The long street, at the end", 20.0, 73.7),
        "payment_mode": PaymentMode.COD,
        "payment_method": PaymentMethod.COD,
        "channel": "whatsapp",
        "intent_key": row.id,
    }
    return PlaceOrder(**values)
