"""How many there are to be of a row, told beside how many come on or off ("add two, five in all")."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Final, NamedTuple

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words
from backend.catalog.linking.lexicon import lexicon
from backend.conversations.reading.amounts import ALSO_GIVES, helps
from backend.conversations.reading.pieces import cues, either
from backend.conversations.reading.plain_words import number_said, totals

Order = Mapping[str, Fraction]
_TWO: Final = 2


class ComesTo(NamedTuple):
    """A row of an order with the number that it is to have, and where it is named."""

    sku: str
    number: Fraction
    named: tuple[int, int] | None


def comes_to(text: str, order: Order, catalogue: Catalogue) -> ComesTo | None:
    """Return the row of an order that so many more or fewer bring to the number that is told besides, or None.

    Every word of the message has its place in that, and the sum is right.

    Args:
        text: The message.
        order: The running order.
        catalogue: The merchant's rows.
    """
    told = _told(text, order, catalogue)
    return told.comes_to(text, catalogue) if told and told.sum == told.number else None


def adds_up_wrong(text: str, order: Order, catalogue: Catalogue) -> bool:
    """Whether a message tells how many come and how many there are then, and the order has another number of them."""
    told = _told(text, order, catalogue)
    if told is None or told.had in {told.step, told.number}:
        return False
    stepped = not either(cues().less, cues().more - cues().joins).isdisjoint(fold(word) for _, _, word in words(text))
    return stepped and told.sum != told.number


class _Told(NamedTuple):
    """A row of an order, how many it has, how many come or go, and how many there are to be."""

    sku: str
    had: Fraction
    step: Fraction
    number: Fraction

    @property
    def sum(self) -> Fraction:
        return self.had + self.step

    def comes_to(self, text: str, catalogue: Catalogue) -> ComesTo:
        own = {word.key for word in catalogue.by_sku[self.sku].spoken} - _known()
        named = [(start, end) for start, end, word in words(text) if fold(word) in own and not number_said(word)]
        return ComesTo(self.sku, self.number, (named[0][0], named[-1][1]) if named else None)


def _told(text: str, order: Order, catalogue: Catalogue) -> _Told | None:
    said = [(start, word, fold(word)) for start, _, word in words(text)]
    keys = {key for *_, key in said}
    if keys.isdisjoint(_brings()) or keys.isdisjoint(_steps()):
        return None
    numbers = [Fraction(value) for one in said if (value := _number(text, *one))]
    sku = _row({*_names(keys, text)}, order, catalogue) if len(numbers) == _TWO else None
    if sku is None:
        return None
    off = not keys.isdisjoint(either(cues().less, cues().off))
    return _Told(sku, order[sku], -numbers[0] if off else numbers[0], numbers[1])


def _names(keys: set[str], text: str) -> Iterator[str]:
    """The words of a message that are neither numbers nor words of changing, nor may be left out."""
    numbers = {fold(word) for _, _, word in words(text) if number_said(word)}
    yield from keys - numbers - _known()


def _row(names: set[str], order: Order, catalogue: Catalogue) -> str | None:
    """The one row of an order that has all of some words, or its only one where there are none."""
    having = [sku for sku in order if names <= {word.key for word in catalogue.by_sku[sku].spoken}]
    return having[0] if len(having) == 1 else None


def _number(text: str, start: int, word: str, key: str) -> int:
    """The number that a word says; Hindi's "do" behind a verb that it helps says none."""
    return 0 if key in ALSO_GIVES and helps(text, start) else number_said(word)


def _brings() -> frozenset[str]:
    return either(cues().becomes, cues().keeps_before, cues().keeps_after, totals())


def _steps() -> frozenset[str]:
    return either(cues().more, cues().less, cues().off)


def _known() -> frozenset[str]:
    lex = lexicon()
    return (
        either(_brings(), _steps(), cues().set, cues().asks, cues().joins, cues().puts, lex.filler)
        | lex.containers.keys()
    )
