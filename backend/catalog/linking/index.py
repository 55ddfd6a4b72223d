"""An inverted index over the words of a catalogue: which phrases hold a word, in whatever spelling it comes."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from backend.catalog.linking.folding import bare, keys_of, skeleton, stems
from backend.catalog.linking.lexicon import lexicon, phrase_key, sense_of
from backend.catalog.linking.terms import Term, Terms, merged, read_keys, terms_of, ware_of

EQUAL: Final = 1.0
SAME_STEM: Final = 0.97
SAME_GOOD: Final = 0.95
SAME_BARE: Final = 0.86
SAME_SOUND: Final = 0.88
CLOSEST_TYPO: Final = 0.92
_SOUND_CUTOFF: Final = 70.0
_TYPO_CUTOFF: Final = 78.0
_SHORTEST_TYPO: Final = 4
_SHORT_TYPO: Final = 5
_SHORTEST_SOUND: Final = 3
_VOWELS: Final = frozenset("aeiou")
_DEVANAGARI: Final = re.compile("[\u0900-\u097f]")
_KEPT_LOOKUPS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Phrase:
    """A name or alias of one row, with the goods words in the order in which they stand."""

    row: int
    terms: Terms
    goods: tuple[Term, ...]
    own: bool


@dataclass(slots=True)
class Index:
    """Postings from vocabulary to phrases and rows; `similar` remembers what it was asked before."""

    phrases: tuple[Phrase, ...]
    vocabulary: tuple[Term, ...]
    postings: tuple[tuple[int, ...], ...]
    rows: tuple[frozenset[int], ...]
    places: tuple[tuple[int, ...], ...]
    by_row: tuple[tuple[int, ...], ...]
    heads: tuple[frozenset[str], ...]
    by_key: Mapping[str, int]
    by_stem: Mapping[str, tuple[int, ...]]
    by_bare: Mapping[str, tuple[int, ...]]
    by_sense: Mapping[str, tuple[int, ...]]
    by_sound: Mapping[str, tuple[int, ...]]
    by_letter: Mapping[str, dict[int, str]]
    twins: Mapping[int, tuple[int, ...]]
    _known: dict[str, dict[int, float]] = field(default_factory=dict)

    def similar(self, word: Term) -> Mapping[int, float]:
        """Vocabulary numbers that a word may stand for, each with its similarity in (0, 1]."""
        known = self._known.get(word.key)
        if known is None:
            if len(self._known) > _KEPT_LOOKUPS:
                self._known.clear()
            known = self._known[word.key] = self._look_up(word)
        return known

    def best(self, word: Term) -> float:
        """The similarity of the nearest word of the catalogue, 0 where there is none."""
        return max(self.similar(word).values(), default=0.0)

    def spread(self, likely: Mapping[int, float]) -> int:
        """In how many rows the spellings of a word stand, the doubtful ones included."""
        return sum(len(self.rows[place]) for place in likely)

    def _look_up(self, word: Term) -> dict[int, float]:
        found: dict[int, float] = {}
        for place, likeness in self._candidates(word):
            if likeness > found.get(place, 0.0):
                found[place] = likeness
        return found

    def _candidates(self, word: Term) -> Iterable[tuple[int, float]]:
        if word.key in self.by_key:
            yield (place := self.by_key[word.key]), EQUAL
            yield from ((twin, SAME_GOOD) for twin in self.twins.get(place, ()))
        for stem in stems(word.key):
            if len(stem) >= _SHORTEST_SOUND or stem == word.key:
                yield from ((place, SAME_STEM) for place in self.by_stem.get(stem, ()))
            if len(stem) > _SHORTEST_SOUND:
                yield from ((place, SAME_BARE) for place in self.by_bare.get(bare(stem), ()))
        for sense in word.senses:
            yield from ((place, SAME_GOOD) for place in self.by_sense.get(sense, ()))
        short = len(word.key) < _SHORTEST_TYPO and not _VOWELS.isdisjoint(word.key)
        if not word.senses and not short and word.key not in lexicon().filler:
            yield from self._typos(word.key)

    def _sounds(self, key: str, place: int) -> bool:
        """Whether two words of the same consonants are near enough; one written without vowels always is."""
        bare_writing = _VOWELS.isdisjoint(key[1:])
        return bare_writing or fuzz.ratio(key, self.vocabulary[place].key) >= _SOUND_CUTOFF

    def _typos(self, key: str) -> Iterable[tuple[int, float]]:
        sound = skeleton(key)
        if len(sound) >= _SHORTEST_SOUND:
            yield from ((place, SAME_SOUND) for place in self.by_sound.get(sound, ()) if self._sounds(key, place))
        pool = self.by_letter.get(_letter(key), {})
        for written, ratio, place in process.extract(key, pool, scorer=fuzz.ratio, score_cutoff=_TYPO_CUTOFF, limit=8):
            short = max(len(written), len(key)) <= _SHORT_TYPO and written[:2] != key[:2]
            if short and OSA.distance(written, key) > 1:
                continue  # Two slips in five letters, one at the start, make another word of it ("kuoka", cocoa).
            if min(len(written), len(key)) > _SHORTEST_TYPO or written[-1] == key[-1]:
                yield place, CLOSEST_TYPO * ratio / 100


def _letter(key: str) -> str:
    return "a" if key[:1] in _VOWELS else key[:1]


def _alternatives(text: str, wares: frozenset[str]) -> list[tuple[Terms, tuple[Term, ...]]]:
    terms = terms_of(text, wares=wares)
    goods = terms.goods
    shapes = {tuple(t.key for t in shape): shape for shape in (goods, merged(goods), _run_together(goods))}
    return [(terms, shape) for shape in shapes.values() if shape]


def _run_together(goods: tuple[Term, ...]) -> tuple[Term, ...]:
    if len(goods) not in {2, 3}:
        return goods
    key = "".join(item.key for item in goods)
    return (Term(key, sense_of(" ".join(item.key for item in goods))),)


def build_index(
    names: Sequence[tuple[str, ...]], options: Sequence[tuple[str, ...]], wares: frozenset[str] = frozenset()
) -> Index:
    """Index the rows of a catalogue.

    Args:
        names: For each row its name first, then its aliases.
        options: For each row the values of its single-valued options.
        wares: Containers and joints that are goods in this shop.
    """
    phrases = [
        Phrase(row, terms, shape, own=place == 0)
        for row, listed in enumerate(names)
        for place, text in enumerate((*listed, *options[row]))
        if place < len(listed) or text
        for terms, shape in (_alternatives(text, wares) if place < len(listed) else _as_words(text))
    ]
    return _index(phrases, tuple(_heads(listed) for listed in names), _only_native(names, wares))


def _only_native(names: Sequence[tuple[str, ...]], wares: frozenset[str]) -> frozenset[str]:
    """The keys of goods words that a catalogue writes in Devanagari and nowhere in Latin letters."""
    texts = [text for listed in names for text in listed]
    if not any(_DEVANAGARI.search(text) for text in texts):
        return frozenset()
    native, other = set[str](), set[str]()
    for text in texts:
        (native if _DEVANAGARI.search(text) else other).update(one.key for one in terms_of(text, wares=wares).goods)
    return frozenset(native - other)


def _as_words(text: str) -> list[tuple[Terms, tuple[Term, ...]]]:
    """An option value helps to find its row, but is never the whole name of it."""
    lex = lexicon()
    said = tuple(word for word in terms_of(text).goods if word.key not in lex.sizes and word.key not in lex.containers)
    return [(Terms(()), said)] if said else []


def _heads(listed: tuple[str, ...]) -> frozenset[str]:
    """The goods that a row's phrases are about: their last word, or the one before a joint ("royco ya kuku")."""
    return frozenset().union(*(_head_senses(text) for text in listed))


def _brand(goods: tuple[Term, ...]) -> str | None:
    """The brand that a name begins with, where it says more than that."""
    brands = frozenset().union(*lexicon().kinds.values())
    first = goods[0].key if len(goods) > 1 else ""
    return first if first in brands else None


def _kinds_of(brand: str) -> frozenset[str]:
    """The last words of the kinds of good that a brand is of ("oil" of "cooking oil")."""
    return frozenset(kind.split(" ")[-1] for kind, members in lexicon().kinds.items() if brand in members)


def _head_senses(text: str) -> frozenset[str]:
    keys = keys_of(text)
    joint = next((place for place, key in enumerate(keys) if place and key in lexicon().joints_after), len(keys))
    goods = merged(read_keys(tuple(keys[:joint])).goods) if joint < len(keys) else merged(terms_of(text).goods)
    whole = merged(terms_of(text).goods)
    plain = read_keys(tuple(keys[:joint])).goods
    last = (goods[-1].senses | plain[-1].senses) if goods and plain else frozenset()
    brand = _brand(goods)
    if brand is not None and not _kinds_of(brand) & {phrase_key(sense).split(" ")[-1] for sense in last}:
        return frozenset({brand})  # "Fanta Orange" is a Fanta, and no orange.
    said = last | (whole[0].senses if len(whole) == 1 else frozenset())
    return said - lexicon().properties


def _index(phrases: list[Phrase], heads: tuple[frozenset[str], ...], native: frozenset[str]) -> Index:
    numbers: dict[str, int] = {}
    vocabulary: list[Term] = []
    postings: list[list[int]] = []
    for number, phrase in enumerate(phrases):
        for word in (*phrase.goods, *phrase.terms.goods):
            place = numbers.setdefault(word.key, len(vocabulary))
            if place == len(vocabulary):
                vocabulary.append(word)
                postings.append([])
            if word in phrase.goods:
                postings[place].append(number)
    by_row: list[list[int]] = [[] for _ in heads]
    for number, phrase in enumerate(phrases):
        by_row[phrase.row].append(number)
    return Index(
        phrases=tuple(phrases),
        rows=tuple(frozenset(phrases[number].row for number in listed) for listed in postings),
        places=tuple(
            tuple(numbers[word.key] for word in phrase.goods) if phrase.terms.goods else () for phrase in phrases
        ),
        by_row=tuple(map(tuple, by_row)),
        vocabulary=tuple(vocabulary),
        postings=tuple(map(tuple, postings)),
        heads=heads,
        by_key=numbers,
        by_stem=_grouped((stem, place) for place, word in enumerate(vocabulary) for stem in stems(word.key)),
        by_bare=_grouped(
            (bare(word.key), place) for place, word in enumerate(vocabulary) if len(word.key) > _SHORTEST_SOUND
        ),
        by_sense=_grouped((sense, place) for place, word in enumerate(vocabulary) for sense in word.senses),
        by_sound=_grouped((skeleton(word.key), place) for place, word in enumerate(vocabulary) if " " not in word.key),
        by_letter=_lettered([numbers[word.key] for phrase in phrases for word in phrase.terms.goods], vocabulary),
        twins=_twins(native, numbers),
    )


def _twins(native: frozenset[str], numbers: Mapping[str, int]) -> dict[int, tuple[int, ...]]:
    """For each word in Devanagari alone, those in Latin letters that sound so: पेपर is the "paper" of other rows."""
    latin: dict[str, list[int]] = {}
    for key, place in numbers.items():
        for sound in _sounds_of(key) if key not in native and " " not in key else ():
            latin.setdefault(sound, []).append(place)
    found = {
        place: tuple(twin for sound in _sounds_of(key) for twin in latin.get(sound, ()))
        for key, place in numbers.items()
        if key in native
    }
    return {place: twins for place, twins in found.items() if twins}


def _sounds_of(key: str) -> list[str]:
    """The consonants of a word, where they are enough to tell it, and the container that it names."""
    sound, ware = skeleton(key), ware_of(key)
    return [*([sound] if len(sound) >= _SHORTEST_SOUND else ()), *([ware] if ware else ())]


def _grouped(pairs: Iterable[tuple[str, int]]) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for key, place in pairs:
        found.setdefault(key, []).append(place)
    return {key: tuple(places) for key, places in found.items()}


def _lettered(places: Iterable[int], vocabulary: Sequence[Term]) -> dict[str, dict[int, str]]:
    """Single words by their first letter; phrases run together are too long to be told apart by a few letters."""
    found: dict[str, dict[int, str]] = {}
    for place in places:
        key = vocabulary[place].key
        if len(key) >= _SHORTEST_TYPO:
            found.setdefault(_letter(key), {})[place] = key
    return found
