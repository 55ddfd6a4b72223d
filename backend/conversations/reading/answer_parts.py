"""Cuts an answer that shares out what was asked for into its parts ("two small, one big")."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from backend.catalog.linking.folding import crosses, fold, words
from backend.catalog.linking.lexicon import lexicon
from backend.catalog.linking.quantities import Wanted
from backend.catalog.linking.terms import is_unit
from backend.conversations.reading.amounts import number_of, number_said
from backend.conversations.reading.item import Item
from backend.conversations.reading.pieces import cues, either
from backend.conversations.reading.segment import Segment

_PAIR: Final = 2
_SIGNS: Final = re.compile(r"[,;\n]|\.(?=\s)")


def refuses_some(text: str) -> bool:
    """Whether an answer refuses some of what it names ("all black except one white")."""
    refusing = either(cues().negations, cues().refusals_after, cues().corrections)
    return not refusing.isdisjoint(fold(word) for _, _, word in words(text))


def told_by_number(text: str) -> list[str]:
    """The number words of an answer that a word for "the one" follows, as digits ("नौ वाला", "the nine one")."""
    said = [word.lower() for _, _, word in words(text)]
    values = (number_said(fold(word), word) for word, after in pairwise(said) if after in cues().attributes)
    return [f"{value:g}" for value in values if value is not None]


def parts_of(text: str, telling: frozenset[str]) -> list[list[str]]:
    """The parts of an answer, each with a sign, an "and" or a number of its own at its edge; as folded words."""
    return [part for clause in _SIGNS.split(text) for part in _of_clause(clause, telling)]


def ends_in_a_count(text: str, parts: Sequence[Sequence[str]]) -> bool:
    """Whether no more than a number in a word stands behind a comma and one name ("the 3L, one"): how many of it."""
    if len(parts) != _PAIR or len(parts[1]) != 1 or parts[1][0].isdigit() or "," not in text:
        return False
    return number_of(parts[1][0]) is not None and not all(map(number_of, parts[0]))


def _of_clause(clause: str, telling: frozenset[str]) -> list[list[str]]:
    """The parts of a clause of an answer.

    Numbers lead their parts ("two small one big") or, where the clause begins with none, end them ("small two big
    one"); one that tells a row from the others (`telling`) counts nothing, and where nothing counts, "one" ends them.
    """
    said = _said(clause)
    leads = bool(said) and _counts(fold(said[0]), telling, *map(fold, said[1:2]))
    keys = [_key(word) for place, word in enumerate(said) if word not in cues().attributes or _leads_one(said, place)]
    behind = [*keys[1:], ""][: len(keys)]
    counting = [_counts(key, telling, after) for key, after in zip(keys, behind, strict=True)]
    if not any(counting):
        return _ended_by_one(said)
    # "Half a kilo" is one size, and counts nothing.
    counts = [one and not is_unit(after) for one, after in zip(counting, behind, strict=True)]
    parts: list[list[str]] = [[]]
    for place, key in enumerate(keys):
        ends = place > 0 and counts[place - 1] and not leads and len(parts[-1]) > 1
        begins = counts[place] and leads and bool(parts[-1])
        if ends or begins or (key in cues().joins and parts[-1]):
            parts.append([])
        parts[-1] += [key] if key not in cues().joins else []
    return [part for part in parts if part]


def _said(clause: str) -> list[str]:
    """The words of a clause in lower case, a size in two numbers ("4x6") as one of them."""
    sizes, said = crosses(clause), list[str]()
    for start, _, word in words(clause):
        size = next((one for one in sizes if one[0] <= start < one[1]), None)
        if size is None or start == size[0]:
            said.append(word.lower() if size is None else size[2])
    return said


def _key(word: str) -> str:
    return word if _CROSSED.fullmatch(word) else fold(word)


_CROSSED: Final = re.compile(r"\d+x\d+")


def _sizes(keys: Sequence[str]) -> bool:
    """Whether a number and its unit come next."""
    return len(keys) > 1 and number_of(keys[0]) is not None and is_unit(keys[1])


def _counts(key: str, telling: frozenset[str], after: str = "") -> bool:
    """Whether a word counts what follows; one that tells a row as well does before a size ("one large", of 1 litre)."""
    value = number_of(key)
    free = value is not None and (after in lexicon().sizes or telling.isdisjoint({key, f"{value:g}"}))
    return key in cues().rest or free


def _leads_one(said: Sequence[str], place: int) -> bool:
    """Whether a "one" counts what follows it ("two small one big"), and does not stand for the good before it."""
    behind = said[place + 1 :][:1]
    led = number_of(fold(said[0])) is not None and place > 0 and number_of(fold(said[place - 1])) is None
    return said[place] == "one" and led and bool(behind) and cues().joins.isdisjoint(map(fold, behind))


def _ended_by_one(said: Sequence[str]) -> list[list[str]]:
    """The parts of a clause without a number: "the large one the small one" has two, "the cow one 1 litre" one."""
    parts: list[list[str]] = [[]]
    keys = [fold(word) for word in said]
    for place, (word, key) in enumerate(zip(said, keys, strict=True)):
        if key in cues().joins or (word in cues().attributes and not _sizes(keys[place + 1 : place + 3])):
            parts.append([])
        elif word not in cues().attributes:
            parts[-1].append(key)
    return [part for part in parts if part]


def amounts_said(items: Sequence[Item], loose: Sequence[Segment]) -> list[Wanted]:
    """The counts and measures of a short answer, whatever they stand beside; a price beside a count names a row."""
    each = [*(item.wanted for item in items), *(segment.wanted for segment in loose)]
    apart = [part for one in each for part in _without_price(one)]
    return [one for one in apart if one.count is not None or one.measure is not None or one.money_minor is not None]


def _without_price(wanted: Wanted) -> tuple[Wanted, ...]:
    if wanted.count is None or wanted.money_minor is None:
        return (wanted,)
    return Wanted(money_minor=wanted.money_minor), replace(wanted, money_minor=None)
