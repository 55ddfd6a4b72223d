"""Names and aliases with numbers of their own, ordered word for word."""

import pytest

from backend.conversations.reading.types import Decision
from tests.support.marked_reading import lines, read
from tests.support.shops import shop_of

ELECTRICIAN = shop_of(
    ("SOC-6", "Wall Socket 6 amp", "6a socket|small socket", "rating=6A"),
    ("SOC-16", "Wall Socket 16 amp", "16a socket|power socket", "rating=16A"),
    ("EXT-4", "Extension Board 4 way", "4 socket extension|extension", "ways=4"),
    ("EXT-8", "Extension Board 8 way", "8 socket extension", "ways=8"),
    ("IRON", "Dry Iron", "iron|istri"),
    ("SEAL", "M-Seal 100g", "m-seal|em seal"),
    ("BRUSH-2", "Paint Brush 2 inch", "brashi inchi mbili|brush 2 inch", "size=2 inch"),
    ("BRUSH-4", "Paint Brush 4 inch", "brashi inchi nne|brush 4 inch", "size=4 inch"),
)
GROCER = shop_of(
    ("BANANA-6", "Bananas half dozen", "half dozen banana|आधा दर्जन केले", "size=half dozen"),
    ("BANANA-12", "Bananas dozen", "banana|केले", "size=dozen"),
    ("CASHEW-250", "Cashew 250g", "kaju pav kilo", "size=250g"),
    ("CASHEW-500", "Cashew 500g", "kaju aadha kilo", "size=500g"),
    ("MALA", "Sour Milk 500ml", "mala nusu lita|nusu lita ya mala", "size=500ml"),
    ("WATER", "Water 500ml", "maji", "size=500ml"),
    ("WATER-1", "Water 1L", "maji lita", "size=1L"),
    ("SUGAR-1", "Sugar 1kg", "sukari kilo", "size=1kg"),
    ("SUGAR-2", "Sugar 2kg", "sukari kilo mbili", "size=2kg"),
    ("TISSUE-4", "Toilet Tissue (4 pack)", "tissue 4 pack|tissue ya 4"),
    ("TISSUE", "Toilet Tissue Roll", "tissue|tissue moja"),
    ("TEA", "Tea Leaves", "majani|tea"),
    ("WINE", "Street Red Wine", "4th street red"),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{2} {16}a <socket> and {4} <iron>", {"SOC-16": 2, "IRON": 4}),
        ("{do|2} {8} <socket extension> aur {do|2} <istri>", {"EXT-8": 2, "IRON": 2}),
        ("teen {6}a <socket>, {2} <iron>", {"SOC-6": 3, "IRON": 2}),
        ("{2} x {16}A <sockets> and {4} <iron>", {"SOC-16": 2, "IRON": 4}),
        ("{1} {four|4} <socket extension> and {2} <iron>", {"EXT-4": 1, "IRON": 2}),
        ("{do|2} {आठ|8} <socket extension>", {"EXT-8": 2}),
        ("{5 m|5m}-<seal> and {3} <iron>", {"SEAL": 5, "IRON": 3}),
        ("<brashi inchi> {mbili mbili|2each} na <iron> {tatu|3}", {"BRUSH-2": 2, "IRON": 3}),
        ("<brashi inchi> {nne|4} tano", {"BRUSH-4": 5}),
    ],
)
def test_a_number_of_a_name_is_no_count(text: str, expected: dict[str, int]) -> None:
    result = read(ELECTRICIAN, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{5} {half dozen|0.5dozen} <banana> and {2} <tea>", {"BANANA-6": 5, "TEA": 2}),
        ("{पाँच|5} {आधा दर्जन|0.5dozen} <केले>", {"BANANA-6": 5}),
        ("ek half dozen <banana> aur {2} <tea>", {"BANANA-6": 1, "TEA": 2}),
        ("<kaju> {pav kilo|0.25kg} do, <tea> {paanch|5}", {"CASHEW-250": 2, "TEA": 5}),
        ("<tea> {tano|5} na mala {nusu lita|0.5l} tatu", {"TEA": 5, "MALA": 3}),
        ("<tea> {nne na nusu|4.5} lita ya mala tatu", {"TEA": 4, "MALA": 3}),
        ("{2} <maji> lita", {"WATER-1": 2}),
        ("<sukari> {kilo mbili|2kg} mbili", {"SUGAR-2": 2}),
        ("<sukari> {kilo tatu|3kg}", {"SUGAR-1": 1, "SUGAR-2": 1}),
        ("<tissue> {4 pack|4packet} {nne|4}, <tea> {2}", {"TISSUE-4": 4, "TEA": 2}),
        ("<tissue> ya {4} {tatu|3}", {"TISSUE-4": 3}),
        ("<tea> {x5|5}\n<sukari> kilo {x2|2}", {"TEA": 5, "SUGAR-1": 2}),
        ("{3} <tea> and {2} 4th street red", {"TEA": 3, "WINE": 2}),
    ],
)
def test_a_fraction_or_a_size_of_a_name_is_no_amount(text: str, expected: dict[str, float]) -> None:
    assert lines(read(GROCER, text)) == expected


def test_a_place_that_is_called_as_a_good_is_one_where_nothing_counts_it() -> None:
    text = "{3} <tea>, deliver to 4th street red building"
    start = text.replace("{", "").replace("}", "").replace("<", "").replace(">", "").index("4th")
    plain = "4th street red building"
    slots = {"address": {"text": plain, "start": start, "end": start + len(plain)}}
    result = read(GROCER, text, slots=slots)
    assert (lines(result), result.address) == ({"TEA": 3}, plain)
