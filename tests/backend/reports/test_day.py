"""The report of a day: what it counts, that each figure opens its orders, and that it equals the ledger."""

from collections.abc import AsyncIterator, Iterable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.events import OrderState
from backend.payments.ports import Evidence, Feed
from backend.payments.service.settlements import SettlementsService
from backend.platform.auth.principal import Role
from backend.platform.clock import SystemClock
from backend.reports.figures import COMPARED
from backend.reports.periods import PeriodKind
from backend.reports.ports import Figure, Report
from backend.reports.router import router
from backend.reports.service.periods import ReportsService
from tests.backend.reports.conftest import Days
from tests.support.app import Api, serving
from tests.support.clock import FixedClock
from tests.support.factories.orders import ADMIN, orders_service
from tests.support.factories.payments import receipts_service, refunds_service
from tests.support.factories.reports import open_trade, reports_service
from tests.support.factories.vendors import make_merchant, vendors_service

OWNER = {"cities": ["Nairobi"], "merchant_id": "M-1"}


@pytest.fixture
async def api(session: AsyncSession, clock: FixedClock) -> AsyncIterator[Api]:
    async with serving(session, clock, router, services={ReportsService: reports_service()}) as opened:
        yield opened


def told(figures: Iterable[Figure]) -> dict[str, tuple[int, int | None]]:
    """What is not nothing."""
    return {one.key: (one.orders, one.minor) for one in figures if one.orders}


async def test_a_day_says_what_happened_on_it(days: Days) -> None:
    """Money that came after midnight, and the return of the next day, are not this day's."""
    report = await days.trade.report(0)
    assert told(report.figures) == {
        "placed": (6, 211_200),
        "state.pending": (2, 70_400),
        "state.partial": (1, 35_200),
        "state.delivered": (2, 70_400),
        "state.cancelled": (1, 35_200),
        "delivered": (2, 70_400),
        "cancelled": (1, 35_200),
        "revenue": (2, 70_400),
        "collected": (3, 80_400),
        "collected.mpesa": (2, 45_200),
        "collected.cash": (1, 35_200),
        "outstanding": (3, 95_600),
        "outstanding.before": (3, 95_600),
        "kept.answer": (1, None),
        "kept.ready": (2, None),
        "kept.pickup": (2, None),
        "kept.delivery": (2, None),
        "broken.answer": (1, None),
        "cards.opened": (1, None),
        "cards.closed": (1, None),
    }
    assert [(why.figure, why.reason, why.orders, why.minor) for why in report.reasons] == [
        ("broken.answer", "V-M-1", 1, None),
        ("cancelled", "unpaid", 1, 35_200),
        ("outstanding", "not_asked", 2, 70_400),
        ("outstanding", "part_paid", 1, 25_200),
    ]
    assert report.complete


async def test_the_next_day_has_the_late_money_the_refunds_and_what_came_back(days: Days) -> None:
    report = await days.trade.report(1)
    figures = told(report.figures)
    assert figures["collected"] == (3, 110_400)
    assert figures["late"] == (2, 70_400), "for orders of the day before"
    assert figures["collected.upi"] == (1, 40_000)
    assert figures["revenue"] == (1, -35_200)
    assert figures["returned"] == (1, 35_200)
    assert figures["refunds.due"] == figures["refunds.owed"] == (2, 40_000)
    assert figures["outstanding"] == (2, 60_400)
    assert figures["cards.open"] == (1, None)
    assert {why.reason: why.minor for why in report.reasons if why.figure == "refunds.due"} == {
        "paid_after_close": 35_200,
        "paid_too_much": 4_800,
    }


async def test_a_report_made_later_says_the_same(days: Days) -> None:
    before = await days.trade.report(0)
    await days.trade.at(3, 12)
    await days.trade.pay((await _orders(days, "unpaid"))[0])
    await days.trade.bring((await _orders(days, "late"))[0], OrderState.DELIVERED)
    again = await days.trade.report(0)
    assert (told(again.figures), again.vendors, again.riders) == (told(before.figures), before.vendors, before.riders)


async def test_over_http_a_day_told_again_says_the_same_and_the_next_has_what_came_late(api: Api, days: Days) -> None:
    """Asked for again after more money has come, a day's figures are the same; what was late is in the next day's."""
    headers = api.token("owner:O-1", Role.OWNER, **OWNER)

    async def figures(number: int) -> dict[str, tuple[int, int | None]]:
        answer = await api.client.get(f"/api/v1/reports/M-1/day/{days.trade.day(number)}", headers=headers)
        return {one["key"]: (one["orders"], one["amount_minor"]) for one in answer.json()["figures"]}

    first, second = await figures(0), await figures(1)
    await days.trade.at(3, 12)
    await days.trade.pay((await _orders(days, "unpaid"))[0])
    assert (await figures(0), await figures(1)) == (first, second)
    assert (first["collected"], second["late"]) == ((3, 80_400), (2, 70_400))


async def _orders(days: Days, *names: str) -> list[Any]:
    return [await orders_service().get(days.trade.session, days.ids[name]) for name in names]


async def test_vendors_and_riders_are_told_of_their_own(days: Days) -> None:
    report = await days.trade.report(0)
    [vendor], [rider] = report.vendors, report.riders
    assert (vendor.id, vendor.name) == ("V-M-1", "Njeri, Kilimani")
    assert told(vendor.figures)["broken.answer"] == (1, None)
    assert told(rider.figures) == {"delivered": (2, 70_400), "collected.cash": (1, 35_200)}


def every_figure(body: dict[str, Any]) -> Iterable[dict[str, Any]]:
    yield from body["figures"]
    yield from (one["before"] for one in body["figures"] if one["before"])
    yield from body["reasons"]
    for partner in (*body["vendors"], *body["riders"]):
        yield from partner["figures"]


@pytest.mark.parametrize("kind", ["day", "week", "month"])
async def test_each_figure_opens_exactly_its_orders(api: Api, days: Days, kind: str) -> None:
    """As many orders as it says, and their money adds up to it."""
    headers = api.token("owner:O-1", Role.OWNER, **OWNER)
    body = (await api.client.get(f"/api/v1/reports/M-1/{kind}/{days.trade.day(1)}", headers=headers)).json()
    figures = list(every_figure(body))
    assert len([one for one in figures if one["orders"]]) > 20
    for figure in figures:
        page = (await api.client.get(figure["orders_url"], headers=headers)).json()
        listed = {one["order_id"] for one in page["items"]}
        assert (page["total"], len(listed)) == (figure["orders"], figure["orders"]), figure
        if figure["amount_minor"] is not None:
            assert sum(one["counted_minor"] for one in page["items"]) == figure["amount_minor"], figure


async def test_the_orders_of_a_figure_are_those_it_means(api: Api, days: Days) -> None:
    headers = api.token("owner:O-1", Role.OWNER, **OWNER)
    url = f"/api/v1/reports/M-1/day/{days.trade.day(1)}/orders"
    page = (await api.client.get(url, params={"figure": "late"}, headers=headers)).json()
    assert {one["order_id"] for one in page["items"]} == days.of("late", "off")
    page = (
        await api.client.get(url, params={"figure": "refunds.due", "reason": "paid_too_much"}, headers=headers)
    ).json()
    assert [(one["order_id"], one["counted_minor"], one["reason"]) for one in page["items"]] == [
        (days.ids["upi"], 4_800, "paid_too_much")
    ]


async def come_in(days: Days, code: str, minor: int, reference: str = "") -> str:
    """Money by hand that is not sure, or nobody's; return its receipt's id."""
    told = Evidence(Feed.CONFIRMATION, "mpesa", code, minor, "KES", reference=reference)
    receipt = await receipts_service(SystemClock()).take(days.trade.session, told)
    assert receipt.order_id is None
    return receipt.id


async def test_payments_without_an_order_at_the_days_end_are_told_with_why(api: Api, days: Days) -> None:
    """One fits nobody, one has a slip in its account; what finds its order later was open then all the same."""
    session = days.trade.session
    await days.trade.at(3, 12)
    await come_in(days, "UKM5A7B9C1", 777)
    likely = await come_in(days, "UKM5A7B9C2", 20_000, days.ids["unpaid"][:-1])
    await days.trade.at(4, 12)
    await receipts_service(SystemClock()).accept(session, likely, days.ids["unpaid"], ADMIN)
    report = await days.trade.report(3)
    assert told(report.figures)["orphans"] == (2, 20_777)
    assert {(why.reason, why.orders, why.minor) for why in report.reasons if why.figure == "orphans"} == {
        ("orphan", 1, 777),
        ("suggested", 1, 20_000),
    }
    assert told((await days.trade.report(4)).figures)["orphans"] == (1, 777)
    headers = api.token("owner:O-1", Role.OWNER, **OWNER)
    url = f"/api/v1/reports/M-1/day/{days.trade.day(3)}/orders?figure=orphans"
    page = (await api.client.get(url, headers=headers)).json()
    assert {(one["order_id"], one["counted_minor"], one["vendor_id"]) for one in page["items"]} == {
        ("UKM5A7B9C1", 777, None),
        ("UKM5A7B9C2", 20_000, None),
    }


async def test_money_that_fits_nobody_is_no_single_shops_among_several(days: Days) -> None:
    session = days.trade.session
    await days.trade.at(3, 12)
    await come_in(days, "UKM5A7B9C1", 777)
    await make_merchant(session, "M-9")
    assert "orphans" not in told((await days.trade.report(3)).figures)


@pytest.mark.parametrize("kind", list(PeriodKind))
async def test_each_main_figure_stands_beside_that_of_the_time_before(days: Days, kind: PeriodKind) -> None:
    """It is the figure that the report of that time says."""
    session, merchant = days.trade.session, await vendors_service().merchant(days.trade.session, "M-1")
    report = await reports_service().report(session, merchant, kind, days.trade.day(1))
    assert report.before_first is not None
    before = await reports_service().report(session, merchant, kind, report.before_first)
    assert before.last + timedelta(days=1) == report.first
    assert list(report.before) == [one for one in before.figures if one.key in COMPARED]
    if kind is PeriodKind.DAY:
        assert told(report.before)["revenue"] == (2, 70_400)


LEDGER = """
SELECT coalesce(sum(l.credit_minor - l.debit_minor), 0)::bigint FROM ledger_entries l JOIN orders o ON o.id = l.order_id
WHERE o.merchant_id = :merchant AND l.account IN
    ('customer_funds', 'refunds_payable', 'refunds_declined', 'merchant_payable', 'fees_earned')
    AND (l.created_at AT TIME ZONE :zone)::date BETWEEN :first AND :last
"""


async def ledger_minor(session: AsyncSession, report: Report) -> int:
    """What the ledger's accounts have grown by, asked in another way than the report does."""
    given = {"merchant": report.merchant_id, "zone": report.zone, "first": report.first, "last": report.last}
    return int((await session.execute(text(LEDGER), given)).scalar_one())


async def test_collected_less_paid_back_is_what_the_ledger_has_grown_by(days: Days) -> None:
    for day in (0, 1, 2):
        report = await days.trade.report(day)
        collected, paid_back = report.figure("collected").minor or 0, report.figure("refunds.paid").minor or 0
        assert collected - paid_back == await ledger_minor(days.trade.session, report)
        rails = [report.figure(f"collected.{rail}").minor or 0 for rail in ("mpesa", "upi", "cash")]
        assert sum(rails) == collected


async def test_reports_are_for_the_merchants_own_people_and_its_city(api: Api, days: Days) -> None:
    url = f"/api/v1/reports/M-1/day/{days.trade.day(0)}"
    cases = (
        (api.token("owner:O-2", Role.OWNER, merchant_id="M-2"), 404),
        (api.token("admin:A-2", Role.ADMIN, cities=["Nashik"]), 404),
        (api.token("vendor:V-M-1", Role.VENDOR), 403),
        ({}, 401),
        (api.token("admin:A-1", Role.ADMIN, cities=["nairobi"]), 200),
    )
    for headers, status in cases:
        for path in (url, f"{url}/orders?figure=placed"):
            answer = await api.client.get(path, headers=headers)
            assert (answer.status_code, "trace_id" in answer.json()) == (status, status != 200)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/day/{ahead}", "reports.not_begun"),
        ("/day/{day}/orders?figure=profit", "reports.unknown_figure"),
        ("/year/{day}", "422_UNPROCESSABLE_ENTITY"),
    ],
)
async def test_what_can_not_be_reported_is_refused_with_a_code(api: Api, days: Days, path: str, code: str) -> None:
    headers = api.token("owner:O-1", Role.OWNER, **OWNER)
    given = path.format(day=days.trade.day(0), ahead=days.trade.day(9))
    answer = await api.client.get(f"/api/v1/reports/M-1{given}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize(
    ("form", "media_type", "begins"),
    [
        ("csv", "text/csv", b"\xef\xbb\xbfpart,"),
        ("xlsx", "application/vnd.openxml", b"PK"),
        ("pdf", "application/pdf", b"%PDF"),
        ("txt", "text/plain", b"*Mama Njeri Grocers: Ripoti ya siku*"),
    ],
)
async def test_a_report_can_be_had_as_a_file(api: Api, days: Days, form: str, media_type: str, begins: bytes) -> None:
    """In the merchant's language, where no other is asked for."""
    headers = api.token("owner:O-1", Role.OWNER, **OWNER)
    url = f"/api/v1/reports/M-1/day/{days.trade.day(0)}/file"
    answer = await api.client.get(url, params={"form": form}, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith(media_type)
    assert answer.headers["content-disposition"] == f'attachment; filename="M-1-day-{days.trade.day(0)}.{form}"'
    assert answer.content.startswith(begins)
    refused = await api.client.get(url, params={"form": "exe"}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (422, "422_UNPROCESSABLE_ENTITY")


async def test_money_that_was_taken_back_is_owed_again(session: AsyncSession) -> None:
    """On the day on which the provider took it, and on every day after, though nothing else happens to the order."""
    trade = await open_trade(session)
    await trade.at(0, 10)
    receipt = await trade.pay(await trade.order())
    await trade.at(1, 10)
    await trade.take_back(receipt)
    await trade.at(3, 10)
    for day, collected, outstanding in ((0, 35_200, 0), (1, -35_200, 35_200), (2, 0, 35_200)):
        report = await trade.report(day)
        assert report.figure("collected").minor == collected
        assert report.figure("outstanding").minor == outstanding


@pytest.mark.parametrize("pays_back", [False, True])
async def test_too_much_that_goes_back_with_its_payment_is_told(session: AsyncSession, *, pays_back: bool) -> None:
    """The surplus was declined, or paid back before: all that the provider took is less on that day."""
    trade = await open_trade(session)
    await trade.at(0, 10)
    receipt = await trade.pay(await trade.order(), 40_000)
    refunds = refunds_service(FixedClock())
    refund_id = str(await session.scalar(text("SELECT id FROM refunds")))
    await refunds.decide(session, refund_id, approve=pays_back, note="", actor=ADMIN, is_owner=True)
    if pays_back:
        await refunds.pay(session, refund_id, "UKM5A7B9CZ", ADMIN)
    await trade.at(1, 10)
    await trade.take_back(receipt)
    await trade.at(2, 10)
    first, second = await trade.report(0), await trade.report(1)
    assert (first.figure("collected").minor, first.figure("refunds.paid").minor) == (40_000, 4_800 * pays_back)
    assert (second.figure("collected").minor, second.figure("refunds.paid").minor) == (-40_000, 0)


async def test_what_is_settled_with_the_merchant_stays_paid(session: AsyncSession) -> None:
    """The settlement moves the order's money on in the ledger; the customer owes nothing for it."""
    trade = await open_trade(session)
    await trade.at(0, 10)
    order = await trade.order()
    await trade.pay(order)
    await trade.bring(order, OrderState.DELIVERED)
    now = (await session.execute(text("SELECT duka_now()"))).scalar_one()
    await SettlementsService(orders_service()).settle(session, "M-1", "KES", now, ADMIN)
    report = await trade.report(0)
    assert (report.figure("collected").minor, report.figure("outstanding").minor) == (35_200, 0)
    assert await ledger_minor(session, report) == 35_200
