"""Names and aliases with numbers of their own, written word for word beside a count ("two 16a sockets")."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, Final, NamedTuple

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words, words_before, words_behind
from backend.catalog.linking.lexicon import lexicon, sense_of
from backend.catalog.linking.terms import as_ware, is_unit
from backend.conversations.reading.amounts import ALSO_GIVES, number_said
from backend.conversations.reading.pieces import Kind, Piece, cues
from backend.conversations.reading.steps import counted

_SLOTS: Final = ("address", "note")
_TIMES: Final = ("x", "×")
_PRONOUN: Final = "one"  # "the 2kg one"
_DOUBTED: Final = {"tag": "O", "p": 0.5}
Word = tuple[int, int, str]


class _Named(NamedTuple):
    """A name that is written in a message, and the number beside it that counts it."""

    start: int
    end: int
    number: Word


def with_whole_names(text: str, reading: Mapping[str, Any], catalogue: Catalogue) -> Mapping[str, Any]:
    """The reading with names that hold numbers kept whole where another number beside them counts them.

    The longest name takes its words first, numbers and fractions too; what is left beside it is how many. The spans of
    such names are the reading's `names`; none of their words is an amount, nor a part of an address or a note.
    """
    known = catalogue.numbered_names
    said = words(text) if known else ()
    keys = [_as_said(word) for _, _, word in said]
    if known.keys().isdisjoint(chain.from_iterable(keys)):
        return reading
    found = _found(text, said, keys, reading, catalogue)
    for one in found:
        reading = _kept_whole(text, reading, one)
    return {**reading, "names": [(one.start, one.end) for one in found]} if found else reading


def piece_of(said: Piece, mention: int | None, catalogue: Catalogue) -> Piece:
    """A word of such a name as what it says in the name: never an amount or a break."""
    key, lex = said.key, lexicon()
    value = _value(said.text)
    own = key in catalogue.index.by_key or key in lex.sizes
    if value is not None and not own:
        key = f"{value:g}"  # "Three pin plug" is called "3 pin plug" here.
    ware = as_ware(key, catalogue.wares)
    sized = key in lex.sizes or key in lex.containers or is_unit(key)
    sized = sized or (value is not None and not sense_of(key))
    kind = Kind.GOODS if ware != key else Kind.SIZE if sized else Kind.JOINT if lex.is_joint(key) else Kind.GOODS
    return said._replace(kind=kind, key=ware, mention=mention)


def _found(
    text: str, said: Sequence[Word], keys: Sequence[Sequence[str]], reading: Mapping[str, Any], catalogue: Catalogue
) -> list[_Named]:
    found: list[_Named] = []
    place = 0
    while place < len(said):
        names = [name for key in keys[place] for name in catalogue.numbered_names.get(key, ())]
        width = next((len(name) for name in names if _says(keys[place : place + len(name)], name)), 0)
        count = _count_beside(text, said, (place, place + width), reading, catalogue) if width else None
        if count is not None:
            found.append(_Named(said[place][0], said[place + width - 1][1], count))
        place += width if count is not None else 1
    return found


@lru_cache(maxsize=16384)
def _as_said(word: str) -> tuple[str, ...]:
    """A folded word, and the digits of the number that it says ("sixteen amp mcb")."""
    key = fold(word)
    value = None if key.isdigit() else number_said(key, word)
    return (key,) if value is None else (key, f"{value:g}")


def _says(keys: Sequence[Sequence[str]], name: Sequence[str]) -> bool:
    """Whether words are a name's, the last of which may be in the plural ("16a sockets")."""
    if len(keys) < len(name) or any(part not in key for key, part in zip(keys[:-1], name, strict=False)):
        return False
    return name[-1] in keys[-1] or (name[-1].isalpha() and keys[-1][0] in {name[-1] + "s", name[-1] + "es"})


def _count_beside(
    text: str, said: Sequence[Word], span: tuple[int, int], reading: Mapping[str, Any], catalogue: Catalogue
) -> Word | None:
    """The number right before or right behind a name that counts it, and nothing else beside it."""
    first, last = span
    head, tail = first - _is_times(said[:first][-1:]), last + _is_times(said[last : last + 1])
    before, behind = said[max(head - 1, 0) : head], said[tail : tail + 1]
    if before and _touch(text, before[0], said[first]) and _value(before[0][2]) is not None:
        led = said[max(head - 2, 0) : head - 1]
        free = not led or not _touch(text, led[0], before[0]) or not _is_counted(led[0][2], catalogue)
        return before[0] if free or _value(said[first][2]) is None else None
    # "Sukari kilo mbili" is two kilos, "sukari kilo x2" two of that row.
    bare = tail == last and is_unit(fold(said[last - 1][2])) and _value(said[last - 2][2]) is None
    counts = behind and _value(behind[0][2]) is not None and behind[0][2].lower() != _PRONOUN
    if not bare and counts and _touch(text, said[last - 1], behind[0]):
        after = [fold(word) for _, _, word in said[tail + 1 : tail + 2]]
        gives = fold(behind[0][2]) in ALSO_GIVES and not _is_amount(behind[0], reading)
        told = not gives or _lists_behind(text, behind[0], reading, catalogue)
        return behind[0] if told and not any(is_unit(key) for key in after) else None
    return None


def _is_times(beside: Sequence[Word]) -> bool:
    """Whether the word beside a name is the cross of a count ("x3")."""
    return bool(beside) and beside[0][2].lower() in _TIMES


def _is_counted(word: str, catalogue: Catalogue) -> bool:
    """Whether a word names a good, or leads to a number of its own, so that the number behind it may be its own."""
    key = fold(word)
    return key in catalogue.index.by_key or key in cues().numbered_places or key in cues().number_words


def _lists_behind(text: str, number: Word, reading: Mapping[str, Any], catalogue: Catalogue) -> bool:
    """Whether a clause ends with a number, and another good of the message has its number behind it as well."""
    rest = text[number[1] :].lstrip()
    ends = rest[:1] in {",", ";"} or bool(cues().joins.intersection(fold(word) for *_, word in words(rest)[:1]))
    return ends and any(_is_behind(text, one, catalogue) for one in reading.get("amounts") or ())


def _is_behind(text: str, amount: Mapping[str, Any], catalogue: Catalogue) -> bool:
    before = [fold(word) for *_, word in words_before(text, int(amount["start"]))][-1:]
    behind = [fold(word) for *_, word in words_behind(text, int(amount["end"]))][:1]
    known = catalogue.index.by_key.keys()
    return not known.isdisjoint(before) and known.isdisjoint(behind)


def _is_amount(word: Word, reading: Mapping[str, Any]) -> bool:
    return any(one["start"] <= word[0] < one["end"] for one in reading.get("amounts") or ())


def _touch(text: str, one: Word, other: Word) -> bool:
    gap = text[one[1] : other[0]]
    return "\n" not in gap and not gap.strip(" -x×")


def _value(word: str) -> float | None:
    """The number that a word says in digits or letters, or None."""
    key = fold(word)
    return float(key) if key.replace(".", "", 1).isdigit() else number_said(key, word)


def _kept_whole(text: str, reading: Mapping[str, Any], name: _Named) -> Mapping[str, Any]:
    """The reading in which a name is a name, and the number beside it an amount."""
    start, end, _ = name.number
    first, last = min(name.start, start), max(name.end, end)
    slots = reading.get("slots") or {}
    swallowed = [key for key in _SLOTS if slots.get(key) and _meets(slots[key], first, last)]
    amounts = [part for one in reading.get("amounts") or () for part in _outside(text, one, name)]
    if not any(_meets(one, start, end) for one in amounts):
        amounts.append(_counting(name.number))
    amounts.sort(key=lambda one: int(one["start"]))
    tokens = reading.get("tokens") or ()
    spans = [(slots[key]["start"], slots[key]["end"]) for key in swallowed]
    if spans:
        tokens = [{**one, **_DOUBTED} if any(a <= one["start"] < b for a, b in spans) else one for one in tokens]
    return {**reading, "slots": {**slots, **dict.fromkeys(swallowed)}, "amounts": amounts, "tokens": tokens}


def _outside(text: str, amount: Mapping[str, Any], name: _Named) -> list[Mapping[str, Any]]:
    """What is left of an amount beside a name: of one that runs into the name ("nne na robo ..."), its own numbers."""
    if not _meets(amount, name.start, name.end):
        return [amount]
    start = int(amount["start"])
    said = ((start + first, start + last, word) for first, last, word in words(text[start : int(amount["end"])]))
    outside = (one for one in said if one[1] <= name.start or one[0] >= name.end)
    return [_counting(one) for one in outside if _value(one[2]) is not None]


def _counting(number: Word) -> Mapping[str, Any]:
    start, end, word = number
    return counted(Piece(Kind.AMOUNT, start, end, word, fold(word)), float(_value(word) or 0))


def _meets(span: Mapping[str, Any], start: int, end: int) -> bool:
    return span.get("start") is not None and span["start"] < end and start < span["end"]
