"""Marathi's nouns as they stand before "of" ("मसाल्याचं एक पाकीट": a packet of मसाला), and with its "just" ("केशरच").

Other cases are left alone: "चहासाठी दूध" and "पोळीला तूप" order what is for the tea and for the bread.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

# The endings of "of" in every gender; what stands before them is the oblique form of the noun.
_CASE: Final = re.compile(r"(?P<stem>[\u0900-\u097f]{2,}?)च(?:ा|ी|े|ं|्या)$")
# How the oblique form ends, and how the noun may end by itself.
_OBLIQUE: Final = (("्या", ("ा", "े", "ं", "ी")), ("ा", ("", "ा")), ("ी", ("ी", "")), ("े", ("", "े")), ("ू", ("ू", "")))
_ONLY: Final = re.compile(r"(?P<stem>[\u0900-\u097f]{3,})च$")
_SHORTENED: Final = re.compile(r"[\u0900-\u097f]*[क-ह][क-ह]ा")


@lru_cache(maxsize=4096)
def plain_forms(word: str) -> tuple[str, ...]:
    """The nouns that a word in Devanagari may be a case of, the likeliest first; none where it has no case ending."""
    found = _CASE.match(unicodedata.normalize("NFC", word))
    if found is None:
        only = _ONLY.match(unicodedata.normalize("NFC", word))
        return (only["stem"],) if only else ()
    stem = found["stem"]
    forms = [stem[: -len(end)] + own for end, owns in _OBLIQUE if stem.endswith(end) for own in owns]
    # A long u before the last sound is not said in the oblique: "लसणाची" is of लसूण.
    long = [f"{stem[:-2]}ू{stem[-2]}"] if _SHORTENED.fullmatch(stem) else []
    return tuple(dict.fromkeys((*forms, stem, *long)))
