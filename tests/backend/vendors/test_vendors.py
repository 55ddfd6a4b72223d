"""Merchants and outlets: look-ups, standing, hours, and who may touch them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform.actors import SYSTEM
from backend.platform.auth.principal import Role
from backend.vendors.errors import MerchantNotFoundError, VendorNotFoundError
from backend.vendors.ports import Miss, NewVendor, OpenSpan
from backend.vendors.router import router
from tests.support.app import Api, serving
from tests.support.clock import FixedClock
from tests.support.factories.orders import ADMIN
from tests.support.factories.vendors import make_merchant, make_vendor, vendors_service


@pytest.fixture
async def shop(session: AsyncSession) -> AsyncSession:
    await make_merchant(session, wa_phone_number_id="1001", ig_account_id="2001")
    await make_vendor(session)
    return session


@pytest.fixture
async def api(shop: AsyncSession, clock: FixedClock) -> AsyncIterator[Api]:
    async with serving(shop, clock, router) as opened:
        yield opened


async def topics(session: AsyncSession) -> list[str]:
    return list((await session.scalars(text("SELECT topic FROM outbox ORDER BY pos"))).all())


async def test_merchants_are_found_by_their_accounts(shop: AsyncSession) -> None:
    vendors = vendors_service()
    merchant = await vendors.merchant(shop, "M-1")
    assert await vendors.merchant_by_whatsapp(shop, "1001") == merchant
    assert await vendors.merchant_by_instagram(shop, "2001") == merchant
    assert await vendors.merchant_by_whatsapp(shop, "9999") is None
    assert await vendors.merchants(shop) == [merchant]
    with pytest.raises(MerchantNotFoundError):
        await vendors.merchant(shop, "M-9")


async def test_outlets_are_found_by_phone_and_merchant(shop: AsyncSession) -> None:
    vendors = vendors_service()
    vendor = await vendors.get(shop, "V-1")
    assert (vendor.phone, vendor.wa_id) == ("+254700000201", "254700000201")
    assert await vendors.by_phone(shop, "+254700000201") == vendor
    assert await vendors.by_phone(shop, "+254700000299") is None
    await make_vendor(shop, "V-0", phone="+254700000202")
    await vendors.deactivate(shop, "V-0", actor=ADMIN, reason="closed")
    assert await vendors.vendor_for_merchant(shop, "M-1") == vendor
    with pytest.raises(VendorNotFoundError):
        await vendors.get(shop, "V-9")


async def test_a_phone_is_not_readable_in_the_table(shop: AsyncSession) -> None:
    row = (await shop.execute(text("SELECT phone, wa_id, phone_index FROM vendors"))).one()
    assert all(b"254700000201" not in bytes(value) for value in row)


async def test_too_many_misses_in_a_row_take_an_outlet_off(shop: AsyncSession) -> None:
    vendors = vendors_service(misses_until_inactive=2)
    assert (await vendors.record_miss(shop, "V-1", actor=SYSTEM)).active
    await vendors.record_answer(shop, "V-1")
    assert (await vendors.record_miss(shop, "V-1", actor=SYSTEM)).misses == 1
    off = await vendors.record_miss(shop, "V-1", actor=SYSTEM)
    assert (off.active, off.inactive_reason, off.misses) == (False, "missed_orders", 2)
    assert (await vendors.record_miss(shop, "V-1", actor=SYSTEM)).misses == 3
    assert await topics(shop) == ["vendor.deactivated"]
    on = await vendors.activate(shop, "V-1", actor=ADMIN)
    assert (on.active, on.inactive_reason, on.misses) == (True, None, 0)
    await vendors.activate(shop, "V-1", actor=ADMIN)
    assert await topics(shop) == ["vendor.deactivated", "vendor.activated"]


async def test_saving_again_keeps_the_standing(shop: AsyncSession) -> None:
    vendors = vendors_service()
    await vendors.deactivate(shop, "V-1", actor=ADMIN, reason="closed")
    new = NewVendor("V-1", "M-1", "Njeri, Westlands", "+254700000203", "en", "Nairobi")
    await vendors.save_vendor(shop, new)
    saved = await vendors.get(shop, "V-1")
    assert (saved.name, saved.active, saved.phone) == ("Njeri, Westlands", False, "+254700000203")
    assert await vendors.by_phone(shop, "+254700000201") is None


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        (datetime(2026, 11, 23, 4, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 23, 5, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 23, 17, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 23, 18, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 24, 9, 0, tzinfo=UTC), False),
    ],
)
async def test_hours_are_read_in_the_merchants_zone(shop: AsyncSession, at: datetime, is_open: bool) -> None:  # noqa: FBT001
    vendors = vendors_service()
    assert await vendors.is_open(shop, "V-1", at)
    await vendors.set_hours(shop, "V-1", [OpenSpan(0, time(8), time(21))])
    assert await vendors.is_open(shop, "V-1", at) is is_open


async def test_profile_and_status(api: Api) -> None:
    answer = await api.client.get("/api/v1/vendors/V-1", headers=api.token("vendor:V-1", Role.VENDOR))
    profile = answer.json()
    assert (profile["vendor_id"], profile["status"], profile["phone_ending"]) == ("V-1", "active", "201")
    assert "+254700000201" not in answer.text
    listed = await api.client.get("/api/v1/vendors", headers=api.token("admin:A-1", Role.ADMIN, cities=["nairobi"]))
    assert listed.json() == {"items": [profile], "total": 1, "limit": 50, "offset": 0}


async def test_ops_and_the_outlet_itself_turn_it_off_and_on(api: Api) -> None:
    admin = api.token("admin:A-1", Role.ADMIN)
    body = {"reason": "stock count"}
    off = (await api.client.post("/api/v1/vendors/V-1/deactivate", json=body, headers=admin)).json()
    assert (off["status"], off["inactive_reason"]) == ("inactive", "stock count")
    on = await api.client.post("/api/v1/vendors/V-1/activate", headers=api.token("vendor:V-1", Role.VENDOR))
    assert on.json()["status"] == "active"
    plain = await api.client.post("/api/v1/vendors/V-1/deactivate", headers=admin)
    assert plain.json()["inactive_reason"] == "by_ops"


async def test_a_wish_that_comes_late_again_does_not_undo_what_came_after(api: Api) -> None:
    """The outlet asked to be put on and had no answer; it asks again under its key, after the desk took it off."""
    outlet = {**api.token("vendor:V-1", Role.VENDOR), "idempotency-key": "on-1"}
    first = await api.client.post("/api/v1/vendors/V-1/activate", headers=outlet)
    admin = api.token("admin:A-1", Role.ADMIN)
    await api.client.post("/api/v1/vendors/V-1/deactivate", headers=admin)
    again = await api.client.post("/api/v1/vendors/V-1/activate", headers=outlet)
    assert (again.status_code, again.json()) == (200, first.json())
    profile = await api.client.get("/api/v1/vendors/V-1", headers=admin)
    assert profile.json()["status"] == "inactive"


@pytest.mark.parametrize(
    ("actor", "role", "options", "status"),
    [
        ("vendor:V-9", Role.VENDOR, {}, 404),
        ("admin:A-2", Role.ADMIN, {"cities": ["Nashik"]}, 404),
        ("owner:O-2", Role.OWNER, {"merchant_id": "M-2"}, 404),
        ("agent:G-1", Role.AGENT, {}, 403),
        ("rider:R-1", Role.RIDER, {}, 403),
    ],
)
async def test_who_may_not(api: Api, actor: str, role: Role, options: dict[str, Any], status: int) -> None:
    headers = api.token(actor, role, **options)
    answer = await api.client.post("/api/v1/vendors/V-1/deactivate", headers=headers)
    assert answer.status_code == status
    kept = await api.client.get("/api/v1/vendors/V-1", headers=api.token("vendor:V-1", Role.VENDOR))
    assert kept.json()["status"] == "active"


async def test_hours_are_set_and_read(api: Api, shop: AsyncSession) -> None:
    headers = api.token("vendor:V-1", Role.VENDOR)
    here = (await shop.execute(text("SELECT duka_now() AT TIME ZONE 'Africa/Nairobi'"))).scalar_one()
    for weekday, is_open in ((here.weekday(), True), ((here.weekday() + 3) % 7, False)):
        week = {"hours": [{"weekday": weekday, "open": "00:00", "close": "23:59:59.999999"}]}
        saved = (await api.client.put("/api/v1/vendors/V-1/hours", json=week, headers=headers)).json()
        assert saved == {
            "vendor_id": "V-1",
            "timezone": "Africa/Nairobi",
            "open_now": is_open,
            "hours": [{"weekday": weekday, "open": "00:00:00", "close": "23:59:59.999999"}],
        }
        assert (await api.client.get("/api/v1/vendors/V-1/hours", headers=headers)).json() == saved
    backwards = {"hours": [{"weekday": 6, "open": "17:00", "close": "09:00"}]}
    assert (await api.client.put("/api/v1/vendors/V-1/hours", json=backwards, headers=headers)).status_code == 422


async def test_misses_of_several_outlets_count_in_their_order(shop: AsyncSession) -> None:
    """Each is told as it stood after its own miss; who is taken off is told of once, under the miss's own trace."""
    vendors = vendors_service(misses_until_inactive=2)
    await make_vendor(shop, "V-2", phone="+254700000202")
    misses = [Miss(vendor_id, f"trace-{number}") for number, vendor_id in enumerate(("V-1", "V-2", "V-1", "V-1"))]
    after = await vendors.record_misses(shop, misses, actor=SYSTEM)
    assert [(vendor.id, vendor.misses, vendor.active) for vendor in after] == [
        ("V-1", 1, True),
        ("V-2", 1, True),
        ("V-1", 2, False),
        ("V-1", 3, False),
    ]
    told = await shop.execute(text("SELECT topic, key, trace_id FROM outbox WHERE topic LIKE 'vendor.%'"))
    assert [tuple(row) for row in told] == [("vendor.deactivated", "V-1", "trace-2")]
    assert await vendors.get_many(shop, ["V-1", "V-2"]) == {
        vendor_id: await vendors.get(shop, vendor_id) for vendor_id in ("V-1", "V-2")
    }


async def test_one_unknown_outlet_among_several_is_said(shop: AsyncSession) -> None:
    with pytest.raises(VendorNotFoundError):
        await vendors_service().get_many(shop, ["V-1", "V-9"])
    with pytest.raises(MerchantNotFoundError):
        await vendors_service().merchants_by_id(shop, ["M-1", "M-9"])
