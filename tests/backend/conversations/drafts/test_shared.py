"""What customers share beside words reaches the order: a place with its point, a cart with its goods."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.ports import OrderView
from tests.support.clock import FixedClock
from tests.support.factories.drafts import Chat, make_chat, responses
from tests.support.factories.orders import orders_service
from tests.support.readings import amount

POINT = {"kind": "location", "lat": -1.2921, "lng": 36.7873, "name": "", "address": ""}
YAYA = {**POINT, "name": "Yaya Centre", "address": "Argwings Kodhek Rd"}
TWO = amount("2", 2)


@pytest.fixture
async def chat(session: AsyncSession, clock: FixedClock) -> Chat:
    return await make_chat(session, clock)


def cart(*goods: tuple[str, float], note: str = "") -> dict[str, Any]:
    lines = [{"sku": sku, "quantity": quantity, "price": "1", "currency": "KES"} for sku, quantity in goods]
    return {"kind": "cart", "lines": lines, "note": note}


async def order_of(chat: Chat) -> OrderView:
    order = await orders_service().latest_for_customer(chat.session, chat.customer_id)
    assert order is not None
    return order


async def flour(chat: Chat) -> None:
    await chat.say("nataka unga 2", "place_order", items=[("unga", 0)], amounts=[TWO], lang="sw")


@pytest.mark.parametrize(
    ("place", "words"), [(YAYA, "Yaya Centre, Argwings Kodhek Rd"), (POINT, "Pin -1.29210, 36.78730")]
)
async def test_a_place_answers_where_to_whatever_its_words_look_like(
    chat: Chat, place: dict[str, Any], words: str
) -> None:
    """The rider gets words and point; a pin alone looked like a claimed payment to the reader."""
    await flour(chat)
    read_back = await chat.say("📍", "claim_paid", attachments=[place])
    assert responses(read_back) == ["utter_read_back_ask_payment"]
    assert read_back["say"][0]["params"]["address"] == words
    await chat.say("cash", "choose_payment", slots={"payment": {"text": "cash", "value": "cod"}})
    drop = (await order_of(chat)).drop
    assert drop is not None
    assert (drop.text, drop.lat, drop.lng) == (words, -1.2921, 36.7873)


async def test_words_after_a_place_take_it_off_the_map(chat: Chat) -> None:
    """A point never stays with another address."""
    await flour(chat)
    await chat.say("📍", "greet", attachments=[YAYA])
    moved = "Kilimani, gate B"
    await chat.say(moved, "change_address", slots={"address": moved})
    await chat.say("cash", "choose_payment", slots={"payment": {"text": "cash", "value": "cod"}})
    drop = (await order_of(chat)).drop
    assert drop is not None
    assert (drop.text, drop.lat, drop.lng) == (moved, None, None)


async def test_a_place_is_no_yes(chat: Chat) -> None:
    """A pin after the read-back is the new address, which is read back; nothing is placed."""
    slots = {"payment": {"text": "cod", "value": "cod"}}
    await chat.say("unga 2, cod", "place_order", items=[("unga", 0)], amounts=[TWO], slots=slots, attachments=[YAYA])
    again = await chat.say("📍", "affirm", attachments=[YAYA])
    assert (responses(again), again["asked"]) == (["utter_read_back"], "confirm")
    assert await orders_service().latest_for_customer(chat.session, chat.customer_id) is None


async def test_a_place_moves_the_order_that_runs(chat: Chat) -> None:
    """With no draft open, the order that was placed goes there."""
    await flour(chat)
    await chat.say("Kilimani", "place_order", slots={"address": "Kilimani"})
    await chat.say("cash", "choose_payment", slots={"payment": {"text": "cash", "value": "cod"}})
    moved = await chat.say("📍", "greet", attachments=[YAYA])
    assert responses(moved) == ["utter_address_changed"]
    drop = (await order_of(chat)).drop
    assert drop is not None
    assert (drop.text, drop.lat, drop.lng) == ("Yaya Centre, Argwings Kodhek Rd", -1.2921, 36.7873)


async def test_the_address_on_file_comes_with_its_point(chat: Chat) -> None:
    """Who ordered to a pin before, and says yes to the same place, is found on the map again."""
    for _ in range(2):
        await flour(chat)
        offered = await chat.say("📍", "greet", attachments=[YAYA]) if _ == 0 else await chat.say("ndio", "affirm")
        assert offered["asked"] == "payment"
        await chat.say("cash", "choose_payment", slots={"payment": {"text": "cash", "value": "cod"}})
    drop = (await order_of(chat)).drop
    assert drop is not None
    assert (drop.lat, drop.lng) == (-1.2921, 36.7873)


async def test_a_cart_is_an_order_of_its_goods_at_our_prices(chat: Chat) -> None:
    """By SKU, without reading; what the shop has not got is asked about; the words beside it are a note."""
    asked = await chat.say(
        "haraka", "affirm", attachments=[cart(("UNGA-2KG", 2.0), ("NYAYO", 1.5), ("GONE-1", 1), note="haraka")]
    )
    assert responses(asked) == ["utter_item_unknown"]
    await chat.say("hapana", "deny", lang="sw")
    await chat.say("📍", "greet", attachments=[YAYA])
    await chat.say("cash", "choose_payment", slots={"payment": {"text": "cash", "value": "cod"}})
    order = await order_of(chat)
    assert [(line.sku, line.qty) for line in order.lines] == [("UNGA-2KG", Decimal(2)), ("NYAYO", Decimal("1.5"))]
    assert order.amount_minor == 35_200 + 24_000
