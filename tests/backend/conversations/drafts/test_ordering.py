"""A draft becomes an order only through questions, a read-back and a yes."""

from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.catalog.ports import ItemChanges
from backend.platform.actors import SYSTEM
from tests.support.clock import FixedClock
from tests.support.factories.catalog import catalog_service
from tests.support.factories.drafts import Chat, make_chat, responses
from tests.support.factories.orders import orders_service
from tests.support.readings import amount

ADDRESS = "Kilimani, Yaya Centre gate B"
TWO = amount("2", 2)
KILOS = amount("2kg", 2, kind="measure", unit="kg")


@pytest.fixture
async def chat(session: AsyncSession, clock: FixedClock) -> Chat:
    return await make_chat(session, clock)


async def order_flour(chat: Chat) -> dict[str, object]:
    return await chat.say("nataka unga 2", "place_order", items=[("unga", 0)], amounts=[TWO], lang="sw")


async def give_address(chat: Chat) -> dict[str, object]:
    return await chat.say(ADDRESS, "place_order", slots={"address": ADDRESS})


async def test_an_order_asks_for_the_place_then_reads_back_then_is_paid(chat: Chat) -> None:
    """Three messages: goods, place, way of paying; the third places the order and starts to collect."""
    asked = await order_flour(chat)
    assert (responses(asked), asked["asked"]) == (["utter_ask_address"], "address")

    read_back = await give_address(chat)
    assert responses(read_back) == ["utter_read_back_ask_payment"]
    assert read_back["say"][0]["params"]["lines"] == "• 2 × Maize Flour 2kg – KSh 352"
    assert read_back["say"][0]["params"]["total"] == "KSh 352"
    assert read_back["say"][0]["params"]["address"] == ADDRESS
    assert [button["payload"] for button in read_back["say"][0]["buttons"]] == ["pay:mpesa", "pay:cod"]

    placed = await chat.say("mpesa", "choose_payment", slots={"payment": "mpesa"})
    assert responses(placed) == ["utter_order_placed_mpesa"]
    order = await orders_service().latest_for_customer(chat.session, chat.customer_id)
    assert order is not None
    assert (order.id, order.state, order.amount_minor) == (placed["order_id"], "pending", 35_200)
    assert [(line.sku, line.qty) for line in order.lines] == [("UNGA-2KG", Decimal(2))]
    sends = await chat.session.scalar(text("SELECT count(*) FROM outbound_send WHERE channel = 'daraja'"))
    assert sends == 1


async def test_with_everything_said_one_message_is_read_back_and_a_yes_places_it(chat: Chat) -> None:
    """Nothing is placed without a yes, even where nothing is missing."""
    words = f"unga 2, {ADDRESS}, cod"
    slots = {"address": ADDRESS, "payment": {"text": "cod", "value": "cod"}}
    read_back = await chat.say(words, "place_order", items=[("unga", 0)], amounts=[TWO], slots=slots)
    assert (responses(read_back), read_back["asked"]) == (["utter_read_back"], "confirm")
    assert await orders_service().latest_for_customer(chat.session, chat.customer_id) is None

    placed = await chat.say("ndio", "affirm", lang="sw")
    assert responses(placed) == ["utter_order_placed_cod"]
    order = await orders_service().latest_for_customer(chat.session, chat.customer_id)
    assert order is not None
    assert order.state == "confirmed"


async def test_the_same_turn_again_gets_the_same_step_and_places_nothing_twice(chat: Chat) -> None:
    """A turn that is retried after its answer was lost is answered from the first time."""
    await order_flour(chat)
    await give_address(chat)
    first = await chat.say("cash", "choose_payment", slots={"payment": {"text": "cash", "value": "cod"}}, turn_id="T-9")
    again = await chat.say("cash", "choose_payment", slots={"payment": {"text": "cash", "value": "cod"}}, turn_id="T-9")
    assert again == first
    assert await chat.session.scalar(text("SELECT count(*) FROM orders")) == 1


async def test_no_to_the_read_back_asks_what_to_change_and_the_change_is_read_back(chat: Chat) -> None:
    """A no places nothing; the next message changes the draft."""
    await chat.say(
        f"unga 2, {ADDRESS}, mpesa",
        "place_order",
        items=[("unga", 0)],
        amounts=[TWO],
        slots={"address": ADDRESS, "payment": "mpesa"},
    )
    refused = await chat.say("hapana", "deny", lang="sw")
    assert (responses(refused), refused["asked"]) == (["utter_ask_change"], "item")

    changed = await chat.say(
        "ongeza sukari 1", "modify_order", items=[("sukari", 0)], amounts=[amount("1", 1)], lang="sw"
    )
    assert responses(changed) == ["utter_read_back"]
    assert changed["say"][0]["params"]["total"] == "KSh 502"
    assert await orders_service().latest_for_customer(chat.session, chat.customer_id) is None


async def test_a_word_for_several_rows_is_asked_about_and_its_quantity_kept(chat: Chat) -> None:
    """Milk comes in two sizes: the bot offers both as buttons, and the tapped one keeps the three."""
    asked = await chat.say("fresh milk 3", "place_order", items=[("fresh milk", 0)], amounts=[amount("3", 3)])
    assert (responses(asked), asked["asked"]) == (["utter_ask_variant"], "variant")
    assert [button["payload"] for button in asked["say"][0]["buttons"]] == ["pick:MAZIWA-500", "pick:MAZIWA-1L"]

    await chat.say("Fresh Milk 1L", "place_order", button="pick:MAZIWA-1L")
    read_back = await give_address(chat)
    assert read_back["say"][0]["params"]["lines"] == "• 3 × Fresh Milk 1L – KSh 366"


async def test_what_the_shop_lacks_is_never_swapped_for_something_near(chat: Chat) -> None:
    """An unknown good is asked about; leaving it out goes on with the rest."""
    asked = await chat.say(
        "unga 2 na nyama 1",
        "place_order",
        items=[("unga", 0), ("nyama", 1)],
        amounts=[TWO, amount("1", 1)],
        lang="sw",
    )
    assert (responses(asked), asked["asked"]) == (["utter_item_unknown"], "item")
    assert asked["say"][0]["params"] == {"words": "nyama"}
    assert asked["say"][0]["buttons"] == [{"title": "Niache", "payload": "pick:"}]

    onwards = await chat.say("wacha tu", "deny", lang="sw")
    assert responses(onwards) == ["utter_ask_address"]


async def test_an_empty_shelf_offers_what_there_is_instead(chat: Chat) -> None:
    """Black beans are finished, so the other beans are offered, and a yes to the only offer takes it."""
    asked = await chat.say("njahi 2kg", "place_order", items=[("njahi", 0)], amounts=[KILOS], lang="sw")
    assert responses(asked) == ["utter_item_substitute"]
    assert asked["say"][0]["params"]["item"] == "Black Beans"
    assert [button["payload"] for button in asked["say"][0]["buttons"]] == ["pick:NYAYO", "pick:"]

    await chat.say("sawa", "affirm", lang="sw")
    read_back = await give_address(chat)
    assert read_back["say"][0]["params"]["lines"] == "• 2 kg Nyayo Beans – KSh 320"


async def test_more_than_the_shelf_holds_offers_what_is_left(chat: Chat) -> None:
    """Four eggs are left of the ten; a yes takes four, and never ten."""
    asked = await chat.say("mayai 10", "place_order", items=[("mayai", 0)], amounts=[amount("10", 10)], lang="sw")
    assert (responses(asked), asked["asked"]) == (["utter_qty_short"], "qty")
    assert asked["say"][0]["params"] == {"item": "Eggs", "left": "4"}
    await chat.say("sawa", "affirm", lang="sw")
    read_back = await give_address(chat)
    assert read_back["say"][0]["params"]["lines"] == "• 4 × Eggs – KSh 60"


async def test_a_returning_customer_is_offered_the_address_on_file(chat: Chat) -> None:
    """The last address is offered with two buttons; a no asks for another one."""
    await order_flour(chat)
    await give_address(chat)
    await chat.say("cash", "choose_payment", button="pay:cod")

    offered = await order_flour(chat)
    assert responses(offered) == ["utter_address_offer"]
    assert offered["say"][0]["params"]["address"] == ADDRESS
    refused = await chat.say("hapana", "deny", lang="sw")
    assert responses(refused) == ["utter_ask_address"]


async def test_a_customer_without_a_number_is_asked_for_one(session: AsyncSession, clock: FixedClock) -> None:
    """Instagram tells no number, and the rider needs one."""
    chat = await make_chat(session, clock, phone=None)
    await order_flour(chat)
    asked = await give_address(chat)
    assert (responses(asked), asked["asked"]) == (["utter_ask_phone"], "phone")
    given = await chat.say("+254700000102", "place_order", slots={"phone": "+254700000102"})
    assert responses(given) == ["utter_read_back_ask_payment"]


async def test_a_number_that_lacks_a_digit_is_asked_for_again(session: AsyncSession, clock: FixedClock) -> None:
    """A number that can't be called is not kept."""
    chat = await make_chat(session, clock, phone=None)
    await order_flour(chat)
    await give_address(chat)
    bad = {"phone": {"text": "0700 000 10", "e164": None, "valid": False}}
    asked = await chat.say("0700 000 10", "place_order", slots=bad)
    assert responses(asked) == ["utter_phone_invalid"]


async def test_a_question_in_the_middle_is_answered_and_the_order_goes_on(chat: Chat) -> None:
    """The price of sugar does not lose the open question."""
    await order_flour(chat)
    step = await chat.say("sukari ni pesa ngapi?", "ask_price", items=[("sukari", None)], role="ask", lang="sw")
    assert responses(step) == ["utter_price", "utter_ask_address"]
    assert step["say"][0]["params"]["lines"] == "• Sugar 1kg – KSh 150"
    assert step["asked"] == "address"


async def test_a_stock_that_went_meanwhile_is_told_and_nothing_is_placed(chat: Chat) -> None:
    """Between read-back and yes somebody else took the flour."""
    await order_flour(chat)
    await give_address(chat)
    await chat.session.execute(text("UPDATE items SET stock = 1 WHERE sku = 'UNGA-2KG'"))
    step = await chat.say("cash", "choose_payment", button="pay:cod")
    assert responses(step) == ["utter_quote_changed", "utter_qty_short"]
    assert await orders_service().latest_for_customer(chat.session, chat.customer_id) is None


async def test_a_price_that_changed_meanwhile_is_read_back_again(chat: Chat) -> None:
    """Between read-back and yes the flour became dearer: the customer agrees to the new price, and pays that one."""
    await order_flour(chat)
    await give_address(chat)
    dearer = ItemChanges(price_minor=18_000)
    await catalog_service().change_item(chat.session, "M-1", "UNGA-2KG", dearer, reason="season", actor=SYSTEM)
    again = await chat.say("cash", "choose_payment", button="pay:cod")
    assert responses(again) == ["utter_read_back"]
    assert again["say"][0]["params"]["total"] == "KSh 360"
    assert await orders_service().latest_for_customer(chat.session, chat.customer_id) is None
    await chat.say("ndiyo", "affirm", lang="sw")
    order = await orders_service().latest_for_customer(chat.session, chat.customer_id)
    assert order is not None
    assert (order.amount_minor, order.lines[0].unit_price_minor) == (36_000, 18_000)


async def test_an_abandoned_draft_is_forgotten_unless_the_customer_comes_back_with_a_yes(
    chat: Chat, clock: FixedClock
) -> None:
    """Two hours later a new order starts empty."""
    await order_flour(chat)
    await chat.session.execute(text("UPDATE drafts SET updated_at = :then"), {"then": clock.now()})
    clock.advance(hours=2)
    step = await chat.say("sukari 1", "place_order", items=[("sukari", 0)], amounts=[amount("1", 1)], lang="sw")
    assert responses(step) == ["utter_ask_address"]
    read_back = await give_address(chat)
    assert read_back["say"][0]["params"]["lines"] == "• 1 × Sugar 1kg – KSh 150"
    states = await chat.session.scalars(text("SELECT state FROM drafts ORDER BY created_at, state"))
    assert sorted(states) == ["abandoned", "open"]


async def test_a_yes_that_names_another_good_takes_it(chat: Chat) -> None:
    """The customer does not take what was offered, but says what else."""
    await chat.say("njahi 2kg", "place_order", items=[("njahi", 0)], amounts=[KILOS], lang="sw")
    await chat.say("sawa unga basi", "affirm", lang="sw")
    read_back = await give_address(chat)
    assert read_back["say"][0]["params"]["lines"] == "• 1 × Maize Flour 2kg – KSh 176"


async def test_an_instruction_while_ordering_is_read_back_with_the_order(chat: Chat) -> None:
    """Also where the intent is unsure: the note belongs to the draft."""
    await order_flour(chat)
    await give_address(chat)
    step = await chat.say("piga simu ukifika", "special_instruction", lang="sw")
    assert step["say"][0]["params"]["lines"] == "• 2 × Maize Flour 2kg – KSh 352\n✎ piga simu ukifika"


async def test_what_is_taken_instead_keeps_the_quantity(chat: Chat) -> None:
    """Three packets of one flour that is finished become three of the other, where nothing else is said."""
    await chat.session.execute(text("UPDATE items SET stock = 0 WHERE sku = 'UNGA-2KG'"))
    await chat.session.execute(text("UPDATE catalogue_versions SET version = version + 1"))
    await chat.say("unga 3", "place_order", items=[("unga", 0)], amounts=[amount("3", 3)], lang="sw")
    await chat.say("weka sukari basi", "place_order", items=[("sukari", None)], lang="sw")
    read_back = await give_address(chat)
    assert read_back["say"][0]["params"]["lines"] == "• 3 × Sugar 1kg – KSh 450"


@pytest.fixture
async def thrifty(session: AsyncSession, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> Chat:
    """A chat with a shop in a city that takes cash up to 300 shillings."""
    monkeypatch.setenv("PAYMENTS_COD_LIMIT_MINOR", '{"nairobi": 30000}')
    return await make_chat(session, clock)


async def test_cash_for_too_large_an_order_is_asked_to_be_paid_otherwise(thrifty: Chat) -> None:
    """With the limit and the way that is left; a yes to that books it, and no person is troubled."""
    slots = {"address": ADDRESS, "payment": {"text": "cash", "value": "cod"}}
    words = f"unga 2, {ADDRESS}, cash"
    step = await thrifty.say(words, "place_order", items=[("unga", 0)], amounts=[TWO], slots=slots, lang="sw")
    assert (responses(step), step["asked"]) == (["utter_cod_limit", "utter_read_back"], "confirm")
    assert step["say"][0]["params"] == {"limit": "KSh 300", "methods": "M-Pesa"}
    assert step["say"][1]["params"]["payment"] == "M-Pesa"

    placed = await thrifty.say("ndio", "affirm", lang="sw")
    assert responses(placed) == ["utter_order_placed_mpesa"]
    assert thrifty.handovers.briefs == []


async def test_an_order_within_the_limit_may_be_paid_in_cash_until_it_grows(thrifty: Chat) -> None:
    """The buttons offer cash while it is taken; with two of sugar the customer hears why it is not."""
    await thrifty.say("unga 1", "place_order", items=[("unga", 0)], amounts=[amount("1", 1)], lang="sw")
    read_back = await give_address(thrifty)
    assert [button["payload"] for button in read_back["say"][0]["buttons"]] == ["pay:mpesa", "pay:cod"]
    sugar = {"items": [("sukari", 0)], "amounts": [TWO], "lang": "sw"}
    grown = await thrifty.say("na sukari 2", "place_order", **sugar)
    assert responses(grown) == ["utter_read_back"]
    refused = await thrifty.say("cash", "choose_payment", slots={"payment": {"text": "cash", "value": "cod"}})
    assert responses(refused) == ["utter_cod_limit", "utter_read_back"]
    assert await orders_service().latest_for_customer(thrifty.session, thrifty.customer_id) is None


async def test_a_shop_that_takes_only_cash_hands_too_large_an_order_over(thrifty: Chat) -> None:
    """There is no other way to ask for, so a person sees to it."""
    await thrifty.session.execute(text("""UPDATE merchants SET settings = '{"payment_methods": ["cod"]}'"""))
    await order_flour(thrifty)
    step = await give_address(thrifty)
    assert step["handoff"] == {"reason": "cod_limit", "open_slot": None}
    assert thrifty.handovers.briefs[0].at_risk_minor == 35_200
