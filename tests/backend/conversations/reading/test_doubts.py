"""Goods that were read for a row that may not be the one that is meant: they are asked about."""

import pytest

from backend.catalog.linking.catalogue import Catalogue, catalogue_from_rows
from backend.catalog.linking.quantities import Wanted, lines_for
from backend.catalog.linking.terms import measure_of
from backend.conversations.reading.reader import read_message
from backend.conversations.reading.types import Decision, ReadingContext, Slot
from tests.support.marked_reading import EVERYTHING, lines, read
from tests.support.shops import CORNER_SHOP, KITCHEN, marked

TEA_ROOM = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "price": "60", "stock": "90", "options": options}
        for sku, name, aliases, options in (
            ("PIE-B", "Beef Pie", "pie ya nyama", "filling=beef"),
            ("PIE-V", "Vegetable Pie", "pie ya mboga", "filling=vegetable"),
            ("CAKE-C", "Chocolate Cake", "chocolate cake", "flavour=chocolate"),
            ("CAKE-V", "Vanilla Cake", "vanilla cake", "flavour=vanilla"),
            ("ESSENCE", "Vanilla Essence", "vanilla", "flavour=vanilla"),
            ("GREENS", "Fried Greens", "mboga|sabzi", ""),
            ("CREAMER", "Milk Powder", "creamer|maziwa ya unga|दूध पावडर", ""),
            ("WAFER", "Wafers", "wafers|वेफर्स", ""),
        )
    ]
)


@pytest.mark.parametrize(
    "text",
    [
        "<chocolate cake> {3} and {1} <vanilla>",  # The essence is called so, and so is the other cake.
        "<pie ya nyama> {3} <mboga> {2}",
        "<creamer> {1} na <maziwa> {2}",
        "<creamer> {1} aur <milk> {2}",
    ],
)
def test_goods_are_asked_about_where_another_row_may_be_meant(text: str) -> None:
    """The sort of a row beside the last one, a word of another row behind the count, one row called by two names."""
    assert read(TEA_ROOM, text).decision is Decision.CLARIFY


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<chocolate cake> {3} and {1} <vanilla cake>", {"CAKE-C": 3, "CAKE-V": 1}),
        ("<chocolate cake> {3} and {1} <creamer>", {"CAKE-C": 3, "CREAMER": 1}),
        ("<wafers> {2} <sliced>", {"WAFER": 2}),
        ("<creamer> {1} <wafers>, no wait {2} <wafers>", {"CREAMER": 1, "WAFER": 2}),
        ("<creamer> {ek|1} aur <wafers> {do|2}", {"CREAMER": 1, "WAFER": 2}),
    ],
)
def test_goods_that_are_told_apart_are_booked(text: str, expected: dict[str, int]) -> None:
    result = read(TEA_ROOM, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


@pytest.mark.parametrize(
    ("text", "unsure"),
    [
        ("<sadolin> <creamer> {1}", "sadolin"),
        ("<wafers> {2} <purple>", "purple"),
        ("<wafers> {3} <chocolate>", "chocolate"),
        ("<वेफर्स> {दो|2} <बैंगनी>", "बैंगनी"),
    ],
)
def test_a_word_beside_a_good_that_its_row_does_not_have_is_asked_about(text: str, unsure: str) -> None:
    """A brand, a colour or a flavour, though the bot was less than sure of it."""
    plain, reading = marked(text)
    tokens = [{**one, "p": 0.8 if one["text"] == unsure else 0.99} for one in reading["tokens"]]
    result = read_message({**reading, "tokens": tokens}, TEA_ROOM, ReadingContext(plain, thresholds=EVERYTHING))
    assert result.decision is Decision.CLARIFY


FRAMER = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "price": "60", "stock": "90", "options": f"size={size}"}
        for sku, name, aliases, size in (
            ("HINGE-1", "Door Hinge 1 inch", "hinge 1 inch|bawaba ndogo|कब्जा 1 इंच", "1 inch"),
            ("HINGE-2", "Door Hinge 2 inch", "hinge 2 inch|bawaba kubwa|कब्जा 2 इंच", "2 inch"),
            ("LACQUER", "Lacquer 1L", "lacquer|lakwa|लैकर", "1L"),
            ("BRACKET", "Shelf Bracket", "bracket|breketi", ""),
        )
    ]
)


@pytest.mark.parametrize(
    "text",
    [
        "<lacquer> {4l|4l} {1}",
        "<lakwa> {lita nne|4l} {moja|1}",
        "<लैकर> {4 लीटर|4l} {एक|1}",
        "<bracket> <10> inch {5}",
        "<breketi> inchi <10> {tano|5}",
    ],
)
def test_a_size_that_no_row_has_is_not_made_up_of_others(text: str) -> None:
    """Four litres in one are no four of a litre."""
    result = read(FRAMER, text)
    assert result.decision is Decision.CLARIFY


def test_hinges_of_one_and_of_two_inches_are_none_of_three() -> None:
    assert lines_for(FRAMER, FRAMER.row_of["HINGE-1"], Wanted(measure=measure_of(3.0, "inch"))) is None
    assert lines_for(FRAMER, FRAMER.row_of["HINGE-2"], Wanted(measure=measure_of(2.0, "इंच"))) == (("HINGE-2", 1),)


@pytest.mark.parametrize("text", ["<lacquer> {4l|4l}", "<lakwa> {lita nne|4l}", "<lacquer> {1l|1l} {4}"])
def test_what_can_be_poured_together_is_made_up(text: str) -> None:
    result = read(FRAMER, text)
    assert (lines(result), result.decision) == ({"LACQUER": 4}, Decision.ACCEPT)


@pytest.mark.parametrize(
    ("address", "goods", "expected"),
    [
        ("second floor, 2", "<wafers>", Decision.CLARIFY),
        ("ghorofa ya pili, 3", "<creamer>", Decision.CLARIFY),
        ("दूसरी मंजिल, 2", "<वेफर्स>", Decision.CLARIFY),
        ("second floor, door 2", "<wafers> {1}", Decision.ACCEPT),
    ],
)
def test_the_number_that_ends_an_address_may_count_the_good_behind_it(
    address: str, goods: str, expected: Decision
) -> None:
    slot = {"text": address, "start": 0, "end": len(address)}
    assert read(TEA_ROOM, f"{address} {goods}", slots={"address": slot}).decision is expected


@pytest.mark.parametrize("said", ["kila mtu", "each person"])
def test_so_many_for_each_person_is_asked_about(said: str) -> None:
    """How many people there are, the shop cannot know."""
    result = read(TEA_ROOM, f"<creamer> {{1}}, <wafers> {{2}} {said}")
    assert (result.decision, result.ask) == (Decision.CLARIFY, Slot.QTY)


@pytest.mark.parametrize("text", ["<pie ya nyama> {2} na mboga", "{2} <chocolate cake> aur vanilla"])
def test_a_joined_sort_that_nothing_has_read_is_asked_about(text: str) -> None:
    assert read(TEA_ROOM, text, unmet=("mboga", "vanilla")).decision is Decision.CLARIFY


@pytest.mark.parametrize("text", ["<wafers> nusu {1}", "<pie ya nyama> robo", "<beef pie> half {2}", "<वेफर्स> हाफ"])
def test_a_part_of_what_is_sold_whole_is_asked_about(text: str) -> None:
    assert read(TEA_ROOM, text).decision is Decision.CLARIFY


@pytest.mark.parametrize(
    ("shop", "text", "expected"),
    [(KITCHEN, "half <poha> {2}", {"POHA-H": 2}), (CORNER_SHOP, "<sukari> nusu {2}", {"SUGAR-H": 2})],
)
def test_a_half_that_is_sold_is_booked(shop: Catalogue, text: str, expected: dict[str, int]) -> None:
    result = read(shop, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


LAMP_OIL = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "price": "9", "stock": "90"}
        for sku, name, aliases in (
            ("LAMP", "Clay Lamp small", "small lamp|taa ndogo"),
            ("OIL", "Lamp Oil 1L", "jyoti tel bada|mafuta taa kubwa"),
            ("SCENT", "Lamp Scent", "lavender"),
        )
    ]
)


def test_a_name_of_its_own_is_no_sort_of_the_last_good() -> None:
    """Of the lamps one may be a scented one; lamp oil by a name of several words is none of them."""
    named = read(LAMP_OIL, "<small lamp> {3}, <jyoti tel bada> {2}")
    assert (lines(named), named.decision) == ({"LAMP": 3, "OIL": 2}, Decision.ACCEPT)
    assert read(LAMP_OIL, "<small lamp> {3}, <lavender> {2}").decision is Decision.CLARIFY


PENS = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": alias, "price": "90", "stock": "40"}
        for sku, name, alias in (
            ("FISH", "Tilapia Starter Flakes", "tilapia starter"),
            ("BIRD", "Parrot Seed Mix", "parrot mix"),
        )
    ]
)


@pytest.mark.parametrize(("p", "expected"), [(0.42, Decision.CLARIFY), (0.99, Decision.ACCEPT)])
def test_a_sort_that_the_bot_half_took_for_one_is_asked_about(p: float, expected: Decision) -> None:
    plain, reading = marked("{2} hamster <flakes>")
    for token in reading["tokens"]:
        token["p"] = p if token["text"] == "hamster" else token["p"]
    result = read_message(reading, PENS, ReadingContext(text=plain, thresholds=EVERYTHING))
    assert result.decision is expected
