"""Customers for tests."""

from sqlalchemy.ext.asyncio import AsyncSession

from backend.customers.ports import CustomerView
from backend.customers.service import CustomersService
from tests.support.factories.vendors import vendors_service


def customers_service() -> CustomersService:
    """The service with its neighbour, real."""
    return CustomersService(vendors_service())


async def make_customer(
    session: AsyncSession,
    *,
    merchant_id: str = "M-1",
    channel: str = "whatsapp",
    external_id: str = "254700000101",
    name: str = "Achieng",
    phone: str | None = "+254700000101",
) -> CustomerView:
    """A customer who has written once."""
    return await customers_service().identify(session, merchant_id, channel, external_id, name=name, phone=phone)
