"""Reads a short answer against the question it answers: a size after "small or large?", a number after "how many?"."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.lexicon import lexicon
from backend.catalog.linking.quantities import Wanted
from backend.catalog.linking.resolve import Resolution, Status, resolve
from backend.catalog.linking.terms import measure_of, read_keys
from backend.conversations.reading.choices import numbers_of
from backend.conversations.reading.item import ELSEWHERE, Item
from backend.conversations.reading.pieces import cues
from backend.conversations.reading.segment import Segment
from backend.conversations.reading.types import Turn

_DOZEN: Final = "dozen"


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
) -> list[Item] | None:
    """Put an answer together with the item that was asked about.

    Args:
        open_items: The items of the customer's earlier message, the asked one first.
        items: The items of the answer, which may be no more than options ("the besan one", "5 blue 5 black").
        loose: Its amounts and sizes that name nothing.
        catalogue: The merchant's rows.

    Returns:
        The asked item as it now stands, once for each option named, or None where the answer is about other things.
    """
    if not open_items:
        return None
    asked = open_items[0]
    if len(items) > 1:
        each = [_joined(asked, item.keys, item.weak, item.wanted, catalogue) for item in items]
        return each if all(one.resolution.status is Status.SURE for one in each) else None
    said = [(item.keys, item.weak, item.wanted) for item in items] + [(one.keys, one.weak, one.wanted) for one in loose]
    sized = [one for one in said if not lexicon().sizes.keys().isdisjoint(one[0])]
    if len(sized) > 1:
        return _in_each_size(asked, sized, catalogue)
    for keys, weak, wanted in said:
        for meant_keys, meant in _readings(keys, wanted):
            joined = _joined(asked, meant_keys, weak, meant, catalogue)
            found = joined.resolution
            named = meant == wanted or (found.rule in {"size", "alias"} and _is_size(meant_keys[-1], joined, catalogue))
            if (found.status is Status.SURE and named) or (found.status is not Status.UNKNOWN and meant == wanted):
                return [joined]
    return None


def _in_each_size(
    asked: Item, said: Sequence[tuple[tuple[str, ...], frozenset[str], Wanted]], catalogue: Catalogue
) -> list[Item]:
    """The asked item in every size that an answer says ("large one, small one"), or left open."""
    one_each = asked.wanted.count in {None, Fraction(1), Fraction(len(said))}
    counted = any(wanted.count is not None for _, _, wanted in said)
    each = []
    for keys, weak, wanted in said:
        count = wanted.count or (Fraction(1) if counted or one_each else None)
        amount = replace(wanted, count=count, vague=wanted.vague or count is None)
        each.append(_joined(asked, keys, weak, amount, catalogue))
    if len({item.sku for item in each} - {None}) == len(said) or any(_is_odd(item) for item in each):
        return each
    opened = asked.resolution._replace(status=Status.OPEN, lines=(), sku=None)
    return [replace(asked, resolution=opened)]


def _is_odd(item: Item) -> bool:
    return item.resolution.status is Status.ODD


def _readings(keys: tuple[str, ...], wanted: Wanted) -> Iterator[tuple[tuple[str, ...], Wanted]]:
    """A number in an answer may name a size ("the 50 one") or, if no row has that size, say how many."""
    number = wanted.count if wanted.money_minor is None else wanted.money_minor / 100
    if number is not None and number > 1:
        yield (*keys, f"{float(number):g}"), replace(wanted, count=None, money_minor=None)
    yield keys, wanted


def _is_size(number: str, joined: Item, catalogue: Catalogue) -> bool:
    """Whether a row is called by a number; "the big one 2" is large and two of it."""
    row = catalogue.by_sku.get(joined.sku or "")
    return row is not None and number in numbers_of(row)


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
    amount = _weighed(asked, amount, catalogue)
    counted = asked.amounts or (ELSEWHERE if amount.count is not None or amount.measured else ())
    resolution = _among(asked, resolve(catalogue, read_keys(both, asked.weak | weak), amount))
    return replace(
        asked, keys=both, weak=asked.weak | weak, wanted=amount, amounts=counted, resolution=resolution, role="add"
    )


def _weighed(asked: Item, amount: Wanted, catalogue: Catalogue) -> Wanted:
    """A bare number that answers how much of a good counts kilos of what is weighed, dozens of what comes by them."""
    row = catalogue.by_sku.get(asked.sku or "")
    bare = amount.count is not None and amount.container is None and not amount.measured
    if row is None or not bare or asked.resolution.status is not Status.ODD:
        return amount
    if row.container == _DOZEN:
        return replace(amount, container=_DOZEN)
    if not row.weighed:
        return amount
    return replace(amount, count=None, measure=measure_of(float(amount.count or 1), row.unit))


def _among(asked: Item, found: Resolution) -> Resolution:
    """Among the rows that were open, one alone is meant, though the words might fit others too."""
    was_open = set(asked.resolution.alternatives)
    left = [sku for sku in found.alternatives if sku in was_open]
    if found.status is Status.OPEN and len(left) == 1:
        return found._replace(status=Status.SURE, sku=left[0], rule="answer")
    return found
