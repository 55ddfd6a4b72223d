"""Reads a short answer against the question it answers: a size after "small or large?", a number after "how many?"."""

from collections.abc import Sequence
from dataclasses import replace

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.quantities import Wanted
from backend.catalog.linking.resolve import Resolution, Status, resolve
from backend.catalog.linking.terms import read_keys
from backend.conversations.reading.items import Item
from backend.conversations.reading.layout import cues
from backend.conversations.reading.segment import Segment
from backend.conversations.reading.types import Turn


def last_question(turns: Sequence[Turn]) -> str:
    """What the bot said last, where nothing came after it; empty else."""
    return turns[-1].text if turns and turns[-1].sender == "bot" else ""


def asks_for_more(turns: Sequence[Turn]) -> bool:
    """Whether the bot's last words were "anything else?"."""
    return cues().any_in(cues().more_questions, last_question(turns))


def has_left(turns: Sequence[Turn]) -> bool:
    """Whether the bot has said that the order is on its way."""
    return any(turn.sender == "bot" and cues().any_in(cues().left_messages, turn.text) for turn in turns)


def answered(
    open_items: Sequence[Item], items: Sequence[Item], loose: Sequence[Segment], catalogue: Catalogue
) -> Item | None:
    """Put an answer together with the item that was asked about.

    Args:
        open_items: The items of the customer's earlier message, the asked one first.
        items: The items of the answer, which may be no more than an option ("the besan one").
        loose: Its amounts and sizes that name nothing.
        catalogue: The merchant's rows.

    Returns:
        The asked item as it now stands, or None where the answer says nothing of it.
    """
    if not open_items:
        return None
    asked = open_items[0]
    said = [(item.keys, item.weak, item.wanted) for item in items] + [(one.keys, one.weak, one.wanted) for one in loose]
    for keys, weak, wanted in said:
        joined = _joined(asked, keys, weak, wanted, catalogue)
        if joined.resolution.status is not Status.UNKNOWN:
            return joined
    return None


def _joined(asked: Item, keys: tuple[str, ...], weak: frozenset[str], wanted: Wanted, catalogue: Catalogue) -> Item:
    base = tuple(term.key for term in read_keys(asked.keys).goods) if keys else asked.keys
    both = (*base, *(key for key in keys if key not in base))
    amount = Wanted(
        count=wanted.count if wanted.count is not None else asked.wanted.count,
        container=wanted.container or asked.wanted.container,
        measure=wanted.measure or asked.wanted.measure,
        money_minor=wanted.money_minor or asked.wanted.money_minor,
        vague=wanted.vague,
    )
    resolution = _among(asked, resolve(catalogue, read_keys(both, asked.weak | weak), amount))
    return replace(asked, keys=both, weak=asked.weak | weak, wanted=amount, resolution=resolution, role="add")


def _among(asked: Item, found: Resolution) -> Resolution:
    """Among the rows that were open, one alone is meant, though the words might fit others too."""
    was_open = set(asked.resolution.alternatives)
    left = [sku for sku in found.alternatives if sku in was_open]
    if found.status is Status.OPEN and len(left) == 1:
        return replace(found, status=Status.SURE, sku=left[0], rule="answer")
    return found
