"""Orders that we read back with each row named in full."""

from fractions import Fraction

import pytest

from backend.catalog.linking.catalogue import Catalogue, catalogue_from_rows
from backend.conversations.reading.history import running_order
from backend.conversations.reading.read_back import counted_behind, named_in_full
from backend.conversations.reading.types import Turn


def _shop(*names: tuple[str, str]) -> Catalogue:
    common = {"unit": "piece", "price": "20", "stock": "60"}
    return catalogue_from_rows([{"sku": sku, "name": name, "aliases": "", **common} for sku, name in names])


BUREAU = _shop(
    ("PHOTO", "Passport Photos (4)"),
    ("BIND", "Spiral Binding"),
    ("CAPSET", "Baby Cap, Mitten and Booties Set"),
    ("SAND-L", "Leather Sandals"),
    ("SAND-M", "Maasai Beaded Sandals"),
)
SNACKS = _shop(
    ("PURI", "Puris (packet of 50)"),
    ("SEV", "Sev Puri (plate)"),
    ("KULFI-M", "Kulfi (matka)"),
    ("KULFI-S", "Kulfi (stick)"),
)


@pytest.mark.parametrize(
    ("shop", "said", "expected"),
    [
        (BUREAU, "5 Passport Photos (4), 1 Spiral Binding = KES 900. Confirm?", {"PHOTO": 5, "BIND": 1}),
        (BUREAU, "Order: 3 x Baby Cap, Mitten and Booties Set, 2 Spiral Binding = KES 90.", {"CAPSET": 3, "BIND": 2}),
        (BUREAU, "3 Leather Sandals, 1 Maasai Beaded Sandals = KES 900. Confirm?", {"SAND-L": 3, "SAND-M": 1}),
        (SNACKS, "1 Puris (packet of 50) aur 3 Sev Puri (plate) = ₹900. Confirm?", {"PURI": 1, "SEV": 3}),
        (SNACKS, "3 Kulfi (matka), 5 Sev Puri (plate) = ₹900. Confirm?", {"KULFI-M": 3, "SEV": 5}),
    ],
)
def test_a_number_in_a_name_counts_nothing(shop: Catalogue, said: str, expected: dict[str, int]) -> None:
    assert running_order([Turn("bot", said)], shop) == expected


@pytest.mark.parametrize(
    "listed", ["2 Spiral Binding blue", "2 kg Spiral Binding", "2 Spiral Binding in 30 minutes", "hello"]
)
def test_a_list_with_other_numbers_or_words_is_read_as_any(listed: str) -> None:
    assert named_in_full(listed, BUREAU) == {}


WEIGHED = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": alias, "unit": unit, "price": "90", "stock": "60"}
        for sku, name, alias, unit in (
            ("BEAN", "Beans (loose, per kg)", "maharage|राजमा", "kg"),
            ("ROPE", "Sisal Rope", "kamba", "kg"),
            ("SACK", "Jute Sack", "gunia|बोरी", "piece"),
        )
    ]
)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Maharage kilo 3, Gunia 2 = KES 300. Tuendelee?", {"BEAN": 3, "SACK": 2}),
        ("Gunia 5, Kamba kilo 2 = KES 300. Sawa?", {"SACK": 5, "ROPE": 2}),
        ("3 किलो राजमा, 2 बोरी = ₹300. बुक करूँ?", {"BEAN": 3, "SACK": 2}),
        ("Maharage 2kg, Gunia 1 = KES 300. Sawa?", {"BEAN": 2, "SACK": 1}),
    ],
)
def test_a_weight_with_its_unit_in_words_is_read_back(said: str, expected: dict[str, int]) -> None:
    assert running_order([Turn("bot", said)], WEIGHED) == expected


COUNTED_BEHIND = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": alias, "unit": unit, "price": "90", "stock": "60"}
        for sku, name, alias, unit in (
            ("WOOL-G", "Soft Wool, dark green (7)", "green wool|wool green", "piece"),
            ("WOOL-R", "Soft Wool, red (9)", "red wool|wool red", "piece"),
            ("BUN", "Bun (single)", "bun|बन", "piece"),
            ("BUN-T", "Buns tray (30)", "tray ya bun", "tray"),
            ("RICE", "Rice", "mchele|तांदूळ", "kg"),
            ("SET-4", "Brush Set 4", "brush set 4|brush set", "set"),
        )
    ]
)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Wool green 6, Wool red 1 = KES 830. Nithibitishe?", {"WOOL-G": 6, "WOOL-R": 1}),
        ("Buns 20, Rice 0.5kg = KES 500. Sawa?", {"BUN": 20, "RICE": Fraction(1, 2)}),
        ("बन 20, तांदूळ 2 kg = ₹500. Confirm?", {"BUN": 20, "RICE": 2}),
    ],
)
def test_a_count_behind_a_whole_name_is_of_that_row(said: str, expected: dict[str, object]) -> None:
    assert running_order([Turn("bot", said)], COUNTED_BEHIND) == expected


@pytest.mark.parametrize("listed", ["Brush Set 4", "Bun 3, something 2", "Rice 3", "Bun 2kg", "3 Bun"])
def test_a_list_that_is_not_counted_behind_whole_names_is_read_as_any(listed: str) -> None:
    assert counted_behind(listed, COUNTED_BEHIND) == {}
