"""Answers that say more of the rows that were offered than the choice among them takes up."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision, Slot, Turn
from tests.support.marked_reading import lines, read
from tests.support.shops import marked

SHOP = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "price": "60", "stock": "30", "options": options}
        for sku, name, aliases, options in (
            ("JAR-S", "Storage Jar Small", "small jar|chhota dabba|lahan dabba", "size=small"),
            ("JAR-L", "Storage Jar Large", "jar|big jar|bada dabba|motha dabba", "size=large"),
            ("ROPE-5", "Nylon Rope 5m", "rope 5", "size=5m"),
            ("ROPE-10", "Nylon Rope 10m", "rope 10", "size=10m"),
            ("SALT-H", "Table Salt 500g", "salt|chumvi|salt nusu", "size=500g"),
            ("SALT-1", "Table Salt 1kg", "salt kilo|chumvi kilo", "size=1kg"),
            ("SOAP-N", "Neem Soap", "neem|sabuni ya mwarobaini", ""),
            ("SOAP-R", "Rose Soap", "rose|sabuni ya waridi", ""),
            ("SOAP-T", "Tulsi Soap", "tulsi", ""),
        )
    ]
)  # fmt: skip


def _answer(said: str, question: str, answer: str) -> tuple[dict[str, int], Decision, Slot | None]:
    before, reading = marked(said)
    result = read(SHOP, answer, history=(Turn("customer", before, reading), Turn("bot", question)))
    return {sku: int(count) for sku, count in lines(result).items()}, result.decision, result.ask


@pytest.mark.parametrize(
    ("said", "question", "answer", "expected"),
    [
        ("{5} <soap>", "Neem, Rose or Tulsi?", "{3} rose rest neem", {"SOAP-R": 3, "SOAP-N": 2}),
        ("{5} <soap>", "Neem, Rose ya Tulsi?", "{ek|1} tulsi baki neem", {"SOAP-T": 1, "SOAP-N": 4}),
        ("{2} <rope>", "5m ya 10m?", "{5m|5m} ka {ek|1} aur {10m|10m} ka {ek|1}", {"ROPE-5": 1, "ROPE-10": 1}),
        ("<salt>", "Table Salt 500g or 1kg?", "ile ya {nusu kilo|0.5kg}", {"SALT-H": 1}),
        ("<salt>", "Table Salt 500g ya 1kg?", "{aadha kilo|0.5kg} wala", {"SALT-H": 1}),
        ("{3} <storage jar>", "Small or Large?", "{2} large {1} small", {"JAR-L": 2, "JAR-S": 1}),
        ("{2} <jar>", "Small or Large?", "one each", {"JAR-S": 1, "JAR-L": 1}),
        ("{3} <salt>", "500g or 1kg?", "{2} small {one|1} large", {"SALT-H": 2, "SALT-1": 1}),
        ("{2} <salt>", "500g की 1kg?", "{एक|1} लहान {एक|1} मोठं", {"SALT-H": 1, "SALT-1": 1}),
        ("{2} <salt>", "500g ki 1kg?", "motha", {"SALT-1": 2}),
        ("{4} <jar>", "Small or Large?", "{2|2} dono", {"JAR-S": 2, "JAR-L": 2}),
    ],
)
def test_an_answer_counts_each_row_that_it_names(
    said: str, question: str, answer: str, expected: dict[str, int]
) -> None:
    assert _answer(said, question, answer) == (expected, Decision.ACCEPT, None)


@pytest.mark.parametrize(
    ("said", "question", "answer"),
    [
        ("{3} <soap>", "Neem, Rose ki Tulsi?", "<neem> nako, rose"),
        ("{3} <soap>", "Neem, Rose au Tulsi?", "rose {2} tulsi {1} neem {saba|7} na {4}"),
        ("{3} <soap>", "Neem ki Rose?", "gulabi {don|2}, neem {ek|1}"),
        ("{5} <soap>", "Neem or Rose?", "pink {three|3}, neem {two|2}"),
    ],
)
def test_what_an_answer_says_besides_is_asked_about(said: str, question: str, answer: str) -> None:
    assert _answer(said, question, answer)[1] is Decision.CLARIFY


@pytest.mark.parametrize(("question", "answer"), [("Dark or light?", "both"), ("Nyeusi au nyeupe?", "zote mbili")])
def test_both_of_what_was_offered_is_no_single_row(question: str, answer: str) -> None:
    assert _answer("{1} <neem>", question, answer)[1] is Decision.CLARIFY


def test_numbers_of_two_sizes_are_asked_about_where_they_run_together() -> None:
    """Each of them may be a size of a jug, and a number of jugs."""
    jugs = catalogue_from_rows(
        [
            {
                "sku": f"JUG-{n}",
                "name": f"Jug {n}L",
                "aliases": f"jug {n}l",
                "price": "90",
                "stock": "9",
                "options": f"size={n}L",
            }
            for n in (1, 2)
        ]
    )
    before, reading = marked("{3} <jug>")
    asked = (Turn("customer", before, reading), Turn("bot", "1L or 2L?"))
    result = read(jugs, "{2l|2l} {two|2} {1l|1l} {one|1}", history=asked)
    assert result.decision is Decision.CLARIFY


def test_a_good_ordered_besides_is_none_of_the_rows_that_were_offered() -> None:
    found = _answer("<storage jar>", "Small or Large?", "large, pia <salt nusu> {1}")
    assert found[0] == {"JAR-L": 1, "SALT-H": 1}


@pytest.mark.parametrize(
    ("said", "question", "answer"),
    [
        ("<jar>", "Small or Large?", "not the small one"),
        ("<rope>", "5m ya 10m?", "si ile ya 10m"),
        ("<neem>", "Neem kitne?", "{do|2}, aur <tulsi>"),
    ],
)
def test_what_an_answer_refuses_or_names_besides_is_asked_about(said: str, question: str, answer: str) -> None:
    assert _answer(said, question, answer)[1] is Decision.CLARIFY


@pytest.mark.parametrize(
    ("said", "question", "answer", "expected"),
    [
        ("{3} <soap>", "Neem, Rose or Tulsi?", "not <tulsi>", {}),
        ("{3} <soap>", "Neem, Rose ama Tulsi?", "si ya <waridi>", {}),
        ("{3} <soap>", "Neem, Rose or Tulsi?", "not <rose>, <neem>", {"SOAP-N": 3}),
        ("{3} <soap>", "Neem, Rose ama Tulsi?", "<tulsi> sio <neem>", {"SOAP-T": 3}),
        ("{2} <salt>", "Table Salt 500g or 1kg?", "not the <kilo>", {}),
    ],
)
def test_what_an_answer_refuses_is_not_taken(said: str, question: str, answer: str, expected: dict[str, int]) -> None:
    booked, decision, _ = _answer(said, question, answer)
    assert decision is (Decision.ACCEPT if expected else Decision.CLARIFY)
    assert not expected or booked == expected


@pytest.mark.parametrize("answer", ["{nne|4}, {mbili|2} ndogo", "{4}, {2} small", "{char|4}, {do|2} chhote"])
def test_a_count_that_is_shared_out_behind_it_is_asked_about(answer: str) -> None:
    """Of how many there are to be, some are to be in another size."""
    assert _answer("<jar>", "How many?", answer)[1] is Decision.CLARIFY
