"""The page of a ladder in a real browser."""

import pytest
from playwright.async_api import BrowserContext, expect

from backend.orders.events import OrderState
from backend.platform.auth.principal import Role
from tests.browser.test_console import House, faults, house
from tests.support.factories.console import person
from tests.support.factories.orders import make_order

__all__ = ["house"]  # The fixture.
pytestmark = pytest.mark.browser


async def test_a_ladder_is_written_tried_and_saved_by_keyboard(house: House, context: BrowserContext) -> None:
    """A slip is said beside its field; then it is tried out on an order and saved for the city; axe finds nothing."""
    async with house.database.transaction() as session:
        order = await make_order(session, OrderState.CONFIRMED)
    page = await house.let_in(context, person("admin:S-1", Role.ADMIN))
    await page.goto(f"{house.url}/console/ladders")
    assert await faults(page) == []
    await page.get_by_label("City").nth(2).fill("Nairobi")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="A vendor is to accept")).to_be_visible()
    second = page.get_by_role("group", name="Step 2")
    await second.get_by_label("After").fill("soon")
    await page.get_by_label("Order").fill(order.id)
    await page.get_by_role("button", name="Try it out").press("Enter")
    await expect(second.get_by_text("Seconds are a number, such as 120.")).to_be_visible()
    assert await faults(page) == []
    await second.get_by_label("After").fill("90")
    await page.get_by_label("Order").fill(order.id)
    await page.get_by_role("button", name="Try it out").press("Enter")
    await expect(page.get_by_role("table", name="What would happen").get_by_role("row")).to_have_count(5)
    assert await faults(page) == []
    await page.get_by_role("button", name="Save as a new version").press("Enter")
    await expect(page.get_by_text("Saved as version 1.")).to_be_visible()
    await page.set_viewport_size({"width": 360, "height": 740})
    assert await page.evaluate("document.documentElement.scrollWidth") == 360
