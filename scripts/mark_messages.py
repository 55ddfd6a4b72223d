"""Marks what the messages of the studied shops name, for the bot to learn from: `data/marked/<language>.yml`.

    PYTHONPATH=. .venv/bin/python scripts/mark_messages.py [SHOP ...]

A message is marked where its reading came out as labelled. The marks are those of the bot, put right by what is known
by then: the address as it is labelled; words of a row that the catalogue found and the bot did not; and words that the
bot took for goods and nothing came of. A message that is read otherwise than labelled teaches its intent alone, and
has no marks. Without names all shops of `data/studied` are marked anew; with names, theirs are added.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml
from rapidfuzz import fuzz

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
SAME_PLACE: Final = 90


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
        text = _markup(case.text, label, readings[case.id], result, catalogue)
        marks = {"text": case.text, "marks": False} if text is None else {"text": text}
        yield label["lang"], {name: value for name, value in (entry | marks).items() if value != ""}


def _case(number: int, label: Mapping[str, Any]) -> Case:
    turns = tuple((str(turn["from"]), str(turn["text"])) for turn in label.get("history") or ())
    return Case(str(number), str(label["text"]), turns)


def _markup(
    text: str, label: Mapping[str, Any], reading: Mapping[str, Any], result: OrderReading, catalogue: Catalogue
) -> str | None:
    """The message with its marks; None where its reading is not the labelled one."""
    if not _is_right(label, result):
        return None
    tokens = _tokens(reading)
    if not _placed(text, label, tokens, result):
        return None
    _name_found(text, tokens, result, catalogue)
    if label["intent"] in ORDERS and label["expect"] == "accept":
        _drop_unfound(tokens, result)
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


def _name_found(text: str, tokens: list[Token], result: OrderReading, catalogue: Catalogue) -> None:
    """Mark the words of a row that the catalogue found where the bot saw no good."""
    for found in result.found:
        rows = [sku for sku, _ in found.resolution.lines] or found.resolution.alternatives
        keys = {word.key for sku in rows if sku in catalogue.by_sku for word in catalogue.by_sku[sku].spoken}
        for token in tokens:
            word = text[token.start : token.end]
            if (
                found.start <= token.start < found.end
                and token.tag == OUTSIDE
                and word.isalpha()
                and fold(word) in keys
            ):
                token.tag = "ITEM"


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
    for lang, rows in entries.items():
        body = yaml.safe_dump({"messages": rows}, allow_unicode=True, sort_keys=False, width=100_000)
        (MARKED / f"{lang}.yml").write_text(HEAD + body, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
