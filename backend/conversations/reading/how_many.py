"""Reads an answer to "how many?" that is of several goods: "two of each", "dono do do", "2 and 3"."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words
from backend.catalog.linking.quantities import Wanted
from backend.catalog.linking.resolve import Status, resolve
from backend.catalog.linking.terms import read_keys
from backend.conversations.reading.answer_parts import amounts_said
from backend.conversations.reading.context import last_question
from backend.conversations.reading.history import asked_items
from backend.conversations.reading.item import ELSEWHERE, Item
from backend.conversations.reading.pieces import cues, either, places_of
from backend.conversations.reading.segment import Segment
from backend.conversations.reading.types import ReadingContext

_FEWEST: Final = 2
_OPEN: Final = Wanted(vague=True)


def as_many_of_each(
    items: Sequence[Item],
    loose: Sequence[Segment],
    reading: Mapping[str, Any],
    catalogue: Catalogue,
    context: ReadingContext,
) -> list[Item] | None:
    """Return every item that was asked about with its number, those that the answer has none for left to be asked.

    Args:
        items: The items of the answer.
        loose: Its amounts that name no good.
        reading: The bot's reading of it.
        catalogue: The merchant's rows.
        context: The answer and what came before it.

    Returns:
        None where the question asks for no number, or for that of one good alone.
    """
    question, said = last_question(context.history), amounts_said((), loose)
    if not cues().any_in(cues().many_questions, question) or bool(said) == bool(items):
        return None
    asked = asked_items(context.history, catalogue)
    bare = [one for one in asked if one.unamounted and one.resolution.status is not Status.UNKNOWN]
    bare.sort(key=lambda one: one.start)
    own = {one.sku: one.wanted for one in items if one.sku is not None and not one.unamounted}
    among = len(own) == len(items) and (not items or own.keys() < {one.sku for one in bare})
    counted = among and all(one.count is not None or one.measured for one in said)
    if len(bare) < _FEWEST or not counted or _names_one(question, bare, catalogue):
        return None
    every = _is_of_each(context.text, reading)
    given = [own.get(one.sku or "", _OPEN) for one in bare] if items else _shared(said, len(bare), every=every)
    rest = [one for one in asked if one not in bare]
    return [*rest, *(_counted(one, wanted, catalogue) for one, wanted in zip(bare, given, strict=True))]


def _is_of_each(text: str, reading: Mapping[str, Any]) -> bool:
    told = bool(places_of(either(cues().both, cues().all_of_them, cues().each), text))
    return told or any(one.get("repeat") for one in reading.get("amounts") or ())


def _shared(said: Sequence[Wanted], among: int, *, every: bool) -> Sequence[Wanted]:
    """Numbers as those of so many goods: one for each of them, or one of all where the answer says so."""
    if every:
        return [said[0] if len(said) == 1 else _OPEN] * among
    return said if len(said) == among else [_OPEN] * among


def _names_one(question: str, bare: Sequence[Item], shop: Catalogue) -> bool:
    """Whether a question is about some of the items that have no number yet, and not about all."""
    said = {fold(word) for _, _, word in words(question)}
    named = [not said.isdisjoint(_words_of(one, shop)) for one in bare]
    return any(named) and not all(named)


def _words_of(item: Item, shop: Catalogue) -> set[str]:
    row = shop.by_sku.get(item.sku or "")
    return {*item.keys, *(word.key for word in (row.spoken if row else ()))}


def _counted(item: Item, wanted: Wanted, shop: Catalogue) -> Item:
    resolution = resolve(shop, read_keys(item.keys, item.weak), wanted)
    return replace(item, wanted=wanted, amounts=ELSEWHERE, resolution=resolution)
