"""The books: settlements, statements and the trial balance, as a bookkeeper sees them."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import text

from backend.console.router import router
from backend.orders.events import OrderState
from backend.orders.ports import OrderView
from backend.payments.ports import Evidence, Feed
from backend.payments.providers.daraja.statement import read_statement
from backend.payments.service.statements import StatementsService
from backend.payments.settings import DarajaSettings
from backend.platform.auth.principal import Role
from backend.platform.db.session import Database
from tests.backend.console.conftest import Desk
from tests.backend.console.pages import texts
from tests.support.app import serving
from tests.support.clock import FixedClock
from tests.support.factories.console import console_services, person
from tests.support.factories.orders import advance, make_order
from tests.support.factories.payments import receipts_service

ADMIN = person("admin:S-2", Role.ADMIN)
OWNER = person("owner:S-3", Role.OWNER)
PAGE = "/money/books"
LINES = (
    "Short Code:,600999\r\n\r\n"
    "Receipt No.,Completion Time,Initiation Time,Details,Transaction Status,Paid In,Withdrawn,Balance,"
    "Balance Confirmed,Reason Type,Other Party Info,Linked Transaction ID,A/C No.\r\n"
    "UKM5A7B9C1,22-11-2026 17:25:00,22-11-2026 17:25:00,Pay Bill,Completed,99,,,,Pay Bill Online,2547****221,,lunch\r\n"
)


@pytest.fixture
async def books(database: Database, clock: FixedClock) -> AsyncIterator[Desk]:
    """The console on a database of its own, since a statement is taken in by transactions of its own."""
    statements = StatementsService(
        database, receipts_service(clock), lambda file: read_statement(file, {DarajaSettings().shortcode})
    )
    services = {**console_services(clock), StatementsService: statements}
    async with serving(database, clock, router, services=services) as api:
        yield Desk(api)


@pytest.fixture
async def delivered(database: Database, clock: FixedClock) -> OrderView:
    """An order of 352 shillings, paid by M-Pesa and delivered."""
    async with database.transaction() as session:
        order = await make_order(session)
        told = Evidence(
            Feed.CONFIRMATION, "mpesa", "UKM5A7B9CD", 35_200, "KES", reference=order.id, paid_at=clock.now()
        )
        await receipts_service(clock).take(session, told)
        return await advance(session, replace(order, state=OrderState.CONFIRMED), OrderState.DELIVERED)


async def scalar(database: Database, query: str) -> object:
    async with database.transaction() as session:
        return (await session.execute(text(query))).scalar_one()


async def test_what_was_delivered_is_settled_once_and_paid_out_by_the_owner(
    books: Desk, database: Database, delivered: OrderView
) -> None:
    books.enter(ADMIN)
    page = (await books.get(PAGE)).text
    assert "Nothing was settled yet." in page
    assert (await books.post(f"{PAGE}/settlements", merchant_id=delivered.merchant_id)).status_code == 303
    again = await books.post(f"{PAGE}/settlements", merchant_id=delivered.merchant_id)
    assert again.status_code == 409
    assert texts(again.text, "notice")
    [row] = texts(again.text, "settlement")
    assert "1 order," in row
    assert "KSh 352 To be paid out" in row
    settlement = await scalar(database, "SELECT id FROM settlements")
    assert (await books.post(f"{PAGE}/settlements/{settlement}/paid", code="BANK-1")).status_code == 403

    books.enter(OWNER)
    for _ in "ab":
        assert (await books.post(f"{PAGE}/settlements/{settlement}/paid", code=" BANK-1 ")).status_code == 303
    [row] = texts((await books.get(PAGE)).text, "settlement")
    assert row.endswith("Paid out under BANK-1")


async def test_the_trial_balance_is_level(books: Desk, delivered: OrderView) -> None:
    """Each account in words, and the sums of all of them."""
    books.enter(ADMIN)
    page = (await books.get(PAGE)).text
    assert texts(page, "account") == [
        "Held for us: M-Pesa KSh 352 KSh 0 KSh 352",
        "Customers' money of orders that are not settled KSh 0 KSh 352 KSh -352",
    ]
    assert texts(page, "sum") == ["All accounts KSh 352 KSh 352 KSh 0"]


async def test_a_statement_is_taken_in_and_told_of(books: Desk, database: Database, delivered: OrderView) -> None:
    books.enter(ADMIN)
    for _ in "ab":
        files = {"file": ("statement.csv", LINES.encode())}
        answer = await books.api.client.post(f"/console{PAGE}/statements", files=files)
        assert answer.status_code == 200
        assert "1 line, 1 orphan." in answer.text
    assert await scalar(database, "SELECT count(*) FROM receipts WHERE code = 'UKM5A7B9C1'") == 1


async def test_what_is_no_statement_is_refused_in_words(books: Desk, delivered: OrderView) -> None:
    books.enter(ADMIN)
    answer = await books.api.client.post(f"/console{PAGE}/statements", files={"file": ("cat.png", b"\x89PNG")})
    assert answer.status_code == 422
    assert texts(answer.text, "notice")


async def test_a_merchants_owner_sees_and_pays_their_own_alone(
    books: Desk, database: Database, delivered: OrderView
) -> None:
    """Others' settlements are as if they were not there, and the paybill's statement is the platform's."""
    books.enter(ADMIN)
    await books.post(f"{PAGE}/settlements", merchant_id=delivered.merchant_id)
    settlement = await scalar(database, "SELECT id FROM settlements")
    books.enter(person("owner:S-4", Role.OWNER, merchant_id="M-2"))
    page = (await books.get(PAGE)).text
    assert texts(page, "settlement") == []
    assert "Take a statement in" not in page
    assert (await books.post(f"{PAGE}/settlements/{settlement}/paid", code="BANK-1")).status_code == 409
    assert (await books.post(f"{PAGE}/settlements", merchant_id=delivered.merchant_id)).status_code == 409
    files = {"file": ("statement.csv", LINES.encode())}
    assert (await books.api.client.post(f"/console{PAGE}/statements", files=files)).status_code == 404
    assert await scalar(database, "SELECT state FROM settlements") == "due"


async def test_who_may_not_handle_money_does_not_see_the_books(books: Desk) -> None:
    books.enter(person("agent:S-1", Role.AGENT))
    assert (await books.get(PAGE)).status_code == 403
