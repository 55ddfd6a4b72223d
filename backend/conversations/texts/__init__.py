"""Our own words to customers, in their languages; one file a language, all with the same keys."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

LANGUAGES: Final = ("en", "sw", "sheng", "hi", "hi-Latn", "mr", "mr-Latn")
_FALLBACK: Final = "en"


@cache
def texts_in(language: str) -> Mapping[str, str]:
    """Return all texts of a language; of English where the language is not ours."""
    known = language if language in LANGUAGES else _FALLBACK
    path = Path(__file__).parent / f"{known}.yml"
    loaded: dict[str, str] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def say(language: str, key: str, params: Mapping[str, Any]) -> str:
    """Return a text with its braces filled.

    Raises:
        KeyError: There is no such text, or a parameter is missing.
    """
    return texts_in(language)[key].format_map({name: str(value) for name, value in params.items()}).strip()
