"""Words beside a good that only choose what it comes in ("2 red ribbon"), and are no whole name of another row."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import dropwhile
from typing import Final

from backend.catalog.linking.catalogue import Catalogue, CatalogueItem
from backend.catalog.linking.folding import fold, keys_of, words, words_before, words_behind
from backend.catalog.linking.lexicon import sense_of
from backend.catalog.linking.resolve import Status
from backend.catalog.linking.terms import read_keys
from backend.conversations.reading.amounts import number_of
from backend.conversations.reading.item import Item
from backend.conversations.reading.pieces import cues
from backend.conversations.reading.siblings import resolved

# Between a good and what it is to come in: "..., zile za kijani", ", the green ones".
_OF_THAT: Final = re.compile(
    r"\s*,?\s*(?:zile|ile|yale|vile|wale|hizo|the|all|zote|vyote)\s(?:z?ya\s|za\s|wa\s|cha\s|vya\s)?\s*"
)
_END: Final = re.compile(r"[.;\n।)]")


def with_own_choices(items: Sequence[Item], text: str, catalogue: Catalogue) -> list[Item]:
    """The items, a part of another row's name that is a choice of the good beside it read as that ("red", of ribbons).

    Args:
        items: The items of a message in order.
        text: The message.
        catalogue: The merchant's rows; "colour=red,gold" of a row is what it may be had in.
    """
    out: list[Item] = []
    for item in items:
        last = out[-1] if out else None
        joined = _joined(last, item, text, catalogue) if last is not None and _may_join(last, item) else None
        out[len(out) - (joined is not None) :] = [joined or item]
    return list(_without_shares(_without_kinds(out, text, catalogue), text, catalogue))


def _without_kinds(items: Sequence[Item], text: str, catalogue: Catalogue) -> list[Item]:
    """The items, a choice told by its kind ("house", of "house=red,blue") as that of the good that comes in it."""
    out = list(items)
    for place, good in enumerate(out):
        row = catalogue.by_sku.get(good.sku or "")
        told = [one for one in out if one is not good and _is_of_kind(one, row, text)] if row and row.choices else []
        if told:
            spans = ((one.start, _behind(one, text)) for one in told)
            out[place] = replace(good, corrects=(*good.corrects, *spans))
            return [one for one in out if one not in told]
    return out


def _is_of_kind(one: Item, row: CatalogueItem, text: str) -> bool:
    """Whether an item only says a value of one of a row's choices, the name of which stands in it or beside it."""
    before, behind = words_before(text, one.start)[-1:], words_behind(text, one.end)[:1]
    beside = [fold(word) for _, end, word in before if text[end : one.start].isspace()]
    beside += [fold(word) for start, _, word in behind if text[one.end : one.end + start].isspace()]
    said = [fold(word) for _, _, word in words(text[one.start : one.end])]
    axes = {fold(axis): values for axis, values in row.options.items() if len(values) > 1}
    kind = next((key for key in (*said, *beside) if key in axes), None)
    value = [key for key in said if key != kind]
    if kind is None or not one.unamounted or not value:
        return False
    own = [fold(word) for each in axes[kind] for _, _, word in words(each)]
    return all(any(_is_said(key, other) for other in own) for key in value)


def _behind(one: Item, text: str) -> int:
    """Where the word behind an item ends, which may be the name of its kind."""
    return next((one.end + end for _, end, _ in words_behind(text, one.end)[:1]), one.end)


def _may_join(one: Item, other: Item) -> bool:
    return one.role == other.role and (one.unamounted or other.unamounted)


def _joined(one: Item, other: Item, text: str, catalogue: Catalogue) -> Item | None:
    """Two items that touch as the good that one of them is, or None where neither is a choice of the other."""
    gap = text[one.end : other.start]
    told = _OF_THAT.fullmatch(gap) is not None
    if not gap.isspace() and not told:
        return None
    for good, choice in ((one, other),) if told else ((other, one), (one, other)):
        if _is_choice(choice, good, catalogue):
            amounts, wanted = (choice.amounts, choice.wanted) if good.unamounted else (good.amounts, good.wanted)
            joined = replace(good, amounts=amounts, wanted=replace(wanted, size=wanted.size or good.wanted.size))
            return resolved(replace(joined, start=one.start, end=other.end), catalogue)
    return None


def _is_choice(choice: Item, good: Item, catalogue: Catalogue) -> bool:
    """Whether an item that is no row's whole name says no more than what the other good may be had in."""
    row = catalogue.by_sku.get(good.sku or "")
    if (
        row is None
        or not row.choices
        or not good.resolution.exact
        or choice.resolution.exact
        or (choice.resolution.status is Status.ODD and choice.amounts)
    ):
        return False
    said = [term.key for term in read_keys(choice.keys).goods]
    return bool(said) and all(is_choice_of(key, row) for key in said)


def is_choice_of(key: str, row: CatalogueItem) -> bool:
    """Whether a folded word says what a row may be had in, in whichever language."""
    return any(_is_said(key, value) for value in row.choices)


def _is_said(key: str, value: str) -> bool:
    return key == value or not sense_of(key).isdisjoint(sense_of(value))


def may_be_choice(one: Item, other: Item, catalogue: Catalogue) -> bool:
    """Whether one of two goods that were read may only say what the other comes in ("red and gold ribbon")."""
    return _is_choice(one, other, catalogue) or _is_choice(other, one, catalogue)


def is_of_no_choice(item: Item, items: Sequence[Item], text: str, catalogue: Catalogue) -> bool:
    """Whether a good is wanted in what another row alone may be had in, or its number may be a choice of it.

    Args:
        item: A good that an order puts on.
        items: All items of the message.
        text: The message.
        catalogue: The merchant's rows.
    """
    row = catalogue.by_sku[item.sku or ""]
    own = row.choices
    if not own:
        return False
    count = item.wanted.count
    last = [fold(word) for _, _, word in words(text[item.start : item.end])][-1:]
    numbered = count is not None and f"{float(count):g}" in own and any(number_of(key) == count for key in last)
    return numbered or any(_is_anothers(key, row, catalogue) for key in _beside(item, items, text))


def _beside(item: Item, items: Sequence[Item], text: str) -> Iterator[str]:
    """The words of an item, and those right before and behind it that no other item holds."""
    before, behind = words_before(text, item.start)[-1:], words_behind(text, item.end)[:1]
    yield from (fold(word) for _, _, word in words(text[item.start : item.end]))
    for start, end, word in (*before, *((item.end + start, item.end + end, word) for start, end, word in behind)):
        gap = text[end : item.start] if end <= item.start else text[item.end : start]
        if gap.isspace() and not any(one.holds(start) for one in items):
            yield fold(word)


def _is_anothers(key: str, row: CatalogueItem, catalogue: Catalogue) -> bool:
    """Whether a word is what another row comes in, of the same kind as this one's choices, which lack it."""
    known = key in catalogue.choices or not sense_of(key).isdisjoint(catalogue.choice_senses)
    if not known or number_of(key) is not None or key in _called(row) or is_choice_of(key, row):
        return False
    axes = [axis for axis, values in row.options.items() if len(values) > 1]
    values = (value for one in catalogue.items for axis in axes for value in one.options.get(axis, ()))
    return any(_is_said(key, fold(word)) for value in values for _, _, word in words(value))


def _called(row: CatalogueItem) -> frozenset[str]:
    """All folded words of a row's name and aliases."""
    return frozenset(key for text in (row.name, *row.aliases) for key in keys_of(text))


def _without_shares(items: Sequence[Item], text: str, catalogue: Catalogue) -> Iterator[Item]:
    """The items, the choices behind a good with their numbers put together ("4 (2 red, 2 gold)", "red 2 gold 1")."""
    rest = list(items)
    while rest:
        good, *rest = rest
        row = catalogue.by_sku.get(good.sku or "")
        if row is not None and row.choices:
            told = next((at for at, one in enumerate(rest) if not _is_same(one, good, catalogue)), len(rest))
            end = rest[told].start if told < len(rest) else len(text)
            shared = _shared_out(good, row, text, end, catalogue)
            good, rest = (good, rest) if shared is None else (shared, rest[told:])
        yield good


def _is_same(item: Item, good: Item, catalogue: Catalogue) -> bool:
    return item.sku == good.sku or _is_choice(item, good, catalogue)


def _shared_out(good: Item, row: CatalogueItem, text: str, end: int, catalogue: Catalogue) -> Item | None:
    """A good whose choices are counted one by one, in as many as they make up; None where they do not fit its own."""
    name = [one for one in words(text[good.start : good.end]) if fold(one[2]) in good.keys]
    if not name or not good.resolution.exact:
        return None
    before = [value for _, _, word in words(text[good.start : good.start + name[0][0]]) if (value := _number(word))]
    place = good.start + max((last for _, last, word in name if not is_choice_of(fold(word), row)), default=0)
    told = _END.split(text[place:end], maxsplit=1)[0]
    said = [word for _, _, word in words(told) if not _joins(word)]
    said = list(dropwhile(lambda word: fold(word) in _called(row) and not is_choice_of(fold(word), row), said))
    kinds = "".join("N" if _number(word) else "C" if is_choice_of(fold(word), row) else "X" for word in said)
    pattern, numbers = _SHARES.match(kinds), [value for word in said if (value := _number(word))]
    if pattern is None or "X" in kinds:
        return None
    parts = numbers[1:] if pattern["all"] else numbers
    whole = {*before, *(numbers[:1] if pattern["all"] else ())} or {sum(parts)}
    if whole != {sum(parts)}:
        return None
    wanted = replace(good.wanted, count=Fraction(sum(parts)).limit_denominator())
    corrected = replace(good, wanted=wanted, corrects=(*good.corrects, (place, place + len(told))))
    return resolved(corrected, catalogue)


_SHARES: Final = re.compile(r"(?P<all>N?)(?:(?:NC){2,}|(?:CN){2,})$")


def _number(word: str) -> float | None:
    return number_of(fold(word))


def _joins(word: str) -> bool:
    return fold(word) in cues().joins or word.lower() in cues().attributes
