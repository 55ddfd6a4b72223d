"""Folds what differs in writing but not in meaning: case, script, digits, spelling habits."""

import re
import unicodedata
from functools import lru_cache

import regex

_CONSONANTS = {
    "क": "k", "ख": "kh", "ग": "g", "घ": "gh", "ङ": "n", "च": "ch", "छ": "chh", "ज": "j", "झ": "jh", "ञ": "n",
    "ट": "t", "ठ": "th", "ड": "d", "ढ": "dh", "ण": "n", "त": "t", "थ": "th", "द": "d", "ध": "dh", "न": "n",
    "प": "p", "फ": "f", "ब": "b", "भ": "bh", "म": "m", "य": "y", "र": "r", "ल": "l", "व": "v", "श": "sh",
    "ष": "sh", "स": "s", "ह": "h", "ळ": "l", "ऱ": "r",
}  # fmt: skip
_VOWELS = {
    "अ": "a", "आ": "aa", "इ": "i", "ई": "i", "उ": "u", "ऊ": "u", "ऋ": "ru", "ए": "e", "ऐ": "ai", "ओ": "o", "औ": "au",
    "ऑ": "o", "ऍ": "e",
}  # fmt: skip
_SIGNS = {
    "ा": "aa", "ि": "i", "ी": "i", "ु": "u", "ू": "u", "ृ": "ru", "े": "e", "ै": "ai", "ो": "o", "ौ": "au", "ॉ": "o",
    "ॅ": "e",
}  # fmt: skip
_VIRAMA = "्"
_NUKTA = "़"
_NASALS = {"ं": "n", "ँ": "n", "ः": ""}
_INVISIBLE = regex.compile(r"[\u200b-\u200f\u2060\ufeff\ufe0f\u00ad]")
_TRIPLED = regex.compile(r"(\p{L})\1{2,}")
_TRIPLED_ASCII = re.compile(r"([a-z])\1{2,}")
_DEVANAGARI = regex.compile(r"\p{Devanagari}")
_MEDIAL_SCHWA = regex.compile(r"(?<=[aeiouə][kgcjtdnpbmyrlvshf]h?)ə(?=[kgcjtdnpbmyrlvshf]+[aeiou])")
# Spelling habits of romanised Hindi and Marathi (and of hurried English), applied in this order: what a word must hold
# for one, its pattern (nothing but ASCII, at which `re` takes a third of regex's time) where it is more than that, and
# what is written instead.
_HABITS = tuple(
    (held, re.compile(pattern, re.ASCII) if pattern else None, replacement)
    for held, pattern, replacement in (
        ("aa", r"aa+", "a"), ("", r"ee+|ii+|ea", "i"), ("", r"oo+|uu+", "u"), ("w", "", "v"), ("z", "", "j"),
        ("ph", "", "f"), ("", r"q|ck", "k"), ("x", "", "ks"), ("chh", "", "ch"), ("sh", "", "s"),
        ("h", r"([kgtdbpj])h", r"\1"), ("y", r"(?<=[ai])y(?=[aeiou])", ""), ("ahi", r"(?<=[a-z])ah(?=i)", "a"),
        ("", r"([a-z])\1+", r"\1"), ("a", r"(?<=[a-z]{3})a$", ""), ("ai", "", "e"), ("au", "", "o"),
    )
)  # fmt: skip


def fold(text: str) -> str:
    """Give the comparable form of a word: NFC, lower case, digits of any script as ASCII, no accents on Latin."""
    if text.isascii():
        return _TRIPLED_ASCII.sub(r"\1\1", text.lower())
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).lower().replace("’", "'").replace(_NUKTA, "")
    return str(_TRIPLED.sub(r"\1\1", "".join(map(_fold_char, text))))


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    if "LATIN" in unicodedata.name(char, ""):
        return unicodedata.normalize("NFKD", char)[0]
    decomposed = unicodedata.normalize("NFD", char)
    return decomposed[0] if len(decomposed) > 1 and decomposed[1] == _NUKTA else char


def is_devanagari(text: str) -> bool:
    """Tell whether any letter is Devanagari."""
    return not text.isascii() and _DEVANAGARI.search(text) is not None


def romanise(word: str) -> str:
    """Write a folded Devanagari word in Latin letters, as people type it: final and unstressed `a` left out."""
    out = ""
    for char in word:
        if char == _VIRAMA:
            out = out.removesuffix("ə")
        elif char in _SIGNS:
            out = out.removesuffix("ə") + _SIGNS[char]
        elif char in _CONSONANTS:
            out += _CONSONANTS[char] + "ə"
        else:
            out += _VOWELS.get(char) or _NASALS.get(char, char)
    return str(_MEDIAL_SCHWA.sub("", out.removesuffix("ə"))).replace("ə", "a")


@lru_cache(maxsize=65536)
def sound(word: str) -> str:
    """Give a key that spellings of one word share across scripts (`चाहिए`, `chahiye`, `chaiye`)."""
    return sound_of_folded(fold(word))


def sound_of_folded(word: str) -> str:
    """Give the key of a word that is folded already."""
    if is_devanagari(word):
        word = romanise(word)
    for held, habit, replacement in _HABITS:
        if held in word:
            word = habit.sub(replacement, word) if habit else word.replace(held, replacement)
    return word
