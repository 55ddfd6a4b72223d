"""Goods get the amounts and options that stand with them, and the role that the words around them give."""

import pytest

from bot.nlu.features import prepare
from bot.nlu.mentions import mentions_of
from bot.nlu.spans import Span


def _read(
    text: str, labels: dict[str, str], intent: str = "place_order"
) -> list[tuple[str, str, list[float | None], list[str]]]:
    """Read a message whose spans are given by their words."""
    message = prepare(text)
    words = [token.text for token in message.tokens]
    spans = []
    for phrase, name in labels.items():
        wanted = phrase.split()
        first = next(at for at in range(len(words)) if words[at : at + len(wanted)] == wanted)
        spans.append(Span(name, first, first + len(wanted), 0.9))
    amounts = message.amounts
    return [
        (
            item.as_json(message)["text"],
            item.role,
            [amounts[at].value for at in item.amounts],
            [option["text"] for option in item.as_json(message)["options"]],
        )
        for item in mentions_of(message, sorted(spans, key=lambda span: span.first), amounts, intent)
    ]


@pytest.mark.parametrize(
    ("text", "goods", "expected"),
    [
        ("2 kg rice and 3 soap", ("rice", "soap"), [("rice", [2.0]), ("soap", [3.0])]),
        ("sukari kilo mbili , mkate mmoja", ("sukari", "mkate"), [("sukari", [2.0]), ("mkate", [1.0])]),
        ("rice 2kg soap 3", ("rice", "soap"), [("rice", [2.0]), ("soap", [3.0])]),
        ("4 oil 500ml", ("oil",), [("oil", [4.0, 500.0])]),
        ("rice soap 2 each", ("rice", "soap"), [("rice", [2.0]), ("soap", [2.0])]),
        ("2 rice sorry 3", ("rice",), [("rice", [3.0])]),
    ],
)
def test_amounts_go_to_their_goods(text: str, goods: tuple[str, ...], expected: list[tuple[str, list[float]]]) -> None:
    found = _read(text, dict.fromkeys(goods, "ITEM"))
    assert [(name, amounts) for name, _, amounts, _ in found] == expected


def test_an_option_goes_to_the_goods_beside_it() -> None:
    found = _read("2 red pens and soap", {"red": "OPTION", "pens": "ITEM", "soap": "ITEM"})
    assert [(name, options) for name, _, _, options in found] == [("pens", ["red"]), ("soap", [])]


@pytest.mark.parametrize(
    ("text", "labels", "roles"),
    [
        ("remove the soap", {"remove": "REMOVE", "soap": "ITEM"}, ["remove"]),
        ("soap hata do", {"soap": "ITEM", "hata do": "REMOVE"}, ["remove"]),
        ("ondoa sabuni weka mkate", {"ondoa": "REMOVE", "sabuni": "ITEM", "mkate": "ITEM"}, ["remove", "add"]),
        (
            "ongeza sabuni mbili na uondoe mkate",
            {"uondoe": "REMOVE", "sabuni": "ITEM", "mkate": "ITEM"},
            ["add", "remove"],
        ),
        ("weka mkate , mtoe sabuni", {"mtoe": "REMOVE", "sabuni": "ITEM", "mkate": "ITEM"}, ["add", "remove"]),
        ("a soap in place of the rice", {"in place of": "REMOVE", "rice": "ITEM", "soap": "ITEM"}, ["add", "remove"]),
        ("mop in place of the brush", {"mop": "ITEM", "in place of": "REMOVE", "brush": "ITEM"}, ["add", "remove"]),
        ("mop in lieu of brush", {"mop": "ITEM", "in lieu of": "REMOVE", "brush": "ITEM"}, ["add", "remove"]),
        ("rice instead of soap", {"rice": "ITEM", "soap": "ITEM"}, ["to", "from"]),
        ("change rice to soap", {"rice": "ITEM", "soap": "ITEM"}, ["from", "to"]),
        ("चावल ऐवजी पोहे", {"चावल": "ITEM", "पोहे": "ITEM"}, ["from", "to"]),
    ],
)
def test_roles(text: str, labels: dict[str, str], roles: list[str]) -> None:
    assert [role for _, role, _, _ in _read(text, labels, "modify_order")] == roles


def test_a_question_orders_nothing() -> None:
    assert [role for _, role, _, _ in _read("how much is rice", {"rice": "ITEM"}, "ask_price")] == ["ask"]


def test_a_word_beside_an_amount_that_nothing_explains_is_goods() -> None:
    assert _read("2kg zumbeloo", {}) == [("zumbeloo", "add", [2.0], [])]
