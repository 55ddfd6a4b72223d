"""Merchants and outlets for tests."""

from sqlalchemy.ext.asyncio import AsyncSession

from backend.vendors.ports import MerchantView, NewMerchant, NewVendor, VendorView
from backend.vendors.service import VendorsService
from backend.vendors.settings import VendorsSettings

_COUNTRIES = {
    "KE": {"city": "Nairobi", "currency": "KES", "timezone": "Africa/Nairobi", "default_language": "sw"},
    "IN": {"city": "Nashik", "currency": "INR", "timezone": "Asia/Kolkata", "default_language": "hi-Latn"},
}


def vendors_service(**settings: int) -> VendorsService:
    """The service, with settings of the test's choice."""
    return VendorsService(VendorsSettings(**settings))


async def make_merchant(
    session: AsyncSession, merchant_id: str = "M-1", *, country: str = "KE", **changes: str
) -> MerchantView:
    """A merchant of Nairobi or, with country `IN`, of Nashik."""
    values = {"name": "Mama Njeri Grocers", "country": country, **_COUNTRIES[country], **changes}
    await vendors_service().save_merchant(session, NewMerchant(id=merchant_id, **values))
    return await vendors_service().merchant(session, merchant_id)


async def make_vendor(
    session: AsyncSession,
    vendor_id: str = "V-1",
    *,
    merchant_id: str = "M-1",
    phone: str = "+254700000201",
    city: str = "Nairobi",
    language: str = "sw",
) -> VendorView:
    """An active outlet of the merchant."""
    new = NewVendor(
        id=vendor_id,
        merchant_id=merchant_id,
        name="Njeri, Kilimani",
        phone=phone,
        language=language,
        city=city,
        lat=-1.2921,
        lng=36.7873,
        address_text="Argwings Kodhek Road, Kilimani",
    )
    await vendors_service().save_vendor(session, new)
    return await vendors_service().get(session, vendor_id)
