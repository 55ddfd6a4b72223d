"""The labelled messages in data/ are well formed, agree with their catalogues and repeat nothing of the benchmark."""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from rapidfuzz import fuzz, process

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
BENCHMARK = ROOT.parent / "shared" / "eval" / "dev.jsonl"

LANGUAGES = {"en", "sw", "sheng", "hi", "hi-Latn", "mr", "mr-Latn", "mixed"}
INTENTS = {
    "place_order",
    "modify_order",
    "cancel_order",
    "affirm",
    "deny",
    "ask_price",
    "ask_availability",
    "ask_menu",
    "ask_delivery",
    "ask_hours",
    "track_order",
    "change_address",
    "choose_payment",
    "claim_paid",
    "payment_problem",
    "special_instruction",
    "complaint",
    "return_refund",
    "ask_human",
    "greet",
    "thank",
    "bye",
    "opt_out",
    "out_of_scope",
}
ENTITIES = {"item", "quantity", "unit", "option", "address", "phone", "payment", "note", "remove", "receipt"}
SLOTS = {"item", "variant", "qty", "address", "phone", "payment"}
COLUMNS = ["sku", "name", "aliases", "unit", "price", "currency", "stock", "options"]
FIELDS = {
    "lang",
    "history",
    "text",
    "intent",
    "lines",
    "removed",
    "address",
    "phone",
    "payment",
    "note",
    "expect",
    "ask",
    "unmatched",
}
ANNOTATION = re.compile(r"\[([^\[\]]+)\]\(([a-z]+)\)")

ORDER_FILES = sorted(DATA.glob("orders/*.yml"))
NLU_FILES = sorted(DATA.glob("nlu/*/*.yml"))
CONTEXT_FILES = sorted(DATA.glob("context/*.yml"))
INTENT_FILES = sorted(DATA.glob("intents/*/*.yml"))
MARKED_FILES = sorted(DATA.glob("marked/*.yml"))


@cache
def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def plain(annotated: str) -> str:
    return ANNOTATION.sub(r"\1", annotated)


def fold(text: str) -> str:
    """Return the words alone, in lower case; combining vowels of Devanagari stay."""
    kept = (char if unicodedata.category(char)[0] in "LMN" else " " for char in unicodedata.normalize("NFKC", text))
    return " ".join("".join(kept).lower().split())


def examples(path: Path) -> Iterator[tuple[str, str]]:
    for block in load(path)["nlu"]:
        for line in lines_of(block):
            yield block["intent"], line


def lines_of(block: Mapping[str, Any]) -> list[str]:
    """Return the messages of a block: a line each, or, where they have line breaks, an entry of a list each."""
    given = block["examples"]
    return (
        [line.removeprefix("- ") for line in given.splitlines()]
        if isinstance(given, str)
        else [entry["text"] for entry in given]
    )


def all_texts() -> Iterator[str]:
    for path in NLU_FILES:
        yield from (plain(text) for _, text in examples(path))
    for path in CONTEXT_FILES:
        yield from (plain(reply["text"]) for reply in load(path)["replies"])
    for path in INTENT_FILES:
        yield from (text for _, text in examples(path))
    for path in MARKED_FILES:
        yield from (plain(entry["text"]) for entry in load(path)["messages"])
    for path in ORDER_FILES:
        yield from (case["text"] for case in load(path)["cases"])


def assert_annotations(text: str) -> None:
    for words, entity in ANNOTATION.findall(text):
        assert entity in ENTITIES, text
        assert words == words.strip(), text
    assert not set("[]") & set(plain(text)), text


def test_there_are_enough_catalogues() -> None:
    assert len(ORDER_FILES) >= 13


@pytest.mark.parametrize("path", ORDER_FILES, ids=lambda path: path.stem)
def test_a_catalogue_is_legal(path: Path) -> None:
    rows = load(path)["catalog"]
    skus = [row["sku"] for row in rows]
    assert 20 <= len(rows) <= 40
    assert len(set(skus)) == len(skus)
    for row in rows:
        assert list(row) == COLUMNS
        assert row["price"] > 0
        assert row["currency"] in {"KES", "INR"}
        assert row["aliases"]
    assert any(row["stock"] == 0 for row in rows)


@pytest.mark.parametrize("path", ORDER_FILES, ids=lambda path: path.stem)
def test_an_alias_means_one_row(path: Path) -> None:
    rows = load(path)["catalog"]
    aliases = [alias for row in rows for alias in row["aliases"].split("|")]
    assert len(set(aliases)) == len(aliases)


@pytest.mark.parametrize("path", ORDER_FILES, ids=lambda path: path.stem)
def test_cases_hold_legal_fields(path: Path) -> None:
    cases = load(path)["cases"]
    assert 20 <= len(cases) <= 40
    for case in cases:
        assert set(case) <= FIELDS, case
        assert case["lang"] in LANGUAGES, case
        assert case["intent"] in INTENTS, case
        assert case["expect"] in {"accept", "clarify", "handoff", "reply"}, case
        assert ("ask" in case) == (case["expect"] == "clarify"), case
        assert case.get("ask", "item") in SLOTS, case
        assert case.get("payment", "cod") in {"mpesa", "upi", "cod", "card"}, case
        assert re.fullmatch(r"\+(254700000\d{3}|2547110002\d\d|9199000000\d\d)", phone_of(case)), case
        assert {turn["from"] for turn in case.get("history", [])} <= {"customer", "bot"}, case


def phone_of(case: dict[str, Any]) -> str:
    return case.get("phone", "+254700000000")


@pytest.mark.parametrize("path", ORDER_FILES, ids=lambda path: path.stem)
def test_lines_agree_with_the_catalogue(path: Path) -> None:
    document = load(path)
    rows = {row["sku"]: row for row in document["catalog"]}
    for case in document["cases"]:
        assert set(case["removed"]) <= set(rows), case
        for line in case["lines"]:
            row = rows[line["sku"]]
            assert line["qty"] > 0, case
            assert row["unit"] == "kg" or isinstance(line["qty"], int), case


@pytest.mark.parametrize("path", ORDER_FILES, ids=lambda path: path.stem)
def test_what_the_shop_cannot_give_is_asked_about(path: Path) -> None:
    """A line out of stock asks for another item, more than the stock asks for the quantity."""
    document = load(path)
    stock = {row["sku"]: row["stock"] for row in document["catalog"]}
    for case in document["cases"]:
        if any(stock[line["sku"]] == 0 for line in case["lines"]):
            assert case.get("ask") == "item", case
        elif any(stock[line["sku"]] < line["qty"] for line in case["lines"]):
            assert case.get("ask") in {"item", "variant", "qty"}, case


@pytest.mark.parametrize("path", ORDER_FILES, ids=lambda path: path.stem)
def test_only_orders_hold_lines(path: Path) -> None:
    for case in load(path)["cases"]:
        ordering = case["intent"] in {"place_order", "modify_order"}
        assert ordering or not (case["lines"] or case["removed"]), case
        assert case["intent"] == "modify_order" or not case["removed"], case
        assert not case.get("unmatched") or case.get("ask") == "item", case


@pytest.mark.parametrize("path", NLU_FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_nlu_examples_are_well_annotated(path: Path) -> None:
    assert path.parent.name in LANGUAGES
    for intent, text in examples(path):
        assert intent in INTENTS
        assert text, path
        assert_annotations(text)


@pytest.mark.parametrize("path", INTENT_FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_teaches_an_intent_alone_is_plain(path: Path) -> None:
    """A message a line under an intent, or under an intent and the question that it answers; each once, unmarked."""
    assert path.parent.name in LANGUAGES
    for block in load(path)["nlu"]:
        lines = lines_of(block)
        assert block["intent"] in INTENTS
        assert set(block.get("metadata", {"asked": "item"})) == {"asked"}, block["intent"]
        assert block.get("metadata", {"asked": "item"})["asked"] in SLOTS | {"confirm", "more"}, block["intent"]
        assert len(set(lines)) == len(lines), block["intent"]
        assert all(line == line.strip() and line and not set("[]") & set(line) for line in lines), block["intent"]


@pytest.mark.parametrize("path", CONTEXT_FILES, ids=lambda path: path.stem)
def test_replies_are_well_annotated(path: Path) -> None:
    assert path.stem in LANGUAGES
    for reply in load(path)["replies"]:
        assert set(reply) == {"asked", "bot", "text", "intent"}, reply
        assert reply["asked"] in SLOTS | {"confirm"}, reply
        assert reply["intent"] in INTENTS, reply
        assert_annotations(reply["text"])


@pytest.mark.parametrize("path", MARKED_FILES, ids=lambda path: path.stem)
def test_marked_messages_are_those_of_studied_shops(path: Path) -> None:
    """Each is a labelled message of its shop, in its language and with its intent; what has no marks says so."""
    assert path.stem in LANGUAGES
    for entry in load(path)["messages"]:
        cases = load(DATA / "studied" / f"{entry['shop']}.yml")["cases"]
        text = plain(entry["text"])
        assert any((case["text"], case["lang"], case["intent"]) == (text, path.stem, entry["intent"]) for case in cases)
        assert set(entry) <= {"shop", "bot", "intent", "text", "marks"}, entry
        assert entry.get("marks", True) or text == entry["text"], entry
        assert_annotations(entry["text"])


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_no_message_has_two_intents(language: str) -> None:
    seen: dict[str, str] = {}
    for path in DATA.glob(f"nlu/{language}/*.yml"):
        for intent, text in examples(path):
            folded = fold(plain(text))
            assert not folded or seen.setdefault(folded, intent) == intent, text
    for path in DATA.glob(f"intents/{language}/*.yml"):
        for block in load(path)["nlu"]:
            for line in lines_of(block) if "metadata" not in block else ():
                assert seen.setdefault(fold(line), block["intent"]) == block["intent"], line


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_knows_every_intent(language: str) -> None:
    assert {intent for path in DATA.glob(f"nlu/{language}/*.yml") for intent, _ in examples(path)} == INTENTS


@pytest.mark.skipif(not BENCHMARK.exists(), reason="the benchmark is not beside the project")
def test_nothing_is_copied_from_the_benchmark() -> None:
    """Equal texts of two words or more, and near-equal longer ones, would make the benchmark's figures worthless."""
    cases = [json.loads(line) for line in BENCHMARK.read_text(encoding="utf-8").splitlines()]
    known = {fold(case["text"]) for case in cases}
    copied = []
    for text in all_texts():
        folded = fold(text)
        near = process.extractOne(folded, known, scorer=fuzz.token_sort_ratio, score_cutoff=88)
        if (len(folded) >= 12 and near) or (" " in folded and folded in known):
            copied.append(text)
    assert copied == []
