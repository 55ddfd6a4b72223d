"""Amounts as people write them: what is found, how much it is, and in which unit."""

import pytest

from bot.nlu.amounts import find_amounts
from bot.nlu.tokens import tokenise

_CASES = [
    ("2kg sugar", "2kg", 2.0, "measure", "kg"),
    ("sukari kilo mbili na nusu", "kilo mbili na nusu", 2.5, "measure", "kg"),
    ("nusu kilo ya nyanya", "nusu kilo", 0.5, "measure", "kg"),
    ("nyanya kilo na nusu", "kilo na nusu", 1.5, "measure", "kg"),
    ("robo tatu kilo", "robo tatu kilo", 0.75, "measure", "kg"),
    ("dhai sau gram barfi", "dhai sau gram", 250.0, "measure", "g"),
    ("sadhe teen kilo chawal", "sadhe teen kilo", 3.5, "measure", "kg"),
    ("savva kilo", "savva kilo", 1.25, "measure", "kg"),
    ("डेढ़ किलो आटा", "डेढ़ किलो", 1.5, "measure", "kg"),
    ("अर्धा किलो साखर", "अर्धा किलो", 0.5, "measure", "kg"),
    ("अडीच किलो", "अडीच किलो", 2.5, "measure", "kg"),
    ("३ लिटर दूध", "३ लिटर", 3.0, "measure", "l"),
    ("1½ l", "1½ l", 1.5, "measure", "l"),
    ("1 1/2 kg", "1 1/2 kg", 1.5, "measure", "kg"),
    ("1/2 kg", "1/2 kg", 0.5, "measure", "kg"),
    ("one and a half kilo", "one and a half kilo", 1.5, "measure", "kg"),
    ("half a dozen eggs", "half a dozen", 0.5, "pack", "dozen"),
    ("tray mbili za mayai", "tray mbili", 2.0, "pack", "tray"),
    ("ek darjan kele", "ek darjan", 1.0, "pack", "dozen"),
    ("2x milk", "2x", 2.0, "count", None),
    ("milk x 3", "x 3", 3.0, "count", None),
    ("mandazi kumi na mbili", "kumi na mbili", 12.0, "count", None),
    ("samose pachaas", "pachaas", 50.0, "count", None),
]


def _found(text: str) -> list[tuple[str, float | None, str, str | None]]:
    tokens = tokenise(text)
    return [
        (text[tokens[item.first].start : tokens[item.last - 1].end], item.value, item.kind, item.unit)
        for item in find_amounts(tokens)
    ]


@pytest.mark.parametrize(("text", "words", "value", "kind", "unit"), _CASES)
def test_an_amount_is_read(text: str, words: str, value: float, kind: str, unit: str | None) -> None:
    assert _found(text) == [(words, value, kind, unit)]


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("nyanya ya soo na mbao", 120.0, None), ("za soo mbili", 200.0, None),
        ("mchele wa mia nne", 400.0, None), ("50 ka aloo", 50.0, None),
        ("₹50", 50.0, "INR"),
        ("ksh 1,200", 1200.0, "KES"), ("पन्नास रुपयांचे", 50.0, "INR"), ("20 bob", 20.0, "KES"), ("worth 200", 200.0, None),
        ("100/-", 100.0, None), ("thao", 1000.0, None),
        ("za soo na nusu", 150.0, None), ("za soo na hamsini", 150.0, None), ("ya soo moja sitini", 160.0, None),
        ("za thao moja mia mbili", 1200.0, None), ("सौ रुपये के", 100.0, "INR"), ("50 rupayachi", 50.0, "INR"),
    ],
)  # fmt: skip
def test_money_is_an_amount(text: str, value: float, currency: str | None) -> None:
    (amount,) = find_amounts(tokenise(text))
    assert (amount.kind, amount.value, amount.currency) == ("money", value, currency)


@pytest.mark.parametrize(
    ("text", "low", "high"), [("2-3 kg", 2.0, 3.0), ("mbili au tatu", 2.0, 3.0), ("do teen", 2.0, 3.0)]
)
def test_a_range_keeps_both_ends(text: str, low: float, high: float) -> None:
    (amount,) = find_amounts(tokenise(text))
    assert (amount.value, amount.high) == (low, high)


@pytest.mark.parametrize("text", ["mbili mbili", "2-2", "don don", "2 each", "moja moja"])
def test_doubling_is_marked(text: str) -> None:
    (amount,) = find_amounts(tokenise(text))
    assert amount.repeat


@pytest.mark.parametrize("text", ["a few", "thodi si", "kadhaa", "थोडे"])
def test_a_vague_amount_has_no_value(text: str) -> None:
    (amount,) = find_amounts(tokenise(text))
    assert (amount.kind, amount.value) == ("vague", None)


@pytest.mark.parametrize("text", ["saa tatu", "saa kumi na moja", "2pm", "paanch baje", "10 am", "४ वाजेपर्यंत"])
def test_an_hour_of_the_day_counts_nothing(text: str) -> None:
    assert find_amounts(tokenise(text)) == []


def test_a_count_behind_an_hour_is_read() -> None:
    (amount,) = find_amounts(tokenise("Ijumaa saa tatu mandazi mbili"))
    assert amount.value == 2


@pytest.mark.parametrize(("text", "value"), [("दोनच", 2.0), ("donach", 2.0), ("tinach", 3.0), ("paach", 5.0)])
def test_just_so_many_is_a_count_in_marathi(text: str, value: float) -> None:
    (amount,) = find_amounts(tokenise(text))
    assert amount.value == value


def test_blue_is_a_colour() -> None:
    """The street calls a twenty-shilling note so, but far more people want something blue."""
    assert find_amounts(tokenise("blue kurti")) == []
