"""Why: each sentence says whose most of it was, opens exactly those orders, and stands so in every form."""

import csv
import html
import re
from io import BytesIO, StringIO
from zipfile import ZipFile

import pypdfium2
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.console.pages import rendered
from backend.console.reports import shown
from backend.orders.commands import ApproveCod, CancelOrder, RejectOrder
from backend.orders.events import OrderState
from backend.orders.ports import OrderView
from backend.platform.actors import Actor, ActorKind
from backend.reports.periods import period_of
from backend.reports.ports import Selection
from backend.reports.renderings import FORMS, Form
from backend.reports.telling import Sentence, Told, tell
from backend.reports.words import LANGUAGES
from tests.support.factories.orders import ADMIN
from tests.support.factories.reports import Trade, open_trade, reports_service
from tests.support.factories.vendors import make_vendor, vendors_service

SITE = "https://duka.test"
_FAILED = """
INSERT INTO payment_attempts (id, intent_id, order_id, provider, amount_minor, state, result_reason)
VALUES (:id, :id, :order, 'daraja', 35200, 'failed', :why)"""
_INTENT = """
INSERT INTO payment_intents (id, order_id, merchant_id, method, amount_minor, currency, state)
VALUES (:id, :order, 'M-1', 'mpesa', 35200, 'KES', 'failed')"""
_SHORT = """
INSERT INTO cash_counts (id, rider_id, kind, order_id, currency, expected_minor, counted_minor, moved_minor, counted_by)
VALUES (:order, 'R-1', 'door', :order, 'KES', 35200, 30000, 30000, 'rider:R-1')"""


@pytest.fixture
async def trade(session: AsyncSession) -> Trade:
    """A day on which five orders were declined, four of them by one outlet; payments failed, and cash was short."""
    trade = await open_trade(session)
    await make_vendor(session, "V-2", phone="+254700000209")
    await trade.at(0, 9)
    for vendor in ("V-M-1", "V-M-1", "V-M-1", "V-M-1", "V-2"):
        order = await trade.order(vendor_id=vendor)
        await trade.give(order, ADMIN, ApproveCod())
        await trade.give(order, Actor(ActorKind.VENDOR, vendor), RejectOrder("no stock"))
    silent = await trade.order()
    await trade.give(silent, ADMIN, ApproveCod())
    await trade.card(silent, "vendor_silent")
    await trade.give(silent, ADMIN, CancelOrder("nobody picked the phone up"))
    for place, why in enumerate(("wrong_pin", "wrong_pin", "insufficient_funds")):
        await _fail(trade, await trade.order(), f"A{place}", why)
    door = await trade.order()
    await trade.give(door, ADMIN, ApproveCod())
    await trade.bring(door, OrderState.OUT_FOR_DELIVERY)
    await session.execute(text(_SHORT), {"order": door.id})
    await trade.at(1, 8)
    return trade


async def _fail(trade: Trade, order: OrderView, name: str, why: str) -> None:
    for statement in (_INTENT, _FAILED):
        await trade.session.execute(text(statement), {"id": name, "order": order.id, "why": why})


def of(told: Told, figure: str) -> list[Sentence]:
    return [one for one in told.sentences if one.selection.figure == figure]


async def test_what_was_lost_says_at_which_outlet(trade: Trade) -> None:
    """Declined, or never answered; the second sentence names the outlet of most, and opens its orders alone."""
    told = tell(await trade.report(0), "en")
    declined, theirs, silent = of(told, "cancelled")
    assert declined.text == "5 orders worth KSh 1,760 were called off because the vendor could not take it."
    assert theirs.text == "4 of these 5 orders were at Njeri, Kilimani."
    assert silent.text == "1 order worth KSh 352 was called off because the vendor did not answer."
    assert theirs.selection == Selection("cancelled", "vendor_declined", vendor_id="V-M-1")


async def test_failed_payments_and_short_cash_are_told_apart(trade: Trade) -> None:
    told = tell(await trade.report(0), "en")
    assert [one.text for one in of(told, "failed")] == [
        "2 of 3 payments that failed did so because the PIN was wrong.",
        "1 of 3 payments that failed did so because there was not enough money in the account.",
    ]
    assert [one.text for one in of(told, "short")] == ["KSh 52 too little was taken in cash for 1 order, by 1 rider."]


async def test_each_sentence_opens_exactly_its_orders(trade: Trade) -> None:
    report = await trade.report(0)
    merchant = await vendors_service().merchant(trade.session, "M-1")
    period = period_of(report.kind, report.first, report.zone)
    for sentence in (one for one in tell(report, "en").sentences if "%" not in one.text):
        rows, total = await reports_service().orders(
            trade.session, merchant, period, sentence.selection, limit=100, offset=0
        )
        assert (total, len({row.order_id for row in rows})) == (sentence.figure.orders, total)
        if sentence.figure.minor is not None:
            assert sum(row.counted_minor or 0 for row in rows) == sentence.figure.minor


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_form_has_every_sentence_and_its_link(trade: Trade, language: str) -> None:
    """The page, CSV, XLSX, PDF and WhatsApp text, in the report's languages."""
    told = tell(await trade.report(0), language, SITE)
    wanted = [(one.text, told.link(one.selection)) for one in told.sentences]
    assert len(wanted) >= 6
    page = rendered("_report.html", shown(told))
    links = re.findall(r'class="report-why"><a href="([^"]+)">([^<]+)<', page)
    assert [(html.unescape(words), SITE + html.unescape(link)) for link, words in links] == wanted

    rows = csv.DictReader(StringIO(FORMS[Form.CSV].make(told).decode("utf-8-sig")))
    listed = [(row["figure"], row["orders_url"]) for row in rows if row["part"] == "why"]
    assert listed == [(words, link.replace(f"{SITE}/console", "/api/v1")) for words, link in wanted]

    message = FORMS[Form.TEXT].make(told).decode().split("\n")
    spoken = [(line[2:], message[place + 1]) for place, line in enumerate(message) if line.startswith("• ")]
    assert spoken == wanted
    printed = FORMS[Form.PDF].make(told)
    assert [link for _, link in wanted if link.encode() not in printed] == []
    assert _linked_cells(FORMS[Form.XLSX].make(told)) >= {link for _, link in wanted}


def _linked_cells(book: bytes) -> set[str]:
    """Return the addresses that a workbook's cells lead to."""
    with ZipFile(BytesIO(book)) as parts:
        names = [name for name in parts.namelist() if name.startswith("xl/worksheets/_rels")]
        found = "".join(parts.read(name).decode() for name in names)
    return {html.unescape(link) for link in re.findall(r'Target="([^"]+)"', found)}


async def test_the_print_reads_the_same(trade: Trade) -> None:
    told = tell(await trade.report(0), "en", SITE)
    document = pypdfium2.PdfDocument(FORMS[Form.PDF].make(told))
    printed = " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())
    assert [one.text for one in told.sentences if one.text not in printed] == []
