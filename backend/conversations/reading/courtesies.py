"""What stands beside goods in an order and orders nothing: thanks, for whom they are, whose number it is."""

import re
from collections.abc import Mapping
from typing import Any, Final

_WHOM: Final = r"(?:my|our|his|her|the) [\w'-]+(?: (?!please\b|pls\b)[\w'-]+)?"
_COURTESY: Final = re.compile(
    r"[,.;!\s]*\b(?:many )?(?:thanks?|thank you|thank u|thx|thnx|tnx|asante(?:ni)?|shukrani?|dhanya[vw]a+d|shukriya)\b"
    r"(?: (?:so much|very much|a lot|sana|in advance))?|(?:धन्यवाद|शुक्रिया)"
    rf"|\bfor {_WHOM}(?=\s*(?:\b(?:please|pls|plz)\b|[^\w\s]|$))"
    r"|\b(?:my|our) (?:number|no|phone|mobile)(?:'s|’s| is)?\s*$"
    r"|\b(?:namba|number|nambari|simu) (?:yangu )?(?:ni|hai|aahe)\s*$",
    re.IGNORECASE,
)


# "Do one thing": what follows is the wish, and the "one" counts nothing.
_ONE_THING: Final = re.compile(
    r"(?<!\w)(?:(?:ek|एक)\s+(?:kaam|काम)\s+(?:kar\w*|कर\S*)(?:\s+(?:na|naa|ना|ji|जी))?"
    r"|do one thing|fanya jambo moja)(?=\s|[,.:-])",
    re.IGNORECASE,
)


def without_one_thing(text: str, reading: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """A text with spaces for such words, and the reading without what the bot found in them."""
    found = _ONE_THING.search(text)
    if found is None:
        return text, reading
    start, end = found.span()
    kept = {
        name: [one for one in reading.get(name) or () if one["end"] <= start or end <= one["start"]]
        for name in ("amounts", "mentions", "tokens")
    }
    return text[:start] + " " * (end - start) + text[end:], {**reading, **kept}


def without_courtesies(text: str, reading: Mapping[str, Any]) -> str:
    """A text with spaces in the place of thanks, of those whom goods are for, and of the customer's number."""
    phone = (reading.get("slots") or {}).get("phone")
    if phone and phone.get("start") is not None:
        start, end = int(phone["start"]), int(phone["end"])
        if text[end:].strip(" ."):
            return text
        text = _blank(text[:start]) + " " * (len(text) - start)
    return _blank(text)


def _blank(text: str) -> str:
    return _COURTESY.sub(lambda found: " " * len(found.group()), text)
