"""Draws plain messages to a shop, with what each asks for: frames of `data/frames/plain.yml`, filled with its goods."""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue, catalogue_from_rows
from backend.conversations.reading.cases import Case
from backend.conversations.reading.types import OrderReading

MEASURED: Final = frozenset(("kg", "g", "litre", "ml", "metre"))
LEAST_STOCK: Final = 12
COUNTS: Final = range(1, 7)
SIGNS: Final = {"KES": "KES", "INR": "₹"}
WAYS: Final = ("mpesa", "upi", "cod")
CHANGES: Final = ("remove", "set", "add", "swap")
AMOUNTS: Final = {"weight": "weights", "dozen": "dozens"}
BARE: Final = "bare"
_TWO_DOZEN: Final = 24
_AMOUNT: Final = re.compile(r"\{(?:weight|dozen):?([\w-]*)\}")
_APART: Final = re.compile(
    r"\(.*?\)|\b\d[\d.]*\s*(?:kgs?|g|gm|ml|l|ltr|litres?|m|mm|cm|w|inch|pcs?|pack)?\b", re.IGNORECASE
)
_MISSING: Final = 0.15  # the share of an address's words that may be missing, as the benchmark has it


class Count(int):
    """A count that a frame can write in digits, or in a language's words: `{n:sw}`."""

    words: Mapping[str, Sequence[str]] = {}

    def __format__(self, language: str) -> str:
        return self.words[language][self - 1] if language else str(int(self))


class Spoken(dict[str, str]):
    """A word that each language has its own form of: `{pack:sw}`."""

    def __format__(self, language: str) -> str:
        return self[language or "en"]


@dataclass(frozen=True, slots=True)
class Good:
    """A row by one of its own names; `size` tells it from those that share the name."""

    sku: str
    said: str
    name: str
    pieces: int
    unit: str
    size: str = ""

    def counts(self, number: int) -> frozenset[Fraction]:
        """What a count may come to: so many of the row, or the packs that hold just so many pieces."""
        packs, rest = divmod(number, self.pieces)
        return frozenset(map(Fraction, (number,) if rest else (number, packs)))


@dataclass(frozen=True, slots=True)
class Wanted:
    """A message with what it asks for."""

    case: Case
    kind: str
    frame: str
    lines: Mapping[str, frozenset[Fraction]]
    removed: frozenset[str] = frozenset()
    address: str | None = None
    payment: str | None = None
    phone: str | None = None

    def fits(self, reading: OrderReading) -> bool:
        """Whether a reading holds just these lines; a count that is changed may or may not remove the line before."""
        got = {line.sku: line.quantity for line in reading.lines}
        spare = set(self.lines) if self.kind == "set" else set()
        return (
            got.keys() == self.lines.keys()
            and all(quantity in self.lines[sku] for sku, quantity in got.items())
            and set(reading.removed) - spare == self.removed
        )

    def keeps(self, reading: OrderReading) -> bool:
        """Whether a reading has just the address, the way of paying and the number that were said."""
        told = (self.payment, self.phone) == (reading.payment, reading.phone)
        return told and _same_place(self.address, reading.address)


def _same_place(wanted: str | None, got: str | None) -> bool:
    said, read = (Counter(re.findall(r"\w+", (text or "").lower())) for text in (wanted, got))
    missing = (said - read).total()
    return missing <= _MISSING * said.total() and read.total() <= said.total() + bool(said) * max(3, said.total() // 2)


def goods(rows: Sequence[Mapping[str, str]], catalogue: Catalogue) -> list[Good]:
    """The goods of a shop that are not scarce, by each alias that is theirs alone."""
    bearers = Counter(name.lower() for row in rows for name in {row["name"], *_aliases(row)})
    pieces = {item.sku: item.pieces or 1 for item in catalogue.items}
    return [
        Good(row["sku"], alias, row["name"], pieces[row["sku"]], row["unit"])
        for row in rows
        if float(row["stock"]) >= LEAST_STOCK
        for alias in _aliases(row)
        if bearers[alias.lower()] == 1
    ]


def _aliases(row: Mapping[str, str]) -> list[str]:
    return [alias.strip() for alias in row["aliases"].split("|") if alias.strip()]


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.lower()))


def parts(rows: Sequence[Mapping[str, str]], listed: Sequence[Good]) -> Iterator[Good]:
    """The goods by their names without brackets and measures, and without the last word too, where that is theirs."""
    vocabulary = {row["sku"]: _words(f"{row['name']} {row['aliases']}") for row in rows}
    for good in {good.sku: good for good in listed}.values():
        name = " ".join(_APART.sub(" ", good.name).split()).lower()
        for said in dict.fromkeys((name, name.rpartition(" ")[0])):
            bearers = [sku for sku, known in vocabulary.items() if _words(said) <= known]
            if len(said.split()) > 1 and said.replace(" ", "").isalpha() and bearers == [good.sku]:
                yield replace(good, said=said)


def sized(rows: Sequence[Mapping[str, str]], listed: Sequence[Good]) -> Iterator[Good]:
    """The goods that share a name with others but for one option, such as a size, by what they share."""
    sharing: dict[str, dict[str, Mapping[str, str]]] = defaultdict(dict)
    for row in rows:
        option, _, value = row["options"].partition("=")
        if option and value and not set(value) & set(",;=") and value.lower() in row["name"].lower():
            name = re.sub(rf"\W*\b{re.escape(value)}\b\W*", " ", row["name"], flags=re.IGNORECASE)
            sharing[" ".join(name.split()).lower()][value.lower()] = row
    known, own = {good.sku: good for good in listed}, {_words(alias) for row in rows for alias in _aliases(row)}
    for bare, alike in sharing.items():
        apart = len(alike) > 1 and all(row["sku"] in known for row in alike.values())
        bearers = sum(_words(bare) <= _words(f"{row['name']} {row['aliases']}") for row in rows)
        own_to_one = any(alias <= _words(bare) for alias in own)  # "Honey" of one jar means that jar.
        if apart and not own_to_one and bearers == len(alike) and not re.search(r"[\d()]", bare):
            yield from (replace(known[row["sku"]], said=bare, size=size) for size, row in alike.items())


class Drawer:
    """Draws messages to one shop."""

    def __init__(
        self, rows: Sequence[Mapping[str, str]], frames: Mapping[str, Any], chance: random.Random, kinds: Sequence[str]
    ) -> None:
        """Take a shop's rows, the frames of its country and the kinds to draw, all where none is named."""
        self._currency: Final = rows[0]["currency"]
        self.catalogue: Final = catalogue_from_rows([dict(row) for row in rows])
        self._raw: Final = frames
        self._frames: Final[Mapping[str, Sequence[str]]] = frames[self._currency]
        self._chance: Final = chance
        listed = goods(rows, self.catalogue)
        counted = [good for good in listed if good.unit not in MEASURED]
        stock = {row["sku"]: float(row["stock"]) for row in rows}
        single = [good for good in counted if good.unit == "piece" and good.pieces == 1]
        alike = list(sized(rows, counted))
        own: Mapping[str, list[Good]] = {
            "weight": [good for good in listed if good.unit == "kg"],
            "dozen": [good for good in single if stock[good.sku] >= _TWO_DOZEN],
            "pack": [good for good in counted if good.unit in frames["packs"]],
            "size": alike,
            BARE: alike,
            "part": list(parts(rows, counted)),
        }
        self._goods: Final = _by_row(counted)
        self._own: Final = {kind: _by_row(found) for kind, found in own.items()}
        drawn = kinds or list(self._frames)
        self._kinds: Final = [kind for kind in drawn if kind in self._frames and self._own.get(kind, self._goods)]

    def draw(self, name: str) -> Wanted | None:
        """One message: a frame, goods of three different rows and three different counts."""
        if not self._kinds:
            return None
        kind = self._chance.choice(self._kinds)
        first, second, third = self._three(kind)
        new, other, old = (Count(one) for one in self._chance.sample(COUNTS, 3))
        frame = self._chance.choice(self._frames[kind])
        text, amount = self._amount(frame.replace("{order}", self._chance.choice(self._frames["order"])), kind)
        number = f"{self._chance.randrange(1000):03}"
        said = {
            "a": first.said, "b": second.said, "c": third.said, "n": new, "m": other, "old": old, "bare": first.said,
            "part": first.said, "size": first.size, "place": self._chance.choice(self._raw["places"][self._currency]),
            "phone": self._phone(number), "pack": Spoken(self._raw["packs"].get(first.unit, {})),
        }  # fmt: skip
        return Wanted(
            Case(name, text.format(**said), self._history(kind, (first, second, third), old, other)),
            kind,
            frame,
            _lines(kind, text, (first, second, third), (new, other, old), amount),
            frozenset((first.sku,) if kind in {"remove", "swap"} else ()),
            str(said["place"]) if "{place}" in text else None,
            kind if kind in WAYS else None,
            self._prefix() + number if "{phone}" in text else None,
        )

    def _three(self, kind: str) -> Sequence[Good]:
        own = self._own.get(kind, self._goods)
        first = self._chance.choice(own[self._chance.choice(list(own))])
        others = self._chance.sample([sku for sku in self._goods if sku != first.sku], 2)
        return first, *(self._chance.choice(self._goods[sku]) for sku in others)

    def _amount(self, frame: str, kind: str) -> tuple[str, Fraction]:
        found = _AMOUNT.search(frame)
        if not found:
            return frame, Fraction(0)
        listed = self._raw[AMOUNTS[kind]][found[1] or "en"]
        phrase = self._chance.choice(list(listed))
        return frame.replace(found[0], phrase), Fraction(str(listed[phrase]))

    def _prefix(self) -> str:
        return "+254700000" if self._currency == "KES" else "+919000000"

    def _phone(self, number: str) -> str:
        return f"0700 000 {number}" if self._currency == "KES" else f"90000 00{number}"

    def _history(self, kind: str, three: Sequence[Good], old: Count, other: Count) -> tuple[tuple[str, str], ...]:
        first, second, third = three
        if kind == "earlier":
            names = {"a": first.said, "c": third.said, "A": first.name, "B": second.name, "C": third.name}
            asked, answered = (
                text.format(**names) for text in self._chance.choice(self._raw["earlier"][self._currency])
            )
            return ("customer", asked), ("bot", answered)
        if kind not in CHANGES:
            return ()
        ordered = ((old, first), (other, second))
        said = ", ".join(f"{count} {good.said}" for count, good in ordered)
        read = ", ".join(f"{count} {good.name}" for count, good in ordered)
        return ("customer", said), ("bot", f"{read} = {SIGNS[self._currency]} 900. Confirm?")


def _lines(
    kind: str, text: str, three: Sequence[Good], numbers: Sequence[Count], amount: Fraction
) -> dict[str, frozenset[Fraction]]:
    """What a frame asks for, by SKU: goods and their numbers in the order of the frames of its kind."""
    first, second, third = three
    if kind == "remove":
        return {}
    if kind in {"add", "swap"}:
        return {third.sku: third.counts(numbers[0])}
    measured = [frozenset({amount})] if kind in AMOUNTS else []
    counts = [*measured, *(good.counts(number) for good, number in zip(three[len(measured) :], numbers, strict=False))]
    named = (first, *((second,) if "{b}" in text else ()), *((third,) if "{c}" in text else ()))
    return {good.sku: count for good, count in zip(named, counts, strict=False)}


def _by_row(listed: Sequence[Good]) -> dict[str, list[Good]]:
    found: dict[str, list[Good]] = defaultdict(list)
    for good in listed:
        found[good.sku].append(good)
    return found
