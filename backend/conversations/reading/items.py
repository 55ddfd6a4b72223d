"""Turns segments into items: lost amounts and options find their item, corrections replace what they correct."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words, words_before, words_behind
from backend.catalog.linking.lexicon import lexicon
from backend.catalog.linking.quantities import Wanted, alike
from backend.catalog.linking.resolve import Status, resolve
from backend.catalog.linking.terms import read_keys
from backend.conversations.reading import siblings
from backend.conversations.reading.item import ADD, Item
from backend.conversations.reading.lacking import is_lacking_good, is_led
from backend.conversations.reading.layout import Amount
from backend.conversations.reading.names import NAMING, is_one_name, only_says_how
from backend.conversations.reading.pieces import Kind, Piece, cues, either, places_of
from backend.conversations.reading.refused import is_refused
from backend.conversations.reading.roles import GENITIVES, Roles, only_says_in_what
from backend.conversations.reading.segment import Segment, as_one_name
from backend.conversations.reading.wants import COUNTING, wanted_of

_NEAR: Final = 3
_NEXT_ENTRY: Final = ([Kind.JOIN, Kind.OTHER], [Kind.BREAK, Kind.OTHER])
_NEGATIVE: Final = frozenset({"remove", "from"})
_EACH: Final = ("each", "apiece")
_EACH_PERSON: Final = [list(map(fold, said)) for said in (("kila", "mtu"), ("each", "person"))]
_EACH_BEHIND: Final = [[fold("each")], [fold("apiece")]]


class Collector:
    """Walks the segments in order and builds the items."""

    def __init__(
        self,
        text: str,
        reading: Mapping[str, Any],
        catalogue: Catalogue,
        amounts: Sequence[Amount],
        pieces: Sequence[Piece],
    ) -> None:
        self._text = text
        self._catalogue = catalogue
        self._amounts = amounts
        self._pieces = pieces
        self._tokens = reading.get("tokens") or ()
        self._roles = Roles(text, reading, pieces)
        self.items: list[Item] = []
        self._waiting: list[Segment] = []
        self._again: int | None = None  # The item that was named once more, to be corrected.
        self._led: set[int] = set()  # Amounts that stood before their item, and apart from it.
        self.loose: list[Segment] = []

    def collect(self, segments: Sequence[Segment]) -> list[Item]:
        """Build the items of a message; what never found its item is left in `loose`."""
        for segment in self._as_said(segments):
            is_item = segment.named or segment.resolution.status is not Status.UNKNOWN
            if is_item and not self._is_next_size(segment):
                self._take_item(segment)
            elif all(piece.kind is Kind.AMOUNT for piece in segment.pieces) and segment.wanted.portion is None:
                self._take_amount(segment)
            elif self.items and siblings.tells_pieces(self.items[-1], segment, self._catalogue):
                self.items[-1] = self.items[-1].instead_of(segment.start, segment.end)
            else:
                self._take_option(segment)
        self.loose += self._waiting
        called = {segment.start: self._called_by_unit(segment) for segment in self.loose}
        self.items += [item for found in called.values() for item in found]
        self.loose = [segment for segment in self.loose if not called[segment.start]]
        self._spread_on()
        return self.items

    def _called_by_unit(self, segment: Segment) -> list[Item]:
        """An amount that no item took as an item, where its unit is what one row is called by ("1 tray", "kipande")."""
        unit = self._amounts[segment.amounts[0]].unit if len(segment.amounts) == 1 and not segment.keys else None
        if unit is None or segment.wanted.measured:
            return []
        for key in map(fold, (unit, *(word for _, _, word in words(self._amounts[segment.amounts[0]].text)))):
            found = resolve(self._catalogue, read_keys((key,)), Wanted(count=segment.wanted.count))
            if found.rule == "alias" and found.exact and found.sku:
                return [replace(self._item(segment), text=unit, keys=(key,), resolution=found)]
        return []

    def _spread_on(self) -> None:
        """Spread "two-two packets of flour and rice": a doubled amount that leads belongs to all behind it."""
        doubled: int | None = None
        for place, item in enumerate(self.items):
            leading = [n for n in item.amounts if self._amounts[n].repeat and self._leads(n, item)]
            if leading:
                doubled = leading[0]
            elif doubled is not None and item.unamounted:
                self.items[place] = self._with(item, (doubled,))
            else:
                doubled = None

    def _leads(self, number: int, item: Item) -> bool:
        """Whether an amount is what its item begins with."""
        said = self._amounts[number].text
        return number in self._led or (bool(said) and self._text.startswith(said, item.start))

    def _as_said(self, segments: Sequence[Segment]) -> list[Segment]:
        """The segments, those that are one name which no row has ("smirnoff red") put together."""
        out: list[Segment] = []
        for segment in segments:
            if out and is_one_name(self._text, self._tokens, out[-1], segment):
                out[-1] = as_one_name(out[-1], segment)
            else:
                out.append(segment)
        return out

    # One item.

    def _take_item(self, segment: Segment) -> None:
        before, after = self._words_before(segment.start), self._words_after(segment.end)
        aside = (bool(self.items) and only_says_how(segment, before)) or self._only_for_whom(segment)
        if aside or only_says_in_what(segment, self.items, before, after):
            return
        item = self._item(segment)
        if (item.unamounted and self._vaguely(segment, item)) or self._for_each_before(item):
            item = self._resolved(replace(item, wanted=replace(item.wanted, vague=True)))
        if item.resolution.status is Status.UNKNOWN and not self._convincing(segment):
            if sort := self._sort_of_last(segment, item):
                self.items.append(sort)
            elif segment.amounts:
                self.loose.append(segment)
            return
        apart = [lost for lost in self._waiting if self._apart(segment, lost.end) or self._is_its_own(lost, segment)]
        self.loose += apart
        self._waiting = [lost for lost in self._waiting if lost not in apart]
        for lost in self._waiting:
            self._give(lost, item)
        bare = [lost for lost in self._waiting if not lost.has_options]
        if self._waiting and item.unamounted and bare == self._waiting:
            item = self._with(item, amounts=tuple(n for lost in self._waiting for n in lost.amounts))
            self._led.update(item.amounts)
        else:
            self.loose += bare
        self._waiting = []
        same = next((n for n, other in enumerate(self.items) if other.sku and other.sku == item.sku), None)
        again = same is not None and item.role == self.items[same].role
        earlier_bare = again and same is not None and self.items[same].unamounted
        if again and same is not None and not item.unamounted and (earlier_bare or self._corrected(segment)):
            former = self.items[same]
            self.items[same] = replace(item, corrects=former.corrects).instead_of(former.start, former.end)
        elif not (again and item.unamounted):  # Named again without an amount, it is only spoken of.
            self.items.append(item)
        self._again = same if again and item.unamounted else None
        self._spread(segment)

    def _sort_of_last(self, segment: Segment, item: Item) -> Item | None:
        """Another sort of the item before, told by a genitive ("mbili za mboga") or words of the shop ("2kg rava")."""
        told = not GENITIVES.isdisjoint(piece.key for piece in segment.pieces)
        told = told or self._catalogue.index.by_key.keys() >= {*segment.keys}
        if not segment.amounts or not self.items or not told:
            return None
        last = self.items[-1]
        shared = (part for width in range(len(last.keys) - 1, 0, -1) for part in _parts(last.keys, width))
        named = (self._resolved(replace(item, keys=(*keys, *item.keys))) for keys in shared)
        return next((one for one in named if one.sku not in {None, last.sku} and one.resolution.exact), None)

    def _for_each_before(self, item: Item) -> bool:
        """Whether "each" may mean for each of what was counted before it ("2 fans and one regulator each")."""
        each = any(self._amounts[number].text.casefold().endswith(_EACH) for number in item.amounts)
        each = each or (bool(item.amounts) and self._words_after(item.end)[:1] in _EACH_BEHIND)
        person = bool(item.amounts) and self._words_after(item.end)[:2] in _EACH_PERSON
        return person or (each and any(one.amounts for one in self.items))

    def _vaguely(self, segment: Segment, item: Item) -> bool:
        """Whether "a few" is said of it, or "kidogo" where the row has no small size that this could mean."""
        behind = self._text[segment.end :]
        if any(not behind[:start].strip() for start, _ in places_of(cues().for_all, behind)) and self.items:
            return True
        sold = self._catalogue.index.by_key.keys()  # "Kada", a bracelet, is no Swahili "few" where it is sold.
        if cues().vague - sold & {*self._words_before(segment.start)[-2:], *segment.strangers}:
            return True
        small = item.sku is not None and self._catalogue.by_sku[item.sku].label == "small"
        last = {*segment.keys[-1:], *self._words_after(segment.end)[:1]}
        return not small and not (cues().vague_after - sold).isdisjoint(last)

    def _only_for_whom(self, segment: Segment) -> bool:
        """Whether a word names those whom the goods are for ("for my kids"), though it stands in a row's name as well.

        A name said in full, or counted, is ordered all the same.
        """
        named = [piece.key for piece in segment.pieces if piece.kind in NAMING]
        if not named:
            return False  # "Iwe ya 4x6" tells a size, and nobody.
        told = places_of(cues().for_whom, self._text[: segment.start])
        led = any(not self._text[end : segment.start].strip() for _, end in told)
        return led and not segment.amounts and not segment.resolution.exact and cues().never_goods.issuperset(named)

    def _convincing(self, segment: Segment) -> bool:
        return is_lacking_good(segment, self._pieces, self.items, self._text, self._tokens)

    def _joined(self, segment: Segment) -> bool:
        return bool(self.items) and is_led(segment, self._pieces)

    def _is_its_own(self, lost: Segment, segment: Segment) -> bool:
        """Whether an "and" parts an item from an amount whose unit is what a row is called by ("a tray and a loaf")."""
        between = [piece for piece in self._pieces if lost.end <= piece.start < segment.start]
        return any(piece.kind is Kind.JOIN for piece in between) and bool(self._called_by_unit(lost))

    def _apart(self, segment: Segment, place: int) -> bool:
        """Whether a segment stands in another sentence than what ends at a place, or is added to it ("and add tea")."""
        if any(sign in self._text[place : segment.start] for sign in ",;.\n।!?"):
            return True
        between = [piece for piece in self._pieces if place <= piece.start < segment.start]
        adds = any(piece.kind is Kind.BREAK and piece.key in cues().puts for piece in between)
        return adds and any(piece.kind is Kind.JOIN for piece in between)

    def _item(self, segment: Segment) -> Item:
        mention = next((piece.mention for piece in segment.pieces if piece.mention is not None), None)
        return Item(
            segment.start, segment.end, segment.words, segment.keys, segment.weak, segment.amounts, segment.wanted,
            segment.resolution, self._roles.of(segment, mention, self.items), mention,
            guessed=all(piece.weak for piece in segment.pieces if piece.kind is Kind.GOODS),
        )  # fmt: skip

    def _give(self, lost: Segment, item: Item) -> None:
        """An option that came before its good ("one full, one half veg biryani") makes an item of its own."""
        if lost.has_options:
            self.items.append(self._variant(item, lost))

    def _variant(self, item: Item, option: Segment) -> Item:
        """The same good in another size, with the option's own amount."""
        variant, base = self._in_size(item, option), _without_size(item.keys)
        same = variant.sku == item.sku and not lexicon().sizes.keys().isdisjoint(option.keys)
        lacks = self._lacks_size(variant, option)
        return self._less_named(variant, base if lacks else (), option) if lacks or same else variant

    def _is_next_size(self, segment: Segment) -> bool:
        """Whether a size alone, though a row is called by it, is another of the good before it ("and a big one")."""
        if segment.named or not self.items or not segment.has_options or not segment.amounts:
            return False
        sized = not lexicon().sizes.keys().isdisjoint(self.items[-1].keys)
        found = self._in_size(self.items[-1], segment) if sized else self.items[-1]
        return found.sku != self.items[-1].sku and found.resolution.status is Status.SURE and found.resolution.exact

    def _in_size(self, item: Item, option: Segment) -> Item:
        keys = (*_without_size(item.keys), *option.keys)
        variant = replace(item, start=option.start, end=option.end, amounts=option.amounts, wanted=option.wanted)
        return self._resolved(replace(variant, keys=keys, guessed=True))

    def _lacks_size(self, variant: Item, option: Segment) -> bool:
        """Whether an option says a size, or what goods come in, that the row it came to does not have."""
        sizes, containers = lexicon().sizes, lexicon().containers
        row = self._catalogue.by_sku.get(variant.sku or "")
        if row is None:
            return False
        other = [one for one in map(containers.get, option.keys) if one and not alike(one, row.container)]
        unsized = row.label is None and row.measure is None
        return bool(other) or (unsized and not sizes.keys().isdisjoint(option.keys))

    def _less_named(self, variant: Item, base: tuple[str, ...], option: Segment) -> Item:
        """A good in another size without the words of its sort ("a special thali, two mini"), or open."""
        for keys in ((*part, *option.keys) for width in range(len(base) - 1, 0, -1) for part in _parts(base, width)):
            found = self._resolved(replace(variant, keys=keys))
            if found.resolution.status is Status.SURE and not self._lacks_size(found, option):
                return found
        opened = variant.resolution._replace(status=Status.OPEN, lines=(), alternatives=(variant.sku or "",), sku=None)
        return replace(variant, resolution=opened)

    def _resolved(self, item: Item) -> Item:
        return siblings.resolved(item, self._catalogue)

    def _with(self, item: Item, amounts: tuple[int, ...]) -> Item:
        wanted = wanted_of([self._amounts[number] for number in amounts])
        wanted = replace(wanted, size=wanted.size or item.wanted.size)
        return self._resolved(replace(item, amounts=amounts, wanted=wanted))

    # Amounts and options that stand alone.

    def _take_amount(self, segment: Segment) -> None:
        if not self.items:
            self._waiting.append(segment)
            return
        if self._again is not None and self._corrected(segment):
            self.items[self._again] = self._with(self.items[self._again], segment.amounts)
            return
        last = self.items[-1]
        sibling = siblings.in_next_size(last, segment, self._catalogue) if self._joined(segment) else None
        if sibling is None and not self._corrected(segment):
            sibling = siblings.in_next_measure(last, segment, self._catalogue)
        if sibling is not None:
            self.items.append(sibling)
        elif (last.unamounted and not self._counts_other(segment)) or self._corrected(segment):
            counted = self._in_its_unit(last, self._with(last, self._amounts_with(last, segment)))
            self.items[-1] = siblings.in_new_size(last, segment, self._catalogue) or counted
            self._spread(segment)
        else:
            self._waiting.append(segment)

    def _amounts_with(self, last: Item, segment: Segment) -> tuple[int, ...]:
        """The amounts of a segment; a size alone that corrects another ("two 1kg, no, 500g") leaves the count."""
        sized = segment.wanted.measure is not None and segment.wanted.count is None and last.wanted.count is not None
        counts = [number for number in last.amounts if self._amounts[number].kind in COUNTING]
        return (*counts, *segment.amounts) if sized else segment.amounts

    def _counts_other(self, segment: Segment) -> bool:
        """Whether an amount stands right behind a word that nothing has read, as the next entry of a list."""
        led = [piece for piece in self._pieces if piece.end <= segment.start][-2:]
        unread = [piece.kind for piece in led] in _NEXT_ENTRY
        steering = either(cues().asks, cues().never_goods, cues().corrections, cues().set)
        return unread and led[1].key not in steering

    def _in_its_unit(self, last: Item, item: Item) -> Item:
        """A bare number that corrects a measure ("4 kilos, no, five") in the unit that was said before it."""
        if last.unamounted or item.resolution.status is not Status.ODD or item.wanted.measured:
            return item
        told, new = self._amounts[last.amounts[-1]], self._amounts[item.amounts[-1]]
        if told.kind != "measure" or new.value is None:
            return item
        return self._resolved(replace(item, wanted=wanted_of([replace(told, value=new.value)])))

    def _take_option(self, segment: Segment) -> None:
        if not self.items:
            self._waiting.append(segment)
            return
        last = self.items[-1]
        if is_refused(segment, self._pieces, self._text):
            self.items[-1] = self._without_option(last, segment)
            return
        if last.role in _NEGATIVE and (self._apart(segment, last.end) or siblings.in_two_sizes(last, segment)):
            self.items.append(replace(self._variant(last, segment), role=ADD))
            return
        if not segment.amounts and segment.only_holds and self._apart(segment, last.end):
            return  # "Three lanterns, packed in a box": how it comes, and not what is sold.
        if (self._joined(segment) or segment.amounts) and siblings.in_two_sizes(last, segment):
            self._take_second_size(last, segment)
            return
        if segment.amounts and last.amounts:
            self.items.append(self._variant(last, segment))
            return
        keys, amounts = (*last.keys, *segment.keys), (*last.amounts, *segment.amounts)
        wanted = wanted_of([self._amounts[number] for number in amounts])
        self.items[-1] = self._resolved(replace(last, keys=keys, amounts=amounts, wanted=wanted))

    def _without_option(self, item: Item, refused: Segment) -> Item:
        """An item beside a size that is refused: as it is, or open where it would be of that size."""
        same = item.sku is not None and self._in_size(item, refused).sku == item.sku
        return self._resolved(replace(item, wanted=replace(item.wanted, vague=True))) if same else item

    def _take_second_size(self, last: Item, segment: Segment) -> None:
        """An amount said twice is of both sizes; of any other it is to be asked which has it."""
        self.items.append(self._variant(last, segment))
        self._spread(segment)
        if segment.amounts and self.items[-2].unamounted:
            self.items[-2] = self._resolved(replace(last, wanted=replace(last.wanted, vague=True)))

    def _spread(self, segment: Segment) -> None:
        """Spread "flour and sugar two two": a doubled amount belongs to every item before it that has none."""
        doubled = [number for number in segment.amounts if self._amounts[number].repeat]
        for place in range(len(self.items) - 2, -1, -1) if doubled else ():
            if not self.items[place].unamounted:
                break
            self.items[place] = self._with(self.items[place], (doubled[0],))

    def _words_before(self, place: int) -> list[str]:
        return [fold(word) for start, _, word in words_before(self._text, place)][-_NEAR:] if place else []

    def _words_after(self, place: int) -> list[str]:
        return [fold(word) for _, _, word in words_behind(self._text, place)][:_NEAR]

    def _corrected(self, segment: Segment) -> bool:
        """Whether a word like "no" or "make it" stands just before, or within the piece of the message at hand."""
        if tuple(self._words_before(segment.start)[-2:]) in STEAD_OF:
            return False
        within = [piece.key for piece in segment.pieces if piece.kind is Kind.OTHER]
        near = {*self._words_before(segment.start), *within}
        after = self._words_after(segment.end)
        # "Moja iwe moto" wishes one of them hot, and makes it no one.
        made = {*after[:2]} & (MAKE_IT - _LET_BE if after[1:] else MAKE_IT)
        return bool(near & cues().corrections) or bool(made)


def _parts(keys: tuple[str, ...], width: int) -> tuple[tuple[str, ...], ...]:
    """The first and the last so many of some words."""
    return keys[:width], keys[-width:]


def _tells(key: str) -> bool:
    return key in lexicon().sizes or key.isdigit()


# What follows is what was there before.
STEAD_OF: Final = frozenset(
    (fold(one), fold(of)) for one, of in (("instead", "of"), ("rather", "than"), ("badala", "ya"))
)
_LET_BE: Final = frozenset(map(fold, ("iwe", "ziwe", "yawe", "ikuwe", "zikuwe", "yakuwe")))
MAKE_IT: Final = frozenset(
    map(fold, ("iwe", "ziwe", "yawe", "ikuwe", "zikuwe", "yakuwe", "kar", "kara", "karo", "करा", "कर"))
)


def _without_size(keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(goods.key for goods in read_keys(keys).goods)
