"""Changes in so many words: where names in full, numbers and verbs are all that a message says, it has one meaning.

A name that holds a number, a size or a verb is told from what is said of it, since every word has to have its place.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any, Final, NamedTuple

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words
from backend.catalog.linking.quantities import Wanted
from backend.catalog.linking.resolve import Resolution, Status
from backend.conversations.reading.change import quantity_of
from backend.conversations.reading.comes_to import ComesTo, comes_to
from backend.conversations.reading.history import running_order
from backend.conversations.reading.intents import TAKEN_FOR, ranked, read_as
from backend.conversations.reading.item import ADD, ELSEWHERE, REMOVE, Item
from backend.conversations.reading.plain_words import MOST_WAYS, NAME, Said, divided
from backend.conversations.reading.recent import Recent
from backend.conversations.reading.types import ReadingContext

Order = Mapping[str, Fraction]


class Plain(NamedTuple):
    """A change with the items that it names."""

    removed: tuple[str, ...]
    added: tuple[tuple[str, Fraction], ...]
    named: tuple[Said, ...]
    odd: bool = False

    def items(self, text: str) -> list[Item]:
        """What the message names, each with the row that it means."""
        return [self._item(one, next(iter(one.rows)), text) for one in self.named]

    def _item(self, said: Said, sku: str, text: str) -> Item:
        amount, name = dict(self.added).get(sku), text[said.start : said.end]
        keys = tuple(fold(word) for _, _, word in words(name))
        off = amount is None and sku in self.removed
        lines = () if amount is None else ((sku, amount),)
        status = Status.ODD if amount is None and not off else Status.SURE
        found = Resolution(status, lines, (), 1.0, 1.0, "alias", exact=True, sku=sku)
        role, counted = (REMOVE, ()) if off else (ADD, ELSEWHERE)
        return Item(said.start, said.end, name, keys, frozenset(), counted, Wanted(count=amount), found, role)


# A and C are names of what goes or changes, and of what comes; N and O a new number and an old one. What the small
# letters stand for is told in `plain.toml`.
_GOES: Final = ("xAy*", "Ac?kc?y+", "Ay+c?k?")
_COMES: Final = ("[pjmcg]*NC[pjmcg]*", "[pjmcg]*CN[pjmcg]*")
_TAKEN_OFF: Final = ("{goes}[cm]*",)  # "Sitaki coke tena": no more of it.
_ADDED: Final = ("(?=.*[jm])(?!.*g)c*{comes}",)
_TRADED: Final = ("eAf{comes}", "Aef{comes}", "sA{comes}", "{comes}sA", "At{comes}")
_BOTH: Final = ("{goes}c*{comes}", "{comes}{goes}")
_ALONE: Final = ("O[rt]c?N[bp]*", "[bpw]*Nc?[sr]O[bp]*", "sO[bpw]*N[bp]*")  # of the one row of an order
_COUNTED: Final = (
    "[be]A[bf]*Nb*", "Ab+Nb*", "ANb+", "[bw]?A[bf]*Nc?[sr]O[bp]*", "[bpw]*NAc?[sr]O", "A[bfw]*Nc?[sr]O[bp]*",
    "AO[rt]c?N[bp]*",
    "[be]AqO[bf]N", "AOuNb*", "O[rt]c?N[bp]*A", "AsO[bpw]*N[bp]*", "sO[bpw]*N[bp]*A", "sO[bpw]*AN",
    "sAO[bpw]*N[bp]*", "sOA[bpw]*N[bp]*",
)  # fmt: skip


def _rules() -> Iterator[re.Pattern[str]]:
    """Every rule, with each order in which what comes or goes and the words around it may stand."""
    shapes = (*_TAKEN_OFF, *_ADDED, *_TRADED, *_BOTH, *_COUNTED, *_ALONE)
    filled = dict.fromkeys(
        shape.format(goes=goes, comes=comes) for shape in shapes for goes in _GOES for comes in _COMES
    )
    for pattern in filled:
        named = pattern
        for role, letter in (("A", "a"), ("C", "a"), ("N", "n"), ("O", "n")):
            named = named.replace(role, f"(?P<{role}>{letter})")
        yield re.compile(named)


_RULES: Final = tuple(_rules())
_RECENT: Final = Recent[tuple[str, Catalogue, Order], Plain | None]()


def plain_change(text: str, order: Order, catalogue: Catalogue) -> Plain | None:
    """Return the one change that every word of a message has its place in, or None where there is none, or several.

    Args:
        text: The message.
        order: The running order.
        catalogue: The merchant's rows.
    """
    return _RECENT.get((text, catalogue, order), lambda: _read(text, order, catalogue)) if order else None


def as_plain_change(
    reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext
) -> Mapping[str, Any] | None:
    """The reading of a message each word of which has its place in one change of the running order as that change."""
    order = context.order or running_order(context.history, catalogue)
    if not order or plain_change(context.text, order, catalogue) is None:
        return None
    return read_as(reading, _MODIFY, max(ranked(reading).get(_MODIFY, 0.0), TAKEN_FOR))


_MODIFY: Final = "modify_order"
# What such a change may have been taken for.
MAY_CHANGE: Final = frozenset(
    (_MODIFY, "place_order", "cancel_order", "affirm", "deny", "special_instruction", "out_of_scope", "change_address",
     "ask_human", "ask_availability", "choose_payment", "return_refund", "complaint", "opt_out", "ask_menu")
)  # fmt: skip


def _read(text: str, order: Order, catalogue: Catalogue) -> Plain | None:
    found: dict[object, Plain] = {}
    for parts in divided(text, catalogue):
        named = any(one.rows for one in parts) or len(order) == 1
        if named and prod(len(one.letters) for one in parts) <= MOST_WAYS:
            for plain in _meanings(parts, order, catalogue):
                found.setdefault((frozenset(plain.removed), plain.added), plain)
    if not found and (told := comes_to(text, order, catalogue)):
        return _brought(told)
    return next(iter(found.values())) if len(found) == 1 else None


def _brought(told: ComesTo) -> Plain:
    """A row that is told how many there are to be of it, where so many more or fewer come."""
    named = (Said(NAME, *told.named, frozenset({told.sku})),) if told.named else ()
    return Plain((told.sku,), ((told.sku, told.number),) if told.number else (), named)


def _meanings(parts: Sequence[Said], order: Order, catalogue: Catalogue) -> Iterator[Plain]:
    """What a message may say, read by each rule with each letter of its words."""
    for letters in product(*(one.letters for one in parts)):
        said = "".join(letters)
        for rule in _RULES:
            match = rule.fullmatch(said)
            plain = _meant(match, parts, order, catalogue) if match else None
            if plain is not None:
                yield plain


def _meant(match: re.Match[str], parts: Sequence[Said], order: Order, catalogue: Catalogue) -> Plain | None:
    """The change that a rule makes of the parts, or None where the order or the shop does not fit it."""
    part = {role: parts[match.start(role)] for role in match.groupdict()}
    gone = _only(part["A"].rows & order.keys()) if "A" in part else None
    if not {"A", "C"} & part.keys() and len(order) == 1:
        return _counted(next(iter(order)), None, part, order, catalogue)
    if "C" in part:
        went = None if gone is None else _as_row(part["A"], gone)
        return _coming(went, part, order, catalogue) if ("A" in part) == (went is not None) else None
    if gone is None:
        return None
    item = _as_row(part["A"], gone)
    if "N" in part:
        return _counted(gone, item, part, order, catalogue)
    return Plain((gone,), (), (item,)) if len(order) > 1 else None


def _coming(went: Said | None, part: Mapping[str, Said], order: Order, catalogue: Catalogue) -> Plain | None:
    """What comes, in the place of what went or besides; where its row is not sold in that number it is to be asked."""
    sku = _only(part["C"].rows)
    if sku is None or sku in order:
        return None
    amount = quantity_of(catalogue, sku, Wanted(count=Fraction(part["N"].number)))
    removed = tuple(went.rows) if went else ()
    added = ((sku, amount),) if amount is not None else ()
    return Plain(removed, added, (*((went,) if went else ()), part["C"]), odd=amount is None)


def _counted(sku: str, item: Said | None, part: Mapping[str, Said], order: Order, catalogue: Catalogue) -> Plain | None:
    """A row of the order in another number; an old number that is said has to be the one that it has."""
    number, told = Fraction(part["N"].number), "O" in part
    if told and part["O"].number != order[sku]:
        return None
    amount = number if told else quantity_of(catalogue, sku, Wanted(count=number))
    named = (item,) if item is not None else ()
    return Plain((sku,), ((sku, amount),), named) if amount not in {None, order[sku]} else None


def _as_row(said: Said, sku: str) -> Said:
    """A name as that of one of the rows that have it."""
    return said._replace(rows=frozenset({sku}))


def _only(rows: frozenset[str]) -> str | None:
    return next(iter(rows)) if len(rows) == 1 else None
