"""Marks what the messages of the studied shops name, for the bot to learn from: `data/marked/<language>.yml`.

    PYTHONPATH=. .venv/bin/python scripts/mark_messages.py [SHOP ...]

A message is marked where its reading came out as labelled. The marks are those of the bot, put right by what is known
by then: the address as it is labelled; words of a row that the catalogue found and the bot did not; words of the shop's
goods in messages that order none; words that the bot took for goods and nothing came of; and everyday words at the ends
of a good. A message that is read otherwise than labelled teaches its intent alone, and has no marks. Left out are what
stands in the benchmark or is near to it, and a text that another intent has. Without names all shops of `data/studied`
are marked anew; with names, theirs are added.
"""

import argparse
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from rapidfuzz import fuzz, process

from backend.catalog.linking.catalogue import Catalogue, catalogue_from_rows
from backend.catalog.linking.folding import fold
from backend.conversations.reading import context as talk
from backend.conversations.reading.bot_process import BotProcess
from backend.conversations.reading.cases import Case, context_of, region_of, requests_of
from backend.conversations.reading.reader import read_message
from backend.conversations.reading.types import OrderReading

ROOT: Final = Path(__file__).resolve().parents[1]
STUDIED: Final = ROOT / "data" / "studied"
MARKED: Final = ROOT / "data" / "marked"
HEAD: Final = """\
# Messages to the shops of data/studied, with what they name; a message without marks teaches its intent alone.
# Written by scripts/mark_messages.py, and put right by hand where a mark is wrong.
"""
# The names of the bot's tags in Rasa's markup.
NAMES: Final = {
    "ITEM": "item", "AMOUNT": "quantity", "OPTION": "option", "ADDRESS": "address", "PHONE": "phone",
    "PAYMENT": "payment", "NOTE": "note", "REMOVE": "remove", "RECEIPT": "receipt",
}  # fmt: skip
OUTSIDE: Final = "O"
SPLIT: Final = frozenset({"ITEM", "OPTION", "ADDRESS", "NOTE"})
ORDERS: Final = frozenset({"place_order", "modify_order"})
# Intents that name goods, also such as the shop lacks.
SHOPPING: Final = ORDERS | {"ask_price", "ask_availability"}
HAND_WRITTEN: Final = ROOT / "data" / "nlu"
OFTEN: Final = 5
GOOD: Final = re.compile(r"\[([^\[\]]+)\]\(item\)")
UNMARKED: Final = re.compile(r"\[([^\[\]]+)\]\(\w+\)")
WORD: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0900-\u097f])*")
WORD_OR_NUMBER: Final = re.compile(r"\w(?:\w|[\u0900-\u097f])*")
SAME_PLACE: Final = 90
BENCHMARK: Final = ROOT.parent / "shared" / "eval" / "dev.jsonl"
NEAR: Final = 82


@dataclass(slots=True)
class Token:
    """A word with its tag; `begins` where it begins a stretch."""

    start: int
    end: int
    tag: str
    begins: bool


def marked(shop: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the language and the entry of each message of a shop."""
    raw = yaml.safe_load((STUDIED / f"{shop}.yml").read_text("utf-8"))
    catalogue = catalogue_from_rows([{name: str(value) for name, value in row.items()} for row in raw["catalog"]])
    cases = [_case(number, label) for number, label in enumerate(raw["cases"])]
    with BotProcess() as bot:
        readings = bot.read_all(requests_of(cases, region_of(catalogue)))
    for case, label in zip(cases, raw["cases"], strict=True):
        context = context_of(case, readings, None)
        result = read_message(readings[case.id], catalogue, context)
        entry = {"shop": shop, "bot": talk.last_question(context.history), "intent": label["intent"]}
        if set("[]{}") & set(case.text):
            continue
        text = markup(case.text, label, readings[case.id], result, catalogue)
        marks = {"text": case.text, "marks": False} if text is None else {"text": text}
        yield label["lang"], {name: value for name, value in (entry | marks).items() if value != ""}


def _case(number: int, label: Mapping[str, Any]) -> Case:
    turns = tuple((str(turn["from"]), str(turn["text"])) for turn in label.get("history") or ())
    return Case(str(number), str(label["text"]), turns)


def markup(
    text: str, label: Mapping[str, Any], reading: Mapping[str, Any], result: OrderReading, catalogue: Catalogue
) -> str | None:
    """The message with its marks; None where its reading is not the labelled one."""
    if not _is_right(label, result):
        return None
    tokens = _tokens(reading)
    if not _placed(text, label, tokens, result):
        return None
    found = _words_found(result, catalogue)
    _name_found(text, tokens, found, paid=bool(label.get("payment")))
    sold = _words_sold(catalogue)
    if label["intent"] in ORDERS and label["expect"] == "accept":
        _drop_unfound(tokens, result)
    else:
        _name_sold(text, tokens, sold)
    _drop_plain(text, tokens, sold, strict=label["intent"] not in SHOPPING)
    return _written(text, tokens)


def _is_right(label: Mapping[str, Any], result: OrderReading) -> bool:
    wanted = sorted((line["sku"], float(line["qty"])) for line in label["lines"])
    read = sorted((line.sku, round(float(line.quantity), 3)) for line in result.lines)
    slots = all(label.get(name) == getattr(result, name) for name in ("intent", "payment", "phone"))
    return slots and wanted == read and set(label["removed"]) == set(result.removed)


def _tokens(reading: Mapping[str, Any]) -> list[Token]:
    begins = {mention["start"] for mention in reading.get("mentions") or ()}
    return [Token(one["start"], one["end"], one["tag"], one["start"] in begins) for one in reading.get("tokens") or ()]


def _placed(text: str, label: Mapping[str, Any], tokens: list[Token], result: OrderReading) -> bool:
    """Lay the labelled address over the tokens; False where the address that was read can't be put right so."""
    address = label.get("address") or ""
    at = text.find(address)
    if address and at < 0:
        return fuzz.token_set_ratio(address, result.address or "") >= SAME_PLACE
    if not address and (label.get("ask") == "address" or label["intent"] == "ask_delivery"):
        return not result.address  # A place is named, though not to deliver to as it stands.
    inside = [token for token in tokens if at <= token.start and token.end <= at + len(address)]
    for token in tokens:
        if token.tag == "ADDRESS":
            token.tag = OUTSIDE
    for token in inside:
        token.tag, token.begins = "ADDRESS", token is inside[0]
    return True


def _words_found(result: OrderReading, catalogue: Catalogue) -> Mapping[tuple[int, int], frozenset[str]]:
    """Where the catalogue found goods, and the folded words of the rows that they are."""
    found = {}
    for one in result.found:
        rows = [sku for sku, _ in one.resolution.lines] or one.resolution.alternatives
        known = [catalogue.by_sku[sku] for sku in rows if sku in catalogue.by_sku]
        found[one.start, one.end] = frozenset(word.key for row in known for word in row.spoken)
    return found


def _name_found(text: str, tokens: list[Token], found: Mapping[tuple[int, int], frozenset[str]], *, paid: bool) -> None:
    """Mark the words of a row that was found and that the bot took for none, and those right beside it."""
    free = {OUTSIDE} if paid else {OUTSIDE, "PAYMENT"}
    for (start, end), keys in found.items():
        for token in tokens:
            word = text[token.start : token.end]
            inside = start <= token.start < end
            beside = token.end <= start and not text[token.end : start].strip(" ")
            beside = beside or (end <= token.start and not text[end : token.start].strip(" "))
            if (inside or beside) and token.tag in free and word.isalpha() and fold(word) in keys:
                token.tag = "ITEM"


def _name_sold(text: str, tokens: list[Token], sold: Collection[str]) -> None:
    """Mark words of the shop's goods that are no everyday words."""
    for token in tokens:
        word = text[token.start : token.end]
        if token.tag == OUTSIDE and word.isalpha() and fold(word) in sold and fold(word) not in plain_words():
            token.tag = "ITEM"


def _drop_plain(text: str, tokens: list[Token], sold: Collection[str], *, strict: bool) -> None:
    """Take the mark off the ends of a good: everyday words, and in a `strict` message all that is not sold."""
    for line in (tokens, tokens[::-1]):
        at_end = True
        for token in line:
            key = fold(text[token.start : token.end])
            if at_end and token.tag == "ITEM" and key not in sold and (strict or key in plain_words()):
                token.tag = OUTSIDE
            at_end = token.tag != "ITEM"


def _words_sold(catalogue: Catalogue) -> frozenset[str]:
    return frozenset(word.key for row in catalogue.by_sku.values() for word in row.spoken)


@cache
def plain_words() -> frozenset[str]:
    """Folded words that the messages written by hand use `OFTEN` times or more, and never within a good."""
    outside: Counter[str] = Counter()
    goods = set()
    for path in HAND_WRITTEN.glob("*/*.yml"):
        for line in path.read_text("utf-8").splitlines():
            goods |= {fold(word) for good in GOOD.findall(line) for word in WORD.findall(good)}
            outside.update(fold(word) for word in WORD.findall(UNMARKED.sub(" ", line)))
    return frozenset(word for word, count in outside.items() if count >= OFTEN) - goods


def _drop_unfound(tokens: list[Token], result: OrderReading) -> None:
    """Take the mark off what was no good: nothing of it is in an order that came out right."""
    for token in tokens:
        if token.tag == "ITEM" and not any(found.start <= token.start < found.end for found in result.found):
            token.tag = OUTSIDE


def _written(text: str, tokens: list[Token]) -> str:
    """Write the marks in Rasa's markup."""
    out, at, before = "", 0, OUTSIDE
    stretches: list[Token] = []
    for token in tokens:
        if token.tag != OUTSIDE:
            if token.tag == before and not (token.begins and token.tag in SPLIT):
                stretches[-1].end = token.end
            else:
                stretches.append(Token(token.start, token.end, token.tag, token.begins))
        before = token.tag
    for one in stretches:
        out += f"{text[at : one.start]}[{text[one.start : one.end]}]({NAMES[one.tag]})"
        at = one.end
    return out + text[at:]


def own(entries: Mapping[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """What may be trained on, by language: no text of the benchmark or near to it, and none under two intents."""
    cases = map(json.loads, BENCHMARK.read_text("utf-8").splitlines()) if BENCHMARK.exists() else ()
    known = [_key(text) for case in cases for text in (case["text"], *(turn["text"] for turn in case["history"]))]
    intents: dict[str, str] = {}
    kept: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for lang, rows in entries.items():
        for row in rows:
            text = UNMARKED.sub(r"\1", row["text"])
            if intents.setdefault(text, row["intent"]) == row["intent"] and not _is_near(_key(text), known):
                kept[lang].append(row)
    return kept


def _key(text: str) -> str:
    return " ".join(fold(word) for word in WORD_OR_NUMBER.findall(text))


def _is_near(key: str, known: Sequence[str]) -> bool:
    if " " not in key:  # A bare "yes", "thanks" or "cash" is nobody's sentence.
        return False
    near = process.extractOne(key, known, scorer=fuzz.token_sort_ratio, score_cutoff=NEAR)
    return near is not None or process.extractOne(key, known, scorer=fuzz.ratio, score_cutoff=NEAR) is not None


def main() -> int:
    """Mark the shops."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("shops", nargs="*", help="names of shops in data/studied")
    chosen = parser.parse_args().shops
    entries: dict[str, list[dict[str, Any]]] = defaultdict(list)
    if chosen:
        for path in MARKED.glob("*.yml"):
            kept = yaml.safe_load(path.read_text("utf-8"))["messages"]
            entries[path.stem] += [entry for entry in kept if entry["shop"] not in chosen]
    for shop in chosen or sorted(path.stem for path in STUDIED.glob("*.yml")):
        print(shop, flush=True)
        for lang, entry in marked(shop):
            entries[lang].append(entry)
    MARKED.mkdir(exist_ok=True)
    for lang, rows in own(entries).items():
        body = yaml.safe_dump({"messages": rows}, allow_unicode=True, sort_keys=False, width=100_000)
        (MARKED / f"{lang}.yml").write_text(HEAD + body, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
