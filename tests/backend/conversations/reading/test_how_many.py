"""Answers to "how many?" that are of several goods."""

import pytest

from backend.conversations.reading.types import Decision, Slot, Turn
from tests.support.marked_reading import lines, read
from tests.support.shops import CORNER_SHOP, KITCHEN, marked


def _answer(shop: object, said: str, question: str, answer: str) -> tuple[dict[str, int], Decision, Slot | None]:
    before, reading = marked(said)
    result = read(shop, answer, history=(Turn("customer", before, reading), Turn("bot", question)))
    return {sku: int(count) for sku, count in lines(result).items()}, result.decision, result.ask


@pytest.mark.parametrize(
    ("shop", "said", "question", "answer", "expected"),
    [
        (KITCHEN, "<चाय> aur <idli>", "कितने-कितने भेजें?", "दोनों {दो|2}", {"TEA": 2, "IDLI": 2}),
        (KITCHEN, "<chai>, <idli> and <vada>", "How many?", "{3|3} each", {"TEA": 3, "IDLI": 3, "VADA": 3}),
        (KITCHEN, "<idli> ani <vada>", "Kiti kiti?", "{don|2} ani {char|4}", {"IDLI": 2, "VADA": 4}),
        (CORNER_SHOP, "<maziwa> na <mkate>", "Ngapi?", "{3|3} na {1|1}", {"MILK": 3, "BREAD": 1}),
        (CORNER_SHOP, "<maziwa> na <mkate>", "Ngapi?", "kila moja {tatu|3}", {"MILK": 3, "BREAD": 3}),
        (CORNER_SHOP, "<maziwa> na <mkate> {2}", "Maziwa ngapi?", "{3|3}", {"MILK": 3}),
    ],
)
def test_the_numbers_of_an_answer_are_of_each_good(
    shop: object, said: str, question: str, answer: str, expected: dict[str, int]
) -> None:
    assert _answer(shop, said, question, answer) == (expected, Decision.ACCEPT, None)


@pytest.mark.parametrize(
    ("shop", "said", "question", "answer", "expected"),
    [
        (KITCHEN, "<chai> aur <idli>", "Kitne kitne?", "{teen|3}", {}),
        (KITCHEN, "<chai>, <idli> and <vada>", "How many?", "{2|2} and {4|4}", {}),
        (KITCHEN, "<chai>, <idli> and <vada>", "How many?", "{2|2} <chai>", {"TEA": 2}),
        (CORNER_SHOP, "<maziwa> na <mkate>", "Ngapi ngapi?", "<maziwa> {mbili|2}", {"MILK": 2}),
    ],
)
def test_a_good_without_a_number_is_asked_about(
    shop: object, said: str, question: str, answer: str, expected: dict[str, int]
) -> None:
    assert _answer(shop, said, question, answer) == (expected, Decision.CLARIFY, Slot.QTY)
