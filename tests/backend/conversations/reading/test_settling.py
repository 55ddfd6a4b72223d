"""What a message is, where its words alone leave it open."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.reader import read_message
from backend.conversations.reading.types import Decision, OrderReading, ReadingContext, Slot, Turn
from tests.support.marked_reading import EVERYTHING, READ_BACK, lines, read
from tests.support.shops import CORNER_SHOP, FURNISHER, marked


@pytest.mark.parametrize("intent", ["affirm", "special_instruction", "out_of_scope", "greet"])
def test_goods_alone_are_an_order(intent: str) -> None:
    """The bot has never met the shop's words; the shop has."""
    result = read(CORNER_SHOP, "{2} <brown bread> please", intent=intent)
    assert (result.intent, lines(result), result.decision) == ("place_order", {"BREAD-B": 2}, Decision.ACCEPT)


def test_goods_of_several_sorts_alone_are_an_order_that_is_open() -> None:
    result = read(CORNER_SHOP, "<maize flour> please", intent="affirm")
    assert (result.intent, result.decision, result.ask) == ("place_order", Decision.CLARIFY, Slot.VARIANT)


def test_a_part_of_a_name_in_praise_is_no_order() -> None:
    """Five stars from a customer order none of what is called a twinkling star."""
    star = {"sku": "STAR", "name": "Twinkling Star (pack of 10)", "aliases": "twinkling star", "currency": "INR"}
    shop = catalogue_from_rows([{**star, "unit": "pack", "price": "45", "stock": "60"}])
    assert read(shop, "hi {five|5} <stars>", intent="thank").intent == "thank"
    assert read(shop, "hi {five|5} <twinkling star>", intent="thank").intent == "place_order"


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("just a <brown bread>, thanks", {"BREAD-B": 1}),
        ("<brown bread> for my son please", {"BREAD-B": 1}),
        ("<brown bread>, dhanyavad", {"BREAD-B": 1}),
        ("thanks, the <brown bread> was lovely", {}),
    ],
)
def test_goods_beside_thanks_and_whom_they_are_for_are_an_order(text: str, rows: dict[str, int]) -> None:
    result = read(CORNER_SHOP, text, intent="thank")
    assert (result.intent, lines(result)) == ("place_order" if rows else "thank", rows)


@pytest.mark.parametrize("text", ["is the <bread> any good these days", "<bread>?"])
def test_talk_of_goods_is_no_order(text: str) -> None:
    assert read(CORNER_SHOP, text, intent="out_of_scope").intent == "out_of_scope"


@pytest.mark.parametrize(("next_to_it", "intent"), [("complaint", "thank"), ("place_order", "place_order")])
def test_goods_in_talk_are_an_order_where_that_is_the_next_likeliest(next_to_it: str, intent: str) -> None:
    """Praise of two loaves counts goods and orders none."""
    plain, reading = marked("the {2} <milk> were lovely", intent="thank")
    ranking = [{"name": "thank", "confidence": 0.55}, {"name": next_to_it, "confidence": 0.2}]
    said = {**reading, "intent": ranking[0], "intent_ranking": ranking}
    result = read_message(said, CORNER_SHOP, ReadingContext(text=plain, thresholds=EVERYTHING))
    assert result.intent == intent


def test_a_yes_to_an_order_stays_a_yes() -> None:
    assert read(CORNER_SHOP, "<milk> and <bread>", intent="affirm", history=READ_BACK).intent == "affirm"


@pytest.mark.parametrize("text", ["la, hizo zinatosha", "thats all", "bas itna hi", "इतना ही"])
def test_enough_closes_an_order_when_more_is_asked_for(text: str) -> None:
    history = (Turn("customer", "3 milk"), Turn("bot", "3 x Malisho Milk 500ml = KES 180. Anything else?"))
    result = read(CORNER_SHOP, text, intent="modify_order", history=history)
    assert (result.intent, result.decision) == ("deny", Decision.ACCEPT)


def test_a_no_that_names_what_is_wanted_is_a_change() -> None:
    result = read(CORNER_SHOP, "no, <coke> {2}, not <milk>", intent="deny", history=THREE_MILKS)
    assert result.intent == "modify_order"


PACKED = (Turn("bot", "Order #41 pack ho gaya hai, Wakad ke pate par jayega."),)


@pytest.mark.parametrize(
    ("text", "told", "intent"),
    [
        ("Wakad nahi, ab yahan bhejna: Aundh, gali 7", PACKED, "change_address"),
        ("वाकड नको, आता इथे: Aundh, gali 7", PACKED, "change_address"),
        ("Wakad nahi, ab yahan bhejna: Aundh, gali 7", (Turn("bot", "Kahan bhejna hai?"),), "place_order"),
        ("haan, Aundh, gali 7", PACKED, "place_order"),
    ],
)
def test_a_place_in_anothers_stead_is_an_orders_new_address(text: str, told: tuple[Turn, ...], intent: str) -> None:
    """Of an order that is being packed, where no question was asked; a place alone changes nothing."""
    plain, reading = marked(text)
    start = plain.index("Aundh")
    reading["slots"] = {"address": {"text": plain[start:], "start": start, "end": len(plain), "vague": False}}
    result = read_message(reading, CORNER_SHOP, ReadingContext(text=plain, history=told, thresholds=EVERYTHING))
    assert (result.intent, result.address) == (intent, "Aundh, gali 7")


@pytest.mark.parametrize("text", ["milk nahi, <coke> dena", "दूध नको, <coke> द्या"])
@pytest.mark.parametrize("intent", ["special_instruction", "out_of_scope", "place_order"])
def test_a_refusal_before_another_good_is_a_change(text: str, intent: str) -> None:
    """The milk that was read back goes, and as many colas come."""
    result = read(CORNER_SHOP, text, intent=intent, history=THREE_MILKS)
    assert (result.intent, result.removed, lines(result)) == ("modify_order", ("MILK",), {"COKE": 3})


@pytest.mark.parametrize("text", ["sugar nahi, <coke> dena", "milk me sugar nahi"])
def test_a_refusal_of_what_is_on_no_order_stays_what_it_was(text: str) -> None:
    assert read(CORNER_SHOP, text, intent="special_instruction", history=THREE_MILKS).intent == "special_instruction"


@pytest.mark.parametrize(
    ("text", "intent"), [("mpesa iko fiti", "choose_payment"), ("mpesa imekatwa", "payment_problem")]
)
def test_a_way_of_paying_answers_the_question_for_it(text: str, intent: str) -> None:
    """Money that has gone is another matter."""
    history = (Turn("bot", "Jumla KES 310. Cash ama M-Pesa?"),)
    payment = {"value": "mpesa", "text": "mpesa", "start": 0, "end": 5, "supported": True}
    plain, reading = marked(text, "payment_problem")
    context = ReadingContext(text=plain, history=history, thresholds=EVERYTHING)
    result = read_message({**reading, "slots": {"payment": payment}}, CORNER_SHOP, context)
    assert result.intent == intent


def test_something_more_is_asked_about() -> None:
    """It does not say what is to be added, so the order cannot be changed yet."""
    result = read(CORNER_SHOP, "can you put one more thing in it", intent="out_of_scope", history=READ_BACK)
    assert (result.intent, result.decision, result.ask) == ("modify_order", Decision.CLARIFY, Slot.ITEM)


@pytest.mark.parametrize(
    ("text", "intent"),
    [("नीचे वॉचमैन के पास रख देना", "special_instruction"), ("change it, leave it at the gym instead", "change_address")],
)
def test_where_an_order_is_left_is_no_other_address(text: str, intent: str) -> None:
    plain, reading = marked(text, "change_address")
    ranking = [{"name": "change_address", "confidence": 0.8}, {"name": "special_instruction", "confidence": 0.1}]
    context = ReadingContext(text=plain, history=(Turn("bot", "Order #12 is on its way."),), thresholds=EVERYTHING)
    assert read_message({**reading, "intent_ranking": ranking}, CORNER_SHOP, context).intent == intent


THREE_MILKS = (Turn("customer", "3 milk"), Turn("bot", "3 x Malisho Milk 500ml = KES 180. Shall I book it?"))
RUGS = (Turn("customer", "2 rugs", marked("{2} <rugs>")[1]), Turn("bot", "The rug comes in 4x6 and 5x7. Which one?"))


def test_the_name_of_an_offered_row_chooses_it() -> None:
    result = read(FURNISHER, "ya 5x7", intent="affirm", history=RUGS)
    assert (result.intent, lines(result)) == ("place_order", {"RUG-57": 2})


def test_the_same_to_an_order_read_back_is_a_yes() -> None:
    plain, reading = marked("yes just the same", flags={"same_again": True})
    ranking = [{"name": "place_order", "confidence": 0.5}, {"name": "affirm", "confidence": 0.4}]
    context = ReadingContext(text=plain, history=READ_BACK, thresholds=EVERYTHING)
    result = read_message({**reading, "intent_ranking": ranking}, CORNER_SHOP, context)
    assert (result.intent, lines(result), result.decision) == ("affirm", {}, Decision.ACCEPT)


def test_the_same_after_a_delivery_orders_it_again() -> None:
    delivered = (READ_BACK[0], Turn("bot", "3 x Malisho Milk 500ml = KES 180. Delivered, thank you!"))
    result = read(CORNER_SHOP, "the same again", history=delivered, flags={"same_again": True})
    assert (result.intent, lines(result)) == ("place_order", {"MILK": 3})


@pytest.mark.parametrize(
    ("likelier", "decision"), [("payment_problem", Decision.HANDOFF), ("claim_paid", Decision.REPLY)]
)
def test_money_that_has_gone_orders_nothing(likelier: str, decision: Decision) -> None:
    plain, reading = marked("mpesa was deducted twice", slots={"payment": {"value": "mpesa", "start": 0, "end": 5}})
    ranking = [{"name": "place_order", "confidence": 0.4}, {"name": likelier, "confidence": 0.3}]
    result = read_message(
        {**reading, "intent_ranking": ranking}, CORNER_SHOP, ReadingContext(text=plain, thresholds=EVERYTHING)
    )
    assert (result.intent, result.decision) == (likelier, decision)


@pytest.mark.parametrize("text", ["<?bread> iko? kama iko leta {2}", "do you have <?bread>, if so {2} please"])
def test_an_order_may_hang_on_an_answer(text: str) -> None:
    result = read(CORNER_SHOP, text, intent="ask_availability")
    assert (result.intent, lines(result)) == ("place_order", {"BREAD": 2})


def test_a_question_without_a_count_stays_one() -> None:
    assert read(CORNER_SHOP, "if you have <?bread> tell me", intent="ask_availability").intent == "ask_availability"


@pytest.mark.parametrize("intent", ["bye", "complaint", "cancel_order"])
def test_a_message_of_nothing_but_goods_is_whatever_it_sounds_like_an_order(intent: str) -> None:
    assert read(CORNER_SHOP, "<bread> and <milk>", intent=intent).intent == "place_order"
    assert read(CORNER_SHOP, "<bread> was stale", intent=intent).intent == intent


@pytest.mark.parametrize(("p", "intent"), [(0.45, "ask_price"), (0.95, "place_order")])
def test_a_doubtful_order_that_asks_for_a_price_is_the_question(p: float, intent: str) -> None:
    """Where the bot is sure of the order, the price is only asked for besides."""
    plain, reading = marked("{2} <milk> inauzwaje siku hizi")
    reading["intent"]["confidence"] = p
    result = read_message(reading, CORNER_SHOP, ReadingContext(text=plain, thresholds=EVERYTHING))
    assert result.intent == intent


@pytest.mark.parametrize(
    ("text", "intent"),
    [("{1} <bread> aur {2} <milk>", "place_order"), ("add {2} <milk> to my order", "modify_order")],
)
def test_nothing_can_be_changed_where_nothing_was_ordered(text: str, intent: str) -> None:
    """The bot is sure of a change; an "and" alone speaks of no earlier order."""
    assert read(CORNER_SHOP, text, intent="modify_order").intent == intent


def test_less_of_what_was_read_back_is_a_change() -> None:
    result = read(CORNER_SHOP, "<milk> {ek|1} kam, aur {1} <coke>", history=THREE_MILKS)
    assert (result.intent, set(result.removed), lines(result)) == ("modify_order", {"MILK"}, {"MILK": 2, "COKE": 1})


@pytest.mark.parametrize(
    ("text", "intent"), [("reduce it, that is a lot", "modify_order"), ("stop it", "cancel_order")]
)
def test_to_ask_for_less_cancels_no_order(text: str, intent: str) -> None:
    """It does not say what is to go, so it is asked about."""
    result = read(CORNER_SHOP, text, intent="cancel_order", history=READ_BACK)
    assert (result.intent, result.ask) == (intent, Slot.ITEM if intent == "modify_order" else None)


@pytest.mark.parametrize(
    ("text", "intent"), [("how do i clean <milk> jars", "out_of_scope"), ("{2} <milk>, how do i pay", "place_order")]
)
def test_to_ask_how_orders_nothing_where_nothing_is_counted(text: str, intent: str) -> None:
    assert read(CORNER_SHOP, text, intent="place_order").intent == intent


@pytest.mark.parametrize(
    "text", ["boss nikopeshe <bread>, nitalipa end month", "give me <bread> on credit", "udhaar <bread>"]
)
def test_what_is_asked_for_on_credit_goes_to_a_person(text: str) -> None:
    result = read(CORNER_SHOP, text, intent="out_of_scope", flags={"credit": True})
    assert (result.intent, result.decision) == ("place_order", Decision.HANDOFF)
    assert read(CORNER_SHOP, text, intent="out_of_scope").intent == "out_of_scope"


@pytest.mark.parametrize(
    "text", ["<brown bread>. can I pay in crypto?", "<brown bread> moja tu. naweza lipa na bitcoin?"]
)
def test_a_good_alone_before_the_question_how_to_pay_is_an_order(text: str) -> None:
    result = read(CORNER_SHOP, text, intent="choose_payment")
    assert (result.intent, lines(result)) == ("place_order", {"BREAD-B": 1})


def _unsure(text: str, *, other: str) -> OrderReading:
    plain, reading = marked(text, "modify_order")
    ranking = [{"name": "modify_order", "confidence": 0.5}, {"name": other, "confidence": 0.4}]
    said = {**reading, "intent": ranking[0], "intent_ranking": ranking}
    return read_message(said, CORNER_SHOP, ReadingContext(text=plain, history=READ_BACK, thresholds=EVERYTHING))


def test_what_adds_or_orders_is_as_sure_a_change_as_both() -> None:
    result = _unsure("{1} <brown bread>", other="place_order")
    assert (result.intent, lines(result), result.decision) == ("modify_order", {"BREAD-B": 1}, Decision.ACCEPT)


@pytest.mark.parametrize("text", ["<-bread> hatao", "<-bread> हटा दीजिए", "toa <-mkate>"])
def test_a_good_that_is_taken_off_is_a_sure_change(text: str) -> None:
    result = _unsure(text, other="cancel_order")
    assert (result.intent, result.removed, result.decision) == ("modify_order", ("BREAD",), Decision.ACCEPT)


def test_what_may_be_talk_stays_unsure() -> None:
    assert _unsure("{1} <brown bread>", other="complaint").decision is Decision.CLARIFY


@pytest.mark.parametrize("text", ["hiyo ya {thelathini na tisa|39}", "39 wala ek", "the {thirty nine|39}"])
@pytest.mark.parametrize("intent", ["modify_order", "place_order"])
def test_a_size_in_words_answers_which_one(text: str, intent: str) -> None:
    row = {"name": "White Sneakers", "aliases": "sneakers", "unit": "pair", "price": "900", "stock": "9"}
    shop = catalogue_from_rows(
        [
            {**row, "sku": f"SNK-{size}", "name": f"White Sneakers {size}", "options": f"size={size}"}
            for size in (38, 39)
        ]
    )
    plain, reading = marked("<sneakers>")
    history = (Turn("customer", plain, reading), Turn("bot", "Tuna size 38 na 39. Upewe ipi?"))
    result = read(shop, text, intent=intent, history=history)
    assert (result.intent, lines(result), result.decision) == ("place_order", {"SNK-39": 1}, Decision.ACCEPT)


@pytest.mark.parametrize("text", ["gpay kar deta hu, scanner bhejo", "paytm kartoy, code pathva"])
def test_a_way_of_paying_after_the_question_how_orders_nothing(text: str) -> None:
    slot = {
        "text": text.split(maxsplit=1)[0],
        "start": 0,
        "end": len(text.split(maxsplit=1)[0]),
        "value": "upi",
        "supported": True,
    }
    history = (Turn("customer", "2 bread"), Turn("bot", "Total 130. UPI, card ya cash?"))
    result = read(CORNER_SHOP, text, intent="place_order", history=history, slots={"payment": slot})
    assert (result.intent, result.payment, result.decision) == ("choose_payment", "upi", Decision.ACCEPT)
