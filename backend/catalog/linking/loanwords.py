"""How Hindi and Marathi write English words: the spelling's sounds as a pattern over those of the Devanagari."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import resources
from typing import Final

# One sign for each sound. T and D stand for the dental letters, which no English "t" or "d" is written with; E for the
# short "a" of "bag", A for the long one. Aspirates, which English lacks, stand for themselves.
_LETTERS: Final = str.maketrans(
    "कगङचजझञटडणतथदनपफबमयरलवशषसहळऱअआइईउऊएऐओऔऑऍॲाििीुूेैोौॉॅऎऒॆॊ",
    "kgncjJntdNTTDnpfbmyrlvSSshLRaAiiuueEooo" + "EEAiiiuueEoooEeoeo",
)
_VIRAMA: Final = "\u094d"
_NUKTA: Final = "\u093c"
_NASALS: Final = str.maketrans({"\u0901": "n", "\u0902": "n"})
_INHERENT: Final = re.compile(r"([क-ह])(?![ा-ौ\u094d\u0962\u0963ॅॆॊ])")
_FLAP: Final = re.compile(f"[डढ]{_NUKTA}")
_FINAL: Final = re.compile(r"(?<=.[^aAeEiou])a$")
_TWICE: Final = re.compile(r"([^aAeEiou])\1+")
_ENGLISH: Final = re.compile(r"[a-z]{3,}")
_VOWELS: Final = frozenset("aeiouy")
_SHORTEST: Final = 3  # sounds of which a word must have that many to be told from a cry or a joint
_ALIKE: Final = str.maketrans("jJcSgm", "sssssn")
_CHOICE: Final = re.compile(r"\[(.)[^\]]*\]|\(\?:([^|)]*)[^)]*\)")
_SOUNDED: Final = re.compile(r"[^kgcjJtdnTDpfbmrlSs]")


@lru_cache(maxsize=16384)
def sounds_of(word: str) -> str:
    """The sounds of a word in Devanagari, one sign each, without the vowel that its last consonant does not speak."""
    plain = _FLAP.sub("ऱ", unicodedata.normalize("NFD", word)).replace(_NUKTA, "")
    said = _INHERENT.sub(r"\1अ", plain).replace(_VIRAMA, "").translate(_NASALS).translate(_LETTERS)
    return _TWICE.sub(r"\1", _FINAL.sub("", said))


@lru_cache(maxsize=16384)
def _pattern(spelling: str) -> str:
    """The sounds that an English spelling may have, as a regular expression over those of Devanagari."""
    joined, place, last = "", 0, ""
    while place < len(spelling):
        end, sounds = _read(spelling, place)
        # A consonant may keep the vowel that Devanagari writes it with, as where two words are written as one.
        apart = sounds and last and last not in _VOWELS and spelling[place] not in _VOWELS
        joined, last = joined + ("a?" if apart else "") + sounds, spelling[end - 1] if sounds else last
        place = end
    return joined


def _read(spelling: str, place: int) -> tuple[int, str]:
    """Where the letters end that are sounded together from a place on, and their sounds."""
    wrong = ">" if _VOWELS.isdisjoint(spelling[:place]) else "<"
    for where, rule, sounds in _rules():
        found = rule.match(spelling, place) if where != wrong else None
        if found:
            return found.end(), sounds
    return place + 1, ""


@lru_cache(maxsize=1)
def _rules() -> tuple[tuple[str, re.Pattern[str], str], ...]:
    """Where in a word a rule holds, the spelling that it is of, and its sounds."""
    path = resources.files("backend.catalog.linking").joinpath("words", "english_sounds.toml")
    rules: list[tuple[str, str]] = tomllib.loads(path.read_text("utf-8"))["rules"]
    return tuple((spelling[:1], re.compile(spelling.lstrip("<>")), sounds) for spelling, sounds in rules)


def _skeleton(sounds: str) -> str:
    """The consonants that a word cannot do without, hissing ones as one; the last of those may be a plural's."""
    return _SOUNDED.sub("", sounds).translate(_ALIKE).rstrip("s")


def by_skeleton(written: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """A shop's words in Latin letters by their consonants, of which a choice shows the first."""
    found: dict[str, list[str]] = {}
    for word in sorted(written):
        if _ENGLISH.fullmatch(word):
            found.setdefault(_skeleton(_CHOICE.sub(r"\1\2", _pattern(word))), []).append(word)
    return {key: tuple(listed) for key, listed in found.items()}


def loan_of(word: str, shop: Mapping[str, tuple[str, ...]]) -> str | None:
    """The one spelling of a shop that a word in Devanagari sounds out, or None where none or several do."""
    said = sounds_of(word)
    near = shop.get(_skeleton(said), ()) if len(said) >= _SHORTEST else ()
    for plural in (False, True):
        spelt = [one for one in near if re.fullmatch(_pattern(one) + (_plural(one) if plural else ""), said)]
        if spelt:
            return spelt[0] if len(spelt) == 1 else None
    return None


def _plural(spelling: str) -> str:
    """The end of a pattern by which a word is known with its plural's "s" and without it."""
    return "?" if spelling.endswith("s") else "" if spelling.endswith("y") else "[sj]?"
