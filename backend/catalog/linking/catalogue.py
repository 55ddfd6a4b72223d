"""A merchant's catalogue as linking sees it: frozen rows with what is read off their names, and an index built once."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Self

from rapidfuzz import fuzz

from backend.catalog.linking.folding import fold, heard_as, loan_sound, spelt, words
from backend.catalog.linking.index import Index, build_index
from backend.catalog.linking.lexicon import lexicon, phrase_key, sense_of
from backend.catalog.linking.loanwords import by_skeleton, loan_of
from backend.catalog.linking.oblique import plain_forms
from backend.catalog.linking.terms import Measure, Term, Terms, holds_number, measure_of, merged, terms_of

WEIGHED_UNIT: Final = "kg"
_EXPONENT: Final = 2
# A sound of two letters is shared by many words, so that their vowels must agree as well.
_SHORTEST_LOAN: Final = 3
_LONG_SOUND: Final = 3
_LIKE_LONG: Final = 44.0
_LIKE_SHORT: Final = 64.0
_LIKE_KNOWN: Final = 62.0
_LIKE_VESSEL: Final = 80.0  # containers are no words of the shop's own: leaves ("patte") are no pots
_NONE: Final = (0.0, "")
_COUNT_IN_NAME: Final = re.compile(
    r"(?:\((?:\w+ of )?|\btray of )(\d+)\s*(?:(?:pcs?|pieces?|eggs?)?\)|$)|(\d+)\s*(?:pack|pcs?|pc|s)\b", re.IGNORECASE
)
_SILENT: Final = re.compile(r"(?<=m)b$")  # the last letter of "bomb" and "comb"


@dataclass(frozen=True, eq=False)
class CatalogueItem:
    """One row of a catalogue: one thing that can be bought, with its price in minor units."""

    sku: str
    name: str
    aliases: tuple[str, ...] = ()
    unit: str = "piece"
    price_minor: int = 0
    currency: str = "KES"
    stock: float = 0.0
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    wares: frozenset[str] = frozenset()

    @property
    def weighed(self) -> bool:
        """Whether it is weighed out, so that a fraction may be asked for."""
        return self.unit.casefold() == WEIGHED_UNIT

    @cached_property
    def container(self) -> str:
        """What one of it comes in, in the lexicon's word where it has one."""
        return lexicon().containers.get(phrase_key(self.unit), self.unit)

    @cached_property
    def terms(self) -> Terms:
        """The terms of its name."""
        return terms_of(self.name, wares=self.wares)

    @cached_property
    def size_words(self) -> Terms | None:
        """Its own size option, where it has just one ("size=2kg")."""
        sizes = self.options.get("size", ())
        return terms_of(sizes[0]) if len(sizes) == 1 else None

    @cached_property
    def measure(self) -> Measure | None:
        """The weight, volume or the like of one of it, from its size, another option of its own, or its name."""
        said = self.size_words.measure if self.size_words else None
        own = (terms_of(values[0]).measure for values in self.options.values() if len(values) == 1)
        return said or next((one for one in own if one), None) or self.terms.measure

    @cached_property
    def unit_measure(self) -> Measure | None:
        """What one of it measures where its unit is itself a measure ("metre", "litre", "kg")."""
        return measure_of(1.0, self.unit)

    @cached_property
    def size_numbers(self) -> frozenset[str]:
        """Numbers that name its size without a unit ("size=38", "gauge=28")."""
        values = (values[0] for values in self.options.values() if len(values) == 1)
        return frozenset(number for value in values for number in terms_of(value).numbers)

    @cached_property
    def label(self) -> str | None:
        """Its size in a word ("large", "half"), from its size option or its name."""
        own = self.options.get("size", ())
        said = lexicon().sizes.get(phrase_key(own[0])) if len(own) == 1 else None
        return said or self.terms.label

    @cached_property
    def pieces(self) -> int | None:
        """How many pieces one of it holds, where its name says so ("Egg Tray (30)", "10 pack")."""
        found = _COUNT_IN_NAME.search(self.name)
        return int(found.group(1) or found.group(2)) if found else None

    @cached_property
    def spoken(self) -> frozenset[Term]:
        """The goods words of its name and aliases."""
        return frozenset(word for text in (self.name, *self.aliases) for word in self._terms_of(text).goods)

    @cached_property
    def choices(self) -> frozenset[str]:
        """Folded words for what it may be had in, where it comes in several ("colour=red,gold")."""
        values = (value for axis in self.options.values() if len(axis) > 1 for value in axis)
        return frozenset(fold(word) for value in values for _, _, word in words(value))

    def _terms_of(self, text: str) -> Terms:
        return terms_of(text, wares=self.wares)

    @cached_property
    def family(self) -> frozenset[str]:
        """What it shares with the other sizes of the same good: the goods words of its name."""
        return frozenset(item.key for item in self.terms.goods)

    @cached_property
    def kin(self) -> frozenset[str]:
        """What it shares with its other sorts as well: its family without the words of its own options."""
        own = (values[0] for values in self.options.values() if len(values) == 1)
        return self.family - {item.key for value in own for item in self._terms_of(value).goods}


@dataclass(frozen=True, eq=False)
class Catalogue:
    """All rows of a merchant, indexed for linking; build it once and keep it."""

    items: tuple[CatalogueItem, ...]

    @classmethod
    def of(cls, items: Iterable[CatalogueItem]) -> Self:
        """A catalogue of all rows of a shop, each told which containers are goods there."""
        listed = tuple(items)
        wares = _wares(listed)
        return cls(tuple(replace(item, wares=wares) for item in listed) if wares else listed)

    @property
    def wares(self) -> frozenset[str]:
        """Containers that rows are called by, and that nothing is sold in here."""
        return self.items[0].wares if self.items else frozenset()

    @cached_property
    def resolved(self) -> dict[Any, Any]:
        """What mentions were found to mean in these rows (`resolve` keeps it here, so that it goes with them)."""
        return {}

    @cached_property
    def found(self) -> dict[Any, Any]:
        """Which rows goods words were found to fit (`find` keeps it here)."""
        return {}

    @cached_property
    def said(self) -> dict[Any, Any]:
        """What words were found to say in this shop (the reading's sorter keeps it here)."""
        return {}

    @cached_property
    def index(self) -> Index:
        """The inverted index over names and aliases."""
        names = [(item.name, *item.aliases) for item in self.items]
        return build_index(names, [_option_words(item) for item in self.items], self.wares)

    @cached_property
    def choices(self) -> frozenset[str]:
        """Folded words of choices that have no row of their own ("mild", a brand of gas): they are notes, not goods."""
        values = (value for item in self.items for axis in item.options.values() if len(axis) > 1 for value in axis)
        return frozenset(key for value in values for key in phrase_key(value).split(" "))

    @cached_property
    def choice_senses(self) -> frozenset[str]:
        """What the words of such choices can mean, so that they are known in other languages."""
        return frozenset(sense for key in self.choices for sense in sense_of(key))

    @cached_property
    def units(self) -> frozenset[str]:
        """Folded words for what rows are sold by here ("reel", "sapling") that are no goods of their own."""
        said = frozenset(fold(word) for item in self.items for _, _, word in words(item.unit))
        return said - self.index.by_key.keys() - lexicon().containers.keys()

    @cached_property
    def crossed(self) -> bool:
        """Whether rows are told apart by sizes in two numbers ("5x6")."""
        return any("x" in number for item in self.items for number in (*item.size_numbers, *item.terms.numbers))

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """Folded words that follow each other in a name or alias ("clinic plus", "wet fry")."""
        texts = (text for item in self.items for text in (item.name, *item.aliases))
        keys = ([fold(word) for _, _, word in words(text)] for text in texts)
        return frozenset(pair for said in keys for pair in pairwise(said))

    @cached_property
    def numbered_names(self) -> Mapping[str, Sequence[tuple[str, ...]]]:
        """Names and aliases of one row alone that hold a number, in folded words by their first, the longest first."""
        texts = {(row, text) for row, item in enumerate(self.items) for text in (item.name, *item.aliases)}
        names = Counter(
            keys for _, keys in {(row, tuple(fold(word) for *_, word in words(text))) for row, text in texts}
        )
        found: dict[str, list[tuple[str, ...]]] = {}
        for keys in sorted(
            (one for one, rows in names.items() if rows == 1 and holds_number(one)), key=len, reverse=True
        ):
            found.setdefault(keys[0], []).append(keys)
        return found

    @cached_property
    def bare_names(self) -> frozenset[str]:
        """Folded names and aliases of one word."""
        texts = (words(text) for item in self.items for text in (item.name, *item.aliases))
        return frozenset(fold(said[0][2]) for said in texts if len(said) == 1)

    @cached_property
    def senses(self) -> frozenset[str]:
        """What the words of all names and aliases can mean, those of several words included."""
        texts = (terms_of(text, wares=self.wares) for item in self.items for text in (item.name, *item.aliases))
        goods = (one for said in texts for one in (*said.goods, *merged(said.goods)))
        return frozenset(sense for one in goods for sense in one.senses)

    @cached_property
    def written(self) -> frozenset[str]:
        """The words of all names and aliases as they are spelled, in lower case."""
        texts = (text for item in self.items for text in (item.name, *item.aliases))
        return frozenset(word.lower() for text in texts for _, _, word in words(text))

    @cached_property
    def _loans(self) -> Mapping[str, frozenset[str]]:
        """The words of names and aliases, and of sizes and containers, by their sound as loans."""
        found: dict[str, set[str]] = {}
        for key in (*map(fold, self.written), *lexicon().sizes, *lexicon().containers):
            if key.isalpha() and len(key) >= _SHORTEST_LOAN:
                found.setdefault(loan_sound(key), set()).add(key)
        return {sound: frozenset(keys) for sound, keys in found.items()}

    def heard(self, word: str) -> str | None:
        """The key of the shop's own word that a word in Devanagari sounds like ("ब्लाउज": blouse), or None."""
        if word.isascii():
            return None
        letters = spelt(word)
        for key in (*([fold(letters)] if letters else []), *heard_as(word)):
            if key in self.index.by_key:
                return key
        for key in (key for form in plain_forms(word) for key in heard_as(form)):
            if key in self.index.by_key:
                return key
        for key in heard_as(word) if not sense_of(fold(word)) else ():
            near = self._loans.get(loan_sound(key), frozenset())
            likely = [(fuzz.ratio(key, _SILENT.sub("", other)), other) for other in near]
            # What our languages have a word of their own for ("besan") is heard only where it is written almost so.
            likely = [one for one in likely if one[0] >= _LIKE_KNOWN or not sense_of(one[1])]
            best = max((one for one in likely if one[0] >= _LIKE_VESSEL or not self._only_holds(one[1])), default=_NONE)
            if best[0] >= (_LIKE_LONG if len(loan_sound(key)) >= _LONG_SOUND else _LIKE_SHORT):
                return best[1]
        spelling = loan_of(word, self._spellings)
        return fold(spelling) if spelling else None

    @cached_property
    def _spellings(self) -> Mapping[str, tuple[str, ...]]:
        """The words of names and aliases in Latin letters, by their consonants."""
        return by_skeleton(self.written)

    def has_label(self, label: str | None) -> bool:
        """Whether a row has a size in this word ("large")."""
        return label is not None and label in self._labels

    @cached_property
    def _labels(self) -> frozenset[str | None]:
        return frozenset(item.label for item in self.items)

    def _only_holds(self, key: str) -> bool:
        return key in lexicon().containers and key not in self.index.by_key

    @cached_property
    def vessels(self) -> frozenset[str]:
        """Folded names of containers that this shop sells as goods ("sahani"), and does not only sell goods in."""
        named = ((item, [fold(word) for _, _, word in words(alias)]) for item in self.items for alias in item.aliases)
        kept = lexicon().containers
        return frozenset(
            keys[0] for item, keys in named if len(keys) == 1 and kept.get(keys[0], item.container) != item.container
        )

    @cached_property
    def by_sku(self) -> Mapping[str, CatalogueItem]:
        """Rows by their SKU."""
        return {item.sku: item for item in self.items}

    @cached_property
    def row_of(self) -> Mapping[str, int]:
        """Row numbers by SKU."""
        return {item.sku: row for row, item in enumerate(self.items)}

    def part(self, skus: Iterable[str]) -> "Catalogue":
        """Return the catalogue of some rows alone, in their order; SKUs that it does not have are passed over."""
        rows = sorted(self.row_of[sku] for sku in skus if sku in self.row_of)
        return Catalogue(tuple(self.items[row] for row in rows))

    @cached_property
    def families(self) -> Mapping[frozenset[str], tuple[int, ...]]:
        """Row numbers by family: rows that differ in size or container alone."""
        found: dict[frozenset[str], list[int]] = {}
        for row, item in enumerate(self.items):
            found.setdefault(item.family, []).append(row)
        return {family: tuple(rows) for family, rows in found.items()}

    def prepared(self) -> Self:
        """Read all rows and build the index now, so that no message waits for it."""
        for item in self.items:
            _ = (item.container, item.measure, item.label, item.unit_measure, item.size_numbers, item.pieces)
        _ = (
            self.index,
            self.families,
            self.by_sku,
            self.row_of,
            self.choices,
            self.pairs,
            self.written,
            self._loans,
            self._spellings,
            self.vessels,
        )
        _ = (self.bare_names, self.senses, self.choice_senses, self.numbered_names)
        return self

    def siblings(self, row: int) -> tuple[int, ...]:
        """The rows of the same family, itself included."""
        return self.families[self.items[row].family]


def _wares(items: Sequence[CatalogueItem]) -> frozenset[str]:
    texts = (text for item in items for text in (item.name, *item.aliases))
    named = frozenset(lexicon().containers.get(fold(word), "") for text in texts for _, _, word in words(text))
    sold_in = {item.container for item in items}
    boxed = any(item.container == _BOX and item.currency == "INR" for item in items)
    sold_in |= {_TIN} if boxed else set()  # India's "dabba" is a box as well.
    return ((named & lexicon().vessels) - sold_in) | _named_as_joints(items) | _spelt_out(items)


_BOX: Final = "box"
_TIN: Final = "tin"


def _named_as_joints(items: Sequence[CatalogueItem]) -> frozenset[str]:
    """Goods that a Kenyan shop calls by what is a joint in India alone ("wali", rice), which ends no name there."""
    names = (words(alias) for item in items if item.currency == "KES" for alias in (item.name, *item.aliases))
    keys = frozenset(fold(said[0][2]) for said in names if said)
    return frozenset(key for key in keys & lexicon().joints_before if sense_of(key))


def _spelt_out(items: Sequence[CatalogueItem]) -> frozenset[str]:
    """Goods that a shop calls in another script what only sounds like filler ("टाई", a tie, like "ताई", a sister)."""
    names = (words(alias) for item in items for alias in item.aliases if not alias.isascii())
    keys = frozenset(fold(said[0][2]) for said in names if len(said) == 1)
    return frozenset(key for key in keys & lexicon().filler if not lexicon().is_joint(key))


def _option_words(item: CatalogueItem) -> tuple[str, ...]:
    return tuple(values[0] for values in item.options.values() if len(values) == 1)


def parse_options(text: str) -> dict[str, tuple[str, ...]]:
    """Read `size=S,M;colour=red` into values by axis."""
    axes = (axis.split("=", 1) for axis in text.split(";") if "=" in axis)
    return {name.strip(): tuple(v.strip() for v in values.split(",") if v.strip()) for name, values in axes}


def item_from_row(row: Mapping[str, str]) -> CatalogueItem:
    """Build an item from a CSV row with the columns sku, name, aliases, unit, price, currency, stock, options."""
    return CatalogueItem(
        sku=row["sku"].strip(),
        name=row["name"].strip(),
        aliases=tuple(alias.strip() for alias in (row.get("aliases") or "").split("|") if alias.strip()),
        unit=(row.get("unit") or "piece").strip(),
        price_minor=round(float(row.get("price") or 0) * 10**_EXPONENT),
        currency=(row.get("currency") or "KES").strip(),
        stock=float(row.get("stock") or 0),
        options=parse_options(row.get("options") or ""),
    )


def catalogue_from_rows(rows: Iterable[Mapping[str, str]]) -> Catalogue:
    """Build a catalogue from CSV-shaped rows; rows without a SKU are left out."""
    return Catalogue.of(item_from_row(row) for row in rows if (row.get("sku") or "").strip())


def load_catalogue(path: Path) -> Catalogue:
    """Read a catalogue CSV, with or without a byte-order mark."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return catalogue_from_rows(csv.DictReader(file))
