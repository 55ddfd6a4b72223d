"""The end of a day: one report a merchant and day, kept, and sent to those who lead the shop."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from backend.channels.ports import Channel, TemplateNotice
from backend.channels.providers.whatsapp.client import WhatsAppChannel
from backend.channels.providers.whatsapp.settings import WhatsAppSettings
from backend.channels.sealing import unseal
from backend.channels.service import ChannelsService
from backend.cli import app
from backend.comms.service.journal import CommsJournal
from backend.conversations.models import Conversation
from backend.platform.auth.principal import Role
from backend.platform.auth.staff import save_staff
from backend.platform.db.session import Database
from backend.reports.router import router
from backend.reports.service.day_ends import DayEndsService
from backend.reports.service.periods import ReportsService
from backend.reports.settings import ReportsSettings
from backend.reports.tasks import DayEndsLoop
from tests.support.app import Api, serving
from tests.support.clock import FixedClock
from tests.support.factories.customers import make_customer
from tests.support.factories.reports import Trade, open_trade, reports_service
from tests.support.factories.vendors import vendors_service

OWNER_PHONE = "+254711000299"


def day_ends(**settings: int) -> DayEndsService:
    channels = ChannelsService((WhatsAppChannel(WhatsAppSettings()),))
    return DayEndsService(reports_service(), vendors_service(), channels, CommsJournal(), ReportsSettings(**settings))


class Shop:
    """A grocer's committed trade, with the worker's loop over it."""

    def __init__(self, database: Database, trade: Trade) -> None:
        self.database, self.trade = database, trade
        self.loop = DayEndsLoop(database, day_ends())

    async def at(self, day: int, hour: int, minute: int = 0) -> int:
        """Let it be an hour, and the loop look; return how many days it closed."""
        async with self.database.transaction() as session:
            self.trade.session = session
            await self.trade.at(day, hour, minute)
        return await self.loop.step()

    async def sell(self) -> None:
        async with self.database.transaction() as session:
            self.trade.session = session
            await self.trade.pay(await self.trade.order())

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        async with self.database.transaction() as session:
            return [tuple(row) for row in await session.execute(text(query))]

    async def kept(self) -> list[tuple[Any, ...]]:
        return await self.rows("SELECT first, sent_to FROM kept_reports WHERE kind = 'day' ORDER BY first")

    async def sends(self) -> list[Any]:
        found = await self.rows("SELECT payload, idem FROM outbound_send WHERE idem !~ 'week|month' ORDER BY seq")
        return [(unseal(payload), idem) for payload, idem in found]


@pytest.fixture
async def shop(database: Database) -> Shop:
    async with database.transaction() as session:
        trade = await open_trade(session, wa_phone_number_id="100000000000001")
        people = (("S-1", Role.OWNER, OWNER_PHONE), ("S-2", Role.AGENT, "+254711000298"), ("S-3", Role.ADMIN, None))
        for person, role, phone in people:
            account = {"login": person, "name": person, "password": "x" * 12}
            await save_staff(
                session, person, roles=[role], cities=["Nairobi"], merchant_id="M-1", phone=phone, **account
            )
    return Shop(database, trade)


async def test_a_day_is_reported_once_when_it_is_over_and_sent_in_the_morning(shop: Shop) -> None:
    """To the owner, who has a number; not to the agent, nor to the admin who has none."""
    assert await shop.at(0, 12) == 0
    await shop.sell()
    assert await shop.at(1, 0, 4) == 0
    assert await shop.at(1, 0, 6) == 1
    assert [await shop.loop.step() for _ in range(2)] == [0, 0]
    [*_, (last, sent_to)] = await shop.kept()
    assert (last, sent_to) == (shop.trade.day(0), 1)
    [*_, (message, idem)] = await shop.sends()
    assert (message.to, message.template, message.language) == (OWNER_PHONE.lstrip("+"), "Merchant_End_Of_Day", "sw")
    assert message.params[2:] == ("1", "KSh 352", "KSh 0", "0")
    assert idem == f"report:M-1:{shop.trade.day(0)}:S-1"
    [(waits,)] = await shop.rows(
        "SELECT extract(epoch FROM next_at - duka_now()) / 3600 FROM outbound_send ORDER BY seq DESC LIMIT 1"
    )
    assert 6.8 < waits < 6.95, "until seven o'clock"
    [(following,)] = await shop.rows(
        "SELECT meta ->> 'day' FROM sla_timer WHERE state = 'pending' AND type = 'end_of_day'"
    )
    assert following == str(shop.trade.day(1))


async def test_a_day_that_ends_a_week_or_a_month_brings_their_reports(shop: Shop) -> None:
    """Each once, kept and sent like the day's; over five weeks each kind of end comes by."""
    await shop.at(0, 12)
    for day in range(1, 36):
        await shop.at(day, 0, 6)
    made = await shop.rows("SELECT kind, first, sent_to FROM kept_reports WHERE kind <> 'day' ORDER BY kind, first")
    days = [shop.trade.day(number) for number in range(35)]
    ended = [("month", day.replace(day=1)) for day in days if (day + timedelta(days=1)).day == 1]
    ended += [("week", day - timedelta(days=6)) for day in days if day.weekday() == 6]
    assert [(kind, first) for kind, first, _ in made] == sorted(ended)
    assert {sent for _, _, sent in made} == {1}
    told = await shop.rows("SELECT count(*) FROM outbound_send WHERE idem ~ 'week|month'")
    assert told == [(len(ended),)]


async def test_who_wrote_within_the_day_gets_the_whole_report(shop: Shop) -> None:
    await shop.at(0, 12)
    await shop.sell()
    async with shop.database.transaction() as session:
        await _wrote(session)
    await shop.at(1, 0, 6)
    [*_, (message, _)] = await shop.sends()
    assert message.body.startswith("*Mama Njeri Grocers: Ripoti ya siku*")
    assert "Pesa iliyoingia: 1 · KSh 352" in message.body


async def _wrote(session: Any) -> None:
    """The owner writes to the shop's own number, half a day before the report goes out."""
    customer = await make_customer(session, external_id=OWNER_PHONE.lstrip("+"), phone=OWNER_PHONE, name="Owner")
    thread = Conversation(
        id="C-9",
        merchant_id="M-1",
        city="Nairobi",
        country="KE",
        customer_id=customer.id,
        channel="whatsapp",
        account="100000000000001",
        peer=OWNER_PHONE.lstrip("+"),
        language="sw",
        currency="KES",
        session_id="s-9",
        last_inbound_at=(await session.execute(text("SELECT duka_now()"))).scalar_one(),
    )
    session.add(thread)
    await session.flush()


async def test_who_said_stop_is_not_written_to(shop: Shop) -> None:
    await shop.at(0, 12)
    sent = len(await shop.sends())
    async with shop.database.transaction() as session:
        await _wrote(session)
        await session.execute(text("UPDATE customers SET opted_out_at = duka_now() WHERE name = 'Owner'"))
    await shop.at(1, 0, 6)
    assert len(await shop.sends()) == sent
    assert (await shop.kept())[-1] == (shop.trade.day(0), 0)


async def test_a_template_that_is_paused_is_not_sent(shop: Shop) -> None:
    """The report is kept and says that it went to nobody; one who wrote within the day gets it all the same."""
    await shop.at(0, 12)
    sent = len(await shop.sends())
    at = datetime(2026, 11, 28, 9, tzinfo=UTC)
    paused = TemplateNotice(Channel.WHATSAPP, "100000000000001", "Merchant_End_Of_Day", "sw", "PAUSED", "", at)
    async with shop.database.transaction() as session:
        await ChannelsService((WhatsAppChannel(WhatsAppSettings()),)).record_template(session, paused)
    await shop.at(1, 0, 6)
    assert len(await shop.sends()) == sent
    assert (await shop.kept())[-1] == (shop.trade.day(0), 0)
    await shop.at(1, 12)
    async with shop.database.transaction() as session:
        await _wrote(session)
    await shop.at(2, 0, 6)
    assert (await shop.kept())[-1] == (shop.trade.day(1), 1)


async def test_days_missed_in_an_outage_are_all_kept_and_the_last_one_is_sent(shop: Shop) -> None:
    """Nothing runs for three days; then another worker comes up."""
    await shop.at(0, 12)
    sent = len(await shop.sends())
    shop.loop = DayEndsLoop(shop.database, day_ends())
    assert await shop.at(3, 8) == 3
    assert [row for row in await shop.kept() if row[0] >= shop.trade.day(0)] == [
        (shop.trade.day(0), 0),
        (shop.trade.day(1), 0),
        (shop.trade.day(2), 1),
    ]
    assert len(await shop.sends()) == sent + 1


@pytest.mark.concurrency
async def test_two_workers_close_a_day_once(shop: Shop) -> None:
    await shop.at(0, 12)
    sent = len(await shop.sends())
    loops = [DayEndsLoop(shop.database, day_ends()) for _ in range(4)]
    async with shop.database.transaction() as session:
        shop.trade.session = session
        await shop.trade.at(1, 1)
    closed = await asyncio.gather(*(loop.step() for loop in loops))
    assert sum(closed) == 1
    assert len(await shop.sends()) == sent + 1
    assert await shop.rows("SELECT count(*) FROM sla_timer WHERE state = 'pending' AND type = 'end_of_day'") == [(1,)]


@pytest.fixture
async def api(shop: Shop, clock: FixedClock) -> AsyncIterator[Api]:
    services: dict[type[Any], Any] = {ReportsService: reports_service(), DayEndsService: day_ends()}
    async with serving(shop.database, clock, router, services=services) as opened:
        yield opened


async def test_a_kept_report_opens_as_it_was_made(api: Api, shop: Shop) -> None:
    headers = api.token("owner:S-1", Role.OWNER, merchant_id="M-1")
    await shop.at(0, 12)
    await shop.sell()
    await shop.at(1, 0, 6)
    page = (await api.client.get("/api/v1/reports/M-1", headers=headers)).json()
    [newest] = [one for one in page["items"] if one["kind"] == "day"]
    assert (newest["first"], newest["sent_to"]) == (str(shop.trade.day(0)), 1)
    assert page["total"] == len(page["items"])
    made = (await api.client.get(newest["report_url"], headers=headers)).json()
    anew = (await api.client.get(f"/api/v1/reports/M-1/day/{shop.trade.day(0)}", headers=headers)).json()
    assert made.pop("made_at") == newest["made_at"] != anew.pop("made_at")
    assert made == anew
    missing = shop.trade.day(0) - timedelta(days=99)
    answer = await api.client.get(f"/api/v1/reports/M-1/kept/day/{missing}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (404, "reports.not_kept")
    other = api.token("owner:O-2", Role.OWNER, merchant_id="M-2")
    for path in ("/api/v1/reports/M-1", newest["report_url"]):
        assert (await api.client.get(path, headers=other)).status_code == 404


async def test_the_command_line_prints_a_day(
    shop: Shop, fresh_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shop.at(0, 12)
    await shop.sell()
    monkeypatch.setenv("DATABASE_URL", fresh_database_url)
    given = ["report", "--merchant", "M-1", "--day", str(shop.trade.day(0)), "--language", "en"]
    printed = await asyncio.to_thread(CliRunner().invoke, app, given)
    assert printed.exit_code == 0, printed.output
    assert "Collected: 1 · KSh 352" in printed.output
    refused = await asyncio.to_thread(CliRunner().invoke, app, ["report", "--merchant", "M-9"])
    assert refused.exit_code == 1
