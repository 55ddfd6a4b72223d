"""Turns a name, an alias or a customer's words into terms: goods words apart from sizes, containers and joints."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from backend.catalog.linking.folding import fold, keys_of, stems
from backend.catalog.linking.lexicon import LONGEST_GOOD, lexicon, sense_of

_MEASURES: Final = (
    ("mass", 1000.0, "kg kgs kilo kilos kilogram किलो"),
    ("mass", 1.0, "g gm gms gram grams gramu ग्राम ग्रॅम"),
    ("volume", 1000.0, "l lt ltr litre liter litres liters lita लीटर लिटर"),
    ("volume", 10.0, "cl"),
    ("volume", 1.0, "ml मिली"),
    ("length", 100.0, "m metre meter metres meters mita मीटर"),
    ("length", 30.48, "ft foot feet"),
    ("length", 91.44, "yard yards gaj gaz वार गज"),
    ("length", 1.0, "cm"),
    ("inch", 1.0, "in inch inches inchi इंच"),
    ("width", 1.0, "mm"),
    ("memory", 1.0, "gb"),
    ("memory", 1000.0, "tb"),
    ("charge", 1.0, "mah"),
    ("charge", 1000.0, "ah"),
    ("voltage", 1.0, "volt volts"),
    ("current", 1.0, "amp amps"),
    ("power", 1.0, "w watt watts wati वॉट वाट"),
)
# Marathi's genitives of units, which name a size: "दहा किलोची पिशवी", "5 literche can".
_OF_UNITS: Final = ("cha", "chi", "che", "chya", "चा", "ची", "चे", "च्या")
_DECLINED: Final = frozenset(
    {"kilo", "gram", "litre", "liter", "meter", "inch", "watt", "ml"}
    | {"किलो", "ग्राम", "ग्रॅम", "लीटर", "लिटर", "मीटर", "इंच", "वॉट", "मिली"}
)
_MEASURE_KEYS: Final = {
    fold(unit + ending): (dimension, base)
    for dimension, base, units in _MEASURES
    for unit in units.split()
    for ending in ("", *(_OF_UNITS if unit in _DECLINED else ()))
}
_SPOKEN: Final = {
    fold(word): value
    for value, listed in (
        (0.25, "robo quarter pav paav pao pau पाव"),
        (0.5, "nusu half hafu ardha aadha adha ardhi आधा अर्धा हाफ"),
        (0.75, "pauna paun paune पाऊण पाउण पौन पौना"),
        (1.0, "moja mmoja kimoja ek one एक"),
        (1.5, "dedh deed deedh डेढ़ दीड"),
        (2.0, "mbili wawili miwili mawili viwili do don two दो दोन"),
        (2.5, "dhai adich ढाई अडीच"),
        (3.0, "tatu watatu mitatu matatu vitatu teen tin three तीन"),
        (4.0, "nne wanne minne manne vinne chaar char four चार"),
        (5.0, "tano watano mitano matano vitano paanch pach five पांच पाच"),
        (10.0, "kumi das daha ten दस दहा"),
    )
    for word in listed.split()
}
# Units that mean one of themselves where no number stands beside them ("sukari kilo", "a litre").
_ALONE: Final = frozenset(map(fold, ("kg", "kilo", "kilogram", "litre", "liter", "lita", "किलो", "लीटर", "लिटर")))
_PIECES: Final = frozenset({"s", "pc", "pcs", "piece", "pieces"})
_BARE_MEASURE: Final = 100


class Measure(NamedTuple):
    """A weight, volume or length in base units: grams, millilitres, centimetres."""

    dimension: str
    base: float


class Term(NamedTuple):
    """One goods word, or several that name one good; `senses` are the goods of the lexicon that it can mean."""

    key: str
    senses: frozenset[str] = frozenset()
    weak: bool = False


class Terms(NamedTuple):
    """What a text says of a good: its goods words, and apart from them size, container and loose numbers."""

    goods: tuple[Term, ...]
    measure: Measure | None = None
    label: str | None = None
    container: str | None = None
    numbers: frozenset[str] = frozenset()

    @property
    def sized(self) -> bool:
        """Whether a size is said in any way."""
        return self.measure is not None or self.label is not None or bool(self.numbers)


def spoken_number(key: str) -> float | None:
    """The value of one of the small numbers and fractions that stand beside units, or None."""
    return _SPOKEN.get(key)


UNITS: Final = frozenset(_MEASURE_KEYS)


def is_unit(key: str) -> bool:
    """Whether a folded word is a unit of weight, volume, length or the like."""
    return key in _MEASURE_KEYS


def measure_of(value: float, unit: str) -> Measure | None:
    """A measure in base units, or None where the unit is no weight, volume or length."""
    meaning = _MEASURE_KEYS.get(fold(unit))
    return None if meaning is None else Measure(meaning[0], round(value * meaning[1], 6))


@lru_cache(maxsize=65536)
def term(key: str, *, weak: bool = False) -> Term:
    """A term for a folded word, with its senses."""
    return Term(key, sense_of(key), weak)


def terms_of(text: str, weak: Iterable[str] = (), wares: frozenset[str] = frozenset()) -> Terms:
    """Read a name or a mention into terms.

    Args:
        text: The words, in any script.
        weak: Folded words that may be left unmatched, since they are probably no goods words.
        wares: Containers and joints that are goods in this shop.
    """
    return read_keys(tuple(as_ware(key, wares) for key in keys_of(text)), frozenset(weak))


_WARE: Final = "°"  # before the key of a container or a joint that is a good here, so that no list knows it as such


def as_ware(key: str, wares: frozenset[str]) -> str:
    """The key of a word, marked where it is a container, in whatever number, or a joint that is a good in this shop."""
    held = bool(wares) and (key in wares or any(lexicon().containers.get(stem) in wares for stem in stems(key)))
    return _WARE + key if held else key


@lru_cache(maxsize=4096)
def ware_of(key: str) -> str | None:
    """The container that a marked key names in any language ("cup" for cup, kap and kikombe), or None."""
    named = (lexicon().containers.get(stem) for stem in stems(key[1:])) if key[:1] == _WARE else ()
    return next((container for container in named if container is not None), None)


def is_joint_ware(key: str) -> bool:
    """Whether a key is that of a joint or filler which is a good in this shop."""
    return key[:1] == _WARE and (lexicon().is_joint(key[1:]) or key[1:] in lexicon().filler)


@lru_cache(maxsize=32768)
def read_keys(keys: tuple[str, ...], weak: frozenset[str] = frozenset()) -> Terms:
    """Read folded words into terms; what would leave no goods word at all is itself the good ("a tray")."""
    keys = tuple(key for key in keys if key)
    measure, rest = _take_measures(keys)
    kept, label, container, numbers = _sort(rest)
    kept = [key for key in kept if key not in lexicon().filler]
    if not kept:
        kept = [key for key in rest if not key.isdigit() and not lexicon().is_joint(key)]
        kept = [key for key in kept if key not in lexicon().filler]
        label = container = None
    goods = tuple(term(key, weak=key in weak or (key in lexicon().optional and len(kept) > 1)) for key in kept)
    return Terms(goods, measure, label, container, frozenset(numbers))


def _take_measures(keys: tuple[str, ...]) -> tuple[Measure | None, list[str]]:
    """Take all measures out of the words; of two ("12V 9Ah") the one that tells sizes apart more often is kept."""
    measure, rest = _take_measure(keys)
    other, shorter = _take_measure(tuple(rest)) if measure else (None, rest)
    if measure is None or other is None or _LEAST.get(measure.dimension, 0) == _LEAST.get(other.dimension, 0):
        return measure, rest
    return min((measure, other), key=lambda one: _LEAST.get(one.dimension, 0)), shorter


# Volts and watts stand beside other measures, and seldom tell sizes apart where they do.
_LEAST: Final = {"power": 1, "voltage": 1, "current": 1}


def _take_measure(keys: tuple[str, ...]) -> tuple[Measure | None, list[str]]:
    """Take "2 kg", "half kilo", "kilo moja" or a lone "litre" out of the words."""
    for place, unit in enumerate(keys):
        if unit not in _MEASURE_KEYS or (unit not in _ALONE and not _number(keys[max(place - 1, 0) : place])):
            continue
        before, after = _number(keys[max(place - 1, 0) : place]), _number(keys[place + 1 : place + 2])
        value = before or after or 1.0
        first, last = place - bool(before), place + 1 + bool(after and not before)
        dimension, base = _MEASURE_KEYS[unit]
        return Measure(dimension, round(value * base, 6)), [*keys[:first], *keys[last:]]
    return None, list(keys)


def _number(keys: Sequence[str]) -> float | None:
    """The value of a number beside a unit; of number words only those that stand in aliases are known."""
    if not keys:
        return None
    key = keys[-1]
    return float(key) if re.fullmatch(r"\d+(\.\d+)?", key) else _SPOKEN.get(key)


def _sort(keys: Sequence[str]) -> tuple[list[str], str | None, str | None, list[str]]:
    lex = lexicon()
    kept: list[str] = []
    numbers: list[str] = []
    label = container = None
    for place, key in enumerate(keys):
        if key[0].isdigit():
            # "2 pc" in a name says what one of it holds, and is no part of what it is called.
            numbers += [key] if not _PIECES & set(keys[place + 1 : place + 2]) else []
        elif key in lex.sizes:
            label = lex.sizes[key]
        elif key in lex.containers:
            container = lex.containers[key]
        elif not lex.is_joint(key) and key not in _PIECES:
            kept.append(key)
    return kept, label, container, numbers


def merged(goods: tuple[Term, ...]) -> tuple[Term, ...]:
    """The same words with runs that name one good ("cooking oil", "mafuta kupika") put together."""
    lex, out, place = lexicon(), list[Term](), 0
    while place < len(goods):
        width = min(LONGEST_GOOD, len(goods) - place) if goods[place].key in lex.starts else 1
        while width > 1 and not lex.senses.get(_joined(goods, place, width)):
            width -= 1
        run = _joined(goods, place, width)
        out.append(goods[place] if width == 1 else Term(run, sense_of(run)))
        place += max(width, 1)
    return tuple(out)


def _joined(goods: tuple[Term, ...], place: int, width: int) -> str:
    return " ".join(item.key for item in goods[place : place + width])


def holds_number(keys: Sequence[str]) -> bool:
    """Whether a name of several words has a number among them, begins with a unit in a letter or ends in a unit."""
    numbers = [_number([key]) is not None and not sense_of(key) for key in keys]  # Pav is bread.
    words = any(not number and not is_unit(key) for key, number in zip(keys, numbers, strict=True))
    return len(keys) > 1 and words and (any(numbers) or (len(keys[0]) == 1 and is_unit(keys[0])) or is_unit(keys[-1]))


def bare_measure(number: str) -> float | None:
    """A loose number that people use for grams or millilitres ("coke 500"), or None where it is more likely a count."""
    value = float(number) if re.fullmatch(r"\d+(\.\d+)?", number) else 0.0
    return value if value >= _BARE_MEASURE else None
