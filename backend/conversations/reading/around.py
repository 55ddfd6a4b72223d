"""The words around the items of a message: beside one, between two, and those that say which one is meant."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Final

from backend.catalog.linking.folding import fold, words, words_behind
from backend.conversations.reading.amounts import number_of
from backend.conversations.reading.item import ADD, REMOVE, Item
from backend.conversations.reading.items import MAKE_IT
from backend.conversations.reading.pieces import cues, either, places_of

_NEXT: Final = 2
_KEEPS_OR_DROPS: Final = frozenset(map(fold, ("rahne", "rehne", "रहने")))
_EXCHANGES: Final = frozenset(map(fold, ("replace", "swap", "switch", "change", "badilisha", "badili", "geuza")))
_ANOTHER: Final = frozenset(
    map(fold, ("another", "ingine", "nyingine", "mwingine", "jingine", "kingine", "lingine", "आणखी", "अजून"))
)


_ARTICLES: Final = frozenset({"a", "an"})


def _leads_off(between: Sequence[str]) -> int:
    """Where, between two items, an "and" and a word of taking off lead on to the second ("a pillow na utoe mati")."""
    known = cues()
    pairs = enumerate(pairwise(between))
    return next((at for at, (word, verb) in pairs if word in known.joins and verb in known.off_before), len(between))


class Around:
    """Looks around the items of one message."""

    def __init__(self, text: str) -> None:
        self._text = text

    def beside(self, item: Item, items: Sequence[Item]) -> tuple[list[str], list[str]]:
        """The two words before and the two after an item, none of them nearer to another item."""
        start = max((other.end for other in items if other.end <= item.start), default=0)
        end = min((other.start for other in items if other.start >= item.end), default=len(self._text))
        after = self._said(item.end, end)
        if end < len(self._text):
            after = after[: _leads_off(after)]
        return self._said(start, item.start)[-_NEXT:], after[:_NEXT]

    def joined(self, one: Item, other: Item) -> bool:
        """Whether an "and" stands between two items."""
        return not cues().joins.isdisjoint(self._said(one.end, other.start))

    def kept(self, item: Item, items: Sequence[Item]) -> bool:
        """Whether an item is only said to stay ("take the sugar off, keep the flour")."""
        before, after = self.beside(item, items)
        kept = bool(set(before) & cues().keeps_before or set(after) & cues().keeps_after)
        told = item.role == "from" and self.may_go(item, items)  # "Let it be" was read as taking it off.
        return kept and item.unamounted and len(items) > 1 and not told

    def may_go(self, item: Item, items: Sequence[Item]) -> bool:
        """Whether what keeps an item may leave it out as well, as Hindi's "rehne do" does."""
        before, after = self.beside(item, items)
        return not _KEEPS_OR_DROPS.isdisjoint([*before, *after])

    def without(self, item: Item, items: Sequence[Item]) -> bool:
        """Whether an item is only said to be left out of what it comes in ("add a roll without onions")."""
        known, (before, after) = cues(), self.beside(item, items)
        led = either(known.negations, known.comes_without, known.less)
        return not led.isdisjoint(before) or not known.refusals_after.isdisjoint(after[:1])

    def led_off(self, item: Item, items: Sequence[Item]) -> bool:
        """Whether a word of taking off stands right before an item ("and take out the lentils")."""
        return not cues().off_before.isdisjoint(self.beside(item, items)[0])

    def exchanged(self, item: Item, items: Sequence[Item]) -> bool:
        """Whether a word of exchanging leads to an item, and none of becoming ("replace the tea", not "change to")."""
        before, _ = self.beside(item, items)
        return bool({*before} & _EXCHANGES) and not {*before} & cues().becomes

    def another(self, item: Item, items: Sequence[Item]) -> int:
        """How many more an uncounted item asks for ("another of that soup", "add soup"); 0 where it asks for none."""
        start = max((other.end for other in items if other.end <= item.start), default=0)
        before, (led, after) = self._said(start, item.start), self.beside(item, items)
        told = not _ANOTHER.isdisjoint([*before, *after[:1]]) or not cues().puts.isdisjoint(led[-1:])
        counts = [int(value) for one in before if (value := number_of(one)) is not None and value >= 1]
        return (counts[0] if len(counts) == 1 else 1) if told else 0

    def ends_off(self) -> bool:
        """Whether a word of taking off ends the message ("the soap, I found another, take it off")."""
        steered = {*self._said(0, len(self._text))} & (cues().puts | cues().becomes)
        return not steered and not (cues().off_after - cues().refusals_after).isdisjoint(
            self._said(0, len(self._text))[-1:]
        )

    def steps_down(self) -> bool:
        """Whether a number stands right before a word for less ("ek kami kara"): so many fewer, not so many."""
        said = self._said(0, len(self._text))
        return any(number_of(one) is not None and after in cues().less for one, after in pairwise(said))

    def ends(self, item: Item, items: Sequence[Item]) -> bool:
        """Whether the word behind an item ends its part of the message ("the cd remove, ...") and leads to no other."""
        behind = words_behind(self._text, item.end)[:1]
        place = item.end + behind[0][1] if behind else item.end
        gap = self._text[place:].lstrip(" ")
        return not gap or not gap[0].isalnum() or not any(0 <= other.start - place <= _NEXT for other in items)

    def tells_which(self, item: Item) -> bool:
        """Whether "wala" or "one" stands behind an uncounted good in several words or a measure ("20 kilo wali")."""
        measured = item.wanted.measure is not None and item.wanted.count is None
        return (measured or (item.unamounted and len(item.keys) > 1)) and self._is_attribute(item)

    def attributes(self, item: Item) -> bool:
        """Whether "wala" or "one" stands behind a counted word: "the eight socket one" tells which, not how many."""
        return item.wanted.count is not None and self._is_attribute(item)

    def put_on(self, item: Item, items: Sequence[Item], order: Mapping[str, Fraction]) -> Item:
        """An item that a word of putting leads to as one that comes ("toa maziwa uweke chai"), if no order has it."""
        if item.role != REMOVE or item.sku is None or item.sku in order:
            return item
        led = self.beside(item, items)[0]
        return replace(item, role=ADD) if not cues().puts.isdisjoint(led[-1:]) else item

    def _only(self, item: Item) -> bool:
        """Whether "just" or "only" stands right beside an item that nothing adds ("just one soap")."""
        before, after = self._said(0, item.start)[-_NEXT:], self._said(item.end, len(self._text))
        alone = not cues().only.isdisjoint([*before[-1:], *after[:1]])
        return alone and cues().puts.isdisjoint(before)

    def made(self, item: Item) -> bool:
        """Whether "make it" stands right behind the new count ("... ball do kar do"), or it is only so many."""
        if self._only(item):
            return True
        exact = any(item.start <= start <= item.end for start, _ in places_of(cues().exactly, self._text))
        return not item.unamounted and (exact or not MAKE_IT.isdisjoint(self._said(item.end, len(self._text))[:1]))

    def is_made(self, item: Item, items: Sequence[Item]) -> bool:
        """Whether a word of making it so many stands beside an item, and none for more of it ("make the cups 4")."""
        before, after = self.beside(item, items)
        puts = cues().more - cues().joins
        return not cues().set.isdisjoint([*before, *after]) and puts.isdisjoint([*before, *after[:1]])

    def also(self, item: Item) -> bool:
        """Whether "also" stands right behind an item, which then takes nothing's place ("thinner bhi, brush nahi")."""
        return not cues().also.isdisjoint(self._said(item.end, len(self._text))[:1])

    def as_many(self) -> bool:
        """Whether as many are asked for as there were ("utne hi", "the same number")."""
        return cues().any_in(cues().same_count, self._text)

    def one(self, item: Item) -> bool:
        """Whether an article stands right before an item, so that it is one ("send a mirror instead")."""
        return not _ARTICLES.isdisjoint(self._said(0, item.start)[-1:])

    def _is_attribute(self, item: Item) -> bool:
        after = [word.lower() for _, _, word in words_behind(self._text, item.end)][:1]
        return bool(after) and after[0] in cues().attributes

    def _said(self, start: int, end: int) -> list[str]:
        return [fold(word) for _, _, word in words(self._text[start:end])]
