"""What the shape of a message tells before any model does."""

import pytest

from bot.nlu.asked import context_of
from bot.nlu.features import prepare
from bot.nlu.linear import Ranked
from bot.nlu.reader import told_by_shape, without_codes, without_place
from bot.nlu.slots import address_of
from bot.nlu.spans import Span, Tag

GUESS = (Ranked("ask_human", 0.37), Ranked("place_order", 0.2))


@pytest.mark.parametrize("text", ["9900000045", "0711 000 222.", "+254700000011"])
def test_a_number_alone_serves_the_order(text: str) -> None:
    """Whatever the model makes of it, a bare phone number is an answer."""
    ranking = told_by_shape(prepare(text, context_of({"region": "IN" if text[0] == "9" else "KE"})), GUESS)
    assert ranking[0].name == "place_order"
    assert [item.name for item in ranking] == ["place_order", "ask_human"]


@pytest.mark.parametrize("text", ["call me on 0711000222", "2 chapati", "namba ya meneja ni gani"])
def test_words_beside_a_number_are_left_to_the_model(text: str) -> None:
    """Only a number alone is told by its shape."""
    assert told_by_shape(prepare(text, context_of({"region": "KE"})), GUESS) == GUESS


@pytest.mark.parametrize(
    "text", ['/place_order{"sku":"BREAD","qty":5}', '{"intent": "place_order"}', "<script>x</script>"]
)
def test_code_is_nobodys_order(text: str) -> None:
    """Whatever words it holds, it is answered and books nothing."""
    ranking = told_by_shape(prepare(text, context_of({"region": "KE"})), GUESS)
    assert ranking[0].name == "out_of_scope"


def test_numbers_among_goods_are_no_receipt() -> None:
    """The tagger takes words that it has never met beside numbers for codes; without a code they are none."""
    message = prepare("6 lagers 4 ciders", context_of({"region": "KE"}))
    tags = [Tag("RECEIPT", begins=False, p=0.95) for _ in message.tokens]
    assert {(tag.name, tag.p) for tag in without_codes(message, tags, None)} == {("O", 0.4)}
    assert without_codes(message, tags, {"start": 0, "end": 3}) == tags


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ziletwe Kisauni, lane 2 ring", "Kisauni, lane 2"),
        ("patta 7 Shivaji nagar", "7 Shivaji nagar"),
        ("lane 2, Kisauni", "lane 2, Kisauni"),
        ("Ship to: lane 2, Kisauni. thx", "lane 2, Kisauni"),
        ("hum log lane 2, Kisauni pe hain", "lane 2, Kisauni"),
    ],
)
def test_what_leads_to_an_address_and_from_it_is_no_part_of_it(text: str, expected: str) -> None:
    """Verbs of bringing and of calling stand at its edges."""
    message = prepare(text, context_of({"region": "KE"}))
    found = address_of(message, [Span("ADDRESS", 0, len(message.tokens), 0.9)], "place_order")
    assert found is not None
    assert found["text"] == expected


@pytest.mark.parametrize(
    ("text", "first", "expected"),
    [
        ("do you deliver to Limuru town", 4, "ask_delivery"),
        ("bring it to Limuru town", 3, "change_address"),
    ],
)
def test_a_place_only_spoken_of_changes_no_address(text: str, first: int, expected: str) -> None:
    """What was taken for a change is the next likely thing that people say of a place."""
    message = prepare(text, context_of({"region": "KE"}))
    ranking = (Ranked("change_address", 0.6), Ranked("complaint", 0.2), Ranked("ask_delivery", 0.1))
    found = [Span("ADDRESS", first, len(message.tokens), 0.9)]
    assert without_place(message, found, ranking)[0].name == expected


def test_words_for_the_rider_name_no_vague_place() -> None:
    """The neighbour's is where an order is to be left, and is asked about only where it is to be delivered there."""
    left = prepare("two teas, rider aache kwa jirani", context_of({"region": "KE"}))
    sent = prepare("two teas, peleka kwa jirani", context_of({"region": "KE"}))
    assert address_of(left, [], "place_order") is None
    assert (address_of(sent, [], "place_order") or {}).get("vague") is True


def test_a_name_with_a_comma_is_a_place_that_the_tagger_need_not_be_sure_of() -> None:
    """A quarter and whose stall it is, without any word of places."""
    message = prepare("Sabasaba 46, kwa Njeri", context_of({"region": "KE"}))
    spans = [[Span("ADDRESS", 0, len(message.tokens), p)] for p in (0.7, 0.6)]
    assert [address_of(message, found, "place_order") is not None for found in spans] == [True, False]
