"""The console in real browsers: what one person does, or time does, shows on another's screen."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, expect
from sqlalchemy import text

from backend.app import create_app
from backend.bootstrap import Built, build
from backend.comms.service.cards import CardsService
from backend.orders.commands import AcceptOrder, ApproveCod, ConfirmPayment, PaymentMethod, PaymentMode
from backend.orders.events import OrderState
from backend.platform.actors import Actor
from backend.platform.auth.principal import Principal, Role
from backend.platform.auth.sessions import COOKIE, ConsoleSessions
from backend.platform.auth.staff import save_staff
from backend.platform.clock import SystemClock
from backend.platform.db.embedded import free_port
from backend.platform.db.session import Database
from backend.platform.settings import PlatformSettings
from backend.platform.timers import TimerKind
from tests.support.clock import FixedClock
from tests.support.factories.console import busy_shop, climb, make_thread, person, say
from tests.support.factories.dispatch import make_rider
from tests.support.factories.orders import ADMIN, RIDER_ID, advance, give, make_order, make_shop
from tests.support.factories.payments import cash_service

pytestmark = pytest.mark.browser

SCREEN: Any = {"width": 1440, "height": 900}
PASSWORD = "a long pass phrase"
_PAYMENT = """
INSERT INTO receipts (id, provider, code, amount_minor, currency, evidence, state)
VALUES ('RC-1', 'mpesa', 'UKM5A7B9CD', :minor, 'KES', 'confirmation', 'orphan')
"""


@dataclass
class House:
    """The application on a port, over a database of the test; it can go away and come back."""

    database: Database
    url_of_database: str
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Built]:
        settings = PlatformSettings(database_url=self.url_of_database, redis_url=None)
        built = build(settings, application="browser-test")
        config = uvicorn.Config(
            create_app(built), port=self.port, log_config=None, log_level="critical", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 - uvicorn offers no event
            await asyncio.sleep(0.01)
        try:
            yield built
        finally:
            server.should_exit = True
            await task

    async def let_in(self, context: BrowserContext, who: Principal) -> Page:
        """Return a page of somebody who has logged in."""
        cookie: Any = {"name": COOKIE, "value": ConsoleSessions(PlatformSettings()).seal(who), "url": self.url}
        await context.add_cookies([cookie])
        return await context.new_page()


@pytest.fixture
async def house(database: Database, fresh_database_url: str) -> AsyncIterator[House]:
    """The application, running."""
    built = House(database, fresh_database_url)
    async with built.open():
        yield built


async def live(page: Page) -> None:
    await expect(page.get_by_role("status")).to_have_text("live")


@pytest.fixture
async def two(browser: Browser, house: House, context: BrowserContext) -> AsyncIterator[tuple[Page, Page]]:
    """The pages of two people, each in a browser of their own."""
    first = await house.let_in(context, person("agent:S-1", name="Asha"))
    other = await browser.new_context(viewport=SCREEN)
    second = await house.let_in(other, person("agent:S-2", name="Juma"))
    yield first, second
    await other.close()


async def log_in(page: Page, login: str, password: str) -> None:
    await page.get_by_label("Log-in").fill(login)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Log in").click()


def column(page: Page, title: str) -> Any:
    return page.get_by_role("region", name=title)


async def test_somebody_logs_in_is_led_back_and_out(page: Page, house: House) -> None:
    async with house.database.transaction() as session:
        await save_staff(
            session, "S-1", login="asha", name="Asha", password=PASSWORD, roles=[Role.AGENT], cities=["Nairobi"]
        )
    await page.goto(f"{house.url}/console/inbox")
    await log_in(page, "asha", "wrong")
    await expect(page.get_by_role("alert")).to_contain_text("don't match")
    await log_in(page, "asha", PASSWORD)
    await expect(page).to_have_url(f"{house.url}/console/inbox")
    await live(page)
    await page.get_by_role("button", name="Log out").click()
    await expect(page.get_by_role("button", name="Log in")).to_be_visible()


async def test_an_order_appears_and_moves_on_every_board_without_reloading(
    two: tuple[Page, Page], house: House
) -> None:
    for page in two:
        await page.goto(f"{house.url}/console/orders")
        await live(page)
        await page.evaluate("window.sameDocument = true")
    async with house.database.transaction() as session:
        order = await make_order(session)
    for page in two:
        await expect(column(page, "Waiting for payment").get_by_text(order.id)).to_be_visible(timeout=2000)
    async with house.database.transaction() as session:
        order = await give(session, order, Actor.parse("payments:test"), ConfirmPayment(order.amount_minor))
        await give(session, order, Actor.parse("vendor:V-1"), AcceptOrder(20))
    for page in two:
        await expect(column(page, "Preparing").get_by_text(order.id)).to_be_visible(timeout=2000)
        await expect(column(page, "Waiting for payment").get_by_text(order.id)).to_be_hidden()
        await expect(page.locator(f"#card-{order.id}")).to_have_count(1)
        assert await page.evaluate("window.sameDocument")


async def test_a_hidden_tab_is_told_too(page: Page, house: House, context: BrowserContext) -> None:
    page = await house.let_in(context, person())
    hide = "Object.defineProperty(document, '{0}', {{get: () => {1}}})"
    await page.add_init_script(hide.format("hidden", "true") + ";" + hide.format("visibilityState", "'hidden'"))
    await page.goto(f"{house.url}/console/orders")
    await live(page)
    async with house.database.transaction() as session:
        order = await make_order(session)
    await expect(page.locator(f"#card-{order.id}")).to_be_visible(timeout=2000)


async def test_clocks_count_by_themselves_and_follow_a_new_step(house: House, context: BrowserContext) -> None:
    """The time to the next step is the shop's: the page's own clock may be wrong by years."""
    async with house.database.transaction() as session:
        order = await make_order(session, OrderState.CONFIRMED)
        await climb(session, order, TimerKind.VENDOR_ACCEPT, step=1, in_s=130)
    page = await house.let_in(context, person())
    await page.clock.install(time="2031-01-01T00:00:00Z")
    await page.goto(f"{house.url}/console/orders")
    clock = page.locator(f"#card-{order.id} sla-clock")
    await expect(clock).to_have_text(re.compile(r"in 2:(10|0\d)"))
    await page.clock.fast_forward(75_000)
    await expect(clock).to_have_text(re.compile(r"in 0:5\d"))
    await expect(clock).to_have_attribute("data-level", "soon")
    await page.clock.fast_forward(60_000)
    await expect(clock).to_have_text("now")
    await expect(clock).to_have_attribute("data-level", "late")


async def test_an_exception_taken_by_one_is_seen_by_the_other(two: tuple[Page, Page], house: House) -> None:
    asha, juma = two
    async with house.database.transaction() as session:
        order = await make_order(session, OrderState.CONFIRMED)
        await CardsService(FixedClock()).open(session, "vendor_silent", order.id, order_id=order.id, city="Nairobi")
    for page in two:
        await page.goto(f"{house.url}/console/orders")
        await live(page)
    await asha.get_by_role("button", name="Take it on").click()
    await expect(asha.get_by_text("With you")).to_be_visible()
    await expect(juma.get_by_text("With A colleague")).to_be_visible()
    await asha.get_by_placeholder("What was done?").fill("Rang the shop")
    await asha.get_by_role("button", name="Done").click()
    for page in two:
        await expect(page.get_by_role("heading", name="Needs a person")).to_be_hidden()


async def test_two_agents_answer_one_customer_once(two: tuple[Page, Page], house: House) -> None:
    """What the slower one has typed stays, with the reason; nothing goes out twice."""
    async with house.database.transaction() as session:
        await make_shop(session)
        thread = await make_thread(session, words=[("customer", "Habari, mko wazi?")])
    asha, juma = two
    for page in two:
        await page.goto(f"{house.url}/console/inbox/{thread.id}")
        await live(page)
    await juma.get_by_label("Reply").fill("Ndiyo, tuko wazi!")
    await asha.get_by_label("Reply").fill("Karibu sana")
    await asha.get_by_label("Reply").press("Enter")
    await expect(asha.get_by_role("log")).to_contain_text("Karibu sana")
    await expect(juma.get_by_role("log")).to_contain_text("Karibu sana")
    await expect(juma.get_by_text("Somebody else has acted here while you were writing.")).to_be_visible()
    await juma.get_by_role("button", name="Send").click()
    await expect(juma.get_by_text("Somebody else has answered or taken this conversation.")).to_be_visible()
    await expect(juma.get_by_label("Reply")).to_have_value("Ndiyo, tuko wazi!")
    async with house.database.transaction() as session:
        said = (await session.scalars(text("SELECT author FROM messages WHERE direction = 'out'"))).all()
    assert said == ["agent:S-1"]
    await juma.get_by_role("button", name="Send").click()
    await expect(asha.get_by_role("log")).to_contain_text("Ndiyo, tuko wazi!")


async def test_a_message_that_comes_in_is_shown_and_what_is_being_typed_stays(
    house: House, context: BrowserContext
) -> None:
    async with house.database.transaction() as session:
        await make_shop(session)
        thread = await make_thread(session, words=[("customer", f"neno {number}") for number in range(30)])
    page = await house.let_in(context, person())
    await page.goto(f"{house.url}/console/inbox/{thread.id}")
    await live(page)
    await page.get_by_label("Reply").fill("Nakuja na")
    async with house.database.transaction() as session:
        await say(session, await session.merge(thread), "customer", "सुनिए, दो प्लेट पोहा")
    newest = page.get_by_role("log").get_by_text("सुनिए, दो प्लेट पोहा")
    await expect(newest).to_be_in_viewport()
    await expect(page.get_by_role("link", name="सुनिए, दो प्लेट पोहा")).to_be_visible()
    await expect(page.get_by_label("Reply")).to_have_value("Nakuja na")
    await expect(page.get_by_text("Somebody else has acted here")).to_be_hidden()


async def test_a_rider_is_offered_by_keyboard(house: House, context: BrowserContext) -> None:
    async with house.database.transaction() as session:
        order = await make_order(session, OrderState.HANDOVER)
        await make_rider(session, FixedClock())
    page = await house.let_in(context, person())
    await page.goto(f"{house.url}/console/orders")
    await page.locator(f"#card-{order.id}").focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Offer to Rider R-1").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("cell", name="Offered to a rider")).to_be_visible()
    await expect(page.get_by_role("button", name="Offer to Rider R-1")).to_be_hidden()


async def test_money_is_split_and_taken_away_by_keyboard(house: House, context: BrowserContext) -> None:
    """What is being typed stays while the page refreshes itself; every step is a key."""
    async with house.database.transaction() as session:
        order = await make_order(session)
        await session.execute(text(_PAYMENT), {"minor": 50000})
    page = await house.let_in(context, person("admin:S-1", Role.ADMIN))
    await page.goto(f"{house.url}/console/money")
    await live(page)
    await page.get_by_text("Split it over several orders").focus()
    await page.keyboard.press("Enter")
    await page.get_by_label("Order of part 1").focus()
    await page.keyboard.type(order.id.lower())
    async with house.database.transaction() as session:
        other = await make_order(session, shop=False, user_id=order.user_id)
    await expect(page.locator(f"#owed-{other.id}")).to_be_visible()
    await expect(page.get_by_label("Order of part 1")).to_have_value(order.id.lower())
    await page.keyboard.press("Tab")
    await page.keyboard.type("352")
    await page.get_by_label("Why").first.focus()
    await page.keyboard.type("paid for two")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("article", name="UKM5A7B9CD/2")).to_contain_text("KSh 148")
    await page.get_by_text("It was not for this order").focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.keyboard.type("it was hers")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("article", name="UKM5A7B9CD/3")).to_contain_text("KSh 352")
    await expect(page.locator(f"#owed-{order.id}")).to_contain_text("confirmed, and not paid")


async def test_a_cards_step_leads_to_a_riders_cash_which_is_counted_by_keyboard(
    house: House, context: BrowserContext
) -> None:
    """From the board to the rider's page, the sum typed and sent with Enter; the page says what was too little."""
    async with house.database.transaction() as session:
        await make_rider(session, SystemClock(), RIDER_ID)
        order = await make_order(session, payment_mode=PaymentMode.COD, payment_method=PaymentMethod.COD)
        await advance(session, await give(session, order, ADMIN, ApproveCod()), OrderState.OUT_FOR_DELIVERY)
        await cash_service(SystemClock()).collect(session, order.id, 35_200, RIDER_ID)
        await CardsService(SystemClock()).open(session, "payment_cash_carried", f"cash:{RIDER_ID}:KES")
    page = await house.let_in(context, person("agent:S-1"))
    await page.goto(f"{house.url}/console/orders")
    await page.get_by_role("link", name="Count what was handed in").press("Enter")
    await page.get_by_label("Counted").fill("300")
    await page.keyboard.press("Enter")
    await expect(page.locator(".count-row").first).to_contain_text("KSh 52 too little")
    await expect(page.get_by_role("heading", name="To be handed in")).to_contain_text("KSh 52")
    assert await faults(page) == []


async def test_the_light_tells_of_a_restart_and_nothing_is_missed(
    database: Database, fresh_database_url: str, context: BrowserContext
) -> None:
    house = House(database, fresh_database_url)
    async with house.open():
        page = await house.let_in(context, person())
        await page.goto(f"{house.url}/console/orders")
        await live(page)
        await page.evaluate("window.sameDocument = true")
    await expect(page.get_by_role("status")).to_have_text("reconnecting")
    async with database.transaction() as session:
        order = await make_order(session)
    async with house.open():
        await expect(page.get_by_role("status")).to_have_text("live", timeout=10_000)
        await expect(page.locator(f"#card-{order.id}")).to_be_visible()
        assert await page.evaluate("window.sameDocument")


async def test_when_the_log_in_ends_the_page_leads_to_a_new_one(house: House, context: BrowserContext) -> None:
    page = await house.let_in(context, person())
    await page.goto(f"{house.url}/console/orders")
    await live(page)
    await context.clear_cookies()
    async with house.database.transaction() as session:
        await make_order(session)
    await expect(page.get_by_role("button", name="Log in")).to_be_visible()
    assert page.url == f"{house.url}/console/login?next=%2Fconsole%2Forders"


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_accessibility_faults_on_any_page(browser: Browser, house: House, scheme: Any) -> None:
    async with house.database.transaction() as session:
        ids = await busy_shop(session, FixedClock())
    context = await browser.new_context(color_scheme=scheme, reduced_motion="reduce", viewport=SCREEN)
    page = await context.new_page()
    await page.goto(f"{house.url}/console/login")
    assert await faults(page) == []
    page = await house.let_in(context, person())
    for path in (
        "orders",
        f"orders/{ids['Otieno']}",
        f"orders/{ids['Kiptoo']}",
        "orders/ORD-NONE",
        "inbox",
        f"inbox/{ids['swahili']}",
        f"inbox/{ids['hindi']}",
    ):
        await page.goto(f"{house.url}/console/{path}")
        assert await faults(page) == [], path
    async with house.database.transaction() as session:
        await session.execute(text(_PAYMENT), {"minor": 50000})
    page = await house.let_in(context, person("admin:S-1", Role.ADMIN))
    await page.goto(f"{house.url}/console/money")
    await page.get_by_text("Split it over several orders").click()
    assert await faults(page) == []
    await page.goto(f"{house.url}/console/money/books")
    assert await faults(page) == []
    await context.close()


async def faults(page: Page) -> list[tuple[str, str]]:
    """What axe finds, of any weight."""
    found = await Axe().run(page)
    return [(fault["id"], fault["nodes"][0]["html"][:160]) for fault in found.response["violations"]]


async def test_on_a_small_screen_nothing_sticks_out(browser: Browser, house: House) -> None:
    async with house.database.transaction() as session:
        ids = await busy_shop(session, FixedClock())
    context = await browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    page = await house.let_in(context, person())
    for path in ("orders", f"orders/{ids['Otieno']}", "inbox", f"inbox/{ids['swahili']}"):
        await page.goto(f"{house.url}/console/{path}")
        assert await page.evaluate("document.documentElement.scrollWidth") == 360, path
    await page.goto(f"{house.url}/console/orders/{ids['Otieno']}")
    ends = "rows => rows.map(row => row.lastElementChild.getBoundingClientRect().right)"
    steps = await page.locator(".moment").evaluate_all(ends)
    assert steps
    assert max(steps) <= 360  # How far it has come is read without moving the table.
    page = await house.let_in(context, person("admin:S-1", Role.ADMIN))
    await page.goto(f"{house.url}/console/money/books")
    assert await page.evaluate("document.documentElement.scrollWidth") == 360
    await context.close()


async def test_pages_run_no_script_of_their_own(house: House, context: BrowserContext) -> None:
    """The policy forbids inline code; the browser reports each breach on its console."""
    async with house.database.transaction() as session:
        ids = await busy_shop(session, FixedClock())
    page = await house.let_in(context, person())
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    for path in ("orders", f"orders/{ids['Otieno']}", "inbox", f"inbox/{ids['swahili']}"):
        await page.goto(f"{house.url}/console/{path}")
        await live(page)
    assert complaints == []
