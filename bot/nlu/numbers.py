"""Says and reads whole numbers from 0 to 99,999 in every language, and the halves and quarters people buy by."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.nlu.grammar import numbers as rows
from bot.nlu.normalise import fold

LANGUAGES = ("en", "sw", "sheng", "hi", "hi-Latn", "mr", "mr-Latn")
_INDIC_ROWS = {"hi": rows.HINDI, "hi-Latn": rows.HINDI_LATIN, "mr": rows.MARATHI, "mr-Latn": rows.MARATHI_LATIN}
_GRAMMARS = ("en", "sw", "hi", "hi-Latn", "mr", "mr-Latn")
_HUNDRED, _THOUSAND = 100, 1000
# What Marathi puts behind a number: "just", and a hundred.
_JUST = ("च", "ach", "ch")
_JOINED = ("शे", "she")
Words = Sequence[str]


@dataclass(frozen=True)
class Numerals:
    """One language's words: `below` maps a word to 0..99, the others are sets of folded words."""

    below: dict[str, int]
    spoken: dict[int, str]
    hundred: frozenset[str]
    thousand: frozenset[str]
    joiner: frozenset[str]


@lru_cache(maxsize=8)
def numerals(lang: str) -> Numerals:
    """Return the words of a language."""
    forms = _forms(lang)
    return Numerals(
        below={fold(word): value for value, words in forms.items() for word in words},
        spoken={value: words[0] for value, words in forms.items()},
        hundred=_split(rows.HUNDREDS[lang]),
        thousand=_split(rows.THOUSANDS[lang]),
        joiner=_split(rows.JOINERS[lang]),
    )


def _split(words: str) -> frozenset[str]:
    return frozenset(fold(word) for word in words.split("|") if word)


def _forms(lang: str) -> dict[int, list[str]]:
    if lang in _INDIC_ROWS:
        return {value: words.split("|") for value, words in enumerate(_INDIC_ROWS[lang].split())}
    if lang == "sw":
        table = {0: "sifuri", **rows.SWAHILI_UNITS, **rows.SWAHILI_TENS}
    else:
        table = {**dict(enumerate(rows.ENGLISH_UNITS.split())), **rows.ENGLISH_TENS}
    return {value: words.split("|") for value, words in table.items()}


# --- saying ---------------------------------------------------------------------------------------------------------


def say(value: int, lang: str) -> str:
    """Say a whole number, 0 to 99,999, in words of the language."""
    lang = "sw" if lang == "sheng" else lang
    if not 0 <= value < 100 * _THOUSAND:
        raise ValueError(f"a number from 0 to 99999 can be said, not {value}")
    return _SAY[lang](value)


def _say_below(value: int, lang: str) -> str:
    spoken = numerals(lang).spoken
    if value in spoken:
        return spoken[value]
    tens, unit = value - value % 10, value % 10
    return f"{spoken[tens]} na {spoken[unit]}" if lang == "sw" else f"{spoken[tens]} {spoken[unit]}"


def _say_english(value: int) -> str:
    thousands, rest = divmod(value, _THOUSAND)
    hundreds, below = divmod(rest, _HUNDRED)
    parts = [f"{_say_below(thousands, 'en')} thousand"] if thousands else []
    parts += [f"{_say_below(hundreds, 'en')} hundred"] if hundreds else []
    parts += ["and"] if parts and below else []
    return " ".join([*parts, _say_below(below, "en")] if below or not parts else parts)


def _say_swahili(value: int) -> str:
    thousands, rest = divmod(value, _THOUSAND)
    hundreds, below = divmod(rest, _HUNDRED)
    spoken = _say_below(thousands, "sw")
    # "elfu ishirini na tano" is heard as 25,000, so a remainder after round tens puts the thousand last.
    open_ended = thousands % 10 == 0 and not hundreds and 0 < below < 10  # noqa: PLR2004 - one digit
    parts = [f"{spoken} elfu" if open_ended else f"elfu {spoken}"] if thousands else []
    parts += [f"mia {_say_below(hundreds, 'sw')}"] if hundreds else []
    if below or not parts:
        parts.append(f"{'na ' if parts else ''}{_say_below(below, 'sw')}")
    return " ".join(parts)


def _say_indic(lang: str) -> Callable[[int], str]:
    hundred, thousand = rows.HUNDREDS[lang].split("|"), rows.THOUSANDS[lang].split("|")
    joined = lang.startswith("mr")

    def speak(value: int) -> str:
        spoken = numerals(lang).spoken
        thousands, rest = divmod(value, _THOUSAND)
        hundreds, below = divmod(rest, _HUNDRED)
        parts = [f"{spoken[thousands]} {thousand[0]}"] if thousands else []
        if hundreds:
            whole = joined and hundreds == 1 and not below and not thousands
            parts.append(hundred[1] if whole else spoken[hundreds] + ("" if joined else " ") + hundred[0])
        return " ".join([*parts, spoken[below]] if below or not parts else parts)

    return speak


_SAY: dict[str, Callable[[int], str]] = {
    "en": _say_english,
    "sw": _say_swahili,
    **{lang: _say_indic(lang) for lang in _INDIC_ROWS},
}

# --- reading --------------------------------------------------------------------------------------------------------


def read(words: Words, start: int = 0, lang: str | None = None) -> tuple[int, int] | None:
    """Read the longest whole number that begins at `start`.

    Args:
        words: folded words.
        start: where to begin.
        lang: one language, or None to take the one that reads most words.

    Returns:
        The value and the index after its last word, or None.
    """
    if start >= len(words) or not _opens(words[start]):
        return None
    chosen = _GRAMMARS if lang is None else ("sw" if lang == "sheng" else lang,)
    found = [hit for hit in (_read_in(words, start, name) for name in chosen) if hit]
    return max(found, key=lambda hit: hit[1], default=None)


@lru_cache(maxsize=16384)
def _opens(word: str) -> bool:
    """Tell whether a number can begin with a word: what begins one is one by itself."""
    return (word in _begin() or word.endswith((*_JUST, *_JOINED))) and any(
        _read_in((word,), 0, lang) for lang in _GRAMMARS
    )


@lru_cache(maxsize=1)
def _begin() -> frozenset[str]:
    """The words of all languages, but for those that Marathi writes as one; most others are told by this alone."""
    known = [numerals(lang) for lang in _GRAMMARS]
    return frozenset().union(*(words for one in known for words in (one.below, one.hundred, one.thousand)))


def _read_in(words: Words, start: int, lang: str) -> tuple[int, int] | None:
    return _read_swahili(words, start) if lang == "sw" else _read_leading(words, start, lang)


def _plain(word: str, lang: str) -> str:
    """A number without Marathi's "just" behind it: `दोनच`, `donach`."""
    known = numerals(lang).below
    if word in known or not lang.startswith("mr"):
        return word
    return next((stem for end in _JUST if (stem := word.removesuffix(end)) in known), word)


def _below(words: Words, at: int, lang: str) -> tuple[int, int] | None:
    """Read 0..99: one word in Hindi and Marathi, tens and unit elsewhere."""
    known = numerals(lang)
    word = _plain(words[at], lang) if at < len(words) else ""
    if word not in known.below:
        return None
    value = known.below[word]
    if lang in _INDIC_ROWS or value < 10 or (value < 20 and lang == "en"):  # noqa: PLR2004 - teens are whole words
        return value, at + 1
    after = at + 1
    if after < len(words) and (words[after] in known.joiner if lang == "sw" else words[after] == "-"):
        after += 1
    elif lang == "sw":
        return value, at + 1
    unit = known.below.get(words[after], 0) if after < len(words) else 0
    return (value + unit, after + 1) if 0 < unit < 10 else (value, at + 1)  # noqa: PLR2004 - one digit


def _read_leading(words: Words, start: int, lang: str) -> tuple[int, int] | None:
    """Read "five thousand three hundred and two": the multiplier follows its number."""
    known = numerals(lang)
    total, at, seen = 0, start, False
    for scale, names in ((_THOUSAND, known.thousand), (_HUNDRED, known.hundred)):
        hit = _scaled(words, at, lang, scale, names)
        if hit:
            total, at, seen = total + hit[0], hit[1], True
    rest = at + 1 if seen and at < len(words) and words[at] in known.joiner else at
    tail = _below(words, rest, lang)
    if tail:
        return total + tail[0], tail[1]
    return (total, at) if seen else None


_OTHER_WORDS = frozenset({"so", "k"})  # which mean a hundred or a thousand behind a number alone


def _scaled(words: Words, at: int, lang: str, scale: int, names: frozenset[str]) -> tuple[int, int] | None:
    if at >= len(words):
        return None
    joined = _joined(words[at], lang) if scale == _HUNDRED else None
    if joined:
        return joined * _HUNDRED, at + 1
    count = _below(words, at, lang)
    value, after = count or (1, at)
    if after < len(words) and words[after] in names and (count or words[after] not in _OTHER_WORDS):
        return value * scale, after + 1
    return None


def _joined(word: str, lang: str) -> int | None:
    """Read Marathi's hundreds, written as one word: `दोनशे`, `donshe`."""
    if not lang.startswith("mr"):
        return None
    ending = next((end for end in _JOINED if word.endswith(end)), None)
    return numerals(lang).below.get(word.removesuffix(ending)) if ending else None


def _read_swahili(words: Words, start: int) -> tuple[int, int] | None:
    """Read "elfu tano mia mbili na thelathini": the multiplier comes before its number."""
    known = numerals("sw")
    total, at, seen = 0, start, False
    count = _below(words, at, "sw")
    if count and count[1] < len(words) and words[count[1]] in known.thousand:
        total, at, seen = count[0] * _THOUSAND, count[1] + 1, True
    for scale, names in ((_THOUSAND, known.thousand), (_HUNDRED, known.hundred)):
        if at < len(words) and words[at] in names and total < max(scale, _THOUSAND * (scale == _HUNDRED) * 100):
            many = _multiplier(words, at + 1, scale)
            total, at, seen = total + many[0] * scale, many[1], True
    rest = at + 1 if seen and at < len(words) and words[at] in known.joiner else at
    tail = _below(words, rest, "sw")
    # "Mia mbili hamsini" is heard as 250 without its "na" as well; a unit behind a hundred counts something else.
    if tail and (rest > at or not seen or tail[0] >= 10):  # noqa: PLR2004 - tens
        return total + tail[0], tail[1]
    return (total, at) if seen else None


def _multiplier(words: Words, at: int, scale: int) -> tuple[int, int]:
    """Read what "mia" or "elfu" counts; a hundred takes one digit, a thousand up to 99."""
    hit = _below(words, at, "sw")
    if hit is None:
        return 1, at
    if scale == _HUNDRED and hit[0] >= 10:  # noqa: PLR2004 - one digit
        return 1, at
    return hit
