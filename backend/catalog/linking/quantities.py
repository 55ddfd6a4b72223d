"""Turns the amounts beside a mention into whole packs, weights or pieces of a row, or says that they come out odd."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from backend.catalog.linking.catalogue import Catalogue, CatalogueItem
from backend.catalog.linking.folding import fold
from backend.catalog.linking.lexicon import lexicon
from backend.catalog.linking.packs import PIECES_IN, Pack, as_fraction, by_money, fewest
from backend.catalog.linking.terms import Measure

Lines = tuple[tuple[str, Fraction], ...]
# These hold more than one of what a shop sells singly; how many is the shop's business, so it is asked.
_PIECE: Final = "piece"
TRAY: Final = "tray"
_EGG: Final = fold("egg")
_EGGS_IN_TRAY: Final = 30
_NOT_ADDED_UP: Final = frozenset({"inch", "width", "voltage", "current", "power"})  # two of 1 inch are none of 2 inch
_DOZEN: Final = "dozen"
OUTER: Final = frozenset(
    {"crate", "bale", "box", "carton", "bag", "sack", "debe", "tray", "dozen", "case", "tin2kg", "strip"}
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The amounts that belong to one mention; fractions are exact.

    `count` is how many, `container` what they come in, `measure` a weight or volume, `money_minor` what to spend or the
    price that names the row; `vague` is "a few", or a range; `size` and `portion` tell which row, and are no amount.
    """

    count: Fraction | None = None
    container: str | None = None
    measure: Measure | None = None
    money_minor: Fraction | None = None
    vague: bool = False
    size: Measure | None = None
    portion: str | None = None

    @property
    def measured(self) -> bool:
        """Whether it is an amount that packs have to make up."""
        return self.measure is not None or self.money_minor is not None


def lines_for(catalogue: Catalogue, row: int, wanted: Wanted) -> Lines | None:
    """Lines of a settled row.

    Returns:
        (sku, quantity) pairs of the row or of its other sizes, or None where the amount must be asked for.
    """
    item = catalogue.items[row]
    if wanted.vague:
        return None
    if wanted.money_minor is not None:
        return _for_money(catalogue, row, wanted)
    if wanted.container is not None and wanted.container in PIECES_IN and item.measure == wanted.measure is not None:
        return _in_container(catalogue, row, wanted.container, wanted.count or Fraction(1))  # "a dozen 2 inch nails"
    if wanted.measure is not None:
        return _for_measure(catalogue, row, wanted)
    if wanted.container is not None and not _comes_in(item, wanted.container):
        return _in_container(catalogue, row, wanted.container, wanted.count or Fraction(1))
    return _counted(catalogue, row, wanted)


def alike(one: str, other: str) -> bool:
    """Whether two containers are the same; people call a bag a sack, milk's pouch a packet, a bale a bundle."""
    return one == other or any({one, other} <= names for names in _SAME)


_SAME: Final = (frozenset({"bag", "sack", "pouch"}), frozenset({"packet", "pouch"}), frozenset({"bale", "bundle"}))
_SKINS: Final = frozenset({"bag", "sack", "pouch", "packet"})


def _comes_in(item: CatalogueItem, container: str) -> bool:
    """Whether a row comes in a container; a liquid's packet is a bag to many ("दूध दोन पिशव्या")."""
    liquid = item.measure is not None and item.measure.dimension == "volume"
    return alike(container, item.container) or (liquid and {container, item.container} <= _SKINS)


def _one(item: CatalogueItem, quantity: Fraction) -> Lines | None:
    whole = quantity.denominator == 1
    return ((item.sku, quantity),) if quantity.numerator > 0 and (whole or item.weighed) else None


def _counted(catalogue: Catalogue, row: int, wanted: Wanted) -> Lines | None:
    item = catalogue.items[row]
    if wanted.count is None:
        return None if item.weighed and wanted.container is None else _one(item, Fraction(1))
    if item.weighed:
        # "Three onions" of a good that is weighed says no weight; halves and quarters are said of the kilo.
        return _one(item, wanted.count) if wanted.count.denominator > 1 else None
    if wanted.count.denominator > 1:
        return _broken(catalogue, row, wanted.count)
    if item.container == _DOZEN and wanted.container is None:
        return _by_dozens(catalogue, row, wanted.count)
    if _in_packs(item, wanted) == wanted.count and not _breaks_packs(item, wanted):
        return _one(item, wanted.count)
    # "3 idli", of plates of three, may be one plate or three.
    return None if item.container in SERVED else _named(catalogue, fewest(_packed(catalogue, row), wanted.count))


SERVED: Final = frozenset({"plate", "bowl"})  # who orders what is served in these counts these, or what is on them


def _by_dozens(catalogue: Catalogue, row: int, count: Fraction) -> Lines | None:
    """Take eighteen of what comes by the dozen for a dozen and a half; five of it are to be asked about."""
    halves = [other for other in catalogue.siblings(row) if catalogue.items[other].label == "half"]
    twelve = Fraction(PIECES_IN[_DOZEN])
    packs = [Pack(row, twelve), *(Pack(other, twelve / 2) for other in halves if other != row)]
    return _named(catalogue, fewest(packs, count))


def _in_packs(item: CatalogueItem, wanted: Wanted) -> Fraction:
    """Take twelve eggs for two boxes of six: a bare count that fills whole packs counts what is in them."""
    count, pieces = wanted.count or Fraction(1), item.pieces or 0
    fills = pieces >= _FEWEST_PIECES and count >= pieces and count % pieces == 0
    return count / pieces if fills and wanted.container is None else count


_FEWEST_PIECES: Final = 3


def _breaks_packs(item: CatalogueItem, wanted: Wanted) -> bool:
    """Whether a bare count is above what a pack holds and fills none: 75 plates, of packs of fifty."""
    count, pieces = wanted.count or Fraction(1), item.pieces or 0
    return wanted.container is None and _FEWEST_PIECES <= pieces < count and item.container not in SERVED


def _packed(catalogue: Catalogue, row: int) -> list[Pack]:
    """The packs that a good comes in, with how many pieces each holds; a large nappy comes in no pack of small ones."""
    item = catalogue.items[row]
    alike = [row, *(one for one in catalogue.siblings(row) if one != row and _of_one_size(item, catalogue.items[one]))]
    held = ((number, catalogue.items[number].pieces or 0) for number in alike)
    return [Pack(number, Fraction(pieces)) for number, pieces in held if pieces >= _FEWEST_PIECES]


def _of_one_size(item: CatalogueItem, other: CatalogueItem) -> bool:
    """Whether two rows of a good differ in no size but in how many one of them holds."""
    counts = {f"{item.pieces}", f"{other.pieces}"}
    numbered = (item.size_numbers ^ other.size_numbers) <= counts
    labelled = None in {item.label, other.label} or item.label == other.label
    return numbered and labelled and (None in {item.measure, other.measure} or item.measure == other.measure)


def _broken(catalogue: Catalogue, row: int, count: Fraction) -> Lines | None:
    """Half a tray, or a tray and a half: the broken one in pieces, where pieces are sold and a half size is not."""
    item = catalogue.items[row]
    half = [other for other in _siblings(catalogue, row) if other.label == "half" and item.label != "half"]
    if count == Fraction(1, 2) and len(half) == 1:
        return _one(half[0], Fraction(1))
    if not item.pieces:
        return _broken_up(catalogue, row, count)
    packs = [Pack(number, size) for number in catalogue.siblings(row) if (size := _pieces(catalogue.items[number]))]
    if item.container == TRAY and len(packs) == 1:
        singles = [number for number, other in enumerate(catalogue.items) if _is_egg(other)]
        packs += [Pack(singles[0], Fraction(1))] if len(singles) == 1 else []
    return _named(catalogue, fewest(packs, count * item.pieces))


_HOLDS: Final = re.compile(r"\((\d+) ([^\W\d]{3,})\)")


def _broken_up(catalogue: Catalogue, row: int, count: Fraction) -> Lines | None:
    """Half a crate, or a crate and a half, of one whose name says what it holds ("Cola 300ml crate (24 bottles)").

    What it holds is a row that comes in such a container and size, or whose name is that word ("Bun tray (6 bun)").
    """
    item = catalogue.items[row]
    held = _HOLDS.search(item.name)
    if held is None:
        return None
    key = fold(held.group(2))
    container = lexicon().containers.get(key)
    single = [number for number, other in enumerate(catalogue.items) if _is_one_of(other, item, key, container)]
    if len(single) != 1:
        return None
    size = Fraction(held.group(1))
    return _named(catalogue, fewest([Pack(row, size), Pack(single[0], Fraction(1))], count * size))


def _is_one_of(other: CatalogueItem, item: CatalogueItem, key: str, container: str | None) -> bool:
    if other is item or _HOLDS.search(other.name):
        return False
    if container is None:
        return other.family == {key}
    return other.container == container and other.measure == item.measure and item.family <= other.family


def _is_egg(item: CatalogueItem) -> bool:
    return item.container == _PIECE and _EGG in item.family


def _pieces(item: CatalogueItem) -> Fraction | None:
    if item.pieces:
        return Fraction(item.pieces)
    return Fraction(1) if item.container == _PIECE else None


def _siblings(catalogue: Catalogue, row: int) -> list[CatalogueItem]:
    return [catalogue.items[other] for other in catalogue.siblings(row)]


def _in_container(catalogue: Catalogue, row: int, container: str, count: Fraction) -> Lines | None:
    item = catalogue.items[row]
    broken = container == TRAY and count.denominator > 1 and _is_egg(item)
    pieces = _EGGS_IN_TRAY if broken else PIECES_IN.get(container)
    if container == _PAIR and not lexicon().paired.isdisjoint(item.family):
        return _one(item, count)
    if pieces and not item.weighed:
        # Two dozen of what comes by the dozen are two of it.
        fills = item.pieces and (count * pieces) % item.pieces == 0
        return _one(item, count * pieces / item.pieces if fills and item.pieces else count * pieces)
    if container == _PIECE and item.pieces:
        return _one(item, count / item.pieces)
    sibling = [other for other in _siblings(catalogue, row) if other.container == container]
    if len(sibling) == 1:
        return _one(sibling[0], count)
    if container in OUTER or item.weighed:
        return None
    return _one(item, count)


_PAIR: Final = "pair"


def _for_measure(catalogue: Catalogue, row: int, wanted: Wanted) -> Lines | None:
    item, count, measure = catalogue.items[row], wanted.count, wanted.measure
    if measure is None:
        return None
    amount = as_fraction(measure.base)
    unit = item.unit_measure
    if unit is not None and unit.dimension == measure.dimension:
        return _one(item, amount / as_fraction(unit.base) * (count or 1))
    if item.measure == measure:
        packs = wanted.container is not None and alike(wanted.container, item.container)  # "50 packs of the 500ml one"
        return _one(item, (count or Fraction(1)) if packs else _in_packs(item, Wanted(count=count)))
    if item.measure is None or (count == 1 and len(catalogue.siblings(row)) == 1):
        return None  # "4 litres, one" of what comes by the litre is one of 4 litres, which there is not.
    counts = fewest(_measured(catalogue, catalogue.siblings(row), measure), amount)
    if counts is None:
        return None
    return _named(catalogue, {number: packs * int(count or 1) for number, packs in counts.items()})


def _measured(catalogue: Catalogue, rows: Sequence[int], measure: Measure) -> list[Pack]:
    if measure.dimension in _NOT_ADDED_UP:
        return []
    items = ((row, catalogue.items[row].measure) for row in rows)
    return [Pack(row, as_fraction(said.base)) for row, said in items if said and said.dimension == measure.dimension]


def _for_money(catalogue: Catalogue, row: int, wanted: Wanted) -> Lines | None:
    item = catalogue.items[row]
    money = wanted.money_minor or Fraction(0)
    if wanted.count is not None:
        return _one(item, wanted.count) if money == item.price_minor else None
    bought = by_money(item.price_minor, money, weighed=item.weighed)
    return None if bought is None else _one(item, bought)


def _named(catalogue: Catalogue, counts: dict[int, int] | None) -> Lines | None:
    if not counts:
        return None
    return tuple((catalogue.items[row].sku, Fraction(count)) for row, count in counts.items())


def one_family(catalogue: Catalogue, rows: Sequence[int]) -> bool:
    """Whether rows are sizes of one good."""
    return len({catalogue.items[row].family for row in rows}) == 1


def made_up(catalogue: Catalogue, rows: Sequence[int], wanted: Wanted) -> Lines | None:
    """Make an amount from the sizes of one good, where nothing but their size was left open."""
    if not one_family(catalogue, rows) or wanted.vague:
        return None
    if wanted.measure is not None:
        counts = fewest(_measured(catalogue, rows, wanted.measure), as_fraction(wanted.measure.base))
        whole = int(wanted.count) if wanted.count and wanted.count.denominator == 1 else 1
        return _named(catalogue, {row: packs * whole for row, packs in (counts or {}).items()})
    if wanted.money_minor is not None and wanted.count is None:
        packs = [Pack(row, Fraction(catalogue.items[row].price_minor)) for row in rows]
        return _named(catalogue, fewest(packs, wanted.money_minor))
    return _in_fewest_packs(catalogue, rows, wanted)


def _in_fewest_packs(catalogue: Catalogue, rows: Sequence[int], wanted: Wanted) -> Lines | None:
    """Take eighteen of what only comes in packs of six and twelve for one of each; fewer than any holds is open."""
    held = [Fraction(catalogue.items[row].pieces or 0) for row in rows]
    bare = wanted.count is not None and wanted.container is None
    if not bare or wanted.count is None or min(held) < _FEWEST_PIECES or len({*held}) < len(held):
        return None
    return _named(catalogue, fewest([Pack(row, size) for row, size in zip(rows, held, strict=True)], wanted.count))
