"""A customer's voice note on its way from the inbox to an order, in a real browser."""

import pytest
from playwright.async_api import BrowserContext, expect

from backend.conversations import files
from tests.browser.test_console import House, faults, house, live
from tests.support.factories.console import person, say
from tests.support.factories.drafts import make_conversation
from tests.support.factories.orders import make_order

__all__ = ["house"]  # The fixture.
pytestmark = pytest.mark.browser


async def test_a_voice_note_is_kept_while_the_thread_moves_on(house: House, context: BrowserContext) -> None:
    """What is typed survives a message that comes meanwhile; the order's page plays it; axe finds nothing."""
    async with house.database.transaction() as session:
        order = await make_order(session)
        thread = await make_conversation(session, order.user_id)
        voice = await say(session, thread, "customer", "", kind="media", content={"media": [{"type": "audio"}]})
        await files.save(session, voice.id, 0, "audio/ogg", b"voice")
    page = await house.let_in(context, person())
    await page.goto(f"{house.url}/console/inbox/{thread.id}")
    await live(page)
    await page.get_by_text("Keep with an order").click()
    await page.get_by_label("What it says").fill("Ring at the blue door")
    assert await faults(page) == []
    await page.set_viewport_size({"width": 360, "height": 740})
    async with house.database.transaction() as session:
        await say(session, await session.merge(thread), "customer", "Are you there?")
    await expect(page.locator("#messages").get_by_text("Are you there?")).to_be_visible()
    await expect(page.get_by_label("What it says")).to_have_value("Ring at the blue door")
    assert await page.evaluate("document.documentElement.scrollWidth") == 360
    await page.get_by_role("button", name="Keep").click()
    await expect(page.get_by_text("Keep with an order")).to_be_visible()
    await page.goto(f"{house.url}/console/orders/{order.id}")
    await expect(page.get_by_label("Voice note from the customer")).to_be_visible()
    await expect(page.get_by_text("Ring at the blue door")).to_be_visible()
    assert await faults(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") == 360
