"""Tells what a message does with a good: adds it, refuses it, or gives it for another."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from backend.catalog.linking.folding import fold, words, words_before, words_behind
from backend.catalog.linking.lexicon import lexicon
from backend.catalog.linking.resolve import Status
from backend.conversations.reading.item import ADD, REMOVE, Item
from backend.conversations.reading.pieces import Kind, Piece, cues, places_of
from backend.conversations.reading.refused import is_taken_back, left_for_another
from backend.conversations.reading.segment import Segment

_NEAR: Final = 3
_GAP: Final = 8
_PAIR: Final = 2
_WITHOUT: Final = frozenset(map(fold, ("without", "bina", "बिना", "bila", "bagair", "बगैर", "vina", "विना")))
_SHOULD: Final = ("should", "must", "hona", "honi", "hone", "होना", "होनी")
# Behind a good, before or behind how it is to be ("ziwe baridi", "should be cold", "thandi honi chahiye").
_SHOULD_BE: Final = frozenset(
    map(
        fold,
        ("iwe", "ziwe", "yawe", "viwe", "ikuwe", "zikuwe", "isiwe", "zisiwe", "yasiwe", "visiwe", *_SHOULD),
    )
)
_REFUSES_NEXT: Final = frozenset({"no"})
# Swahili's genitives, behind which stands what something is of.
GENITIVES: Final = frozenset(map(fold, ("ya", "za", "wa", "la", "cha", "vya")))
_WITH: Final = fold("na")
_CUT: Final = ""  # the key of a break that is no word: a comma, a plus, the end of a line


def is_reminder(text: str, place: int) -> bool:
    """Whether words right before a place ask not to forget what stands there."""
    return any(not text[end:place].strip() or _joins(text[end:place]) for _, end in places_of(cues().reminders, text))


def _joins(gap: str) -> bool:
    return len(gap) <= _GAP and all(fold(word) in lexicon().filler for _, _, word in words(gap))


def only_says_in_what(segment: Segment, items: Sequence[Item], before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether a good that is open, and ordered already in one of its sorts, comes with or without something, or so.

    One that is a row's name as well may be so, too, where a word right behind it says how it should come.
    So does one that tells the last item's own sort behind another that is refused ("3 lassi, not mango, sweet").
    """
    how = not _SHOULD_BE.isdisjoint(after[:1])
    rows = {*segment.resolution.alternatives} if how or segment.resolution.status is Status.OPEN else set()
    within = not cues().within.isdisjoint(after[:1]) or not _SHOULD_BE.isdisjoint(after[:_PAIR])
    within = within or (_gives(after) and any(one.key in lexicon().optional for one in segment.pieces))
    within = within or (not lexicon().optional.isdisjoint(after[:1]) and _gives(after[1:]))
    own = not cues().refusals_after.isdisjoint(before[-1:]) and bool(items) and items[-1].sku in rows
    return not segment.amounts and ((within and any(item.sku in rows for item in items)) or own)


def _gives(after: Sequence[str]) -> bool:
    """Whether a word of giving is next ("bhakri garam dya")."""
    return not (cues().gives | cues().asks).isdisjoint(after[:1])


class Roles:
    """Looks for words that refuse, around the goods of one message and in the bot's mentions of them."""

    def __init__(self, text: str, reading: Mapping[str, Any], pieces: Sequence[Piece]) -> None:
        self._text = text
        self._pieces = pieces
        self._refusing = [one for one in reading.get("tokens") or () if one.get("tag") == "REMOVE"]
        self._mentions = reading.get("mentions") or ()
        self._orders = (reading.get("intent") or {}).get("name") == "place_order"

    def of(self, segment: Segment, mention: int | None, items: Sequence[Item]) -> str:
        """The role of a segment; `mention` is the bot's mention around it, `items` what was read before it."""
        said = self._mentions[mention] if mention is not None else {}
        own = said.get("start", segment.end) < segment.end and said.get("end", 0) > segment.start
        if is_reminder(self._text, segment.start):
            return ADD
        if self._refused_by_an_and():
            own = False
        if own and (self._starts_anew(segment) or self._refused_by_itself(segment) or self._comes_without(segment)):
            own = False
        if own and self._before_what_is_refused(segment):
            own = False
        if own and said.get("role", ADD) != ADD:  # What stands beside a refused good may be one of its options.
            return str(said["role"])
        before = [key for key in self._words_before(segment.start) if key not in lexicon().filler][-1:]
        after = [key for key in self._words_after(segment.end) if key not in lexicon().filler][:1]
        if self._behind_without(segment.start):
            return REMOVE
        refused = bool(before) and before[0] in cues().negations and not self._named_before(segment.start, items)
        refused = refused and not self._behind_a_little(segment.start)
        if refused and before[0] in cues().corrections:
            # "No sugar today" refuses, "no, two sugar" corrects; Hindi's "no" refuses what stands before it.
            refused = before[0] in _REFUSES_NEXT and not segment.amounts and not self._cut_off(segment.start)
        refused = refused or (bool(after) and after[0] in cues().refusals_after and not segment.amounts)
        refused = refused or (self._orders and left_for_another(segment, self._text, self._pieces))
        refused = refused or self._taken_back(segment, items)
        return REMOVE if refused else ADD

    def _refused_by_itself(self, segment: Segment) -> bool:
        """Whether the only word that refuses a counted good is a part of its whole name (Marathi's "soda", leave)."""
        named = segment.resolution.exact or segment.resolution.status is Status.UNKNOWN
        if not segment.amounts or not named:
            return False
        return bool(self._refusing) and all(segment.start <= one["start"] < segment.end for one in self._refusing)

    def _taken_back(self, segment: Segment, items: Sequence[Item]) -> bool:
        """Whether what an order has named before is called off where it names it again."""
        again = not segment.amounts and any(item.sku == segment.resolution.sku for item in items if item.sku)
        return again and self._orders and is_taken_back(self._text, segment.start, segment.end)

    def _before_what_is_refused(self, segment: Segment) -> bool:
        """Whether all that refuses stands in a later clause, before words of its own ("one vest, remove the tag")."""
        refusing = [one["start"] for one in self._refusing]
        if not self._orders or not segment.amounts or not refusing or refusing[0] < segment.end:
            return False
        key = fold(words_behind(self._text, refusing[0])[0][2])
        leads = key in cues().off_before - cues().off_after
        behind = [fold(word) for _, _, word in words_behind(self._text, refusing[0])[1:]]
        return leads and _cuts(self._text[segment.end : refusing[0]]) and not lexicon().filler.issuperset(behind)

    def _refused_by_an_and(self) -> bool:
        """Whether all that the bot took for refusing goods joins them ("chai na mandazi mbili")."""
        said = (fold(self._text[one["start"] : one["end"]]) for one in self._refusing)
        return bool(self._refusing) and self._orders and all(key in cues().joins for key in said)

    def _comes_without(self, segment: Segment) -> bool:
        """Whether what stands behind a good is refused ("poha bina pyaz"), and not the good itself.

        So is what a counted one is to have less of, in an order ("दो चाय कम चीनी").
        """
        after = self._words_after(segment.end)[:_PAIR]
        less = self._orders and bool(segment.amounts) and after[:1] != after[1:] and {*after[:1]} <= cues().less
        return len(after) == _PAIR and (after[0] in _WITHOUT or less)

    def _behind_without(self, place: int) -> bool:
        """Whether Swahili's "may it not be with" stands right before a place ("isiwe na sukari")."""
        first, last = ["", "", *self._words_before(place)][-_PAIR:]
        return last == _WITH and first in cues().comes_without and not self._cut_off(place)

    def _behind_a_little(self, place: int) -> bool:
        """Whether Hindi's "a little of" leads to a place ("thodi si adrak"), whose "si" is Swahili's "not"."""
        first, last = ["", "", *self._words_before(place)][-_PAIR:]
        return first in cues().vague and last in cues().vague_joints

    def _named_before(self, place: int, items: Sequence[Item]) -> bool:
        """Whether the word before a place is a part of another item ("door mat", which is no Hindi "don't")."""
        said = [end for _, end, word in words_before(self._text, place) if fold(word) not in lexicon().filler]
        return any(item.start < end <= item.end for item in items for end in said[-1:])

    def _cut_off(self, place: int) -> bool:
        """Whether a sign stands between a place and the word before it."""
        gap = self._text[:place].rstrip()
        return not gap[-1:].isalnum()

    def _starts_anew(self, segment: Segment) -> bool:
        """Whether a counted good stands behind a break: what was refused before it ("less spicy + 1 tea") is not it.

        Nor is what a word of putting on leads to from there, counted or named in full ("toa chai, weka kahawa").
        """
        led = [piece for piece in self._pieces if piece.end <= segment.start]
        put = len(led) > 1 and led[-1].key in cues().puts
        if put:
            led.pop()
        if not led or not (segment.amounts or (put and segment.resolution.exact)):
            return False
        cut = led[-1].kind is Kind.BREAK and led[-1].key == _CUT
        return cut or (self._orders and self._joined_to_a_wish(segment, led))

    @staticmethod
    def _joined_to_a_wish(segment: Segment, led: Sequence[Piece]) -> bool:
        """Whether an "and" and a number lead on from what goods come without, uncounted ("less sugar n 1 cake")."""
        counted = led[-1].kind is Kind.JOIN and segment.pieces[0].kind is Kind.AMOUNT
        before = (piece for piece in reversed(led[:-1]) if piece.kind is Kind.AMOUNT or _refuses(piece))
        return counted and _refuses(next(before, led[-1]))

    def _words_before(self, place: int) -> list[str]:
        return [fold(word) for start, _, word in words_before(self._text, place)][-_NEAR:] if place else []

    def _words_after(self, place: int) -> list[str]:
        return [fold(word) for _, _, word in words_behind(self._text, place)][:_NEAR]


def _cuts(between: str) -> bool:
    return any(sign in between for sign in ",;.\n।!?")


def _refuses(piece: Piece) -> bool:
    """Whether a word says that goods are to come without what stands beside it, or with less of it."""
    known = cues()
    listed = (known.negations, known.comes_without, known.refusals_after, known.less)
    return piece.kind is Kind.BREAK and any(fold(piece.text) in one for one in listed)
