"""Numbers that tell rows apart ("size 4 and size 5 football"), and endings that carry a word of their own."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words
from backend.catalog.linking.lexicon import LONGEST_GOOD, lexicon
from backend.catalog.linking.terms import is_unit
from backend.conversations.reading.amounts import number_of
from backend.conversations.reading.pieces import cues

Word = tuple[int, int, str]
# Marathi writes "instead of" to the end of what is replaced ("दोनऐवजी तीन": three instead of two).
INSTEAD: Final = "ऐवजी"


# What makes a size tell which one is meant, where it is written to its end ("किलोवाली", "chotiwali").
_WHICH: Final = ("वाला", "वाली", "वाले", "wala", "wali", "wale", "vala", "vali", "vale")


def endings_apart(said: Sequence[Word]) -> list[Word]:
    """Words with "instead of" at their end, and sizes with "which is" there, as two words; offsets stay as they are."""
    return [part for one in said for part in _parts(one)]


def written_apart(text: str) -> str:
    """A text with such words written as two, and the signs between them kept."""
    apart, place = "", 0
    for start, end, word in endings_apart(words(text)):
        apart += (text[place:start] or " " * bool(apart)) + word
        place = end
    return apart + text[place:]


def _parts(word: Word) -> list[Word]:
    start, end, text = word
    lower = text.lower()
    which = next((ending for ending in _WHICH if lower.endswith(ending)), "") if lower.endswith(_WHICH) else ""
    if which and _is_size(fold(text[: -len(which)])):
        return [(start, end - len(which), text[: -len(which)]), (end - len(which), end, text[-len(which) :])]
    seam = end - len(INSTEAD)
    if not text.endswith(INSTEAD) or seam <= start:
        return [word]
    stem = text[: -len(INSTEAD)]
    # How many there were is said by the order itself.
    return [(start, end, INSTEAD)] if number_of(fold(stem)) is not None else [(start, seam, stem), (seam, end, INSTEAD)]


def _is_size(key: str) -> bool:
    return key in lexicon().sizes or is_unit(key) or number_of(key) is not None


def phrased(said: Sequence[Word], catalogue: Catalogue) -> frozenset[int]:
    """Where words start that only together name what the shop knows ("tala hua", fried), or a good of its own.

    "Cold" may be said of any drink, and makes a good of its own with "coffee".
    """
    keys = [fold(word) for _, _, word in said]
    found: set[int] = set()
    for place, key in enumerate(keys):
        for width in range(2, LONGEST_GOOD + 1) if key in lexicon().starts else ():
            run = keys[place : place + width]
            senses = lexicon().senses.get(" ".join(run), frozenset())
            if len(run) == width and senses and (senses & catalogue.senses or lexicon().optional & {*run}):
                found.update(start for start, _, _ in said[place : place + width])
    return frozenset(found)


def in_names(keys: Sequence[str], catalogue: Catalogue) -> list[bool]:
    """Whether each folded word and one beside it stand together in the name of a row ("Clinic Plus").

    An "and" stands in a name only between two words of it ("Hot and Sour Soup").
    """
    pairs = [pair in catalogue.pairs for pair in pairwise(keys)]
    beside = zip(keys, [False, *pairs], [*pairs, False], strict=True) if keys else ()
    return [(left and right) if key in _ANDS else (left or right) for key, left, right in beside]


_ANDS: Final = frozenset(map(fold, ("and", "n", "na", "aur", "ani", "aani", "और", "आणि", "व")))


def numbered_names(text: str, said: Sequence[Word], catalogue: Catalogue) -> dict[int, int]:
    """Numbers that name rows, in a message that gives two of them: where each starts and ends.

    Each stands behind the same word ("size", or one that it follows in names of the shop), and rows have that number.
    """
    found: list[tuple[str, int, int]] = []
    for (_, end, word), (start, last, number) in pairwise(said):
        touching = text[end:start].isspace() and "\n" not in text[end:start]
        if touching and number.isdigit() and _names(fold(word), fold(number), catalogue):
            found.append((fold(word), start, last))
    times = Counter(key for key, _, _ in found)
    told = {start: last for key, start, last in found if times[key] > 1 or _is_option(key, text[start:last], catalogue)}
    return told | _before_their_word(text, said, catalogue)


def _before_their_word(text: str, said: Sequence[Word], catalogue: Catalogue) -> dict[int, int]:
    """Numbers that name sizes of the shop and stand before "number", as in Hindi ("9 number ek jodi")."""
    found: dict[int, int] = {}
    for (start, last, number), (begun, end, word) in pairwise(said) if _MAY_BE_SIZE.search(text) else ():
        if number.isdigit() and _is_word_of_number(word, catalogue) and text[last:begun].isspace():
            behind = text[end : end + 4].split()[:1]
            counts = bool(behind) and _is_size_of(behind[0], catalogue)  # "8 number 9" may be eight of size 9.
            if not counts and _is_size_of(fold(number), catalogue):
                found[start] = last
    return found


_MAY_BE_SIZE: Final = re.compile(r"\d\s+[ns\u0928\u0938]", re.IGNORECASE)


def _is_word_of_number(word: str, catalogue: Catalogue) -> bool:
    key = fold(word)
    return key in cues().number_words - _LEADING and key not in catalogue.index.by_key


def words_of_number(said: Sequence[Word], numbered: Mapping[int, int]) -> frozenset[int]:
    """Where the words start that stand behind numbers of sizes and say no more than that ("9 number")."""
    behind = cues().number_words - _LEADING if numbered else frozenset[str]()
    return frozenset(
        begun for (start, _, _), (begun, _, word) in pairwise(said) if start in numbered and fold(word) in behind
    )


# These stand before their number, or say "no".
_LEADING: Final = frozenset(map(fold, ("namba", "nambari", "no", "saizi", "ukubwa")))


def _is_size_of(number: str, catalogue: Catalogue) -> bool:
    return any(number in item.size_numbers | item.terms.numbers for item in catalogue.items)


def _is_option(key: str, number: str, catalogue: Catalogue) -> bool:
    """Whether a number behind "size" is one of several that a row comes in ("gumboots size 8")."""
    axes = (values for item in catalogue.items for values in item.options.values()) if key in _SIZES else ()
    return any(len(values) > 1 and number in values for values in axes)


_SIZES: Final = frozenset(map(fold, ("size", "saizi", "साइज", "साईज")))


def _names(key: str, number: str, catalogue: Catalogue) -> bool:
    lex = lexicon()
    if key in lex.containers or key in lex.sizes:
        return False
    if key in cues().number_words:
        told = any(number in item.size_numbers | item.terms.numbers for item in catalogue.items)
        return told or _is_option(key, number, catalogue)
    return not lex.is_joint(key) and (key, number) in catalogue.pairs
