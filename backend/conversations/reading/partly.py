"""Some of a good in another sort: "four maggi, ek me cheese" are three and one with cheese."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words, words_behind
from backend.catalog.linking.lexicon import lexicon
from backend.catalog.linking.resolve import Status, resolve
from backend.catalog.linking.terms import read_keys
from backend.conversations.reading.amounts import number_of
from backend.conversations.reading.item import ADD, Item
from backend.conversations.reading.pieces import cues
from backend.conversations.reading.rearranging import sort_of

_ONES: Final = frozenset({"one", "ones"})
_IN: Final = frozenset({"me", "mein", "mai", "madhe", "madhye", "में", "मे", "मध्ये"})
SOME_OF_THEM: Final = "some of them"


def some_otherwise(items: Sequence[Item], text: str, catalogue: Catalogue) -> list[Item]:
    """The items, of which so many of one come in the sort that is said behind "in one", or before "wala".

    Args:
        items: The items of an order in the order of the message.
        text: The message.
        catalogue: The merchant's rows.
    """
    items = _in_corrected_sort(items, text, catalogue)
    out = list(items)
    for last, (before, item) in enumerate(pairwise(items), start=1):
        if _is_one_of_last(before, item, text):
            count = item.wanted.count or Fraction(1)
            out[last - 1 : last + 1] = _shared(out[last - 1], item, item.start, count, catalogue)
    for place, number in _parts(text):
        base = max((n for n, item in enumerate(out) if item.end <= place), default=None)
        part = base + 1 if base is not None and base + 1 < len(out) else None
        if base is not None and part is not None and not text[out[base].end : place].strip(" ,;.(\n"):
            out[base], out[part] = _shared(out[base], out[part], place, number, catalogue)
            if _is_refused(out[part], text):
                span = (place, out[part].end)
                out[base : part + 1] = [replace(out[base], corrects=(*out[base].corrects, span))]
    return out


def _in_corrected_sort(items: Sequence[Item], text: str, catalogue: Catalogue) -> list[Item]:
    """The items, one in the sort that corrects its own at once ("mug white 2, nahi yaar black kar do")."""
    out: list[Item] = []
    for item in items:
        last = out[-1] if out else None
        corrects = last is not None and item.unamounted and item.resolution.status is Status.OPEN
        if last is None or not corrects or not _is_corrected(text[last.end : item.start]):
            out.append(item)
            continue
        sku = sort_of(item, last.sku, catalogue) if last.sku and last.resolution.status is Status.SURE else None
        lines = tuple((sku, quantity) for _, quantity in last.resolution.lines) if sku is not None else ()
        found = last.resolution._replace(sku=sku, lines=lines)
        out[-1:] = [last, item] if sku is None else [replace(last, resolution=found).instead_of(item.start, item.end)]
    return out


def _is_corrected(between: str) -> bool:
    said = {fold(word) for _, _, word in words(between)}
    return not said.isdisjoint(cues().corrections) and said <= cues().corrections | lexicon().filler


def _is_one_of_last(before: Item, item: Item, text: str) -> bool:
    """Whether a counted sort with "wala" behind it is right behind what there is more of ("misal 4, ek dahi wali")."""
    if not item.amounts or item.resolution.exact or text[before.end : item.start].strip(" ,("):
        return False
    after = [word.lower() for _, _, word in words_behind(text, item.end)][:1]
    return after != [] and after[0] in cues().attributes - _ONES and not text[item.end :].startswith(",")


def _is_refused(part: Item, text: str) -> bool:
    """Whether what is said of some of a good is that they are to come without it ("ek me meetha pani nahi")."""
    behind = [fold(word) for _, _, word in words(_CLAUSE_END.split(text[part.end :])[0])][:_NEXT]
    return part.resolution.rule != SOME_OF_THEM and not cues().refusals_after.isdisjoint(behind)


def _parts(text: str) -> Iterator[tuple[int, Fraction]]:
    """Where a text says in how many of what it has just named something is to be, and that number."""
    said = words(text)
    for (start, end, word), (behind, _, after) in pairwise(said):
        value = number_of(fold(word)) if after.lower() in _IN and text[end:behind].isspace() else None
        if value is not None and value >= 1:
            yield start, Fraction(int(value))


def _shared(base: Item, part: Item, place: int, number: Fraction, catalogue: Catalogue) -> tuple[Item, Item]:
    """An item without those that come in another sort, and these; as they were where there is no such sort."""
    had = base.wanted.count
    sku = sort_of(part, base.sku, catalogue) if base.sku and base.resolution.status is Status.SURE else None
    apart = base.role == part.role == ADD and sku not in {None, base.sku} and part.start <= place + _REACH
    if sku is None or had is None or had <= number or not apart:
        return base, part
    rest = replace(base.wanted, count=had - number)
    kept = replace(base, wanted=rest, resolution=resolve(catalogue, read_keys(base.keys, base.weak), rest))
    found = part.resolution._replace(status=Status.SURE, sku=sku, lines=((sku, number),), exact=True, rule=SOME_OF_THEM)
    wanted = replace(part.wanted, count=number)
    return kept, replace(
        part, start=place, wanted=wanted, amounts=part.amounts or base.amounts, resolution=found, guessed=False
    )


_REACH: Final = 16
_NEXT: Final = 2
_CLAUSE_END: Final = re.compile(r"[,;.\n।!?]")
