"""Looks for many phrases at once; text of ASCII alone is searched by `re`, which takes half of regex's time there."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import regex


class Phrases:
    """Patterns over text in small letters: of Latin letters, each beginning a word, and of any others."""

    def __init__(self, latin: Iterable[str], others: Iterable[str] = ()) -> None:
        rows = "|".join(latin)
        self._ascii = re.compile(rf"\b(?:{rows})", re.ASCII)
        self._all = regex.compile("|".join([rf"\b(?:{rows})", *others]))

    def search(self, text: str) -> Any:
        """Find the first phrase in a text: a match, or None."""
        return (self._ascii if text.isascii() else self._all).search(text)

    def finditer(self, text: str) -> Iterator[Any]:
        """Find every phrase in a text, as matches in order."""
        return (self._ascii if text.isascii() else self._all).finditer(text)
