"""Goods that come with each of those before them ("three pizzas, each with a soda"): there are as many of them."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.resolve import Status, resolve
from backend.catalog.linking.terms import read_keys
from backend.conversations.reading.item import ADD, ELSEWHERE, Item

_WITH: Final = re.compile(
    r"\beach\b|\bevery\b|\bkila\b|\bhar |\bhar(?:ek|yek)|\bpratye?k|प्रत्येक|हर |हरेक|हरएक",
    re.IGNORECASE,
)
_LED: Final = re.compile(
    r"[\W_]*\b(?:(?:na|and|n|aur|ani|और|आणि)\s+)?(?:"
    r"(?:each|every)(?: one)?(?: of them)?(?: \w+)?(?: (?:comes|to come|should come|goes))? with"
    r"|kila \w+(?: \w+)?(?: (?:iwe|ziwe|ikuje|ije))? na"
    r"|(?:harek|har \w+(?: \w+)?) (?:ke|k|me|mein)(?: (?:saa?th|sang|upar))?"
    r"|har ?yek\w*|pratye?k\w*(?: \w*(?:sobat|barobar))?"
    r"|(?:हरएक|हरेक|हर [^\s,]+(?: [^\s,]+)?) (?:के साथ|में|मे)|हरेकाला|हर ?एकाला"
    r"|प्रत्येक(?: के साथ| में|ी|ाला|ास|ात| [^\s,]+(?:सोबत|बरोबर|ला)|ा?[^\s,]*(?:सोबत|बरोबर))"
    r")\s+(?:(?:a|an|one|its own|moja|ek|एक)\s+)?",
    re.IGNORECASE,
)
_JOINED: Final = re.compile(r"\s*(?:(?:na|and|aur|ani|और|आणि|&|\+)\s+)(?:(?:a|an)\s+)?", re.IGNORECASE)
_LEFT_OF_EACH: Final = re.compile(r"(?:each|every|kila|har|pratye?k|हर|प्रत्येक)\s+$", re.IGNORECASE)
_BEHIND: Final = re.compile(r"\s*(?:each|apiece)\b", re.IGNORECASE)
_BESIDE: Final = re.compile(r"\s*(?:with|plus)\s+(?:(?:a|an|one)\s+)?", re.IGNORECASE)


def gives_with_each(text: str) -> bool:
    """Whether a text says that something comes with each of what was named before it."""
    return _WITH.search(text) is not None and _LED.search(text) is not None


def with_each(items: list[Item], text: str, catalogue: Catalogue) -> list[Item]:
    """The items, those that come with each of the one before them counted as often as it; open where that is unclear.

    Args:
        items: The items of a message in order.
        text: The message.
        catalogue: The merchant's rows.
    """
    if len(items) < _PAIR or _WITH.search(text) is None:
        return items
    out = _without_named_again(items, text)
    goods = 0  # how many goods stand before those that come with each
    for place, (last, item) in enumerate(pairwise(list(out)), start=1):
        told = last.role == item.role == ADD and _is_with_each(last, item, text)
        goods = place if told else goods if goods and _JOINED.fullmatch(text[last.end : item.start]) else 0
        if goods:
            out[place] = _as_often(out[:goods], item, catalogue, sure=told or item.wanted.count in {None, 1})
    return out


_PAIR: Final = 2


def _is_with_each(last: Item, item: Item, text: str) -> bool:
    between = text[last.end : item.start]
    behind = _BESIDE.fullmatch(between) is not None and _BEHIND.match(text, item.end) is not None
    return behind or _LED.fullmatch(between) is not None


def _without_named_again(items: Sequence[Item], text: str) -> list[Item]:
    """The items without a word for the one before that "each" leads to ("two wraps, each wrap with ...")."""
    out: list[Item] = [*items[:1]]
    for item in items[1:]:
        rows = {item.sku, *item.resolution.alternatives}
        again = item.unamounted and out[-1].sku in rows and _LEFT_OF_EACH.search(text[: item.start])
        if not again:
            out.append(item)
    return out


def _as_often(before: Sequence[Item], item: Item, catalogue: Catalogue, *, sure: bool) -> Item:
    """An item as often as the only one before it; with several before it, how many there are is to be asked."""
    count, each = before[-1].wanted.count, item.wanted.count or 1
    settled = sure and len(before) == 1 and count is not None and before[0].resolution.status is Status.SURE
    wanted = replace(item.wanted, count=count * each) if settled and count else replace(item.wanted, vague=True)
    resolution = resolve(catalogue, read_keys(item.keys, item.weak), wanted)
    return replace(item, wanted=wanted, amounts=item.amounts or ELSEWHERE, resolution=resolution)
