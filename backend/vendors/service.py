"""Use cases of merchants and outlets."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from cachetools import TTLCache
from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform.actors import Actor
from backend.platform.db.types import opened
from backend.platform.events import Notice, publish, publish_notices
from backend.vendors import repository
from backend.vendors.errors import MerchantNotFoundError, VendorNotFoundError
from backend.vendors.events import VendorActivated, VendorDeactivated
from backend.vendors.models import Merchant, Vendor
from backend.vendors.ports import MerchantView, Miss, NewMerchant, NewVendor, OpenSpan, VendorFilter, VendorView
from backend.vendors.settings import VendorsSettings

_MERCHANTS_KEPT: Final = 1_000
_KEPT_S: Final = 5.0


def _merchant_view(row: Merchant) -> MerchantView:
    return MerchantView(
        id=row.id,
        name=row.name,
        city=row.city,
        country=row.country,
        currency=row.currency,
        timezone=row.timezone,
        default_language=row.default_language,
        wa_phone_number_id=row.wa_phone_number_id,
        ig_account_id=row.ig_account_id,
        shortcode=row.shortcode,
        upi_vpa=row.upi_vpa,
        settings=row.settings,
    )


def _vendor_view(row: Vendor) -> VendorView:
    return VendorView(
        id=row.id,
        merchant_id=row.merchant_id,
        name=row.name,
        phone=row.phone,
        wa_id=row.wa_id,
        language=row.language,
        city=row.city,
        tier=row.tier,
        active=row.active,
        inactive_reason=row.inactive_reason,
        lat=row.lat,
        lng=row.lng,
        address_text=row.address_text,
        misses=row.misses,
    )


def _vendor_of(row: tuple[Any, ...]) -> VendorView:
    """Show an outlet; rows as `repository.vendor_rows` returns them."""
    vendor_id, merchant_id, name, phone, wa_id, *rest = row
    return VendorView(vendor_id, merchant_id, name, opened(phone) or "", opened(wa_id), *rest)


class VendorsService:
    """Looks up merchants and outlets, and keeps their standing."""

    def __init__(self, settings: VendorsSettings) -> None:
        self._settings = settings
        # Each message and each turn asks for its merchant, and a merchant changes once in a blue moon.
        self._merchants: TTLCache[tuple[str, str], MerchantView] = TTLCache(_MERCHANTS_KEPT, _KEPT_S)

    async def merchant(self, session: AsyncSession, merchant_id: str) -> MerchantView:
        """Return a merchant as it was within the last five seconds.

        Raises:
            MerchantNotFoundError: There is none of this id.
        """
        found = await self._merchant_by(session, "id", merchant_id)
        if found is None:
            raise MerchantNotFoundError(merchant_id=merchant_id)
        return found

    async def _merchant_by(self, session: AsyncSession, name: str, value: str) -> MerchantView | None:
        """Look a merchant up, unless it was just now; one that is not there may be at the next look."""
        known = self._merchants.get((name, value))
        if known is None and (row := await repository.MERCHANT_BY[name](session, value)) is not None:
            known = self._merchants[name, value] = _merchant_view(row)
        return known

    async def merchants_by_id(self, session: AsyncSession, ids: Collection[str]) -> dict[str, MerchantView]:
        """Return several merchants by their ids, with one statement.

        Raises:
            MerchantNotFoundError: One of them is not there.
        """
        found = {row[0]: MerchantView(*row) for row in await repository.merchant_rows(session, ids)}
        for merchant_id in ids:
            if merchant_id not in found:
                raise MerchantNotFoundError(merchant_id=merchant_id)
        return found

    async def merchants(self, session: AsyncSession) -> list[MerchantView]:
        """Return all merchants, by name."""
        return [_merchant_view(row) for row in await repository.merchants(session)]

    async def merchant_by_whatsapp(self, session: AsyncSession, phone_number_id: str) -> MerchantView | None:
        """Find the merchant of a WhatsApp business number, by the provider's id of it, as `merchant` does."""
        return await self._merchant_by(session, "whatsapp", phone_number_id)

    async def merchant_by_instagram(self, session: AsyncSession, ig_account_id: str) -> MerchantView | None:
        """Find the merchant of an Instagram account, by the provider's id of it, as `merchant` does."""
        return await self._merchant_by(session, "instagram", ig_account_id)

    async def merchant_of(self, session: AsyncSession, vendor_id: str) -> str:
        """Return the id of the merchant that an outlet belongs to."""
        return (await self.get(session, vendor_id)).merchant_id

    async def currency_of(self, session: AsyncSession, merchant_id: str) -> str:
        """Return the currency that a merchant sells in."""
        return (await self.merchant(session, merchant_id)).currency

    async def city_of(self, session: AsyncSession, merchant_id: str) -> str:
        """Return the city that a merchant sells in."""
        return (await self.merchant(session, merchant_id)).city

    async def get(self, session: AsyncSession, vendor_id: str) -> VendorView:
        """Return an outlet.

        Raises:
            VendorNotFoundError: There is none of this id.
        """
        row = await repository.vendor(session, vendor_id)
        if row is None:
            raise VendorNotFoundError(vendor_id=vendor_id)
        return _vendor_view(row)

    async def get_many(
        self, session: AsyncSession, ids: Collection[str], *, lock: bool = False
    ) -> dict[str, VendorView]:
        """Return several outlets by their ids, with one statement; with `lock`, hold them until the transaction ends.

        Raises:
            VendorNotFoundError: One of them is not there.
        """
        found = {row[0]: _vendor_of(row) for row in await repository.vendor_rows(session, ids, lock=lock)}
        for vendor_id in ids:
            if vendor_id not in found:
                raise VendorNotFoundError(vendor_id=vendor_id)
        return found

    async def list_vendors(
        self, session: AsyncSession, wanted: VendorFilter, *, limit: int = 50, offset: int = 0
    ) -> tuple[list[VendorView], int]:
        """Return one page of outlets by name, and how many there are in all."""
        rows, total = await repository.list_vendors(session, wanted, limit=limit, offset=offset)
        return [_vendor_view(row) for row in rows], total

    async def by_phone(self, session: AsyncSession, phone: str) -> VendorView | None:
        """Find the outlet that answers on this number (E.164); an active one first."""
        rows = await repository.vendors_by_phone(session, phone)
        return _vendor_view(rows[0]) if rows else None

    async def vendor_for_merchant(self, session: AsyncSession, merchant_id: str) -> VendorView | None:
        """Find the outlet that prepares a merchant's orders; an active one first."""
        row = await repository.vendor_for_merchant(session, merchant_id)
        return _vendor_view(row) if row else None

    async def hours(self, session: AsyncSession, vendor_id: str) -> tuple[OpenSpan, ...]:
        """Return an outlet's week."""
        return await repository.hours(session, vendor_id)

    async def set_hours(self, session: AsyncSession, vendor_id: str, spans: Sequence[OpenSpan]) -> None:
        """Put a week in place of the old one."""
        await repository.replace_hours(session, vendor_id, spans)

    async def is_open(self, session: AsyncSession, vendor_id: str, at: datetime | None = None) -> bool:
        """True where the outlet is open at this instant, by default now; one that never told its hours always is."""
        vendor = await self.get(session, vendor_id)
        spans = await repository.hours(session, vendor_id)
        merchant = await self.merchant(session, vendor.merchant_id)
        local = (at or await repository.now(session)).astimezone(ZoneInfo(merchant.timezone))
        return not spans or any(span.holds(local) for span in spans)

    async def record_miss(self, session: AsyncSession, vendor_id: str, *, actor: Actor) -> VendorView:
        """Count an order that the outlet did not answer; after too many in a row it is taken off."""
        return (await self.record_misses(session, (Miss(vendor_id),), actor=actor))[0]

    async def record_misses(self, session: AsyncSession, misses: Sequence[Miss], *, actor: Actor) -> list[VendorView]:
        """Count several, one after another; return how each one's outlet stood after it."""
        if not misses:
            return []
        now = await self.get_many(session, {miss.vendor_id for miss in misses}, lock=True)
        after, taken_off = list[VendorView](), list[Notice]()
        for miss in misses:
            before = now[miss.vendor_id]
            now[before.id] = self._after_miss(before)
            if before.active and not now[before.id].active:
                event = VendorDeactivated(before.id, "missed_orders", str(actor))
                taken_off.append(Notice(event, actor, before.city, miss.trace_id))
            after.append(now[before.id])
        await repository.set_standing(session, now.values())
        await publish_notices(session, taken_off)
        return after

    def _after_miss(self, vendor: VendorView) -> VendorView:
        misses = vendor.misses + 1
        if vendor.active and misses >= self._settings.misses_until_inactive:
            return replace(vendor, misses=misses, active=False, inactive_reason="missed_orders")
        return replace(vendor, misses=misses)

    async def record_answer(self, session: AsyncSession, vendor_id: str) -> None:
        """Forget the misses of an outlet that has answered."""
        await repository.forget_misses(session, vendor_id)

    async def activate(self, session: AsyncSession, vendor_id: str, *, actor: Actor) -> VendorView:
        """Let the outlet take orders again, with a clean slate; doing it twice changes nothing."""
        row = await self._lock(session, vendor_id)
        if not row.active:
            row.active, row.inactive_reason, row.misses = True, None, 0
            await publish(session, VendorActivated(row.id, str(actor)), actor=actor, city=row.city)
        await session.flush()
        return _vendor_view(row)

    async def deactivate(self, session: AsyncSession, vendor_id: str, *, actor: Actor, reason: str) -> VendorView:
        """Take the outlet off; doing it twice changes nothing."""
        row = await self._lock(session, vendor_id)
        if row.active:
            row.active, row.inactive_reason = False, reason
            await publish(session, VendorDeactivated(row.id, reason, str(actor)), actor=actor, city=row.city)
        await session.flush()
        return _vendor_view(row)

    async def save_merchant(self, session: AsyncSession, new: NewMerchant) -> None:
        """Create a merchant, or bring it up to date."""
        await repository.save_merchant(session, new)
        self._merchants.clear()

    async def save_vendor(self, session: AsyncSession, new: NewVendor) -> None:
        """Create an outlet, or bring it up to date; its standing stays as it is."""
        await repository.save_vendor(session, new)

    async def _lock(self, session: AsyncSession, vendor_id: str) -> Vendor:
        row = await repository.lock_vendor(session, vendor_id)
        if row is None:
            raise VendorNotFoundError(vendor_id=vendor_id)
        return row
