"""Changes of a whole order: all of it off but what is named, or its one good shared out over its sorts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from typing import Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words, words_before
from backend.catalog.linking.quantities import Wanted
from backend.catalog.linking.resolve import Status, resolve
from backend.catalog.linking.terms import read_keys
from backend.conversations.reading.amounts import number_of
from backend.conversations.reading.change import Change
from backend.conversations.reading.instead import is_said_of
from backend.conversations.reading.item import ADD, Item
from backend.conversations.reading.pieces import cues, either, places_of

Order = Mapping[str, Fraction]
_FEWEST: Final = 2
COUNTED_ANEW: Final = "counted anew"


def rearranged(text: str, items: Sequence[Item], order: Order, catalogue: Catalogue) -> Change | None:
    """Return the change where a message keeps only what it names, refuses its one row or shares it out; else None.

    Args:
        text: The message.
        items: The items that were read in it.
        order: The running order.
        catalogue: The merchant's rows.
    """
    kept = _kept_alone(text, items, order, catalogue)
    if kept:
        change = Change()
        for sku in order.keys() - kept:
            change.take_off(sku)
        change.removed.sort()
        return change
    return _refused_for(text, items, order, catalogue) or _shared_out(items, order, catalogue)


def recounted(text: str, items: Sequence[Item], order: Order, catalogue: Catalogue) -> list[Item]:
    """The items of a change, a word that several rows share as the one on the order whose number is said too.

    "Naan 4 ki jagah 6" is of the butter naan, of which there are four.
    """
    items = _beside_anew([_anew(item, text, order) for item in items], text, order)
    keys = [fold(word) for _, _, word in words(text)]
    said = (number_of(key) for key in keys if key.isdigit() or key not in catalogue.index.by_key)
    numbers = {value for value in said if value is not None}
    if cues().set.isdisjoint(keys) or len(numbers) < _FEWEST:
        return list(items)
    named = {item.sku for item in items}
    own = catalogue.part(order.keys() - named)
    return [_as_own(item, order, own, numbers) for item in items]


def _anew(item: Item, text: str, order: Order) -> Item:
    """An item whose new count stands behind its old one; where the order has another, how many is to be asked."""
    said = text[item.start : item.end]
    if item.sku is None or item.sku not in order or item.unamounted or not is_said_of(said):
        return item
    numbers = [value for _, _, word in words(said) if (value := number_of(fold(word))) is not None]
    if float(order[item.sku]) not in numbers:
        return replace(item, role=ADD, wanted=replace(item.wanted, vague=True))
    return replace(item, role=ADD, resolution=item.resolution._replace(rule=COUNTED_ANEW))


def _beside_anew(items: Sequence[Item], text: str, order: Order) -> list[Item]:
    """The items; beside one counted anew, another with an amount comes on ("2 kilo ki jagah 5 kilo aur haldi ek")."""
    steers = cues().off - cues().refusals_after
    anew = any(item.resolution.rule == COUNTED_ANEW for item in items)
    if not anew or not steers.isdisjoint(fold(word) for _, _, word in words(text)):
        return list(items)
    return [replace(one, role=ADD) if one.sku not in order and not one.unamounted else one for one in items]


def _as_own(item: Item, order: Order, own: Catalogue, numbers: set[float]) -> Item:
    found = resolve(own, read_keys(item.keys, item.weak), item.wanted)
    # "The honey 1kg instead of 500g" names another row by its size, and is no number of the order's.
    sized = item.wanted.measured and item.resolution.exact and item.sku is not None
    settled = found.status is Status.SURE and not item.unamounted and item.sku not in order and not sized
    told = (
        settled
        and found.sku is not None
        and float(order[found.sku]) in numbers
        and item.wanted.count != order[found.sku]
    )
    return replace(item, resolution=found._replace(rule=COUNTED_ANEW)) if told else item


def _kept_alone(text: str, items: Sequence[Item], order: Order, catalogue: Catalogue) -> set[str]:
    """The rows that stay while all others go ("scrap everything except the tea", "sab hatao bas chai rehne do")."""
    alone = [end for _, end in places_of(cues().keeps_alone, text)]
    if not alone or not items or not all(item.unamounted and item.start >= alone[0] for item in items):
        return set()
    own = catalogue.part(order.keys())
    rows = {resolve(own, read_keys(item.keys, item.weak), Wanted(count=Fraction(1))).sku for item in items}
    named = {sku for sku in rows if sku is not None}
    return named if len(named) == len(rows) < len(order) else set()


def _refused_for(text: str, items: Sequence[Item], order: Order, catalogue: Catalogue) -> Change | None:
    """Another sort of the one row of an order, behind a no ("zii, gunia ni mob, weka nusu gunia").

    It takes the row's place where the no names that; else whether it does is to be asked.
    """
    keys = [fold(word) for _, _, word in words(text)]
    named = len(order) == 1 and bool(keys) and keys[0] in _NO and _adds(keys).isdisjoint(cues().puts)
    sku = next(iter(order), "")
    others = [item for item in items if item.sku != sku or not item.unamounted]
    if not named or len(others) != 1 or not cues().attributes.isdisjoint(keys):
        return None
    item = others[0]
    if (
        item.role != ADD
        or item.sku is None
        or sort_of(item, sku, catalogue) != item.sku
        or len(item.resolution.lines) != 1
    ):
        return None
    row = catalogue.by_sku[sku]
    called = {fold(word) for name in (row.name, *row.aliases) for _, _, word in words(name)}
    made = not cues().becomes.isdisjoint(keys)  # "No, make them ginger" refuses what was read back.
    change = Change(lost=not made and called.isdisjoint(_refused(text, keys, item)))
    change.take_off(sku)
    change.add(item.sku, order[sku] if made and item.unamounted else item.resolution.lines[0][1])
    return change


def _refused(text: str, keys: Sequence[str], item: Item) -> Sequence[str]:
    """The words between a no and what is to come: up to the verb that asks for it, where one leads to it."""
    while keys and keys[-1] in cues().asks:
        keys = keys[:-1]
    put = max((place for place, key in enumerate(keys) if key in either(cues().asks, cues().puts)), default=0)
    return keys[1:put] or [fold(word) for _, _, word in words_before(text, item.start)[1:]]


def _adds(keys: Sequence[str]) -> set[str]:
    """The words of adding in a message but for Swahili's "put", which may put one thing in another's place."""
    return {*keys} - {fold("weka")}


_NO: Final = frozenset(map(fold, ("no", "nah", "nope", "zii", "hapana", "nahi", "nahin", "nai", "nako", "नहीं", "नको")))


def _shared_out(items: Sequence[Item], order: Order, catalogue: Catalogue) -> Change | None:
    """The one row of an order as so many of each of its sorts ("one plain one masala", of two plain)."""
    if len(order) != 1 or len(items) < _FEWEST or sum(item.wanted.count or 0 for item in items) != sum(order.values()):
        return None
    sku = next(iter(order))
    sorts = [sort_of(item, sku, catalogue) for item in items]
    if not all(item.wanted.count for item in items) or None in sorts or sku not in sorts or len({*sorts}) < len(sorts):
        return None
    change = Change()
    change.take_off(sku)
    for row, item in zip(sorts, items, strict=True):
        change.add(str(row), item.wanted.count or Fraction(0))
    return change


def sort_of(item: Item, sku: str, catalogue: Catalogue) -> str | None:
    """The row that an item names as a sort of another row's good, or None."""
    row = catalogue.by_sku[sku]
    if item.resolution.status is Status.SURE:
        return item.sku if item.sku and catalogue.by_sku[item.sku].family & row.family else None
    said = {word.key for word in read_keys(item.keys).goods}
    if said and said <= row.family:
        return sku
    goods = [word.key for word in row.terms.goods]
    parts = (part for width in range(len(goods) - 1, 0, -1) for part in combinations(goods, width))
    asked = (
        (part, resolve(catalogue, read_keys((*part, *item.keys), item.weak), Wanted(count=Fraction(1))))
        for part in parts
    )
    return next((one.sku for part, one in asked if one.sku and _has(one.sku, {*part, *said}, catalogue)), None)


def _has(sku: str, keys: set[str], catalogue: Catalogue) -> bool:
    row = catalogue.by_sku[sku]
    return keys <= row.family or keys <= {word.key for word in row.spoken}
