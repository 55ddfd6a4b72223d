"""Joints and filler that are goods where a shop calls its own so: "wali", rice in Kenya, and "टाई", a tie."""

import pytest

from backend.catalog.linking.catalogue import Catalogue, catalogue_from_rows
from tests.support.marked_reading import lines, read


def _shop(currency: str) -> Catalogue:
    return catalogue_from_rows(
        [
            {"sku": sku, "name": name, "aliases": aliases, "unit": "plate", "price": "90", "stock": "50",
             "currency": currency}
            for sku, name, aliases in (
                ("RICE", "Steamed Rice", "wali|rice"),
                ("BEANS", "Bean Stew", "maharagwe|rajma wali"),
                ("CHAPATI", "Chapati", "chapati"),
            )
        ]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("wali {mbili|2} na <chapati> {tatu|3}", {"RICE": 2, "CHAPATI": 3}),
        ("naomba wali na <chapati> {mbili|2}", {"RICE": 1, "CHAPATI": 2}),
        ("plate {mbili|2} za wali, <maharagwe> {moja|1}", {"RICE": 2, "BEANS": 1}),
    ],
)
def test_a_kenyan_shop_sells_wali(text: str, expected: dict[str, int]) -> None:
    assert lines(read(_shop("KES"), text)) == expected


def test_an_indian_shop_joins_with_it() -> None:
    assert lines(read(_shop("INR"), "<rajma> wali {2}")) == {"BEANS": 2}


OUTFITTER = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "unit": "piece", "price": "90", "stock": "50", "currency": "INR"}
        for sku, name, aliases in (
            ("TIE", "Silk Tie", "tie|टाई|टाय"),
            ("CAP", "Cotton Cap", "topi|टोपी"),
            ("FAN", "Hand Fan", "fan|पान"),
        )
    ]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{एक|1} <टाई> और {दो|2} <टोपी>", {"TIE": 1, "CAP": 2}),
        ("{दोन|2} टाय आणि {एक|1} <टोपी>", {"TIE": 2, "CAP": 1}),
        ("{दो|2} पान, {एक|1} <टोपी>", {"FAN": 2, "CAP": 1}),
    ],
)
def test_what_sounds_like_filler_is_a_good_as_the_shop_spells_it(text: str, expected: dict[str, int]) -> None:
    assert lines(read(OUTFITTER, text)) == expected


@pytest.mark.parametrize("text", ["ताई {एक|1} <टोपी> द्या", "tai {ek|1} <topi> dya"])
def test_spelled_otherwise_it_is_filler_still(text: str) -> None:
    assert lines(read(OUTFITTER, text)) == {"CAP": 1}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<कार होल्डर> {दोन|2}, <family combo> {1} 5pm", {"HOLDER-C": 2, "FAMILY": 1}),
        ("<family combo> {moja|1} tonight", {"FAMILY": 1}),
    ],
)
def test_what_sounds_like_a_verb_or_says_a_size_is_a_good_as_the_shop_spells_it(
    text: str, expected: dict[str, int]
) -> None:
    """कार is a car, and no "kar", do; "family combo" has no other word for what it is."""
    shop = catalogue_from_rows(
        [
            {"sku": sku, "name": name, "aliases": aliases, "unit": unit, "price": "90", "stock": "50"}
            for sku, name, aliases, unit in (
                ("HOLDER-C", "Car Mobile Holder", "car holder", "piece"),
                ("HOLDER-B", "Bike Mobile Holder", "बाइक होल्डर", "piece"),
                ("CHARGER", "Car Charger", "कार चार्जर", "piece"),
                ("FAMILY", "Family Combo (4 burgers)", "family combo", "combo"),
                ("SOLO", "Solo Combo (burger)", "solo combo", "combo"),
            )
        ]
    )
    assert lines(read(shop, text)) == expected


def test_a_kenyan_shop_names_a_dish_by_it() -> None:
    """No row is called rice alone."""
    rows = [("RICE-MEAT", "Rice and Meat", "wali nyama"), ("MEAT", "Meat Plate", "nyama"), ("TEA", "Tea", "chai")]
    common = {"unit": "plate", "price": "90", "stock": "50", "currency": "KES"}
    shop = catalogue_from_rows([{"sku": sku, "name": name, "aliases": other, **common} for sku, name, other in rows])
    assert lines(read(shop, "nipe wali <nyama> {mbili|2}")) == {"RICE-MEAT": 2}
    assert lines(read(shop, "nipe <nyama> {mbili|2}")) == {"MEAT": 2}
