"""How Hindi and Marathi write English words: the spelling's sounds as a pattern over those of the Devanagari."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
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

# What a spelling may sound as; the first rule that fits at a place is taken. "<" marks what holds in the first syllable
# alone, ">" what holds behind it. (spelling, sounds)
_TABLE: Final = (
    ("tion|sion|cian", "[Sj]a?n"), ("ture(?=s?$)", "ca?r"), ("tch", "c"), ("sch", "[sS]"), ("ch(?=[lr])", "k"),
    ("ch", "c"), ("<kn", "n"), ("n+", "n"), ("cc(?=[iey])", "ks"), ("c(?=[iey])", "s"), ("c?k+|cc?", "k"),
    ("qu(?!e$)", "kv"), ("que$|q", "k"), ("x", "(?:ks|gj)"), ("ph|f+|gh(?=s?$)", "f"), ("gh(?=t)", ""),
    ("gh|gg+|gu(?=[ei]|ar)", "g"), ("dge?(?=[rsiy]|$)", "j"), ("g(?=[iey])", "[jg]"), ("g", "g"), ("sh", "S"),
    ("th", "T"), ("z+", "[jJ]"), ("j+", "j"), ("ss(?=u)", "[sS]y?"),
    (">s(?=[eiy]|$)", "[sj]"), ("s+", "s"), ("mb(?=s?$)", "m"), ("m+(?=[bp])", "[mn]"),
    ("m+", "m"), ("<wr", "r"), ("r+h?", "r"), ("wh|[vw]", "vh?"), ("<(?<![a-z])t(?=sh)", "ti"), ("t+", "t"),
    ("d+", "d"), ("b+", "b"), ("p+", "p"), ("(?<=[bcdfgkpstz])le(?=s?$)", "a?l"), ("(?<=[bcdgkpt])re(?=s?$)", "a?r"),
    ("l+", "l"), ("h(?![aeiouy])", "h?"), ("h", "h"), ("<(?<![a-z])y", "y"),
    ("air|are(?=s?$)", "e(?:ya?)?r"), ("ier", "(?:A[iy]|iy?)a?r"), ("ire", "A[iy]a?r"), ("ear|eer", "(?:iya?|ia?|e)r"),
    ("oor|ore(?=s?$)|oar", "or"), ("ower", "A[vu]a?r"), ("our", "(?:A[vu]a?|o|a)r"), ("igh", "A[iy]"),
    ("ied$", "(?:A[iy]|i)d"), ("(?<=[^aeiou])e(?=s?$)", ""), ("ey(?=s?$)", "[ie]"), ("ay", "ey?"), ("ai", "e"),
    ("ei", "[eEi]"), ("ea", "[ie]"), ("ee", "i"), ("<ie(?=s?$)", "A[iy]"), ("ie", "i"), ("oa", "o"), ("oe", "[ou]"),
    ("oo", "[ua]"), ("oi|oy", "o[iy]a?"), ("ou(?=l)", "[ou]"), ("ou", "(?:Au|a|u)"),
    ("ow(?=[aeiou])", "(?:ov|Auv?|Av)"), ("ow", "(?:o|A[uv]a?)"), ("au|aw", "o"), (">ui", "y?[ui]"), ("ui", "y?u"), ("(?:eu|ew|ue)(?![aeiou])", "y?u"),
    ("<ia", "(?:A[iy]|iy?)[aA]"), ("ia", "iy?[aA]"), ("io", "iy?[ao]"), ("iu", "iy?[au]"), ("eo", "i?y?o"),
    ("(?<=w)a", "[oaAEe]"), ("<a(?=ll?s?$|l[kt])", "o"), ("a(?=nge)", "[eE]"), ("a(?=st[er])", "e"), ("a(?=r)", "[Aa]"),
    ("a(?=s[stkp]|th|f[ft]|l[mfv])", "[AE]"), ("<a(?=[^aeiouyrw]es?$|[bcdfgkpt]le)", "e"), ("<(?<![a-z])a", "[aAeEo]"),
    (">a(?=s?$)", "A"), (">a", "[aAeE]"), ("a(?=n[^aeiouy])", "[aAE]"), ("a(?=[^aeiouyrw][eiy])", "[eEa]"),
    ("a(?=[^aeiouyrw][aou])", "[aAeE]"), ("a(?=s?$)", "A"), ("a", "E"),
    ("<(?<![a-z])e", "[ieE]"), ("<(?<=^r)e", "[iea]"), (">e(?=d$)", "e?"), ("<e(?=r[aeiou])", "[ie]"),
    ("e(?=r)", "[ae]?"), (">e", "[iea]?"), ("e(?=[^aeiouy][aeiouy])", "[ieE]"), ("e", "[eE]"),
    ("<i(?=r[eo])", "A[iy]a?"), ("<i(?=[^aeiouyr]es?$|nds?$|lds?$|gn)", "A[iy]"), ("i(?=r)", "[ai]"),
    ("i(?=[^aeiouy][aeiouy])", "(?:A[iy]|i)"), ("i", "i"),
    ("o(?=mb$)", "o"), ("o(?=[mn][^aeiouy])", "[oaA]"), ("o(?=v|th|n[ei]|lou?r)", "[oa]"), (">o", "[oa]"), ("o", "o"),
    ("<(?<![a-z])u", "(?:yu|a)"), ("u(?=[^aeiouy][aeiouy])", "y?u"), ("u(?=ll)", "u"), ("u", "[au]"),
    (">y", "i"), ("y(?=[^aeiouy]es?$)", "A[iy]"), ("y", "(?:A[iy]|i)"),
)  # fmt: skip
_RULES: Final = tuple((spelling[:1], re.compile(spelling.lstrip("<>")), sounds) for spelling, sounds in _TABLE)
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
    for where, rule, sounds in _RULES:
        found = rule.match(spelling, place) if where != wrong else None
        if found:
            return found.end(), sounds
    return place + 1, ""


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
