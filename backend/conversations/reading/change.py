"""What a change of an order comes to: rows off, quantities on, and what it leaves to be asked about."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from typing import Final

from backend.catalog.linking.catalogue import Catalogue, CatalogueItem
from backend.catalog.linking.folding import fold, stems, words, words_before
from backend.catalog.linking.lexicon import lexicon
from backend.catalog.linking.quantities import Wanted, lines_for
from backend.catalog.linking.resolve import Resolution, Status, resolve
from backend.catalog.linking.spec import HALVES
from backend.catalog.linking.terms import read_keys
from backend.conversations.reading.around import Around
from backend.conversations.reading.instead import is_said_of
from backend.conversations.reading.item import Item
from backend.conversations.reading.items import STEAD_OF
from backend.conversations.reading.pieces import cues, either, of_them
from backend.conversations.reading.segment import Segment


@dataclass(slots=True)
class Change:
    """What a change comes to: SKUs off, then quantities on; `open_items` are those that it leaves to be asked about."""

    removed: list[str] = field(default_factory=list)
    added: dict[str, Fraction] = field(default_factory=dict)
    open_items: list[Item] = field(default_factory=list)
    unclear: bool = False
    lost: bool = False

    def set(self, sku: str, quantity: Fraction) -> None:
        """Put a row of the order to a new quantity."""
        self.take_off(sku)
        if quantity > 0:
            self.added[sku] = quantity

    def take_off(self, sku: str) -> None:
        """Take a row off the order."""
        if sku not in self.removed:
            self.removed.append(sku)

    def add(self, sku: str, quantity: Fraction) -> None:
        """Put more of a row on the order."""
        self.added[sku] = self.added.get(sku, Fraction(0)) + quantity

    @property
    def empty(self) -> bool:
        """Whether it changes nothing."""
        return not self.removed and not self.added


def is_added(quantity: Fraction, had: Fraction, keys: AbstractSet[str]) -> bool:
    """Whether a number beside a word for more is what is added, though "do" or "make" stands there ("ek badha kar do").

    It is where nothing is made so many, or where that would be no more than there are.
    """
    known = cues()
    raises = quantity <= had and not (known.more - known.joins).isdisjoint(keys) and known.becomes.isdisjoint(keys)
    return raises or known.set.isdisjoint(keys)


def is_another(item: Item, sku: str) -> bool:
    """Whether an item is the whole name of another row ("take the chain off, put the chain kit on")."""
    found = item.resolution
    return found.status is Status.SURE and found.exact and not item.guessed and item.sku != sku


def may_stay(item: Item, sku: str, order: Mapping[str, Fraction], keys: AbstractSet[str]) -> bool:
    """Whether it is open if a row goes for what was said of it.

    "And the white socks", of black ones, may come and the black ones go; "thoda kam" is less, and not how much.
    """
    counted = item.wanted.count is not None or item.wanted.measured
    less = not counted and not cues().less.isdisjoint(keys) and (cues().off - cues().less).isdisjoint(keys)
    return less or (names_another(item) and item.sku not in order and is_another(item, sku))


def are_alike(one: CatalogueItem, other: CatalogueItem) -> bool:
    """Whether as many of one row stand for as many of another: ten eggs are no ten trays, but plates are plates."""
    return one.pieces == other.pieces or one.container == other.container


def amounts_to_much(wanted: Wanted) -> bool:
    """Whether an amount says how many, or of what weight."""
    return wanted.count is not None or wanted.measure is not None


def as_size(segment: Segment, text: str) -> Segment:
    """A number behind a word of size ("size 9 instead") as the size that it names, or one too high for a count."""
    before = [fold(word) for _, _, word in words_before(text, segment.start)][-1:]
    wanted = segment.wanted
    number = wanted.count if wanted.money_minor is None else wanted.money_minor / _MINOR
    sized = bool(segment.pieces) and is_said_of(text[segment.start : segment.end])
    sized = sized and number is not None and number >= _NO_COUNT
    named = wanted.count is not None and not cues().number_words.isdisjoint(before)
    if {*segment.keys} - lexicon().containers.keys() or number is None or not (named or sized):
        return segment
    return segment._replace(keys=(f"{float(number):g}",), wanted=replace(wanted, count=None, money_minor=None))


_MINOR: Final = 100
_NO_COUNT: Final = 20


def quantity_of(catalogue: Catalogue, sku: str, wanted: Wanted) -> Fraction | None:
    """How much of a row is wanted, where that is of this row alone."""
    lines = lines_for(catalogue, catalogue.row_of[sku], wanted)
    return lines[0][1] if lines and len(lines) == 1 and lines[0][0] == sku else None


def nearest(item: Item, skus: Sequence[str], catalogue: Catalogue) -> list[str]:
    """Rows in the order of how much of their names an item shares: the chilli chicken before the chicken rice."""
    own = family(catalogue, item)
    return sorted(skus, key=lambda sku: -len(own & catalogue.by_sku[sku].family))


def without_doing(keys: Sequence[str]) -> list[str]:
    """The words of a change without the "do" of "do one less" ("kami kara"), which puts nothing at a number."""
    return [key for before, key in pairwise(("", *keys)) if not (before in cues().less and key in _DO)]


_DO: Final = frozenset(map(fold, ("kara", "kar", "karo", "kardo", "karna", "karun", "करा", "कर", "करो", "करना", "करून")))


def words_for_more(keys: AbstractSet[str]) -> frozenset[str]:
    """Words for more; Swahili's "weka" puts "those" or "only one" at a number, and adds what it names otherwise.

    With "badala ya mbili", instead of two, nothing adds.
    """
    if _INSTEAD in keys:
        return frozenset()
    return cues().more if either(_THOSE, cues().only).isdisjoint(keys) else cues().more - _PUT


def words_of_becoming() -> frozenset[str]:
    """Words by which a number takes the place of another ("cups six, no, eight")."""
    known = cues()
    return either(known.set, known.corrections, known.becomes, known.only, known.less, known.negations)


def words_for_others(item: Item, gone: Sequence[str], *, swaps: bool) -> frozenset[str]:
    """Words for more that put something else on an order; what is put in the place of what goes may be a sort of it.

    "Take off the white, add black" adds a black one of what was white.
    """
    if len(gone) == 1 and item.unamounted and item.resolution.status is Status.OPEN:
        return cues().more - cues().joins - cues().puts
    return cues().more - cues().joins if gone and swaps else cues().more


_PUT: Final = {fold("weka")}
_INSTEAD: Final = fold("badala")
_THOSE: Final = frozenset(map(fold, ("hizo", "hizi", "hiyo", "hio", "hii", "zile", "ile")))


def so_many(catalogue: Catalogue, sku: str | None, wanted: Wanted) -> Fraction | None:
    """How much of a row is spoken of, the weight of what is weighed too; None where no amount is said."""
    return quantity_of(catalogue, sku, wanted) if sku is not None and wanted.measured else wanted.count


def more_beside(bare: Sequence[Segment], items: Sequence[Item], text: str) -> frozenset[str]:
    """Words for more beside a bare number; before what else is added ("no, put one, and add soap") none adds to it."""
    first = min(item.start for item in items)
    said = [fold(word) for _, _, word in words(text[:first])]
    refused = not either(cues().corrections, cues().negations).isdisjoint(said)
    if not refused or any(one.start > first for one in bare):
        return cues().more
    return cues().more.intersection(said[: _and_in(said)]) - _PUT


def _and_in(said: Sequence[str]) -> int:
    return next((at for at, key in enumerate(said) if at and key in cues().joins), len(said))


def in_size_of_order(item: Item, order: Mapping[str, Fraction], catalogue: Catalogue) -> bool:
    """Whether an item that says no size names one good of the order, and would be another size of it elsewhere."""
    said, wanted = read_keys(item.keys), item.wanted
    sized = said.sized or said.label or said.container or wanted.size or wanted.measure or wanted.portion
    if item.sku is None or item.sku in order or sized or wanted.count in HALVES:
        return False
    rows, family = catalogue.by_sku, catalogue.by_sku[item.sku].family
    own = [sku for sku in order if rows[sku].family == family]
    named = frozenset(word.key for sku in own for word in rows[sku].spoken)
    return len(own) == 1 and all(not named.isdisjoint(stems(key)) for key in item.keys)


def becomes(item: Item, text: str, order: Mapping[str, Fraction]) -> bool:
    """Whether an item is to have another amount ("change the flour to 4kg"), and does not come off."""
    said = {fold(word) for _, _, word in words(text[item.start : item.end])}
    own = item.sku in order and not item.unamounted
    return item.role == "from" and own and not said.isdisjoint(cues().becomes)


def number_of(catalogue: Catalogue, sku: str, wanted: Wanted) -> Fraction | None:
    """How many an amount without a good makes of a row: the bare count, or the weight of what is weighed.

    Half of what is sold whole ("weka nusu gunia", to a sack) may be another row, and is no number of it.
    """
    if wanted.count is not None and wanted.measure is None:
        whole = wanted.count.denominator == 1 or catalogue.by_sku[sku].weighed
        return wanted.count if whole and not _holds_another(catalogue.by_sku[sku], wanted.container) else None
    return quantity_of(catalogue, sku, wanted) if wanted.measured else None


def _holds_another(row: CatalogueItem, container: str | None) -> bool:
    """Whether "four bowls" counts no row of single pieces: bowls may be wanted, or what is served in them."""
    drunk = container in _DRUNK_FROM and row.measure is None
    return row.container == _PIECE and (container in _EATEN_FROM or drunk)


_PIECE: Final = "piece"
_EATEN_FROM: Final = frozenset({"bowl", "plate"})
_DRUNK_FROM: Final = frozenset({"cup", "glass"})


def leaves_some(count: Fraction | None, had: Fraction, text: str) -> bool:
    """Whether a smaller count of another sort ("make one brown", of two black) may leave the others as they are."""
    return count is not None and count < had and of_them(text) is None


def named_of(items: Sequence[Item], own: Catalogue) -> list[str]:
    """The rows of an order, in their own catalogue, that items name."""
    found = (resolve(own, read_keys(item.keys, item.weak), Wanted(count=Fraction(1))) for item in items)
    return [one.sku for one in found if one.sku is not None]


def family(catalogue: Catalogue, item: Item) -> frozenset[str]:
    """The goods words of the row that an item would mean if it were ordered anew."""
    return catalogue.by_sku[item.sku].family if item.sku else frozenset()


def only_of_family(item: Item, order: Mapping[str, Fraction], catalogue: Catalogue) -> str | None:
    """The one row of an order that shares a goods word with what an item that says no size would mean elsewhere."""
    said = read_keys(item.keys)
    if said.sized or said.label or said.container:
        return None
    near = [sku for sku in order if catalogue.by_sku[sku].family & family(catalogue, item)]
    return near[0] if len(near) == 1 else None


def is_same_good(item: Item, sku: str, catalogue: Catalogue, *, shared: bool) -> bool:
    """Whether an item is a row's good, in whatever size: what the name says of its own size is no part of that.

    `shared`: a part of the name is enough.
    """
    row, own = catalogue.by_sku[sku], catalogue.by_sku.get(item.sku or "")
    if own is None:
        return False
    return bool(own.family & row.family) if shared else own.family == row.family or own.kin == row.kin


def without_sizes(known: frozenset[str], item: Item) -> frozenset[str]:
    """Some words without those that tell an item's size ("bada" is big, where it may also raise a number)."""
    return known - lexicon().sizes.keys() if not lexicon().sizes.keys().isdisjoint(item.keys) else known


def other_row(found: Resolution, sku: str, order: Mapping[str, Fraction]) -> bool:
    """Whether a row is settled that the order does not have yet."""
    return found.status is Status.SURE and found.sku != sku and found.sku not in order and len(found.lines) == 1


def is_new(item: Item, order: Mapping[str, Fraction]) -> bool:
    """Whether an item is the whole name of a row that the order lacks, so that "rakho" puts it on."""
    return bool(order) and item.sku not in order and is_another(item, "")


def names_another(item: Item) -> bool:
    """Whether what is to come off tells of another row than the order's: it is exchanged, or names a size."""
    return item.role == "from" or bool(read_keys(item.keys).label)


def is_part(loose: Sequence[Segment], had: Fraction, text: str) -> bool:
    """Whether a number is of fewer than there are, of which the others may stay as they are ("make one large")."""
    numbers = [one for one in loose if one.amounts and text[one.start : one.end].strip().lower() != "one"]
    return any(leaves_some(one.wanted.count, had, text) for one in numbers)


def lacks_a_size(loose: Sequence[Segment], order: Mapping[str, Fraction], catalogue: Catalogue) -> bool:
    """Whether a size in numbers ("26 inch") is not that of a row of the order."""
    measures = (read_keys(one.keys).measure for one in loose)
    held = {catalogue.by_sku[sku].measure for sku in order}
    return any(measure is not None and measure not in held for measure in measures)


def is_former_size(segment: Segment, text: str, order: Mapping[str, Fraction], catalogue: Catalogue) -> bool:
    """Whether a size is that of a row of the order, and what is said before it comes instead ("... not 500g")."""
    led = [fold(word) for _, _, word in words_before(text, segment.start)[-_PAIR:]]
    instead = segment.wanted.measure is not None and (tuple(led) in STEAD_OF or led[-1:] in _NOT)
    return instead and any(catalogue.by_sku[sku].measure == segment.wanted.measure for sku in order)


_PAIR: Final = 2
_NOT: Final = [[fold(word)] for word in ("not", "si", "sio", "siyo")]


def takes_over(item: Item, gone: str, around: Around, catalogue: Catalogue) -> bool:
    """Whether an item stands for as many of what is gone: no amount was said, nor "a tray" or "a box"."""
    rows = catalogue.by_sku
    alike = item.sku is not None and (are_alike(rows[gone], rows[item.sku]) or around.as_many())
    named = alike and not (around.also(item) or around.one(item))
    return named and item.unamounted and lexicon().containers.keys().isdisjoint(item.keys)


def changes_nothing(change: Change, order: Mapping[str, Fraction]) -> bool:
    """Whether all that a change says of an order is as it was."""
    same = all(sku in change.removed and order.get(sku) == quantity for sku, quantity in change.added.items())
    return bool(change.added) and same and {*change.removed} == {*change.added}
