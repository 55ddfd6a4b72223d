"""Shortening and splitting of text where a reader would, never inside a written character."""

import unicodedata
from collections.abc import Callable, Iterator
from typing import Final

_JOINERS: Final = frozenset("\u200d\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d")
_SKIN_TONES: Final = range(0x1F3FB, 0x1F400)
_REGIONAL: Final = range(0x1F1E6, 0x1F200)


def _extends(previous: str, char: str) -> bool:
    """True where `char` belongs to the written character that ends in `previous`."""
    if unicodedata.category(char) in {"Mn", "Mc", "Me"} or char == "\u200d" or ord(char) in _SKIN_TONES:
        return True
    return previous in _JOINERS and char.isprintable() and not char.isspace()


def graphemes(text: str) -> Iterator[str]:
    """Cut text into what a reader sees as single characters: vowel signs, conjuncts and joined emoji stay whole."""
    cluster = ""
    for char in text:
        pair = len(cluster) == 1 and ord(cluster) in _REGIONAL and ord(char) in _REGIONAL
        if cluster and not pair and not _extends(cluster[-1], char):
            yield cluster
            cluster = ""
        cluster += char
    if cluster:
        yield cluster


def cut(text: str, longest: int) -> str:
    """Shorten text to `longest` code points, ending in an ellipsis where something was left out."""
    if len(text) <= longest:
        return text
    kept = ""
    for cluster in graphemes(text):
        if len(kept) + len(cluster) > longest - 1:
            break
        kept += cluster
    return kept.rstrip() + "…"


def split_bytes(text: str, longest: int) -> list[str]:
    """Split text to parts of at most `longest` bytes of UTF-8, at line ends or spaces where possible."""
    return _split(text, longest, lambda part: len(part.encode()))


def split_chars(text: str, longest: int) -> list[str]:
    """Split text to parts of at most `longest` code points, at line ends or spaces where possible."""
    return _split(text, longest, len)


def _split(text: str, longest: int, size: Callable[[str], int]) -> list[str]:
    parts: list[str] = []
    rest = text.strip()
    while size(rest) > longest:
        head = _longest_head(rest, longest, size)
        parts.append(head.strip())
        rest = rest[len(head) :].strip()
    return [*parts, rest] if rest or not parts else parts


def _longest_head(text: str, longest: int, size: Callable[[str], int]) -> str:
    """Return the longest start of `text` that fits, ending at a line end, else a space, else a written character."""
    head, used = "", 0
    for cluster in graphemes(text):
        used += size(cluster)
        if used > longest:
            break
        head += cluster
    for separator in ("\n", " "):
        place = text[: len(head) + 1].rfind(separator)
        if place > len(head) // 2:
            return head[:place]
    return head or next(graphemes(text))
