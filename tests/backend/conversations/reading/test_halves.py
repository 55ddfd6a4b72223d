"""What makes an order doubtful beside its goods: halves of an amount, another sort, a part of what was counted."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.reader import read_message
from backend.conversations.reading.types import Decision, ReadingContext
from tests.support.marked_reading import EVERYTHING, lines, read
from tests.support.shops import CORNER_SHOP, KITCHEN, marked

STALL = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "unit": unit, "price": "60", "stock": "90", "currency": "INR"}
        for sku, name, aliases, unit in (
            ("UPMA", "Rava Upma", "upma|uppit|उपमा", "plate"),
            ("UPMA-V", "Vermicelli Upma", "vermicelli upma|शेवया उपमा", "plate"),
            ("RICE-F", "Fine Rice (loose)", "barik rice", "kg"),
            ("RICE-C", "Coarse Rice (loose)", "jada rice", "kg"),
            ("SESAME", "White Sesame (loose)", "white sesame", "kg"),
            ("POLI", "Chapati", "chapati|poli|चपाती", "piece"),
        )
    ]
)


@pytest.mark.parametrize(
    "text",
    [
        "<rice> {ek kilo|1kg} aadhi <barik> aadhi <jada>",
        "<rice> {don kilo|2kg}, ardhi <barik> ardhi <jada>",
    ],
)
def test_an_amount_that_is_shared_out_by_halves_is_asked_about(text: str) -> None:
    assert read(STALL, text).decision is Decision.CLARIFY


@pytest.mark.parametrize("text", ["<upma> {3}, {ek|1} <vermicelli>", "<उपमा> {तीन|3}, {एक|1} <शेवया>"])
def test_fewer_of_a_sort_right_behind_its_good_may_be_of_them(text: str) -> None:
    assert read(STALL, text).decision is Decision.CLARIFY


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<upma> {3} aur {ek|1} <vermicelli>", {"UPMA": 3, "UPMA-V": 1}),
        ("<upma> {3}, {1} <vermicelli upma>", {"UPMA": 3, "UPMA-V": 1}),
        ("<barik rice> {aadha kilo|0.5kg} aur <jada rice> {aadha kilo|0.5kg}", {"RICE-F": 0.5, "RICE-C": 0.5}),
    ],
)
def test_what_is_added_or_named_in_full_is_ordered(text: str, expected: dict[str, float]) -> None:
    result = read(STALL, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


@pytest.mark.parametrize("said", ["black", "काला"])
def test_a_sort_that_the_bot_half_passed_over_is_asked_about(said: str) -> None:
    """The shop has white sesame alone."""
    plain, reading = marked(f"{said} <sesame> {{1 kilo|1kg}}")
    for token in reading["tokens"]:
        token["p"] = 0.51 if token["start"] == 0 else token["p"]
    result = read_message(reading, STALL, ReadingContext(text=plain, thresholds=EVERYTHING))
    assert result.decision is Decision.CLARIFY


@pytest.mark.parametrize(
    ("text", "value"), [("शंभर रुपयांच्या <चपाती>", "शंभर"), ("shambhar rupyanchya <chapati>", "shambhar")]
)
def test_rupees_in_a_case_are_no_count(text: str, value: str) -> None:
    """For 120 rupees there are two chapatis of 60."""
    result = read(STALL, text.replace(value, f"{{{value}|120}}"))
    assert lines(result) == {"POLI": 2}


@pytest.mark.parametrize(
    "text",
    [
        "{four|4} {half plates|0.5plate} of <poha> and {2} <vada>",
        "{char|4} {half plate|0.5plate} <poha> aur {do|2} <vada>",
        "{चार|4} {हाफ प्लेट|0.5plate} <poha>, {दोन|2} <vada>",
    ],
)
def test_a_number_before_half_plates_counts_them(text: str) -> None:
    result = read(KITCHEN, text)
    assert (lines(result), result.decision) == ({"POHA-H": 4, "VADA": 2}, Decision.ACCEPT)


def test_half_plates_of_what_has_none_are_asked_about() -> None:
    assert read(KITCHEN, "{three|3} {half plates|0.5plate} of <idli>").decision is Decision.CLARIFY


def test_two_half_trays_are_one() -> None:
    assert lines(read(CORNER_SHOP, "{two|2} {half trays|0.5tray} of <eggs>")) == {"EGG-T": 1}


DEPOT = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "unit": unit, "price": "50", "stock": "400"}
        for sku, name, aliases, unit in (
            ("ALE", "Ginger Ale 300ml", "ginger ale", "bottle"),
            ("ALE-CRATE", "Ginger Ale 300ml crate (24 bottles)", "crate ya ginger ale|ginger ale crate", "crate"),
            ("ALE-PET", "Ginger Ale 500ml", "ginger ale 500", "bottle"),
            ("BUN", "Bun (single)", "bun|bans", "piece"),
            ("BUN-SLAB", "Bun Slab (8 bun)", "bun slab|slab bun", "packet"),
            ("SQUASH-CTN", "Maid Squash 400ml carton (12 bottles)", "maid squash carton", "carton"),
            ("SQUASH", "Maid Squash 400ml", "maid squash", "bottle"),
        )
    ]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{half a crate|0.5crate} of <ginger ale>", {"ALE": 12}),
        ("{crate moja na nusu|1.5crate} ya <ginger ale>", {"ALE-CRATE": 1, "ALE": 12}),
        ("{dedh|1.5} <bun slab>", {"BUN-SLAB": 1, "BUN": 4}),
        ("{half carton|0.5carton} of <maid squash>", {"SQUASH": 6}),
        ("{2.5|2.5crate} <ginger ale>", {"ALE-CRATE": 2, "ALE": 12}),
    ],
)
def test_a_broken_pack_comes_in_what_its_name_says_it_holds(text: str, expected: dict[str, int]) -> None:
    result = read(DEPOT, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


def test_a_part_of_a_pack_that_does_not_come_out_even_is_asked_about() -> None:
    assert read(DEPOT, "{1.3|1.3crate} <ginger ale>").decision is Decision.CLARIFY


@pytest.mark.parametrize("text", ["<kothimbir vadi> {2 plate|2plate}", "<कोथिंबीर वडी> {दोन प्लेट|2plate}"])
def test_plates_are_counted_though_a_row_tells_how_many_are_on_one(text: str) -> None:
    row = {"sku": "VADI", "name": "Kothimbir Vadi (2 pc plate)", "aliases": "kothimbir vadi|कोथिंबीर वडी"}
    shop = catalogue_from_rows([row | {"unit": "plate", "price": "45", "stock": "40", "currency": "INR"}])
    assert lines(read(shop, text)) == {"VADI": 2}
