"""Marks for training are those of a right reading, put right by what its catalogue and its label know."""

import json
from pathlib import Path
from typing import Any

import pytest

from backend.conversations.reading.reader import read_message
from backend.conversations.reading.types import ReadingContext
from scripts import mark_messages
from scripts.mark_messages import markup, own, plain_words
from tests.support.marked_reading import EVERYTHING
from tests.support.shops import CORNER_SHOP, marked


def remarked(text: str, *, intent: str = "place_order", expect: str = "accept", **label: Any) -> str | None:
    """A message with the marks that it would be trained with."""
    plain, reading = marked(text, intent)
    result = read_message(reading, CORNER_SHOP, ReadingContext(text=plain, thresholds=EVERYTHING))
    blank = {"lines": [], "removed": [], "address": None, "phone": None, "payment": None}
    return markup(plain, blank | {"intent": intent, "expect": expect} | label, reading, result, CORNER_SHOP)


def test_a_right_reading_keeps_its_marks() -> None:
    lines = [{"sku": "MILK", "qty": 2}, {"sku": "BREAD", "qty": 1}]
    assert remarked("<maziwa> {mbili|2} na <mkate> {moja|1}", lines=lines) == (
        "[maziwa](item) [mbili](quantity) na [mkate](item) [moja](quantity)"
    )


def test_a_wrong_reading_teaches_no_marks() -> None:
    assert remarked("<maziwa> {mbili|2}", lines=[{"sku": "MILK", "qty": 3}]) is None


def test_everyday_words_are_no_ends_of_a_good() -> None:
    assert "naomba" in plain_words()
    assert remarked("<naomba> <maziwa> {mbili|2}", lines=[{"sku": "MILK", "qty": 2}]) == (
        "naomba [maziwa](item) [mbili](quantity)"
    )


@pytest.mark.parametrize("intent", ["complaint", "ask_availability"])
def test_goods_that_are_not_ordered_are_marked_by_their_names(intent: str) -> None:
    assert remarked("your maziwa today", intent=intent, expect="reply") == "your [maziwa](item) today"


def test_a_complaint_names_no_goods_that_are_not_sold() -> None:
    assert remarked("the <rider> was rude", intent="complaint", expect="handoff") == "the rider was rude"


def test_a_text_is_trained_under_one_intent() -> None:
    rows = {"en": [{"text": "[tea](item)", "intent": "place_order"}, {"text": "tea", "intent": "ask_price"}]}
    assert own(rows) == {"en": rows["en"][:1]}


def test_what_is_near_to_the_benchmark_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = tmp_path / "held.jsonl"
    case = {"text": "bring us five blue kites", "history": [{"from": "bot", "text": "Which blue, the light one?"}]}
    held.write_text(json.dumps(case), "utf-8")
    monkeypatch.setattr(mark_messages, "BENCHMARK", held)
    texts = ["bring us [five](quantity) blue [kites](item) ok", "which blue the light one", "two red kites"]
    rows = {"en": [{"text": text, "intent": "place_order"} for text in texts]}
    assert own(rows) == {"en": rows["en"][2:]}
