"""What the bot takes for refused, though the word that refuses is said of something else."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.reader import read_message
from backend.conversations.reading.types import Decision, ReadingContext
from tests.support.marked_reading import EVERYTHING, lines, read
from tests.support.shops import marked, shop_of

SHOP = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "price": "90", "unit": "piece", "stock": "20"}
        for sku, name, aliases in (("MUG", "Coffee Mug", "mug|kikombe"), ("VASE", "Glass Vase", "vase|chombo"))
    ]
)


def _lines(text: str, refusing: str) -> dict[str, int]:
    plain, reading = marked(text)
    tokens = [{**one, "tag": "REMOVE"} if one["text"] == refusing else one for one in reading["tokens"]]
    result = read_message({**reading, "tokens": tokens}, SHOP, ReadingContext(text=plain, thresholds=EVERYTHING))
    return {sku: int(quantity) for sku, quantity in lines(result).items()}


@pytest.mark.parametrize(
    ("text", "refusing", "expected"),
    [
        ("{2} <mug> and {one|1} <-vase>, it's a present so remove the price sticker", "remove", {"MUG": 2, "VASE": 1}),
        ("<kikombe> {2} na <-chombo> {1}, toa bei tafadhali", "toa", {"MUG": 2, "VASE": 1}),
        ("{2} <-mug> kam size aur {1} <vase>", "kam", {"MUG": 2, "VASE": 1}),
        ("{दो|2} <-mug> कम चौड़ा और {1} <vase>", "कम", {"MUG": 2, "VASE": 1}),
        ("{2} <mug>, remove the <-vase>", "remove", {"MUG": 2}),
        ("{2} <mug>, <-vase> hatao", "hatao", {"MUG": 2}),
    ],
)
def test_a_later_clause_takes_off_what_it_names_itself(text: str, refusing: str, expected: dict[str, int]) -> None:
    assert _lines(text, refusing) == expected


SODAS = shop_of(
    ("FANTA", "Fanta 300ml", "fanta"),
    ("SPRITE", "Sprite 300ml", "sprite"),
    ("PEPSI", "Pepsi 500ml", "pepsi"),
    unit="bottle",
)


@pytest.mark.parametrize(
    "text",
    [
        "<fanta> {mbili|2} na <sprite> {moja|1}. <soda> ziwe baridi",
        "{2} <fanta> and {1} <sprite>, <soda> should be cold please",
        "{do|2} <fanta> aur {ek|1} <sprite>, <soda> thandi honi chahiye",
    ],
)
def test_what_is_ordered_by_its_sorts_may_be_told_how_to_come(text: str) -> None:
    result = read(SODAS, text)
    assert (lines(result), result.decision) == ({"FANTA": 2, "SPRITE": 1}, Decision.ACCEPT)


def test_a_kind_of_which_nothing_is_ordered_is_asked_about() -> None:
    assert read(SODAS, "<chips> {2}. <soda> iwe baridi").decision is Decision.CLARIFY


ROLLS = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "price": "90", "unit": "piece", "stock": "20"}
        for sku, name, aliases in (
            ("NAAN-B", "Butter Naan", "butter naan|naan|बटर नान"),
            ("NAAN-G", "Garlic Naan", "garlic naan"),
            ("KULCHA", "Butter Kulcha", "kulcha"),
        )
    ]
)


@pytest.mark.parametrize(
    "text",
    [
        "{4} <butter naan>, <butter> garam dena",
        "<butter naan> {chaar|4}, garlic wala nahi, <butter>",
        "<बटर नान> {4}, <बटर> गरम द्या",
    ],
)
def test_a_good_named_again_in_how_it_should_come_is_no_other(text: str) -> None:
    result = read(ROLLS, text)
    assert (lines(result), result.decision) == ({"NAAN-B": 4}, Decision.ACCEPT)


@pytest.mark.parametrize(
    "text",
    [
        "<garlic naan> {mbili|2} na <kulcha> {moja|1}, <naan> isiwe na mafuta",
        "{2} <garlic naan> and {1} <kulcha>, <naan> should be soft",
        "<garlic naan> {do|2} aur <kulcha> {ek|1}, <naan> honi chahiye garam",
    ],
)
def test_a_sort_named_by_another_row_s_name_in_how_it_should_come_is_no_other(text: str) -> None:
    assert lines(read(ROLLS, text)) == {"NAAN-G": 2, "KULCHA": 1}
