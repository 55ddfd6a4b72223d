"""Customers for tests."""

from sqlalchemy.ext.asyncio import AsyncSession

from backend.customers.ports import CustomerView
from backend.customers.service import CustomersService


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
    return await CustomersService().identify(session, merchant_id, channel, external_id, name=name, phone=phone)
