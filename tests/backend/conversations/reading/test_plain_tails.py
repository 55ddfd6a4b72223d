"""Orders in so many words with what people say around them, and after talk in which nothing was asked for."""

from typing import Any

import pytest

from backend.catalog.linking.catalogue import Catalogue, catalogue_from_rows
from backend.conversations.reading.plain_order import as_plain_order, plain_order
from backend.conversations.reading.plain_tails import around
from backend.conversations.reading.types import ReadingContext, Turn


def _shop(*rows: tuple[str, str, str, str], currency: str) -> Catalogue:
    common = {"price": "20", "stock": "60", "currency": currency}
    return catalogue_from_rows(
        [{"sku": sku, "name": name, "aliases": aliases, "unit": unit, **common} for sku, name, aliases, unit in rows]
    )


DUKA = _shop(
    ("HOLDER", "Car Phone Holder", "phone holder", "piece"),
    ("COVER", "A15 Clear Cover", "a15 clear cover", "piece"),
    ("NUTS", "Coconut", "nazi", "piece"),
    ("KITTY", "Kitty Mug", "kitty mug", "piece"),
    ("HELLO", "Hello Kitty Mug", "hello kitty mug", "piece"),
    currency="KES",
)
KIRANA = _shop(
    ("PURI", "Puri Packet", "puri packet", "packet"),
    ("WATER-S", "Water 500ml", "choti pani bottle", "piece"),
    ("FALL", "Saree Fall", "fall|fol", "piece"),
    ("GIFT", "Gift Box", "gift box", "piece"),
    ("POHA", "Poha", "poha|पोहे", "plate"),
    currency="INR",
)


def _reading(text: str, intent: str = "place_order", **slots: str) -> dict[str, Any]:
    told = {
        name: {"text": said, "start": text.index(said), "end": text.index(said) + len(said)}
        for name, said in slots.items()
    }
    return {"intent": {"name": intent, "confidence": 0.9}, "slots": told, "mentions": []}


def _ordered(text: str, catalogue: Catalogue, *history: Turn, **slots: str) -> dict[str, float]:
    items = plain_order(_reading(text, **slots), catalogue, ReadingContext(text, history))
    return {sku: float(number) for item in items for sku, number in item.resolution.lines}


@pytest.mark.parametrize(
    ("catalogue", "text", "slots", "expected"),
    [
        (
            DUKA,
            "nipee phone holder tano, a15 clear cover nne my number is 0700 000 100",
            {"phone": "0700 000 100"},
            {"HOLDER": 5, "COVER": 4},
        ),
        (
            DUKA,
            "niaje, phone holder mbili na nazi tatu, nitalipa na mpesa. niko base Baraka Court, door 7",
            {"payment": "mpesa", "address": "Baraka Court, door 7"},
            {"HOLDER": 2, "NUTS": 3},
        ),
        (DUKA, "nipee nazi mbili fasta, cal 0700 000 100", {"phone": "0700 000 100"}, {"NUTS": 2}),
        (DUKA, "nipee nazi mbili, phone holder sita by 5pm", {}, {"NUTS": 2, "HOLDER": 6}),
        (DUKA, "kwa kesho nazi nne na phone holder moja saa kumi, asante sana", {}, {"NUTS": 4, "HOLDER": 1}),
        (DUKA, "hi team\n2 hello kitty mug and 1 kitty mug\nthanks", {}, {"HELLO": 2, "KITTY": 1}),
        (KIRANA, "5 puri packet aur 4 choti pani bottle bhej do 6 baje tak", {}, {"PURI": 5, "WATER-S": 4}),
        (
            KIRANA,
            "don fall ani teen gift box Flat 12, Station Road la pathva",
            {"address": "Flat 12, Station Road la pathva"},
            {"FALL": 2, "GIFT": 3},
        ),
        (KIRANA, "नमस्ते, तीन पोहे और दो puri packet, gpay karta hu", {"payment": "gpay"}, {"POHA": 3, "PURI": 2}),
    ],
)
def test_what_stands_around_the_goods_counts_none_of_them(
    catalogue: Catalogue, text: str, slots: dict[str, str], expected: dict[str, int]
) -> None:
    assert _ordered(text, catalogue, **slots) == expected


def test_an_address_keeps_neither_its_verb_nor_goods_that_a_sign_parts_from_it() -> None:
    text = "Flat 12, Station Road: 4 fall aur 2 gift box bhej do"
    context = ReadingContext(text)
    found = as_plain_order(_reading(text, address="Flat 12, Station Road: 4 fall"), KIRANA, context)
    assert found is not None
    assert found["slots"]["address"]["text"] == "Flat 12, Station Road"
    assert _ordered(text, KIRANA, address="Flat 12, Station Road: 4 fall") == {"FALL": 4, "GIFT": 2}
    text = "ek fall ani don gift box Lake Road la pathva"
    told = around(text, _reading(text, address="Lake Road la pathva"), KIRANA)
    assert told.address is not None
    assert told.address["text"] == "Lake Road"


def test_goods_alone_are_no_address() -> None:
    text = "naomba phone holder sita, nazi tano, kitty mug tatu"
    taken = "phone holder sita, nazi tano"
    assert _ordered(text, DUKA, address=taken) == {"HOLDER": 6, "NUTS": 5, "KITTY": 3}
    found = as_plain_order(_reading(text, address=taken), DUKA, ReadingContext(text))
    assert found is not None
    assert found["slots"]["address"] is None


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("2 fall and 3 gift box Lake Road", {"address": "box Lake Road"}),  # The name of a good runs into the address.
        ("2 fall and 3 gift box for aunty", {}),
        ("2 fall and 3 by gift box", {}),
    ],
)
def test_what_may_be_of_goods_is_not_passed_over(text: str, slots: dict[str, str]) -> None:
    assert not _ordered(text, KIRANA, **slots)


def _talk(asked: str, answered: str, intent: str) -> tuple[Turn, Turn]:
    return Turn("customer", asked, {"intent": {"name": intent, "confidence": 0.9}}), Turn("bot", answered)


@pytest.mark.parametrize(
    ("text", "history"),
    [
        ("ok nazi sita halafu phone holder tano tafadhali", _talk("niaje", "Karibu. Unataka nini leo?", "greet")),
        ("sawa, nazi sita na phone holder tano", _talk("bei ya nazi?", "Coconut ni KES 120.", "ask_price")),
        ("nazi x6\nphone holder x5", _talk("mko na nazi?", "Ndio, Coconut iko. Nikuwekee?", "ask_availability")),
    ],
)
def test_talk_before_an_order_changes_nothing(text: str, history: tuple[Turn, ...]) -> None:
    assert _ordered(text, DUKA, *history) == {"NUTS": 6, "HOLDER": 5}


@pytest.mark.parametrize(
    ("text", "history"),
    [
        ("sawa, nazi sita", _talk("mko na kitty mug?", "Ndio. Nikuwekee moja?", "ask_availability")),
        ("nazi sita", _talk("naomba mug", "Hello kitty or kitty?", "place_order")),
        ("nazi sita", (Turn("customer", "naomba mug"), Turn("bot", "Hello kitty or kitty?"))),
        ("nazi sita", _talk("mko na nazi?", "2 Coconut = KES 40. Confirm?", "ask_availability")),
    ],
)
def test_what_is_still_open_is_left_to_the_other_rules(text: str, history: tuple[Turn, ...]) -> None:
    assert not _ordered(text, DUKA, *history)
