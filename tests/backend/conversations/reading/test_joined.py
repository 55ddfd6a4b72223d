"""Words that are a weight by themselves, and goods beside words for an amount that nothing reads."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.reader import read_message
from backend.conversations.reading.types import Decision, ReadingContext
from tests.support.marked_reading import EVERYTHING, lines, read
from tests.support.shops import CORNER_SHOP, marked

GROCER = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "unit": unit, "price": "60", "stock": "90", "currency": "INR"}
        for sku, name, aliases, unit in (
            ("CASHEW", "Cashew (loose)", "kaju|काजू", "kg"),
            ("RAISIN", "Raisins (loose)", "manuka|kishmish|मनुका", "kg"),
            ("BUN", "Bun Pav", "pav|पाव", "piece"),
        )
    ]
)


@pytest.mark.parametrize(
    ("text", "kilos"),
    [
        ("<pavsher kaju> ani {ek kilo|1kg} <manuka>", 0.25),
        ("pav sher <kaju>, {ek kilo|1kg} <kishmish>", 0.25),
        ("<काजू> पावशेर, {एक किलो|1kg} <मनुका>", 0.25),
        ("<पावभर काजू> और {एक किलो|1kg} <मनुका>", 0.25),
        ("<अदपाव काजू>, {एक किलो|1kg} <मनुका>", 0.125),
    ],
)
def test_they_weigh_the_good_beside_them(text: str, kilos: float) -> None:
    result = read(GROCER, text)
    assert (lines(result), result.decision) == ({"CASHEW": kilos, "RAISIN": 1}, Decision.ACCEPT)


def test_what_the_shop_sells_is_no_weight() -> None:
    assert lines(read(GROCER, "{aadha kilo|0.5kg} <kaju> aur aadha <pav>")).get("CASHEW") == 0.5


@pytest.mark.parametrize("text", ["<muttha kaju>, {ek kilo|1kg} <manuka>", "<ओंजळभर काजू>, {एक किलो|1kg} <मनुका>"])
def test_a_good_beside_a_word_that_nothing_reads_is_asked_about(text: str) -> None:
    plain, reading = marked(text)
    tokens = [{**one, "p": 0.6} if one["tag"] == "ITEM" else one for one in reading["tokens"]]
    result = read_message({**reading, "tokens": tokens}, GROCER, ReadingContext(plain, thresholds=EVERYTHING))
    assert result.decision is Decision.CLARIFY


@pytest.mark.parametrize("whole", ["kilo mzima", "whole kilo", "पूरा किलो"])
def test_a_whole_kilo_corrects_half_of_one(whole: str) -> None:
    assert lines(read(CORNER_SHOP, f"<onions> {{nusu kilo|0.5kg}}, hapana, weka {whole}")) == {"ONION": 1}
