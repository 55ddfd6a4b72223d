"""The words of reports, in the merchants' languages; one file a language, all with the same keys."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

LANGUAGES: Final = ("en", "sw", "hi", "mr")


@cache
def words_in(language: str) -> Mapping[str, Any]:
    """Return all words of a language."""
    path = Path(__file__).parent / f"{language}.yml"
    loaded: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded
