"""Which of its sizes a counted good is to be: "asali mbili, zile za kilo", "two honey, the 1kg ones"."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import dropwhile
from typing import Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words, words_before, words_behind
from backend.catalog.linking.lexicon import lexicon
from backend.catalog.linking.packs import as_fraction
from backend.catalog.linking.resolve import Status, resolve
from backend.catalog.linking.terms import read_keys
from backend.conversations.reading.amounts import number_of
from backend.conversations.reading.item import ADD, Item
from backend.conversations.reading.layout import Amount
from backend.conversations.reading.pieces import either
from backend.conversations.reading.refused import REFUSES_BEFORE
from backend.conversations.reading.segment import Segment
from backend.conversations.reading.siblings import resolved
from backend.conversations.reading.wants import wanted_of

_THAT: Final = frozenset(
    map(fold, ("ile", "zile", "ule", "yule", "lile", "kile", "vile", "yale", "wale", "hiyo", "hizo"))
)
_OF: Final = frozenset(map(fold, ("ya", "za", "wa", "la", "cha", "vya", "the")))
_SIZE: Final = frozenset(map(fold, ("size", "saizi", "ukubwa")))
_ONES: Final = frozenset(
    map(fold, ("one", "ones", "wala", "wali", "wale", "vala", "vali", "vale", "वाला", "वाली", "वाले"))
)


def told_which(
    items: Sequence[Item], loose: Sequence[Segment], text: str, amounts: Sequence[Amount], catalogue: Catalogue
) -> tuple[list[Item], list[Segment]]:
    """The items, each counted one in the size that is told of it right behind, and the segments that tell of none.

    Args:
        items: The items of a message.
        loose: The amounts and sizes that no item took.
        text: The message.
        amounts: The amounts of the message, which items and segments have the numbers of.
        catalogue: The merchant's rows.
    """
    out, rest = list(items), []
    for segment in loose:
        lone = segment.wanted.count is None or _ends_in_one(text, segment)
        sized = segment.wanted.measure is not None and lone
        base = _told_of(out, segment.start, segment.end, text) if sized else None
        told = _in_size(out[base], segment.keys, segment.amounts, amounts, catalogue) if base is not None else None
        if base is not None and told is not None:
            out[base] = told
        else:
            rest.append(segment)
    return _merged(out, text, amounts, catalogue), rest


def _ends_in_one(text: str, segment: Segment) -> bool:
    """Whether the "one" that a size ends in stands for the good ("the 1kg one"), and counts none."""
    said = words(text[segment.start : segment.end])
    return segment.wanted.count == 1 and said[-1][2].lower() == "one"


def _merged(items: list[Item], text: str, amounts: Sequence[Amount], catalogue: Catalogue) -> list[Item]:
    """The items, of which the same good in another size is no second one where "that one" leads to it."""
    out: list[Item] = []
    for item in items:
        sized = item.guessed and item.wanted.measure is not None and item.wanted.count is None
        base = _told_of(out, item.start, item.end, text) if sized and out else None
        same = base is not None and {*_unnumbered(out[base].keys)} <= {*item.keys}
        told = _in_size(out[base], item.keys, item.amounts, amounts, catalogue) if base is not None and same else None
        told = told or _in_next_size(out, item, text, catalogue)
        base = _told_of(out, item.start, item.end, text) if told else base
        if base is not None and told is not None:
            out[base] = told
        elif out and (packed := _in_packs(out[-1], item, text, catalogue)):
            out[-1] = packed
        elif not (out and _is_refused(out[-1], item, text)):
            out.append(item)
    return out


def _in_next_size(items: Sequence[Item], item: Item, text: str, catalogue: Catalogue) -> Item | None:
    """The item before, in the size of the next one, which counts none and is what "that one" leads to."""
    alone = items and item.wanted.size is not None and not item.amounts and item.keys == items[-1].keys
    base = _told_of(items, item.start, item.end, text) if alone else None
    if base is None:
        return None
    last = items[base]
    wanted = replace(last.wanted, size=item.wanted.size)
    return resolved(replace(last, keys=_unnumbered(last.keys), wanted=wanted), catalogue)


def _unnumbered(keys: Sequence[str]) -> tuple[str, ...]:
    """The words of an item without a number, which told the size that it has had ("barfi 250")."""
    return tuple(key for key in keys if not key.isdigit())


def _is_refused(last: Item, item: Item, text: str) -> bool:
    """Whether the same good in another size is what is not wanted ("one of 5 litres, not 2 litres")."""
    sized = not item.amounts and item.wanted.size is not None
    sized = sized or (_is_size_alone(item) and item.sku not in {None, last.sku})
    if item.keys != last.keys or not sized:
        return False
    led = [fold(word) for _, _, word in words_before(text, item.start)]
    while led and led[-1] in _OF:
        led.pop()
    return not REFUSES_BEFORE.isdisjoint(led[-1:])


def _is_size_alone(item: Item) -> bool:
    return item.guessed and item.wanted.measure is not None and item.wanted.count is None


def _in_packs(last: Item, item: Item, text: str, catalogue: Catalogue) -> Item | None:
    """The item before, whose weight the next one tells the packs of ("3 litres of milk, in 1 litre packs"), or None."""
    size = item.wanted.size or item.wanted.measure
    known = lexicon()
    same = [key for key in item.keys if key not in known.containers and not known.is_joint(key)] == [*last.keys]
    told = same and item.wanted.count in {None, 1} and item.role == last.role
    row, total = catalogue.by_sku.get(item.sku or ""), last.wanted.measure
    if not told or total is None or size is None or row is None or row.measure != size or last.wanted.count is not None:
        return None
    packs = as_fraction(total.base) / as_fraction(size.base)
    if packs.denominator > 1 or not _says_packs(text, last.end, item):
        return None
    return replace(last, resolution=item.resolution._replace(lines=((row.sku, packs),)))


def _says_packs(text: str, start: int, item: Item) -> bool:
    """Whether a size names what holds it, and nothing but signs and what leads to it stands before it."""
    led = [fold(word) for _, _, word in words(text[start : item.start])]
    said = [fold(word) for _, _, word in (*words(text[item.start : item.end]), *words_behind(text, item.end)[:_NEAR])]
    known = lexicon()
    held = not known.containers.keys().isdisjoint([*led, *said])
    return held and all(key in known.containers or key in _LEADS for key in led)


_NEAR: Final = 2
_LEADS: Final = _OF | frozenset(map(fold, ("in", "as", "kwa", "each", "ek", "एक")))


def _told_of(items: Sequence[Item], start: int, end: int, text: str) -> int | None:
    """The item right behind which words of "that one" lead to a size."""
    before = max((n for n, item in enumerate(items) if item.end <= start), key=lambda n: items[n].end, default=None)
    if (
        before is None
        or items[before].role != ADD
        or items[before].wanted.count is None
        or items[before].wanted.measure
    ):
        return None
    led = [fold(word) for _, _, word in words(text[items[before].end : start])]
    led = list(dropwhile(lambda key: number_of(key) is not None, led))
    behind = {fold(word) for _, _, word in (*words(text[start:end])[-1:], *words_behind(text, end)[:1])}
    that = not _THAT.isdisjoint(led[:1]) or not _ONES.isdisjoint(behind) or not _SIZE.isdisjoint(led)
    return before if that and either(_THAT, _OF, _SIZE).issuperset(led) else None


def _in_size(
    item: Item, keys: tuple[str, ...], numbers: tuple[int, ...], amounts: Sequence[Amount], catalogue: Catalogue
) -> Item | None:
    """An item in a size that is told of it, where that settles another row or the same one."""
    numbers = (*item.amounts, *(number for number in numbers if amounts[number].kind == "measure"))
    wanted = wanted_of([amounts[number] for number in numbers])
    own = _unnumbered(item.keys)
    keys = (*own, *(key for key in keys if key not in own))
    found = resolve(catalogue, read_keys(keys, item.weak), wanted)
    row = catalogue.by_sku.get(found.sku or "")
    settled = found.status is Status.SURE and row is not None and row.measure == wanted.measure
    return replace(item, keys=keys, amounts=numbers, wanted=wanted, resolution=found) if settled else None
