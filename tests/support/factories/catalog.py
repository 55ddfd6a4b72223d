"""Items for tests."""

from sqlalchemy.ext.asyncio import AsyncSession

from backend.catalog.service import CatalogService
from backend.platform.actors import SYSTEM
from tests.support.factories.vendors import vendors_service

HEADER = "sku,name,aliases,unit,price,currency,stock,options\n"
GROCERIES = HEADER + (
    "UNGA-2KG,Maize Flour 2kg,unga|unga ya ugali,packet,176,KES,10,size=2kg\n"
    "SUKARI-1KG,Sugar 1kg,sukari|sugar,packet,150.50,KES,25,size=1kg\n"
    "NYANYA,Tomatoes,nyanya,kg,120,KES,8.5,\n"
)


def catalog_service() -> CatalogService:
    """The service with its neighbour, real."""
    return CatalogService(vendors_service())


async def make_items(session: AsyncSession, merchant_id: str = "M-1", text: str = GROCERIES) -> None:
    """The merchant's items, from a file."""
    await catalog_service().import_csv(session, merchant_id, text, actor=SYSTEM)
