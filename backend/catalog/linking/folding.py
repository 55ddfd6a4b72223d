"""Brings a word, in any script and spelling, to one key under which its other spellings are found."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

_VIRAMA: Final = "\u094d"
_NUKTA: Final = "\u093c"
_CONSONANTS: Final = dict(
    pair.split()
    for pair in [
        "क k",
        "ख kh",
        "ग g",
        "घ gh",
        "ङ n",
        "च ch",
        "छ chh",
        "ज j",
        "झ jh",
        "ञ n",
        "ट t",
        "ठ th",
        "ड d",
        "ढ dh",
        "ण n",
        "त t",
        "थ th",
        "द d",
        "ध dh",
        "न n",
        "प p",
        "फ f",
        "ब b",
        "भ bh",
        "म m",
        "य y",
        "र r",
        "ल l",
        "व v",
        "श sh",
        "ष sh",
        "स s",
        "ह h",
        "ळ l",
        "ऱ r",
        "ऩ n",
    ]
)
_NUKTA_FORMS: Final = {"ज": "z", "फ": "f", "ड": "d", "ढ": "dh", "क": "k", "ख": "kh", "ग": "g", "य": "y"}
_VOWELS: Final = dict(
    zip(
        "अआइईउऊऋएऐओऔऑऍऎऒॲ",
        ["a", "aa", "i", "i", "u", "u", "ri", "e", "ai", "o", "au", "o", "e", "e", "o", "e"],
        strict=True,
    )
)
_SIGNS: Final = dict(
    zip("ािीुूृेैोौॉॅॆॊ", ["aa", "i", "i", "u", "u", "ri", "e", "ai", "o", "au", "o", "e", "e", "o"], strict=True)
)
_LABIALS: Final = frozenset("पफबभम")
_DIGITS: Final = {ord(digit): str(value) for value, digit in enumerate("०१२३४५६७८९")}

# Longer spellings come before the shorter ones that they contain; the order is part of the rule.
_SPELLINGS: Final = (
    (re.compile(r"chh?"), "ç"),
    (re.compile(r"ck|c(?=[^eiy]|$)|q"), "k"),
    (re.compile(r"c"), "s"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"sh"), "s"),
    (re.compile(r"(?<=[kgjtdb])h"), ""),
    (re.compile(r"z"), "j"),
    (re.compile(r"x"), "ks"),
    (re.compile(r"w"), "v"),
    (re.compile(r"aa+"), "a"),
    (re.compile(r"ee+|ea(?=[dkmt])"), "i"),
    (re.compile(r"oo+|ou"), "u"),
    (re.compile(r"a[iy]$"), "ay"),
    (re.compile(r"a[ou]$"), "av"),
    (re.compile(r"ai|ay(?![aeiou]|$)|ei"), "e"),
    (re.compile(r"au"), "o"),
    (re.compile(r"(?<=[^aeiouy])i?ya$|iya"), "ia"),
    (re.compile(r"(?<!a)y(?![aeiou])|ie(?!s?$)"), "i"),
    (re.compile(r"(?<=[aeiou])h$"), ""),
    (re.compile(r"(.)\1+"), r"\1"),
)
_VOWEL: Final = frozenset("aeiou")
_FRACTION: Final = re.compile(r"(\d)/([2-9])")
_DECIMAL: Final = re.compile(r"\d+[.,]\d{1,2}")
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)?(?:/\d+)?")


_MARKS: Final = "\u0300-\u036f\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u200c\u200d"
_RUN: Final = re.compile(rf"[^\W_](?:[^\W_]|[{_MARKS}]|(?<=\d)[.,/](?=\d)|['’](?=[^\W\d_]))*")


@lru_cache(maxsize=4096)  # Some forty questions about one message ask for its words.
def words(text: str) -> tuple[tuple[int, int, str], ...]:
    """The words of a text with their code-point offsets; "2kg" and "x3" are cut at the border of digit and letter."""
    return tuple([word for run in _RUN.finditer(text) for word in _cut(run.span(), text)])


@lru_cache(maxsize=4096)
def _starts(text: str) -> tuple[int, ...]:
    return tuple([start for start, _, _ in words(text)])


def words_before(text: str, place: int) -> Sequence[tuple[int, int, str]]:
    """The words of a text before a place, as of the text that ends there, without cutting it up anew."""
    said, number = words(text), bisect_left(_starts(text), place)
    cut = number > 0 and said[number - 1][1] > place
    return words(text[:place]) if cut else said[:number]


def words_behind(text: str, place: int) -> Sequence[tuple[int, int, str]]:
    """The words of a text from a place on, their offsets counted from there, without cutting it up anew."""
    said, number = words(text), bisect_left(_starts(text), place)
    cut = number > 0 and said[number - 1][1] > place
    return words(text[place:]) if cut else [(start - place, end - place, word) for start, end, word in said[number:]]


# "5x6" and "6 by 6" measure one thing in two directions.
_CROSS: Final = re.compile(r"(?<![\w.,])(\d{1,3})(?:\s?[x×*]\s?|\sby\s)(\d{1,3})(?![\w.])", re.IGNORECASE)


def crosses(text: str) -> list[tuple[int, int, str]]:
    """Sizes in two numbers with their code-point offsets, each under one key ("5x6") in whatever way it is written."""
    plain = text.translate(_DIGITS)
    return [(one.start(), one.end(), f"{int(one[1])}x{int(one[2])}") for one in _CROSS.finditer(plain)]


def keys_of(text: str) -> list[str]:
    """The folded words of a text in order, a size in two numbers as one of them."""
    sizes = crosses(text)
    found: dict[int, str] = {start: key for start, _, key in sizes}
    for start, _, word in words(text):
        if not any(first <= start < last for first, last, _ in sizes):
            found[start] = fold(word)
    return [found[start] for start in sorted(found)]


def _cut(run: tuple[int, int], text: str) -> list[tuple[int, int, str]]:
    """Cut "2kg" and "x2" where digits and letters meet; a model's name ("a14", "h614") stays whole."""
    start, end = run
    lead = start + 1 if text[start] in _TIMES and text[start + 1 : start + 2].isdigit() else start
    if lead == start and not text[start].isdigit():
        return [(start, end, text[start:end])]
    parts = [(start, lead, text[start:lead])] if lead > start else []
    number = _NUMBER.match(text, lead, end)
    middle = number.end() if number else end
    parts.append((lead, middle, text[lead:middle]))
    return [*parts, (middle, end, text[middle:end])] if middle < end else parts


_TIMES: Final = frozenset("xX×@")


def romanise(text: str) -> str:
    """Write Devanagari in Latin letters, dropping the inherent vowels that are not spoken; other scripts stay."""
    if text.isascii():
        return text
    return re.sub(r"[\u0900-\u097f]+", lambda run: _romanise_word(run.group()), text.translate(_DIGITS))


def _romanise_word(word: str) -> str:
    sounds = _sounds(unicodedata.normalize("NFD", word).replace("\u0929", "न"))
    return "".join(_drop_schwas(sounds))


def _sounds(word: str) -> list[str]:
    """Alternate consonants and vowels; "ə" stands for an inherent vowel that may be silent."""
    sounds: list[str] = []
    for place, sign in enumerate(word):
        following = word[place + 1 : place + 2]
        if sign in _CONSONANTS:
            nukta = following == _NUKTA
            sounds.append(_NUKTA_FORMS.get(sign, _CONSONANTS[sign]) if nukta else _CONSONANTS[sign])
            after = word[place + 1 + nukta : place + 2 + nukta]
            if after not in _SIGNS and after != _VIRAMA:
                sounds.append("ə")
        elif sign in _SIGNS or sign in _VOWELS:
            sounds.append(_SIGNS.get(sign) or _VOWELS[sign])
        elif sign in "\u0901\u0902":
            sounds.append("m" if following in _LABIALS and following else "n")
    return sounds


_OPEN_SYLLABLES: Final = [True, False, True, False, True]


def _drop_schwas(sounds: list[str]) -> list[str]:
    kept = list(sounds)
    if len(kept) > 2 and kept[-1] == "ə":  # noqa: PLR2004 - a lone consonant keeps its vowel
        kept.pop()
    for place in range(len(kept) - 3, 1, -1):
        around = kept[place - 2 : place + 3]
        if [_is_vowel(sound) for sound in around] == _OPEN_SYLLABLES and around[2] == "ə":
            kept[place] = ""
    return ["a" if sound == "ə" else sound for sound in kept]


def _is_vowel(sound: str) -> bool:
    return bool(sound) and (sound == "ə" or sound[0] in _VOWEL)


# Words that would fall together with others that every shop has: ampere-hours with "a", a cat's litter with the litre,
# betel leaf with Marathi's "also" ("pan", पण), chia seeds with its "of".
_AS_WRITTEN: Final = frozenset({"ah", "litter", "leather", "lether", "paan", "chia"})
# Hindi's and Marathi's "sweet" ("meetha", मीठी) would fall together with Swahili's metre, "mita".
_SWEET: Final = re.compile(r"mii?th|meeth")


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """The key of a word: Latin, lower case, one spelling for sounds that people write in several ways."""
    plain = unicodedata.normalize("NFKD", romanise(unicodedata.normalize("NFC", word)).lower())
    if _DECIMAL.fullmatch(plain):
        return plain.replace(",", ".")
    if part := _FRACTION.fullmatch(plain.replace("\u2044", "/")):  # "½" comes apart with a sign of its own.
        return f"{int(part[1]) / int(part[2]):.3g}"
    key = "".join(sign for sign in plain if sign.isalnum())
    if key.isdigit() or key in _AS_WRITTEN:
        return key
    # An abbreviation ("kcc") keeps its doubled letters, which is the last rule.
    sweet = _SWEET.match(key)
    for pattern, written in _SPELLINGS[:-1] if _VOWEL.isdisjoint(key) else _SPELLINGS:
        key = pattern.sub(written, key)
    return f"mith{key[3:]}" if sweet and key.startswith("mit") else key


@lru_cache(maxsize=65536)
def skeleton(key: str) -> str:
    """The consonants of a key, with its first letter kept even where that is a vowel."""
    return key[:1] + "".join(sign for sign in key[1:] if sign not in _VOWEL and sign not in {"i", "h"})


# English spells a sound in other letters than Hindi and Marathi write it with: "blouse" and ब्लाउज, "lotion" and लोशन.
_LOAN_SOUNDS: Final = (
    (re.compile(r"mb$"), "m"),
    (re.compile(r"vh"), "w"),  # Marathi writes the v of "gloves" with an h, and the v of "au" without.
    (re.compile(r"tion|sion"), "sn"),
    (re.compile(r"dg(?=e)|g(?=e)|tç"), "j"),
    (re.compile(r"v(?=[^aeiou]|$)"), ""),
    (re.compile(r"[jzç]"), "s"),
    (re.compile(r"[hy]"), ""),
    (re.compile(r"m(?=[bp])"), "n"),
    (re.compile(r"(?<=.)[aeiou]+"), ""),
    (re.compile(r"w"), "v"),
    (re.compile(r"(.)\1+"), r"\1"),
)


@lru_cache(maxsize=65536)
def loan_sound(key: str) -> str:
    """The consonants by which an English word is known in both scripts; vowels keep a sign only at the start."""
    sound = "a" + key[1:] if key[:1] in _VOWEL else key
    for pattern, written in _LOAN_SOUNDS:
        sound = pattern.sub(written, sound)
    return sound


# How Hindi and Marathi write the names of Latin letters; longer names come before those that they begin with.
_LETTERS: Final = dict(
    pair.split()
    for pair in [
        "डब्ल्यू w", "डब्लू w", "एक्स x", "क्यू q", "वाई y", "वाय y", "ज़ेड z", "झेड z", "जेड z", "एच h", "एफ f", "एल l",
        "एम m", "एन n", "एस s", "आई i", "आय i", "आर r", "यू u", "ए a", "बी b", "सी c", "डी d", "ई e", "जी g", "जे j",
        "के k", "ओ o", "पी p", "टी t", "वी v", "व्ही v",
    ]
)  # fmt: skip
_SPELT: Final = re.compile(r"([\u0900-\u097f]+)(\d*)")


def spelt(word: str) -> str | None:
    """What the names of Latin letters spell ("बीपी": bp, "एन95": n95), or None for any other word."""
    found = _SPELT.fullmatch(unicodedata.normalize("NFC", word).translate(_DIGITS))
    letters = _letters_of(found.group(1)) if found else None
    said = letters + found.group(2) if found and letters else ""
    return said if len(said) > 1 else None


def _letters_of(word: str) -> str | None:
    """The Latin letters whose names, one after the other, make up a word."""
    if not word:
        return ""
    for name, letter in _LETTERS.items():
        rest = _letters_of(word[len(name) :]) if word.startswith(name) else None
        if rest is not None:
            return letter + rest
    return None


def heard_as(word: str) -> tuple[str, ...]:
    """The keys that a word in Devanagari may have; empty for other scripts. ड़ is written with an r as often as a d."""
    plain = unicodedata.normalize("NFD", word)
    if plain.isascii() or not any("\u0900" <= sign <= "\u097f" for sign in plain):
        return ()
    flapped = plain.replace("ड" + _NUKTA, "र").replace("ढ" + _NUKTA, "र")
    return tuple(dict.fromkeys((fold(word), fold(flapped))))


# Endings and prefixes of folded keys. (ending, put in its place, shortest stem that may remain)
_ENDINGS: Final = (
    ("ies", "i", 2), ("us", "", 4), ("os", "o", 3), ("es", "", 3), ("es", "e", 3), ("is", "i", 3), ("s", "", 2),
    ("vs", "f", 2), ("ves", "f", 3), ("yaçi", "i", 2), ("yaça", "i", 2), ("yaçe", "i", 2), ("açi", "", 3),
    ("aça", "", 3), ("açe", "", 3), ("içi", "i", 3), ("iça", "i", 3), ("çi", "", 3), ("ça", "", 3), ("çe", "", 3),
    ("çia", "", 3), ("çia", "a", 3), ("ian", "i", 3), ("on", "", 3), ("on", "a", 3), ("en", "", 4), ("ia", "i", 3),
    ("ia", "a", 4), ("ie", "i", 3), ("la", "", 4), ("na", "", 4), ("an", "", 4), ("ni", "", 4), ("tun", "", 4),
    ("at", "", 4),
)  # fmt: skip
_PREFIXES: Final = (("ma", ""), ("mi", "m"), ("vi", "ki"), ("vi", "ç"), ("vi", "k"), ("me", "j"), ("vy", "ky"))


@lru_cache(maxsize=65536)
def stems(key: str) -> frozenset[str]:
    """Keys under which other forms of the same word stand: plurals, cases and noun classes of our languages."""
    found = {key}
    for ending, instead, shortest in _ENDINGS:
        if key.endswith(ending) and len(key) - len(ending) >= shortest:
            found.add(key[: len(key) - len(ending)] + instead)
    mark = "" if key[:1].isalnum() else key[:1]  # of what is a good in a shop ("vikombe")
    for prefix, instead in _PREFIXES:
        # "Mayai" leaves "yay", but "maggi" is no plural of "ghee".
        if key.startswith(mark + prefix) and len(instead) + len(key) - len(mark + prefix) >= 3:  # noqa: PLR2004
            found.add(mark + instead + key[len(mark + prefix) :])
    return frozenset(found)


@lru_cache(maxsize=65536)
def bare(key: str) -> str:
    """A key without its last vowel, in which many case and plural forms of Hindi and Marathi agree."""
    return key[:-1] if len(key) > _SHORTEST_BARE and key[-1] in _VOWEL else key


_SHORTEST_BARE: Final = 3
