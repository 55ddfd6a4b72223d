"""Numbers behind the verb that asks for a good, and before the size that they count."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.mending import corrected
from tests.support.shops import marked

SHOP = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "price": "60", "stock": "30"}
        for sku, name, aliases in (
            ("MOP", "Floor Mop", "mop|mopu"),
            ("JHADU", "Grass Broom", "jhadu|fagio"),
            ("ACID", "Toilet Acid 500ml", "acid"),
        )
    ]
)


def counts(text: str, doubted: str) -> list[tuple[str, float]]:
    """The amounts of a message of whose word the bot was of two minds."""
    plain, reading = marked(text)
    tokens = [{**one, "p": 0.4} if one["text"] == doubted else one for one in reading["tokens"]]
    found = corrected(plain, {**reading, "tokens": tokens}, SHOP)["amounts"]
    return [(one["text"], one["value"]) for one in sorted(found, key=lambda one: int(one["start"]))]


@pytest.mark.parametrize(
    ("text", "doubted", "expected"),
    [
        ("kama mna <mop> leteni mbili , na <fagio> {tatu|3}", "mbili", [("mbili", 2), ("tatu", 3)]),
        ("<jhadu> chahiye char", "char", [("char", 4)]),
        ("<mop> {mbili|2} leteni moja", "moja", [("mbili", 2)]),
        ("<mop> leteni moja kwa moja", "moja", []),
        ("<jhadu> bhej do", "do", []),
        ("punguza moja", "moja", [("moja", 1)]),
        ("reduce two", "two", [("two", 2)]),
        ("leteni moja", "moja", []),
    ],
)
def test_a_number_behind_the_verb_counts_a_bare_good(
    text: str, doubted: str, expected: list[tuple[str, float]]
) -> None:
    assert counts(text, doubted) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nipe mbili za {500ml|500ml}", [("mbili", 2), ("500ml", 500)]),
        ("mbili of the {500ml|500ml} ones", [("mbili", 2), ("500ml", 500)]),
        ("nipe mbili na {500ml|500ml}", [("500ml", 500)]),
    ],
)
def test_a_number_counts_the_size_that_a_genitive_leads_to(text: str, expected: list[tuple[str, float]]) -> None:
    assert counts(text, "mbili") == expected
