"""Puts the example shops into the database; what is there already stays as it is."""

from pathlib import Path
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.bootstrap import Built
from backend.catalog.service import CatalogService
from backend.dispatch.service import RidersService
from backend.platform.actors import SYSTEM
from backend.platform.auth.staff import save_staff
from backend.platform.db.session import Database
from backend.runtime.cast import SHOPS, Shop
from backend.vendors.service import VendorsService

FIXTURES: Final = Path(__file__).parent / "fixtures"


async def seed(built: Built, password: str) -> None:
    """Create merchants, catalogues, outlets, riders and staff, who all log in with this password."""
    async with built.registry.get(Database).transaction() as session:
        known = {merchant.id for merchant in await built.registry.get(VendorsService).merchants(session)}
        for shop in SHOPS:
            if shop.merchant.id not in known:
                await _seed_shop(session, built, shop, password)


async def _seed_shop(session: AsyncSession, built: Built, shop: Shop, password: str) -> None:
    vendors, merchant = built.registry.get(VendorsService), shop.merchant
    await vendors.save_merchant(session, merchant)
    await vendors.save_vendor(session, shop.vendor)
    text = (FIXTURES / shop.catalogue).read_text(encoding="utf-8")
    await built.registry.get(CatalogService).import_csv(session, merchant.id, text, actor=SYSTEM)
    for rider in shop.riders:
        await built.registry.get(RidersService).register(
            session,
            rider.id,
            name=rider.name,
            phone=rider.phone,
            language=rider.language,
            city=merchant.city,
            on_shift=True,
            lat=rider.lat,
            lng=rider.lng,
        )
    for person in shop.staff:
        await save_staff(
            session,
            person.id,
            login=person.login,
            name=person.name,
            password=password,
            roles=[person.role],
            cities=[merchant.city],
            merchant_id=merchant.id,
        )
