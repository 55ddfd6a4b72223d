"""What an answer says of the rows that were offered, and that the choice among them leaves out or goes against."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from backend.catalog.linking.catalogue import Catalogue, CatalogueItem
from backend.catalog.linking.folding import fold, words
from backend.catalog.linking.lexicon import lexicon
from backend.catalog.linking.quantities import Wanted
from backend.catalog.linking.resolve import Status
from backend.catalog.linking.terms import is_unit
from backend.conversations.reading.amounts import number_of
from backend.conversations.reading.choices import (
    is_between,
    numbers_of,
    offered_rows,
    prices_in,
    refusing,
    rows_of_word,
)
from backend.conversations.reading.item import Item
from backend.conversations.reading.pieces import cues, either, places_of
from backend.conversations.reading.segment import Segment

_FEWEST: Final = 2
_ARTICLES: Final = frozenset(map(fold, ("the", "a", "an", "ile", "ya")))


def leaves_out(
    asked: Sequence[Item],
    joined: Sequence[Item],
    amounts: Sequence[Wanted],
    text: str,
    question: str,
    catalogue: Catalogue,
) -> bool:
    """Whether an answer names a row, refuses one, counts, or takes them all, otherwise than it was taken.

    Args:
        asked: The items that were open.
        joined: What the answer was taken for.
        amounts: The amounts of the answer.
        text: The answer.
        question: What the bot asked.
        catalogue: The merchant's rows.
    """
    rows = offered_rows(asked[0], question, catalogue) if asked else []
    taken = [one for one in joined if one.sku in {row.sku for row in rows} and one.resolution.status is Status.SURE]
    if len(rows) < _FEWEST or not taken:
        return False
    own = {one.sku for one in taken}
    said = [fold(word) for _, _, word in words(text)]
    named, refused = _named(said, rows)
    every = bool(places_of(either(cues().both, cues().all_of_them, cues().half_each), text))
    return (
        bool(named - refused - own)
        or bool(refused & own)
        or (every and len(own) < _FEWEST and not named and not _tells_some(text, own, rows))
        or _miscounts(amounts, taken, rows, prices_in(question))
    )


def takes_less(text: str, items: Sequence[Item], joined: Sequence[Item], catalogue: Catalogue) -> bool:
    """Whether an answer takes both of what was offered and was read as one row, only refuses, or loses a good.

    Args:
        text: The answer ("dono ek ek"; "ek kilo, aur mirchi do", to how much of another good).
        items: Its items.
        joined: What it was taken for.
        catalogue: The merchant's rows.
    """
    rows = {one.sku for one in joined} - {None}
    said = [fold(word) for _, _, word in words(text)]
    only_refuses = said[:1] != [] and said[0] in refusing() and not any(sign in text for sign in ",;.\n")
    two = len(joined) == 1 and joined[0].wanted.count == _FEWEST  # "Both smooth", of two that were asked for.
    if len(joined) == 1 and (only_refuses or (places_of(cues().both, text) and not two)):
        return True
    if any(one.resolution.rule == "answer" for one in joined):
        return False
    known = {word.key for sku in rows if sku for word in catalogue.by_sku[sku].spoken}
    others = (one for one in items if one.resolution.exact and not one.guessed and one.sku and one.sku not in rows)
    return any(not known.issuperset(one.keys) for one in others)


def shares_out(loose: Sequence[Segment], joined: Sequence[Item]) -> bool:
    """Whether an answer that came to one row counts twice, once in a size of its own ("four, two of them small")."""
    counts = {one.wanted.count for one in loose} - {None}
    sized = any(one.amounts and not lexicon().sizes.keys().isdisjoint(one.keys) for one in loose)
    return len(joined) == 1 and len(counts) > 1 and sized and joined[0].resolution.rule != "answer"


def _named(said: Sequence[str], rows: Sequence[CatalogueItem]) -> tuple[set[str], set[str]]:
    """The rows that single words of an answer name, and those of them with a refusal right beside."""
    named, refused = set[str](), set[str]()
    said = [key for key in said if not is_between(key) or rows_of_word(key, rows)]
    said = [key for key in said if key not in _ARTICLES]
    for before, key, after in zip(["", *said], said, [*said[1:], ""], strict=False):
        measured = is_unit(key) and number_of(before) is not None  # "Half a kilo" is of 500g, though 1kg is "kilo".
        found = [] if measured else rows_of_word(key, rows)
        if len(found) == 1:
            named.update(found)
            refused.update(found if after in cues().refusals_after or before in refusing() else ())
    return named, refused


def _tells_some(text: str, own: set[str | None], rows: Sequence[CatalogueItem]) -> bool:
    """Whether a word or a number tells what was taken, and not all that was offered ("all smooth", "zote 5x6")."""
    said, numbers = [fold(word) for _, _, word in words(text)], prices_in(text)
    found = [{*rows_of_word(key, rows)} for key in said if not is_between(key)]
    found.append({row.sku for row in rows if numbers & numbers_of(row)})
    return any(own <= told and len(told) < len(rows) for told in found)


def _miscounts(
    said: Sequence[Wanted], taken: Sequence[Item], rows: Sequence[CatalogueItem], prices: frozenset[str]
) -> bool:
    """Whether a number of an answer is no count, size or price of what was taken."""
    if any(one.wanted.measured for one in taken):
        return False
    own = [row for row in rows if row.sku in {one.sku for one in taken}]
    known = frozenset.union(prices, *(numbers_of(row) for row in own))
    known |= {f"{float(quantity):g}" for one in taken for _, quantity in one.resolution.lines}
    known |= {f"{float(one.wanted.count):g}" for one in taken if one.wanted.count is not None}
    return any(one.measure is None and one.count is not None and _is_other(one.count, known) for one in said)


def _is_other(count: Fraction, known: frozenset[str]) -> bool:
    return count > 1 and f"{float(count):g}" not in known
