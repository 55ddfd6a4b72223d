"""The pages of reports: what a person reads there, what opens from it, and whose it is."""

import re
from html import unescape

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform.auth.principal import Role
from tests.backend.console.conftest import Desk
from tests.backend.console.pages import texts
from tests.support.factories.console import person
from tests.support.factories.reports import Trade, open_trade


@pytest.fixture
async def trade(session: AsyncSession) -> Trade:
    """A grocer's day 0 with two orders, one of them paid."""
    opened = await open_trade(session)
    await opened.at(0, 10)
    await opened.order()
    await opened.pay(await opened.order())
    return opened


async def test_a_report_reads_and_each_of_its_numbers_opens_its_orders(desk: Desk, trade: Trade) -> None:
    desk.enter()
    page = (await desk.get(f"/reports/M-1/day/{trade.day(0)}")).text
    rows = dict(zip(texts(page, "report-label"), texts(page, "report-orders"), strict=False))
    assert (rows["Placed"], rows["Collected"], rows["Delivered"]) == ("2", "1", "0")
    assert texts(page, "report-why") == ["1 order worth KSh 352 is unpaid because no payment was begun."]
    links = {unescape(found) for found in re.findall(r'href="/console(/reports/[^"]*/orders\?[^"]*)"', page)}
    assert len(links) > 5
    for link in links:
        opened = (await desk.get(link)).text
        assert texts(opened, "count") == [str(len(texts(opened, "counted-order")))] != ["0"], link


async def test_a_person_is_led_to_the_merchant_that_is_theirs(desk: Desk, trade: Trade) -> None:
    await open_trade(trade.session, "M-2", country="IN")
    desk.enter(person(cities=["Nairobi"]))
    answer = await desk.get("/reports")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/console/reports/M-1/day/{trade.day(0)}")
    assert (await desk.get(f"/reports/M-2/day/{trade.day(0)}")).status_code == 404
    desk.enter(person())
    page = (await desk.get("/reports")).text
    assert "/console/reports/M-1/week/" in page
    assert "/console/reports/M-2/month/" in page
    desk.enter(person("trainer:T-1", Role.TRAINER))
    assert [(await desk.get(path)).status_code for path in ("/reports", f"/reports/M-1/day/{trade.day(0)}")] == [
        403,
        403,
    ]


async def test_the_form_leads_to_the_report_in_the_language_that_was_chosen(desk: Desk, trade: Trade) -> None:
    desk.enter()
    answer = await desk.get(f"/reports/M-1?kind=week&day={trade.day(0)}&language=hi")
    assert answer.headers["location"] == f"/console/reports/M-1/week/{trade.day(0)}?language=hi"
    page = await desk.get(answer.headers["location"].removeprefix("/console"))
    assert "हफ़्ते का हिसाब" in page.text
    assert 'lang="hi"' in page.text


async def test_a_report_that_lies_ahead_is_refused_in_words(desk: Desk, trade: Trade) -> None:
    desk.enter()
    answer = await desk.get(f"/reports/M-1/day/{trade.day(3)}")
    assert answer.status_code == 422
    assert "That has not begun yet" in answer.text
