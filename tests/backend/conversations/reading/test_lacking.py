"""Goods that the shop lacks: words that no row has, which are asked about and never passed over."""

import pytest

from backend.conversations.reading.reader import read_message
from backend.conversations.reading.types import Decision, OrderReading, ReadingContext, Slot
from tests.support.shops import CORNER_SHOP, marked


def _read(text: str, p: float) -> OrderReading:
    """A reading of marked text, the bot so sure of what it took for goods."""
    plain, reading = marked(text)
    tokens = [{**one, "p": p if one["tag"] == "ITEM" else one["p"]} for one in reading["tokens"]]
    return read_message({**reading, "tokens": tokens}, CORNER_SHOP, ReadingContext(plain))


@pytest.mark.parametrize(
    "text", ["send <gripe water> and {one|1} <bread>", "leta <dengu> na {moja|1} <mkate>", "<dengu> na <maziwa> {2}"]
)
def test_a_strange_good_that_leads_a_list_is_asked_about(text: str) -> None:
    result = _read(text, p=0.8)
    assert (result.decision, result.ask) == (Decision.CLARIFY, Slot.ITEM)
    assert result.unmatched


@pytest.mark.parametrize(
    "text", ["send <gripe water> (the blue one) and {one|1} <bread>", "<dengu> (ya kijani), <maziwa> {2}"]
)
def test_a_strange_good_that_brackets_tell_more_of_is_asked_about(text: str) -> None:
    result = _read(text, p=0.8)
    assert (result.decision, result.ask, len(result.unmatched)) == (Decision.CLARIFY, Slot.ITEM, 1)


def test_alone_the_bot_must_be_surer_of_it() -> None:
    assert not _read("send <gripe water> today, {one|1} <bread>", p=0.8).unmatched


@pytest.mark.parametrize(
    "text", ["thodi si <adrak> aur {2} <milk>", "{2} <milk> aur thodi si <adrak>", "थोड़ी सी <अदरक> और {2} <milk>"]
)
def test_a_little_of_a_strange_good_is_no_refusal_of_it(text: str) -> None:
    result = _read(text, p=0.9)
    assert (result.decision, result.ask) == (Decision.CLARIFY, Slot.ITEM)
    assert result.unmatched


def test_swahilis_not_still_refuses() -> None:
    result = _read("{2} <maziwa>, si <adrak>", p=0.9)
    assert (result.decision, result.unmatched) == (Decision.ACCEPT, ())
