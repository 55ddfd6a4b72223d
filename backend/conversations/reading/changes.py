"""Applies a change to the running order: more of it, less of it, one thing for another, something off."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words
from backend.catalog.linking.lexicon import lexicon
from backend.catalog.linking.quantities import Wanted
from backend.catalog.linking.resolve import Status, resolve
from backend.catalog.linking.spec import HALVES
from backend.catalog.linking.terms import read_keys
from backend.conversations.reading.around import Around
from backend.conversations.reading.brought_to import brought_to
from backend.conversations.reading.change import (
    Change,
    amounts_to_much,
    as_size,
    becomes,
    in_size_of_order,
    is_added,
    is_another,
    is_former_size,
    is_new,
    is_part,
    is_same_good,
    lacks_a_size,
    leaves_some,
    may_stay,
    more_beside,
    named_of,
    nearest,
    number_of,
    only_of_family,
    other_row,
    quantity_of,
    so_many,
    takes_over,
    without_doing,
    without_sizes,
    words_for_more,
    words_for_others,
    words_of_becoming,
)
from backend.conversations.reading.doubling import doubles
from backend.conversations.reading.instead import is_said_of
from backend.conversations.reading.item import Item
from backend.conversations.reading.numbered import endings_apart, in_names
from backend.conversations.reading.pieces import cues, either, of_them, places_of
from backend.conversations.reading.rearranging import COUNTED_ANEW
from backend.conversations.reading.roles import is_reminder
from backend.conversations.reading.segment import Segment

_TAKEN_OFF: Final = frozenset({"remove", "from"})
_NOT_THAT: Final = frozenset(map(fold, ("si", "sio", "siyo", "not")))
_PAIR: Final = 2
_KIND: Final = "kind"  # how the only soda of an order is found
_LOST: Final = (-1,)  # an amount that stands apart from its item
Order = Mapping[str, Fraction]


class Changer:
    """Reads one change against one running order."""

    def __init__(self, text: str, catalogue: Catalogue, order: Order, *, everything: bool) -> None:
        self._text = text
        self._around = Around(text)
        keys = without_doing([fold(word) for _, _, word in endings_apart(words(text))])
        steering = (key for key, named in zip(keys, in_names(keys, catalogue), strict=True) if not named)
        self._keys = brought_to(text).union(key for key in steering if key not in catalogue.index.by_key)
        self._catalogue = catalogue
        self._order = order
        # In the rows of the order alone, "the bread" has one meaning.
        self._own = catalogue.part(order.keys())
        self._everything = everything
        self._items: Sequence[Item] = ()
        self._swaps: list[Item] = []
        self._missed = 0  # how many goods are to come off that are not on the order
        self.change = Change()

    def apply(self, items: Sequence[Item], loose: Sequence[Segment]) -> Change:
        """Read the items of a message, and the amounts and sizes that name none, as a change."""
        if (self._everything or not items) and doubles(self._text, items, self._order, self._catalogue):
            for sku in named_of(items, self._own) or self._order:
                self.change.set(sku, self._order[sku] * 2)
            return self.change
        stays = not is_said_of(self._text)  # "Leave the tea, one coffee in its place": what Hindi leaves goes.
        kept = [item for item in items if stays and self._around.kept(item, items) and not is_new(item, self._order)]
        self.change.lost = any(self._around.may_go(item, items) for item in kept)
        items = [self._around.put_on(item, items, self._order) for item in items if item not in kept]
        if self._exchanges_some(items):
            return self.change
        named, items = items, [self._newer(item, items, loose) for item in items]
        if named and items == named:
            self._apply_beside(items, loose)
        self._items = items
        off = self._off(items)
        on = [item for item in items if item not in off]
        if not items:
            self._apply_loose(loose, cues().more)
        elif self._said(either(cues().set, cues().corrections)):
            self._resize([segment for segment in loose if segment.keys])
        gone = self._take_off(off, on)
        taken = len(self.change.removed)
        for item in on:
            self._put_on(item, on, gone)
        self.change.unclear = self.change.unclear and self.change.empty
        dropped = any(self._is_dropped(item) for item in on)
        self.change.lost = self.change.lost or dropped or self._missed > len(self.change.removed) - taken
        return self.change

    def _is_dropped(self, item: Item) -> bool:
        """Whether an item that is counted, or not ordered, left no mark, or is exchanged and not on the order."""
        read = item in self.change.open_items or item in self._swaps
        absent = not read and len(self._items) > 1 and self._own_row(item) is None
        if absent and self._around.exchanged(item, self._items):
            return True
        if read or item.resolution.status is Status.UNKNOWN or self.change.unclear:
            return False
        rows = {item.sku, self._own_row(item)}
        told = not item.unamounted or rows.isdisjoint(self._order)
        return told and rows.isdisjoint([*self.change.removed, *self.change.added])

    def _apply_beside(self, items: Sequence[Item], loose: Sequence[Segment]) -> None:
        """Counts beside goods that take none: of the one row on the order ("not two, four, and a soap"), or lost."""
        bare = [one for one in loose if one.amounts and not one.keys and amounts_to_much(one.wanted)]
        bare = [one for one in bare if not is_former_size(one, self._text, self._order, self._catalogue)]
        apart = all(self._own_row(item) is None for item in items)
        steered = self._said(either(cues().set, cues().corrections, cues().more))
        if bare and apart and len(self._order) == 1 and steered:
            # "Not two, three, and a soap": the "and" adds the soap.
            self._apply_loose(bare, more_beside(bare, items, self._text) - cues().joins)
        else:
            self.change.lost = self.change.lost or (bool(bare) and apart)

    def _exchanges_some(self, items: Sequence[Item]) -> bool:
        """Apply "change one tea to ginger": so many of a row become another sort of it, or something else."""
        if len(items) != _PAIR or not self._said(cues().set) or not self._said(cues().becomes):
            return False
        sku, count = self._own_row(items[0]), items[0].wanted.count
        if sku is None or count is None or not count < self._order[sku] or not items[1].unamounted:
            return False
        settled = items[1].resolution.status is Status.SURE and items[1].resolution.exact
        target = self._sort_of(items[1], sku) or (items[1].sku if settled else None)
        if target is None or target == sku or self._around.led_off(items[1], items):
            return False
        self.change.set(sku, self._order[sku] - count)
        self.change.add(target, count)
        return True

    def _newer(self, item: Item, items: Sequence[Item], loose: Sequence[Segment]) -> Item:
        """Take "cups six, no, eight" for eight: of two counts of one row, the one that it does not have yet."""
        counts = [segment.wanted.count for segment in loose if segment.wanted.count is not None]
        own = self._own_row(item)
        if len(items) != 1 or len(counts) != 1 or own is None:
            return item
        if item.unamounted and self._said(cues().less | cues().set) and self._said(cues().becomes):
            return replace(item, wanted=replace(item.wanted, count=counts[0]), amounts=_LOST, role="add")
        if item.wanted.count == self._order[own] and self._said(words_of_becoming()):
            return replace(item, wanted=replace(item.wanted, count=counts[0]))
        if item.wanted.count == self._order[own] - counts[0]:  # "One less, only two": both say the same.
            self._keys -= cues().less
        return item

    def _said(self, cue: frozenset[str]) -> bool:
        return not cue.isdisjoint(self._keys)

    def _off(self, items: Sequence[Item]) -> list[Item]:
        off = [item for item in items if self._is_off(item, items)]
        if len(items) == len(off) == _PAIR and self._own_row(off[1]) is None:
            off = off[:1]  # Both are words of one exchange; the one that is not on the order comes on.
        return off + self._made_others(off, items)

    def _made_others(self, off: Sequence[Item], items: Sequence[Item]) -> list[Item]:
        """Of two goods that nothing takes off, the one on the order that is made the other ("make the tea coffee")."""
        rest = [item for item in items if item not in off]
        own = [item for item in rest if self._own_row(item) is not None]
        if len(rest) != _PAIR or len(own) != 1 or not own[0].unamounted:
            return []
        if off:  # "Make the tea coffee and cancel the milk": no "and" stands between the two.
            made = own[0] is rest[0] and self._said(cues().set) and not self._around.joined(*rest)
            return own if made else []
        steered = self._said(either(cues().set, cues().off, cues().corrections))
        return own if steered and not self._said(cues().more) else []

    def _is_off(self, item: Item, items: Sequence[Item]) -> bool:
        more = cues().more - self._catalogue.index.by_key.keys()
        if becomes(item, self._text, self._order) or self._led_on(item) or is_reminder(self._text, item.start):
            return False
        if item.role in _TAKEN_OFF and more.isdisjoint(item.keys):
            return True
        if item.mention is not None and item.role != "add" and len(items) <= 1:
            return False
        if item.role == "to" and not (item.unamounted and self._around.led_off(item, items)):
            return False
        return self._own_row(item) is not None and self._off_word(item, items)

    def _led_on(self, item: Item) -> bool:
        """Whether a word of becoming stands right before what is not on the order ("let it be a big one")."""
        before, _ = self._around.beside(item, self._items)
        return item.unamounted and item.sku not in self._order and not cues().becomes.isdisjoint(before[-1:])

    def _off_word(self, item: Item, items: Sequence[Item]) -> bool:
        """Whether a word of taking off stands beside an item, nearer than any other item."""
        known, (before, after) = cues(), self._around.beside(item, items)
        stays = known.puts if item.unamounted else either(known.puts, known.only)
        if not stays.isdisjoint(before[-1:]):  # "Eggs out, add bread": what is put on does not come off.
            before = []
        refused = known.off_after if item.unamounted else known.off_after - known.refusals_after
        closes = bool(after) and after[0] in known.off_before and self._around.ends(item, items)
        closes = closes or (len(items) == 1 and item.unamounted and self._around.ends_off())
        return bool(set(before) & known.off_before or set(after) & refused) or closes

    def _own_row(self, item: Item) -> str | None:
        """The row of the running order that an item names, or None."""
        if item.sku in self._order:
            return item.sku
        if is_another(item, "") and not self._may_be_own(item):
            return None
        found = resolve(self._own, read_keys(item.keys, item.weak), Wanted(count=Fraction(1)))
        if found.sku and found.status in {Status.SURE, Status.ODD}:
            return found.sku
        if item.role in _TAKEN_OFF and found.rule == _KIND and len(found.alternatives) == 1:
            return found.alternatives[0]
        return only_of_family(item, self._order, self._catalogue) if item.role in _TAKEN_OFF else None

    def _may_be_own(self, item: Item) -> bool:
        """Whether a good that has a row elsewhere can still mean one of the order: it comes off, or is exchanged."""
        bare = item.unamounted and not read_keys(item.keys).sized
        return self._only(item) or item.role in _TAKEN_OFF or (bare and self._said(cues().set | cues().off))

    def _only(self, item: Item) -> bool:
        """Whether "only one bread" or "make the bread 4" speaks of the bread on the order, whatever sort or size."""
        made = self._around.is_made(item, self._items) and in_size_of_order(item, self._order, self._catalogue)
        return made or (self._said(cues().only) and not self._said(cues().more))

    def _take_off(self, off: Sequence[Item], on: Sequence[Item]) -> list[str]:
        gone: list[str] = []
        for item in off:
            sku = self._own_row(item)
            count = so_many(self._catalogue, sku, item.wanted)
            if sku is None:
                self.change.unclear = self.change.unclear or not on
                self._missed += not self._around.without(item, self._items)
            elif may_stay(item, sku, self._order, self._keys):
                self.change.lost = True
            elif count is not None and not on and (self._becomes_so_many() or count < self._order[sku]):
                self.change.set(sku, count if self._becomes_so_many() else self._order[sku] - count)
            elif count is not None and count < self._order[sku]:
                self.change.set(sku, self._order[sku] - count)
                if item.role == "from":
                    self._order = {**self._order, sku: count}  # What comes in its place takes over that many.
                    gone.append(sku)
            elif sku not in {self._own_row(other) for other in on if not is_another(other, sku)}:
                self.change.take_off(sku)
                gone.append(sku)
        return gone

    def _becomes_so_many(self) -> bool:
        return self._said(cues().becomes) and not self._around.steps_down()

    # What goes on.

    def _put_on(self, item: Item, on: Sequence[Item], gone: Sequence[str]) -> None:
        own = None if self._led_on(item) else self._own_row(item)
        settled, former = item.resolution.status is Status.SURE, self._former(item, on, gone)
        if own is not None and item.unamounted and len(on) > 1 and own not in gone:
            if more := self._around.another(item, self._items):  # Else it is only spoken of, beside what is changed.
                self.change.add(own, Fraction(more))
            return
        if own and (not settled or item.sku == own or (self._only(item) and not item.unamounted)):
            self._again(item, own)
        elif self._swapped(item, on, gone) or self._resized_beside(item, on):
            self._swaps.append(item)
        elif item.sku and former and takes_over(item, former, self._around, self._catalogue):
            self.change.add(item.sku, self._order[former])  # No amount was said: it takes over that of what is gone.
        elif settled and (item.resolution.exact or not item.unamounted or len(on) == 1):
            for sku, quantity in item.resolution.lines:
                self.change.add(sku, quantity)
        else:
            guess = item.resolution._replace(status=Status.UNKNOWN) if settled else item.resolution
            self.change.open_items.append(replace(item, resolution=guess))

    def _former(self, item: Item, on: Sequence[Item], gone: Sequence[str]) -> str | None:
        """The row whose place an item takes: its own, the one named right before it, or the only one that goes."""
        own = self._own_row(item)
        if own in gone or len(gone) == len(on) == 1:
            return own if own in gone else gone[0]
        before = max((one for one in self._items if one.end <= item.start), key=lambda one: one.end, default=None)
        if before is None or before in on or self._around.joined(before, item):
            return None
        row = self._own_row(before)
        return row if row in gone else None

    def _swapped(self, item: Item, on: Sequence[Item], gone: Sequence[str]) -> bool:
        """Take "brown instead of white" or "the 1kg one": another size or sort of a row that is on the order."""
        refused = not gone and self._said(_NOT_THAT)
        more = without_sizes(words_for_others(item, gone, swaps=self._said(cues().set)), item)
        steered = self._said(either(cues().set, cues().corrections)) or self._around.tells_which(item)
        if len(on) > 1 or (self._said(more) and not refused) or not (gone or refused or steered):
            return False
        # "Drop the lassi and make the biryani chicken": what is made another sort may be another row than what goes.
        made = [sku for sku in self._order if sku not in gone and self._said(cues().set) and item.unamounted]
        for sku in nearest(item, [*gone, *made] if gone else [*self._order], self._catalogue):
            target = self._sort_of(item, sku)
            if target is not None:
                count = None if self._around.attributes(item) or item.wanted.count in HALVES else item.wanted.count
                self.change.lost |= not gone and not refused and leaves_some(count, self._order[sku], self._text)
                self._swap(sku, target, count, item.keys)
                return True
        return False

    def _resized_beside(self, item: Item, on: Sequence[Item]) -> bool:
        """Take "make the dal full and chapati six": another size or sort of one row, beside what else changes."""
        led = self._led_on(item)
        sized = item.sku is not None and item.unamounted and (led or read_keys(item.keys).sized)
        if len(on) < _PAIR or not sized or not self._said(cues().set):
            return False
        same = [sku for sku in self._order if is_same_good(item, sku, self._catalogue, shared=led)]
        if len(same) != 1 or item.sku is None or item.sku in self._order:
            return False
        self._swap(same[0], item.sku, None, item.keys)
        return True

    def _swap(self, sku: str, target: str, count: Fraction | None, keys: tuple[str, ...]) -> None:
        """Put one row in another's place: all of it, or with "one of them" that many."""
        had = self._order[sku]
        self.change.take_off(sku)
        if of_them(self._text) is not None and (count or 1) < had:
            self.change.added[sku] = had - (count or 1)
            self.change.add(target, count or Fraction(1))
        else:
            # "Make the eggs a tray" speaks of one tray, however many eggs there were.
            whole = had if lexicon().containers.keys().isdisjoint(keys) else Fraction(1)
            self.change.add(target, count or whole)

    def _sort_of(self, item: Item, sku: str) -> str | None:
        """The row that an item means as another sort of a row of the order, or None."""
        row = self._catalogue.by_sku[sku]
        if item.resolution.status in {Status.SURE, Status.ODD} and not self._around.attributes(item):
            return item.sku if item.sku and self._catalogue.by_sku[item.sku].family & row.family else None
        number = (f"{float(item.wanted.count):g}",) if item.wanted.count and self._around.attributes(item) else ()
        keys = (*(term.key for term in row.terms.goods), *item.keys, *number)
        found = resolve(self._catalogue, read_keys(keys, frozenset(row.family)), Wanted(count=Fraction(1)))
        return found.sku if other_row(found, sku, self._order) else None

    def _again(self, item: Item, sku: str) -> None:
        """A row of the order named again: more of it, less of it, or a new quantity."""
        had = self._order[sku]
        quantity = quantity_of(self._catalogue, sku, item.wanted)
        if quantity is None or (item.unamounted and not self._said(cues().more)):
            self.change.unclear = True
            self.change.lost = self.change.lost or self._said(cues().set)  # It was to become something.
        elif item.resolution.rule == COUNTED_ANEW:
            self.change.set(sku, quantity)
        elif self._said(cues().less) and quantity < had and not self._said(cues().becomes):
            self.change.set(sku, had - quantity)
        elif self._said(words_for_more(self._keys)) and not self._said(cues().becomes) and not self._around.made(item):
            self.change.add(sku, quantity)
        else:
            self.change.set(sku, quantity)

    def _apply_loose(self, loose: Sequence[Segment], more: frozenset[str]) -> None:
        """Take "make it three" or "full instead of half", with one row on the order that it can be about."""
        loose = [as_size(segment, self._text) for segment in loose]
        if self._resize([segment for segment in loose if segment.keys or segment.wanted.measured], loose):
            return
        self.change.lost = lacks_a_size(loose, self._order, self._catalogue)
        sku, had = next(iter(self._order.items()), ("", Fraction(0)))
        alone = loose if len(self._order) == 1 else ()
        counts = [one for segment in alone if (one := number_of(self._catalogue, sku, segment.wanted)) is not None]
        if not counts:
            self.change.unclear = True
            return
        # Of "not two, three" the number is meant that the order does not have already.
        quantity = next((count for count in counts if count != had), counts[-1])
        corrected = had in counts and self._said(cues().corrections)
        self.change.lost |= corrected and quantity == had  # What it is to be instead was not read.
        if self._said(cues().less) and quantity < had and not self._becomes_so_many():
            self.change.set(sku, had - quantity)
        elif self._said(more & words_for_more(self._keys)) and not corrected and is_added(quantity, had, self._keys):
            self.change.add(sku, quantity)
        else:
            self.change.set(sku, quantity)

    def _resize(self, loose: Sequence[Segment], said: Sequence[Segment] = ()) -> bool:
        """Another size of the one row that has it: the size asked for is the one that is not on the order."""
        for segment in loose:
            for sku in self._order:
                keys = tuple(term.key for term in self._catalogue.by_sku[sku].terms.goods) + segment.keys
                found = resolve(self._catalogue, read_keys(keys), replace(segment.wanted, count=Fraction(1)))
                if found.sku is not None and other_row(found, sku, self._order):
                    count = segment.wanted.count if places_of(cues().exactly, self._text) else None
                    self.change.lost |= count is None and is_part(said or loose, self._order[sku], self._text)
                    self._swap(sku, found.sku, count, segment.keys)
                    return True
        return False
