"""Customers: one person for one channel id, what they told us, and who may see it."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.customers.errors import CustomerNotFoundError
from backend.customers.router import router
from backend.platform.auth.principal import Role
from backend.platform.db.session import Database
from tests.support.app import Api, serving
from tests.support.clock import FixedClock
from tests.support.factories.customers import customers_service, make_customer
from tests.support.factories.vendors import make_merchant


@pytest.fixture
async def shop(session: AsyncSession) -> AsyncSession:
    await make_merchant(session)
    return session


@pytest.fixture
async def api(shop: AsyncSession, clock: FixedClock) -> AsyncIterator[Api]:
    async with serving(shop, clock, router) as opened:
        yield opened


async def test_the_same_id_is_the_same_customer(shop: AsyncSession) -> None:
    first = await make_customer(shop)
    assert first.id.startswith("U-")
    assert (first.name, first.phone, first.phone_verified) == ("Achieng", "+254700000101", True)
    assert await make_customer(shop, name="Somebody Else") == first
    assert (await make_customer(shop, external_id="254700000102", phone="+254700000102")).id != first.id


async def test_each_merchant_has_customers_of_its_own(shop: AsyncSession) -> None:
    await make_merchant(shop, "M-2")
    assert (await make_customer(shop)).id != (await make_customer(shop, merchant_id="M-2")).id


async def test_a_number_that_the_channel_vouches_for_joins_two_channels(shop: AsyncSession) -> None:
    first = await make_customer(shop)
    joined = await make_customer(shop, channel="instagram", external_id="igsid-7", phone="+254700000101")
    assert joined.id == first.id
    identities = await customers_service().identities(shop, first.id)
    assert {(row.channel, row.external_id) for row in identities} == {
        ("whatsapp", "254700000101"),
        ("instagram", "igsid-7"),
    }


async def test_a_typed_number_joins_nobody_and_replaces_no_verified_one(shop: AsyncSession) -> None:
    customers = customers_service()
    first = await make_customer(shop)
    other = await make_customer(shop, channel="instagram", external_id="igsid-7", phone=None)
    typed = await customers.set_phone(shop, other.id, "+254700000101")
    assert (typed.phone, typed.phone_verified) == ("+254700000101", False)
    kept = await customers.set_phone(shop, first.id, "+254700000109")
    assert kept.phone == "+254700000101"
    moved = await customers.set_phone(shop, first.id, "+254700000109", verified=True)
    assert moved.phone == "+254700000109"


async def test_ids_and_numbers_are_not_readable_in_the_tables(shop: AsyncSession) -> None:
    await make_customer(shop)
    customer = (await shop.execute(text("SELECT phone FROM customers"))).one()
    identity = (await shop.execute(text("SELECT external_id, external_index FROM customer_identities"))).one()
    assert all(b"254700000101" not in bytes(value) for value in (*customer, *identity))


async def test_consent_is_read_anew_once_it_has_changed(shop: AsyncSession) -> None:
    """What was asked before in the same transaction does not outlive the change."""
    customers = customers_service()
    customer = await make_customer(shop)
    assert not await customers.opted_out(shop, customer.id)
    await customers.opt_out(shop, customer.id)
    assert await customers.opted_out(shop, customer.id)
    await customers.opt_in(shop, customer.id)
    assert not await customers.opted_out(shop, customer.id)


async def test_language_and_opt_out_are_kept(shop: AsyncSession) -> None:
    customers = customers_service()
    customer = await make_customer(shop)
    spoken = await customers.set_language(shop, customer.id, "hi-Latn", script="Latn", confidence=0.8)
    assert (spoken.language, spoken.script, spoken.language_confidence) == ("hi-Latn", "Latn", 0.8)
    out = await customers.opt_out(shop, customer.id)
    assert out.opted_out
    assert (await customers.opt_out(shop, customer.id)).opted_out_at == out.opted_out_at
    assert not (await customers.opt_in(shop, customer.id)).opted_out
    with pytest.raises(CustomerNotFoundError):
        await customers.opt_out(shop, "U-NONE")


async def test_addresses_are_kept_once_the_last_used_first(shop: AsyncSession) -> None:
    customers = customers_service()
    customer = await make_customer(shop)
    assert await customers.last_address(shop, customer.id) is None
    home = await customers.remember_address(shop, customer.id, "Yaya Centre, gate B", lat=-1.29, lng=36.78)
    work = await customers.remember_address(shop, customer.id, "Westlands, Delta Towers")
    assert [row.id for row in await customers.addresses(shop, customer.id)] == [work, home]
    assert await customers.remember_address(shop, customer.id, "yaya centre,  Gate B") == home
    last = await customers.last_address(shop, customer.id)
    assert last is not None
    assert (last.text, last.lat, last.lng) == ("Yaya Centre, gate B", -1.29, 36.78)


@pytest.mark.concurrency
async def test_two_first_messages_at_once_make_one_customer(database: Database) -> None:
    async with database.transaction() as session:
        await make_merchant(session)

    async def meet() -> str:
        async with database.transaction() as session:
            return (await make_customer(session)).id

    assert len(set(await asyncio.gather(*(meet() for _ in range(8))))) == 1


async def test_a_profile_shows_language_and_no_number(api: Api, shop: AsyncSession) -> None:
    customer = await make_customer(shop)
    await customers_service().set_language(shop, customer.id, "sw", script="Latn", confidence=0.9)
    address_id = await customers_service().remember_address(shop, customer.id, "Yaya Centre")
    answer = await api.client.get(f"/api/v1/users/{customer.id}", headers=api.token("service:app", Role.SERVICE))
    profile = answer.json()
    assert (profile["name"], profile["language"], profile["has_phone"]) == ("Achieng", "sw", True)
    assert profile["prefs"] == {"opted_out": False, "script": "Latn", "language_confidence": 0.9}
    assert profile["addresses"] == [{"address_id": address_id, "text": "Yaya Centre", "lat": None, "lng": None}]
    assert "254700000101" not in answer.text


async def test_a_profile_is_for_its_own_shop_and_city(api: Api, shop: AsyncSession) -> None:
    customer = await make_customer(shop)
    path = f"/api/v1/users/{customer.id}"
    for headers, status in (
        (api.token(f"customer:{customer.id}", Role.CUSTOMER), 200),
        (api.token("customer:U-9", Role.CUSTOMER), 404),
        (api.token("agent:G-1", Role.AGENT, cities=["Nairobi"]), 200),
        (api.token("agent:G-2", Role.AGENT, cities=["Nashik"]), 404),
        (api.token("owner:O-2", Role.OWNER, merchant_id="M-2"), 404),
        (api.token("rider:R-1", Role.RIDER), 403),
    ):
        assert (await api.client.get(path, headers=headers)).status_code == status
