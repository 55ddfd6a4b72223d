"""The people of the torture: outlets, customers and riders of the two example shops, each with a phone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.bootstrap import Built
from backend.catalog.service import CatalogService
from backend.customers.service import CustomersService
from backend.dispatch.service import RidersService
from backend.platform.actors import SYSTEM
from backend.platform.db.session import Database
from backend.runtime.cast import SHOPS
from backend.runtime.torture.dice import BUYERS, OUTLETS, Dice, Wish
from backend.runtime.torture.hands import Sandbox
from backend.vendors.ports import NewVendor
from backend.vendors.service import VendorsService

SKU: Final = "THALI"
_ITEM: Final = "sku,name,aliases,unit,price,currency,stock,options\n{sku},Thali,thali,plate,80,{currency},1000000,\n"
_RIDERS: Final = 20


@dataclass(frozen=True, slots=True)
class Quarter:
    """The part of the town that belongs to one shop."""

    merchant_id: str
    city: str
    currency: str
    dial: str
    lat: float
    lng: float


@dataclass(frozen=True, slots=True)
class Someone:
    """A person with an id in the database and one in the simulation, and a phone."""

    id: str
    phone: str

    @property
    def at_the_far_end(self) -> str:
        """Their id in the simulation."""
        return self.id.lower()


KENYA: Final = Quarter("M-NAIROBI", "Nairobi", "KES", "2547120", -1.2745, 36.8290)
INDIA: Final = Quarter("M-NASHIK", "Nashik", "INR", "9198000", 20.0059, 73.7640)
QUARTERS: Final = (KENYA, INDIA)


def quarter_of(wish: Wish) -> Quarter:
    """Return where an order belongs."""
    return KENYA if wish.in_kenya else INDIA


def _row(quarter: Quarter, letter: str, digit: int, count: int) -> list[Someone]:
    where = quarter.city[:3].upper()
    return [Someone(f"{letter}-{where}-{n:02}", f"{quarter.dial}{digit}{n:04}") for n in range(count)]


def _example_riders(quarter: Quarter) -> list[Someone]:
    shop = next(shop for shop in SHOPS if shop.merchant.id == quarter.merchant_id)
    return [Someone(rider.id, rider.phone.removeprefix("+")) for rider in shop.riders]


class Town:
    """Everybody, and who is who.

    Attributes:
        user_ids: Customers by quarter, in the order of `buyers`.
    """

    def __init__(self) -> None:
        self.outlets = {quarter: _row(quarter, "V", 1, OUTLETS) for quarter in QUARTERS}
        self.buyers = {quarter: _row(quarter, "C", 2, BUYERS) for quarter in QUARTERS}
        self.riders = {quarter: [*_row(quarter, "R", 3, _RIDERS), *_example_riders(quarter)] for quarter in QUARTERS}
        self.user_ids: dict[Quarter, list[str]] = {}

    async def open(self, built: Built, sandbox: Sandbox, dice: Dice) -> None:
        """Let everybody in, on both sides, with their habits."""
        async with built.registry.get(Database).transaction() as session:
            for quarter in QUARTERS:
                await self._open_quarter(session, built, quarter)
        for role, rows in (("vendor", self.outlets), ("customer", self.buyers), ("rider", self.riders)):
            for someone in (one for quarter in QUARTERS for one in rows[quarter]):
                body = {"id": someone.at_the_far_end, "name": someone.id, "role": role, "phone": someone.phone}
                await sandbox.control("/accounts/people", {**body, "wallet": 1_000_000})
        await self._habits(sandbox, "exotel", self.outlets, dice.calls(2 * OUTLETS))
        await self._habits(sandbox, "daraja", self.buyers, dice.payers(2 * BUYERS))
        await sandbox.control("/actor/policy", {"provider": "exotel", "person": "*", "outcome": "ignore"})

    async def _open_quarter(self, session: AsyncSession, built: Built, quarter: Quarter) -> None:
        file = _ITEM.format(sku=SKU, currency=quarter.currency)
        await built.registry.get(CatalogService).import_csv(session, quarter.merchant_id, file, actor=SYSTEM)
        for outlet in self.outlets[quarter]:
            await built.registry.get(VendorsService).save_vendor(session, _vendor(quarter, outlet))
        for rider in self.riders[quarter]:
            await built.registry.get(RidersService).register(
                session,
                rider.id,
                name=rider.id,
                phone=f"+{rider.phone}",
                language="en",
                city=quarter.city,
                on_shift=True,
                lat=quarter.lat,
                lng=quarter.lng,
            )
        customers = built.registry.get(CustomersService)
        self.user_ids[quarter] = [
            (
                await customers.identify(
                    session, quarter.merchant_id, "whatsapp", one.phone, name=one.id, phone=f"+{one.phone}"
                )
            ).id
            for one in self.buyers[quarter]
        ]

    async def _habits(
        self, sandbox: Sandbox, provider: str, rows: dict[Quarter, list[Someone]], habits: Sequence[dict[str, Any]]
    ) -> None:
        people = [one for quarter in QUARTERS for one in rows[quarter]]
        for someone, habit in zip(people, habits, strict=True):
            body = {"provider": provider, "person": someone.at_the_far_end, **habit}
            await sandbox.control("/actor/policy", body)


def _vendor(quarter: Quarter, outlet: Someone) -> NewVendor:
    return NewVendor(
        id=outlet.id,
        merchant_id=quarter.merchant_id,
        name=f"Stall {outlet.id}",
        phone=f"+{outlet.phone}",
        language="en",
        city=quarter.city,
        lat=quarter.lat,
        lng=quarter.lng,
        address_text="The long street",
    )
