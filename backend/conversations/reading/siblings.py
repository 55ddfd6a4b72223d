"""The same good in another size, told by a number, a measure or a word alone ("shoes 34 and 38", "small and large")."""

from dataclasses import replace
from typing import Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words
from backend.catalog.linking.lexicon import lexicon
from backend.catalog.linking.quantities import Wanted, alike
from backend.catalog.linking.resolve import Status, resolve
from backend.catalog.linking.terms import read_keys
from backend.conversations.reading.item import Item
from backend.conversations.reading.pieces import Kind
from backend.conversations.reading.segment import Segment
from backend.conversations.reading.wants import wanted_of

_PIECE: Final = "piece"


def resolved(item: Item, catalogue: Catalogue) -> Item:
    """An item with what its words and amounts mean in a catalogue."""
    return replace(item, resolution=resolve(catalogue, read_keys(item.keys, item.weak), item.wanted))


def in_next_size(last: Item, segment: Segment, catalogue: Catalogue) -> Item | None:
    """The same good in another number of size ("shoes 34 and 38"), where both are sizes that it has."""
    sized = read_keys(last.keys).numbers
    number = segment.wanted.count
    if not sized or number is None or len(segment.amounts) != 1:
        return None
    keys = (*(key for key in last.keys if key not in sized), f"{float(number):g}")
    sibling = replace(last, start=segment.start, end=segment.end, keys=keys, amounts=(), wanted=wanted_of(()))
    sibling = resolved(sibling, catalogue)
    row = catalogue.by_sku.get(sibling.sku or "")
    held = row is not None and keys[-1] in row.size_numbers
    return sibling if held and sibling.resolution.status is Status.SURE and sibling.sku != last.sku else None


def in_next_measure(last: Item, segment: Segment, catalogue: Catalogue) -> Item | None:
    """The same good in another measure that it comes in ("5ml syringe 20, 2ml 20", "honey 500g 2, 1kg 1")."""
    own = catalogue.by_sku.get(last.sku or "")
    named = own.measure if own is not None and any(key[:1].isdigit() for key in last.keys) else None
    measure, had = segment.wanted.measure, last.wanted.size or last.wanted.measure or named
    if measure is None or had is None or had == measure or last.wanted.count is None:
        return None
    alone, counted = len(segment.amounts) == 1, segment.wanted.count is not None
    if not alone and (not counted or segment.wanted.vague):
        return None
    wanted, amounts = (Wanted(size=measure), ()) if alone else (segment.wanted, segment.amounts)
    sibling = replace(last, start=segment.start, end=segment.end, amounts=amounts, wanted=wanted)
    sibling = resolved(sibling, catalogue)
    row = catalogue.by_sku.get(sibling.sku or "")
    return sibling if row is not None and row.measure == measure and sibling.sku != last.sku else None


def in_two_sizes(last: Item, segment: Segment) -> bool:
    """Whether an option behind an "and" says another size than the item before it ("honey, small and large")."""
    size, other = ({lexicon().sizes.get(key, key) for key in one.keys if _tells(key)} for one in (last, segment))
    return last.unamounted and bool(size) and bool(other) and size != other


def _tells(key: str) -> bool:
    return key in lexicon().sizes or key.isdigit()


def in_new_size(last: Item, segment: Segment, catalogue: Catalogue) -> Item | None:
    """An item in the size that corrects its own ("sweater 26 one, no, 28"), in as many as it was; else None.

    A low number may be how many as well, and is to be asked about.
    """
    row, number = catalogue.by_sku.get(last.sku or ""), segment.wanted.count
    if row is None or number is None or segment.keys or last.unamounted or row.size_numbers.isdisjoint(last.keys):
        return None
    size = f"{float(number):g}"
    others = [catalogue.items[other] for other in catalogue.siblings(catalogue.row_of[row.sku])]
    if size in row.size_numbers or sum(size in other.size_numbers for other in others) != 1:
        return None
    keys = (*(key for key in last.keys if key not in row.size_numbers), size)
    wanted = replace(last.wanted, vague=last.wanted.vague or number < _NO_COUNT)
    corrects = (*last.corrects, (segment.start, segment.end))
    return resolved(replace(last, keys=keys, wanted=wanted, corrects=corrects), catalogue)


_NO_COUNT: Final = 20


def says_what_it_comes_in(item: Item, start: int, end: int, text: str, catalogue: Catalogue) -> bool:
    """Whether a unit without a number, right behind a counted good, is what its row comes in ("2 agarbatti ka packet").

    Args:
        item: A good that was read.
        start: Where the unit stands, with the words that lead to it.
        end: Where it ends.
        text: The message.
        catalogue: The merchant's rows.
    """
    row, known = catalogue.by_sku.get(item.sku or ""), lexicon()
    if row is None or item.wanted.count is None or text[item.end : start].strip() or item.end > start:
        return False
    said = [fold(word) for _, _, word in words(text[start:end])]
    units = [known.containers[key] for key in said if key in known.containers]
    joined = all(key in known.containers or known.is_joint(key) for key in said)
    return joined and len(units) == 1 and alike(units[0], row.container)


def tells_pieces(last: Item, segment: Segment, catalogue: Catalogue) -> bool:
    """Whether a size with "pieces" and no number says how what is weighed is cut ("2kg mutton, small pieces")."""
    row, units = catalogue.by_sku.get(last.sku or ""), lexicon().containers
    bare = all(piece.kind is not Kind.AMOUNT or fold(piece.text) in units for piece in segment.pieces)
    weighed = row is not None and row.weighed and (last.wanted.measured or last.wanted.count is not None)
    return weighed and bare and segment.wanted.container == _PIECE and not segment.named
