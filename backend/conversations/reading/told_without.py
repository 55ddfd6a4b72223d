"""What goods are to come without ("four coffees, one without sugar"), or cut into: a note, which orders no more."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import dropwhile, takewhile
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words, words_before, words_behind
from backend.catalog.linking.lexicon import lexicon
from backend.conversations.reading.amounts import comes_without, number_said
from backend.conversations.reading.passed_over import counting_nothing
from backend.conversations.reading.pieces import cues

_WITHOUT: Final = re.compile(
    r"without|\bbil?a\b|\bbin|\bvina|\bbagair|siwe\b|\bno |\bless\b|\bkam\b|\bkami\b|\bmat\b|nahi|nako|siweke\b|sitie\b"
    r"|\bcut\b|\bchop|\bslice|kat[aeiw]|\btukd|\btukr|तुकड|टुकड़|बिन|विना|बगैर|कम|मत|नहीं|नको",
    re.IGNORECASE,
)
_AND: Final = re.compile(r"\s(?:and|aur|ani|na|plus|pia|और|आणि|&|\+)(?=\s)", re.IGNORECASE)
_CUT: Final = re.compile(
    r"\s*(?:(?:and|please|pls|but)\s+)*(?:cut|chop|slice|divide)\b.*\b(?:into|in)\s+\S+.*"
    r"|\s*(?:kata|katia|nikatie|(?:i|zi|ya|u|mu)(?:kate|katwe))\s.*\bvipande\b.*"
    r"|.*\b(?:tukd[ae]|tukd[ey]|tukre)\b.*\b(?:kar|kara|karo|karun|karke|kaap|kapun)\w*.*"
    r"|.*(?:टुकड़े|तुकडे)\s.*(?:कर|का[टप]).*",
    re.IGNORECASE | re.DOTALL,
)
_ON_SOME: Final = re.compile(
    r"\s*(?:with )?(?:no|without|less|bila|hold the|skip the)(?: \w+){1,2} (?:on|in|for|kwa|kwenye) (?:just |only )?"
    r"(?P<number>\w+)(?: (?:of (?:them|those|these)|\w+))?\s*",
    re.IGNORECASE,
)
_CLAUSE: Final = re.compile(r"[^,;.।!?\n]+")


def note_of_some(text: str, reading: Mapping[str, Any]) -> dict[str, Any] | None:
    """The clause in which a number of the good before it come without something, or None.

    Args:
        text: The message.
        reading: The bot's reading of it.
    """
    slots = reading.get("slots") or {}
    if slots.get("note") or not cues().any_in(cues().comes_without, text):
        return None
    amounts = reading.get("amounts") or ()
    start = next((int(one["start"]) for one in amounts if comes_without(text, one, amounts)), None)
    clause = _CLAUSE.match(text, start) if start is not None else None
    if clause is None:
        return None
    held = [slot for slot in slots.values() if slot and slot.get("start") is not None]
    end = min([clause.end(), *(int(slot["start"]) for slot in held if int(slot["start"]) > clause.start())])
    said = text[clause.start() : end].rstrip()
    return {"text": said, "start": clause.start(), "end": clause.start() + len(said), "confidence": 0.5}


def without_some(text: str, reading: Mapping[str, Any], catalogue: Catalogue) -> Mapping[str, Any]:
    """The reading without the clauses that tell how fewer of the goods before them are to come.

    "Four teas, two teas without sugar" are four, "no salt on one plate" orders no plate more.

    Args:
        text: The message.
        reading: The bot's reading of it.
        catalogue: The merchant's rows; a shop may sell "tea without sugar" as such.
    """
    if _WITHOUT.search(text) is None or (reading.get("intent") or {}).get("name") != "place_order":
        return reading
    amounts = reading.get("amounts") or ()
    clauses = (_until_next(text, *one.span(), amounts) for one in _CLAUSE.finditer(text))
    spans = [span for span in clauses if _is_of_some(text, *span, reading, catalogue)]
    if not spans:
        return reading
    start, end = spans[0]
    slots = reading.get("slots") or {}
    note = slots.get("note") or {"text": text[start:end].strip(), "start": start, "end": end, "confidence": 0.5}
    left = counting_nothing(reading, spans)
    counted = [*left["amounts"], *_lost_before(text, start, amounts)]
    return {**left, "amounts": counted, "slots": {**slots, "note": note}}


def _lost_before(text: str, end: int, amounts: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The number that stands last before such a clause, where the bot has passed it over."""
    start, last, word = words_before(text, end)[-1]
    value = _number(word)
    if not value or any(one["start"] < last and start < one["end"] for one in amounts):
        return []
    said = {"text": word, "start": start, "end": last, "value": value, "high": None}
    return [{**said, "unit": None, "kind": "count", "currency": None, "repeat": False}]


def _until_next(text: str, start: int, end: int, amounts: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    """A clause without what an "and" adds to it with a number of its own."""
    inside = sorted(one["start"] for one in amounts if start <= one["start"] < end)
    joins = [one.start() for one in _AND.finditer(text, *inside[:2])] if len(inside) > 1 else []
    return start, joins[-1] if joins else end


def _is_of_some(text: str, start: int, end: int, reading: Mapping[str, Any], catalogue: Catalogue) -> bool:
    """Whether a clause says of a number of the goods before it that they come without something, or with less."""
    amounts: Sequence[Mapping[str, Any]] = reading.get("amounts") or ()
    earlier = [one for one in amounts if one["end"] <= start]
    inside = [one for one in amounts if start <= one["start"] < end]
    if len(inside) > 1 or not text[:start].strip():
        return False
    had = [float(one.get("value") or 0) for one in earlier] + [_number(word) for _, _, word in words(text[:start])]
    if _CUT.fullmatch(text[start:end]):
        return any(one["end"] <= start for one in reading.get("mentions") or ())
    on_some = _ON_SOME.fullmatch(text[start:end])
    if on_some is not None and (number := _number(on_some["number"])):
        return max(had) >= number
    said = [*dropwhile(lambda word: word[1] in _leads(), ((word, fold(word)) for _, _, word in words(text[start:end])))]
    number = _number(said[0][0]) if said else 0.0
    led = [key for _, key in takewhile(lambda word: not _tells_without(word[1], catalogue), said[1:])]
    if not number or len(led) == len(said) - 1:
        return False
    goods = [key for key in led if key not in _leads()]
    if goods:
        last = max(earlier, key=lambda one: int(one["start"]), default={"value": 0, "start": 0, "end": 0})
        of_last = not _beside(text, last).isdisjoint(goods)  # Behind another good, it is more of the one before that.
        return of_last and float(last.get("value") or 0) > number and not any(key in cues().within for key in goods)
    return max(had) >= number


def _number(word: str) -> float:
    value = number_said(fold(word), word) or 0.0
    return value if value % 1 == 0 else 0.0


def _tells_without(key: str, catalogue: Catalogue) -> bool:
    """Whether a word says that goods come without what is behind it, in a shop that sells nothing by it."""
    told = key in cues().comes_without or key in _NO or (key.startswith(_BIN) and key not in cues().asks)
    return told and key not in catalogue.index.by_key


def _beside(text: str, amount: Mapping[str, Any]) -> set[str]:
    """The words next to an amount."""
    start, end = int(amount["start"]), int(amount["end"])
    before = [fold(word) for _, last, word in words_before(text, start)[-1:] if not text[last:start].strip()]
    behind = [fold(word) for first, _, word in words_behind(text, end)[:1] if not text[end : end + first].strip()]
    return {*before, *behind}


@lru_cache(maxsize=1)
def _leads() -> frozenset[str]:
    """Words before the number of some of a good, and between it and what they come without."""
    parts = {fold(word) for phrase in cues().partitive for word in phrase.split() if not _number(word)}
    return frozenset(parts | lexicon().filler | lexicon().containers.keys()) - cues().comes_without


_NO: Final = frozenset(map(fold, ("no", "less", "kam", "kami", "कम", "कमी", "usiweke", "msiweke", "usitie", "zikose")))
_BIN: Final = fold("bin")
