"""What makes a change doubtful: a sort that may be a part of what is ordered, and a number that may be a size."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Final

from backend.catalog.linking.catalogue import Catalogue, CatalogueItem
from backend.catalog.linking.folding import fold, words, words_before, words_behind
from backend.catalog.linking.terms import is_unit, read_keys
from backend.conversations.reading.amounts import ALSO_GIVES, helps, number_of
from backend.conversations.reading.change import Change
from backend.conversations.reading.choices import numbers_of
from backend.conversations.reading.comes_to import adds_up_wrong
from backend.conversations.reading.doubling import may_be_size
from backend.conversations.reading.item import ADD, Item
from backend.conversations.reading.items import STEAD_OF
from backend.conversations.reading.own_choices import is_choice_of
from backend.conversations.reading.pieces import cues, of_them

Order = Mapping[str, Fraction]
# Before some of what is ordered.
_OF: Final = frozenset(
    tuple(map(fold, pair)) for pair in (("of", "the"), ("of", "those"), ("kati", "ya"), ("me", "se"))
)


def may_change_otherwise(text: str, items: Sequence[Item], change: Change, order: Order, catalogue: Catalogue) -> bool:
    """Whether a change may be meant otherwise than it was read.

    Args:
        text: The message.
        items: The items that were read in it.
        change: What it was read as.
        order: The running order.
        catalogue: The merchant's rows.
    """
    keys = [fold(word) for _, _, word in words(text)]
    return (
        (not order and any(_stands_instead(item, text) for item in items))
        or _adds_a_part(text, keys, change, order, catalogue)
        or any(_takes_off_a_class(item, order, catalogue) for item in items)
        or _loses_size(items, change, order, catalogue)
        or _exchanges_half(keys, change)
        or (not items and cues().any_in(cues().something_more, text))
        or adds_up_wrong(text, order, catalogue)
        or _comes_to_refused(keys, change)
        or (not items and _tells_choices(keys, order, catalogue))
        or may_be_size(text, order, catalogue)
        or (not items and _changes_some(keys, change, order))
        or (len(change.removed) == 1 and _are_fewer(text, change, order))
        or any(_is_counted_across_and(item, text) for item in items)
        or (not items and order.keys() >= change.added.keys() and _counts_a_size(text, keys, order, catalogue))
    )


_EXCHANGING: Final = frozenset(map(fold, ("swap", "replace", "switch", "badilisha", "badlo", "badla", "बदलो", "बदला")))
_INSTEAD: Final = frozenset(map(fold, ("jagah", "jagha", "badle", "aivaji", "evaji", "जगह", "बदले", "ऐवजी", "badala")))


def _exchanges_half(keys: Sequence[str], change: Change) -> bool:
    """Whether only one side of an exchange was found.

    What is to go has been lost in "swap the 2 inch for a 4 inch and add soap", what is to come in "laal ki jagah
    golden balloons", where red ones are all that the order has.
    """
    half = bool(change.added) != bool(change.removed)
    return half and not (_EXCHANGING if change.added else _EXCHANGING | _INSTEAD).isdisjoint(keys)


def _takes_off_a_class(item: Item, order: Order, catalogue: Catalogue) -> bool:
    """Whether what comes off is told by a word for many a good ("one of the drinks"), which others there may be too."""
    said = {term.key for term in read_keys(item.keys).goods}
    if item.role == ADD or item.sku not in order or item.resolution.exact or not said or said - cues().class_words:
        return False
    held = [catalogue.by_sku[sku].container for sku in order]
    return held.count(catalogue.by_sku[item.sku or ""].container) > 1


def _changes_some(keys: Sequence[str], change: Change, order: Order) -> bool:
    """Whether a number that leads to "ko" may be of fewer than all that changes ("do ko bada kar do", of three)."""
    most = max((order[sku] for sku in change.removed if sku in order), default=Fraction(0))
    led = (number_of(key) for key, after in pairwise(keys) if after in _TO)
    return any(value is not None and value < most for value in led)


def _are_fewer(text: str, change: Change, order: Order) -> bool:
    """Whether as many are asked for as there were of what goes ("utna hi"), and other than that come."""
    had = order.get(change.removed[0])
    other = any(quantity != had for quantity in change.added.values())
    return other and cues().any_in(cues().same_count, text)


_TO: Final = frozenset({fold("ko"), fold("को")})


def _tells_choices(keys: Sequence[str], order: Order, catalogue: Catalogue) -> bool:
    """Whether a change that names no good says what those of the order may be had in ("ek lal ek hara")."""
    return any(is_choice_of(key, catalogue.by_sku[sku]) for sku in order for key in keys)


def _comes_to_refused(keys: Sequence[str], change: Change) -> bool:
    """Whether a row comes in the very number that is refused ("9 nahi 8 karo", of one pair of size 9)."""
    refused = {number_of(key) for key, after in pairwise(keys) if after in cues().refusals_after}
    return any(float(quantity) in refused for sku, quantity in change.added.items() if sku in change.removed)


def _gives(text: str, start: int, key: str) -> bool:
    """Whether Hindi's "do" helps a verb ("kam kar do"), and counts nothing."""
    return key in ALSO_GIVES and helps(text, start)


def _is_counted_across_and(item: Item, text: str) -> bool:
    """Whether a good took an amount from before the "and" that leads to it ("2 nahi 3 kilo aur butter bhi ek")."""
    before = [fold(word) for _, _, word in words_before(text, item.start)[-_NEAR:]]
    led = not cues().joins.isdisjoint(before[-1:]) and cues().also.isdisjoint(before[-1:])
    if item.unamounted or not led or number_of(before[0]) is not None:  # "Ek aur naan" is one more.
        return False
    said = [*words(text[item.start : item.end]), *words_behind(text, item.end)[:_NEAR]]
    numbers = [value for _, _, word in said if (value := number_of(fold(word))) is not None]
    amounted = any(not word.isalpha() or is_unit(fold(word)) for _, _, word in said)
    return not amounted and (item.wanted.count is None or float(item.wanted.count) not in numbers)


_NEAR: Final = 2


def _stands_instead(item: Item, text: str) -> bool:
    """Whether what "instead of" leads to was read for a good that comes on."""
    return item.role == ADD and tuple(fold(word) for _, _, word in words_before(text, item.start)[-2:]) in STEAD_OF


def _adds_a_part(text: str, keys: Sequence[str], change: Change, order: Order, catalogue: Catalogue) -> bool:
    """Whether a sort that comes on is told to be some of what is ordered ("2 of the plugs denso")."""
    part = not _OF.isdisjoint(pairwise(keys)) or of_them(text) is not None
    rows = catalogue.by_sku
    comes = [rows[sku] for sku in change.added if sku not in order] if part and not change.removed else []
    return any(one.kin & rows[sku].kin for one in comes for sku in order)


def _loses_size(items: Sequence[Item], change: Change, order: Order, catalogue: Catalogue) -> bool:
    """Whether what takes a row's place comes in another size, which was not said, though it is sold in the same."""
    if any(_is_sized(item) for item in items):
        return False
    rows = catalogue.by_sku
    pairs = ((rows[sku], rows[new]) for sku in change.removed for new in change.added if new not in order)
    return any(_comes_smaller(gone, comes, catalogue) for gone, comes in pairs if gone.kin & comes.kin)


def _comes_smaller(gone: CatalogueItem, comes: CatalogueItem, catalogue: Catalogue) -> bool:
    if gone.family == comes.family:
        return False
    sizes = {catalogue.items[row].measure for row in catalogue.siblings(catalogue.row_of[comes.sku])}
    return gone.measure is not None and gone.measure != comes.measure and gone.measure in sizes


def _is_sized(item: Item) -> bool:
    said = read_keys(item.keys)
    return said.sized or bool(said.label or said.container) or item.wanted.measured


def _counts_a_size(text: str, keys: Sequence[str], order: Order, catalogue: Catalogue) -> bool:
    """Whether a number beside no good is the size of another row of what is ordered ("one should be 18")."""
    if any(is_unit(key) for key in keys):
        return False
    said = [key for (start, _, _), key in zip(words(text), keys, strict=True) if not _gives(text, start, key)]
    numbers = {f"{value:g}" for key in said if (value := number_of(key)) is not None}
    rows = catalogue.by_sku
    sized = {
        number
        for sku in order
        for one in catalogue.items
        if one.sku != sku and one.kin & rows[sku].kin
        for number in numbers_of(one)
    }
    had = {f"{float(quantity):g}" for quantity in order.values()}
    alone = len(numbers) == 1 and all(float(number) >= _MANY for number in numbers)  # "Badilisha iwe 9", of a size 8
    several = len(numbers) > 1 or alone
    return several and numbers.isdisjoint(had) and not numbers.isdisjoint(sized)


_MANY: Final = 5
