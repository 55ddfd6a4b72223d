"""What goods of one list share: the name behind "red and black wire", and the size of "one blue, same size"."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, dropwhile, pairwise, takewhile
from typing import Final

from backend.catalog.linking.candidates import is_bundle
from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, keys_of, words
from backend.catalog.linking.lexicon import lexicon
from backend.catalog.linking.quantities import Wanted, lines_for
from backend.catalog.linking.resolve import Status, resolve
from backend.catalog.linking.terms import read_keys
from backend.conversations.reading.item import ADD, Item
from backend.conversations.reading.pieces import Kind, Piece, cues, places_of
from backend.conversations.reading.roles import GENITIVES
from backend.conversations.reading.sized_all import sized_alike

_TWO: Final = 2
_SAID: Final = frozenset({Status.SURE, Status.ODD})
_SIZES: Final = frozenset(
    {"size", "gauge", "length", "width", "capacity", "weight", "volume", "age", "rating", "power"}
)
_COLOURS: Final = frozenset({"colour", "color"})
_OPTIONS: Final = frozenset({Kind.GOODS, Kind.SIZE, Kind.JOINT})
_SIGNS: Final = frozenset(",&/+ ")


def with_shared(items: Sequence[Item], text: str, pieces: Sequence[Piece], catalogue: Catalogue) -> list[Item]:
    """The items with the name, the size or the colour that they share with the item beside them.

    "Red and black wire" is red wire and black wire; "front and rear" share what follows, "wire red and black" what led.

    Args:
        items: The items of a message in order.
        text: The message.
        pieces: All its pieces.
        catalogue: The merchant's rows.
    """
    items = _settled_behind([_with_option(item, items, pieces, text, catalogue) for item in items], text, catalogue)
    named = list(items)
    for place, (before, item) in enumerate(pairwise(items)):
        if not _listed(text[before.end : item.start]) or {before.role, item.role} != {ADD}:
            continue
        if any(is_bundle(read_keys(one.keys).goods) for one in (before, item)):
            continue  # "A combo and a chai" is no chai combo.
        if before.resolution.status is Status.OPEN and item.resolution.status in _SAID:
            ends = (end for end in _endings(item.keys) if not _names_a_row(item.keys[: -len(end)], catalogue))
            named[place] = _named_like(before, ends, item, catalogue)
        elif before.resolution.status in _SAID and (
            item.resolution.status is Status.OPEN or _is_owned(before, item, text) or _is_sort(item, catalogue)
        ):
            led = () if _is_called_in_full(item, catalogue) else _beginnings(before.keys)
            shared = chain(led, _endings(before.keys))
            named[place + 1] = _named_like(item, shared, before, catalogue)
    named = sized_alike(_both_sorts(named, text, catalogue), text, catalogue)
    return _counted_alike(_sized_alike(named, text, catalogue), text, catalogue)


def _with_option(item: Item, items: Sequence[Item], pieces: Sequence[Piece], text: str, catalogue: Catalogue) -> Item:
    """An open item with the option behind a comma that no other item took: "two fans, white"."""
    if item.resolution.status is not Status.OPEN or item.role != ADD:
        return item
    end = min((other.start for other in items if other.start >= item.end), default=len(text))
    behind = [piece for piece in pieces if item.end <= piece.start < end]
    run = list(takewhile(lambda piece: piece.kind in _OPTIONS, dropwhile(_is_comma, behind)))
    keys = (*item.keys, *(piece.key for piece in run if piece.kind is not Kind.JOINT))
    found = resolve(catalogue, read_keys(keys, item.weak), item.wanted)
    own = found.sku in item.resolution.alternatives
    return replace(item, keys=keys, resolution=found) if run and own and found.status in _SAID else item


def _is_comma(piece: Piece) -> bool:
    return piece.kind is Kind.BREAK and piece.text.strip() == ","


def _settled_behind(items: Sequence[Item], text: str, catalogue: Catalogue) -> list[Item]:
    """Put "one fan please, the brown one" together: what is open, and behind it one of the rows that it can mean."""
    out: list[Item] = []
    for item in items:
        before = out[-1] if out else None
        if before is not None and _settles(item, before, text):
            found = resolve(catalogue, read_keys(item.keys, item.weak), before.wanted)
            out[-1] = replace(before, end=item.end, keys=item.keys, weak=item.weak, resolution=found)
        else:
            out.append(item)
    return out


def _settles(item: Item, before: Item, text: str) -> bool:
    """Whether an item without an amount is a part of the name of a row that the item before it can mean."""
    one = item.resolution.status is Status.SURE and not item.resolution.exact and item.unamounted
    asked = before.resolution.status is Status.OPEN and item.sku in before.resolution.alternatives
    between = [fold(word) for _, _, word in words(text[before.end : item.start])]
    return one and asked and {before.role, item.role} == {ADD} and cues().joins.isdisjoint(between)


def _listed(between: str) -> bool:
    """Whether nothing but an "and" or a sign of a list stands between two items."""
    said = [fold(word) for _, _, word in words(between)]
    said = said[:-1] if GENITIVES.issuperset(said[-1:]) else said
    signs = {sign for sign in between if not sign.isalnum()}
    return len(said) <= 1 and cues().joins.issuperset(said) and (bool(said) or bool(signs & _SIGNS - {" "}))


def _is_owned(before: Item, item: Item, text: str) -> bool:
    """Whether a genitive leads to a word that is no good by itself ("juice of mango two, and of melon one")."""
    led = [fold(word) for _, _, word in words(text[before.end : item.start])][-1:]
    return item.resolution.status is Status.UNKNOWN and not GENITIVES.isdisjoint(led)


def _is_sort(item: Item, catalogue: Catalogue) -> bool:
    """Whether a counted item is no good by itself, though its words are of the shop ("mug papad two, udid one")."""
    known = catalogue.index.by_key.keys() >= {*item.keys}
    return item.resolution.status is Status.UNKNOWN and not item.unamounted and known


def _endings(keys: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The ends of a name; its size alone is no name ("chicken and chips, large": the chips are)."""
    ends = (keys[place:] for place in range(1, len(keys)))
    return (end for end in ends if not lexicon().sizes.keys() >= {*end})


def _names_a_row(keys: tuple[str, ...], catalogue: Catalogue) -> bool:
    """Whether words are a good by themselves, so that what follows them tells its sort ("smokie pasua")."""
    found = resolve(catalogue, read_keys(keys), Wanted())
    return found.status is Status.SURE and found.exact


def _is_called_in_full(item: Item, catalogue: Catalogue) -> bool:
    """Whether several words of a counted good are each of what it is, and no sort: "chicken 65 and a seekh kebab"."""
    rows = [catalogue.by_sku[sku] for sku in item.resolution.alternatives if sku in catalogue.by_sku]
    return not item.unamounted and len(item.keys) > 1 and bool(rows) and all(row.kin >= {*item.keys} for row in rows)


def _beginnings(keys: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    return (keys[:place] for place in range(len(keys) - 1, 0, -1))


def _named_like(item: Item, shared: Iterator[tuple[str, ...]], other: Item, catalogue: Catalogue) -> Item:
    """An open item with as much of another's name as makes one row of it, or as it was."""
    for keys in shared:
        joined = (*item.keys, *(key for key in keys if key not in item.keys))
        found = resolve(catalogue, read_keys(joined, item.weak | other.weak), item.wanted)
        if (
            found.status in _SAID
            and found.exact
            and found.sku != other.sku
            and (found.sku in item.resolution.alternatives or item.resolution.status is Status.UNKNOWN)
        ):
            return replace(item, keys=joined, resolution=found)
    return item


def _both_sorts(items: Sequence[Item], text: str, catalogue: Catalogue) -> list[Item]:
    """Take "crepe bandage, both sizes" for one of each of the two rows that it can mean; of three, it stays open."""
    out: list[Item] = []
    for item, after in zip(items, [*items[1:], None], strict=False):
        end = after.start if after is not None else len(text)
        rows = item.resolution.alternatives if item.resolution.status is Status.OPEN else ()
        both = len(rows) == _TWO and item.role == ADD and bool(places_of(cues().both, text[item.start : end]))
        out += [_of_row(item, sku, catalogue) for sku in rows] if both else [item]
    return out


def _of_row(item: Item, sku: str, catalogue: Catalogue) -> Item:
    row = next(number for number, one in enumerate(catalogue.items) if one.sku == sku)
    lines = lines_for(catalogue, row, item.wanted)
    status = Status.SURE if lines is not None else Status.ODD
    return replace(
        item, resolution=item.resolution._replace(status=status, lines=lines or (), sku=sku, alternatives=())
    )


def _counted_alike(items: Sequence[Item], text: str, catalogue: Catalogue) -> list[Item]:
    """Give "and as many rolls" the amount of the good before it."""
    out: list[Item] = []
    for item, after in zip(items, [*items[1:], None], strict=False):
        end = after.start if after is not None else len(text)
        start = out[-1].end if out else item.start
        alike = bool(out) and item.unamounted and bool(places_of(cues().same_count, text[start:end]))
        if alike and out[-1].amounts:
            found = resolve(catalogue, read_keys(item.keys, item.weak), out[-1].wanted)
            out.append(replace(item, amounts=out[-1].amounts, wanted=out[-1].wanted, resolution=found))
        else:
            out.append(item)
    return out


def _sized_alike(items: Sequence[Item], text: str, catalogue: Catalogue) -> list[Item]:
    """Give what is said to be of the same size or colour that of the item before; where no row has it, it is open."""
    out: list[Item] = []
    for item, after in zip(items, [*items[1:], None], strict=False):
        end = after.start if after is not None else len(text)
        start = out[-1].end if out else item.start
        own = [axes for axes, cue in _axes() if places_of(cue, text[start:end])]
        before = out[-1].sku if out else None
        out.append(_alike(item, before, own[0], catalogue) if own and before is not None else item)
    return out


def _axes() -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    yield _SIZES, cues().same_size
    yield _COLOURS, cues().same_colour


def _alike(item: Item, before: str, axes: frozenset[str], catalogue: Catalogue) -> Item:
    value = _value(catalogue, before, axes)
    if value is None:
        return item
    sized = (*item.keys, *(key for key in keys_of(value) if key not in item.keys))
    for keys in (sized, (*sized, *(key for key in sorted(catalogue.by_sku[before].kin) if key not in sized))):
        found = resolve(catalogue, read_keys(keys, item.weak), item.wanted)
        if found.status in _SAID and _value(catalogue, found.sku, axes) in {None, value}:
            return replace(item, keys=keys, resolution=found)
    return replace(item, resolution=item.resolution._replace(status=Status.OPEN, lines=(), sku=None))


def _value(catalogue: Catalogue, sku: str | None, axes: frozenset[str]) -> str | None:
    """The one size, or colour, that a row has."""
    options = catalogue.by_sku[sku].options if sku is not None else {}
    said = (value[0] for axis, value in options.items() if axis.lower() in axes and len(value) == 1)
    return next((value.casefold() for value in said), None)
