"""Amounts that are meant for each of several goods: "two of each", "kila moja tatu", "dono do do"."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, stems, words
from backend.conversations.reading.amounts import number_of
from backend.conversations.reading.pieces import cues, places_of

Span = tuple[int, int]
_SPREAD: Final = frozenset({"count", "pack", "measure"})
_GOODS: Final = frozenset({"ITEM", "OPTION"})


def given_to_each(text: str, reading: Mapping[str, Any], catalogue: Catalogue) -> Mapping[str, Any]:
    """The reading with every amount marked that such words give to each good, and with the words taken for no goods.

    Their spans stand under `each`. "Moja" in "kila moja" and "ek" in "har ek" count nothing.
    """
    amounts = list(reading.get("amounts") or ())
    spans = [span for span in places_of(cues().each, text) if _tells(text, span, reading, catalogue)]
    spans = [span for span in spans if not _sold(text[slice(*span)], catalogue)]
    if not spans:
        return reading
    cut = [kept for one in amounts if (kept := _without(text, one, spans)) is not None]
    marked = [
        {**one, "repeat": True} if any(_beside(text, one, span, catalogue) for span in spans) else one for one in cut
    ]
    mentions = [one for one in reading.get("mentions") or () if not any(_inside(one, span) for span in spans)]
    return {**reading, "amounts": marked, "mentions": mentions, "each": spans}


def _tells(text: str, span: Span, reading: Mapping[str, Any], catalogue: Catalogue) -> bool:
    """Whether the words stand beside an amount, or were taken for a good; an amount that ends in them is marked."""
    amounts: Sequence[Mapping[str, Any]] = reading.get("amounts") or ()
    if any(one.get("repeat") and one["start"] < span[0] and span[1] == one["end"] for one in amounts):
        return False
    taken = any(one["start"] == span[0] and one.get("tag") in _GOODS for one in reading.get("tokens") or ())
    return taken or any(_beside(text, one, span, catalogue) or _overlaps(one, span) for one in amounts)


def _sold(said: str, catalogue: Catalogue) -> bool:
    return any(fold(word) in catalogue.index.by_key and number_of(fold(word)) is None for _, _, word in words(said))


def _without(text: str, amount: Mapping[str, Any], spans: Sequence[Span]) -> Mapping[str, Any] | None:
    """An amount without the words that give it to each ("ek do" behind "har"), or None where nothing is left."""
    span = next((one for one in spans if _overlaps(amount, one)), None)
    if span is None:
        return amount
    start, end = (span[1], amount["end"]) if amount["end"] > span[1] else (amount["start"], span[0])
    rest = words(text[start:end])
    value = number_of(fold(rest[0][2])) if len(rest) == 1 else None
    if value is None:
        return None
    first, last = start + rest[0][0], start + rest[0][1]
    kind = "count" if amount.get("unit") is None else amount["kind"]
    said = {"start": first, "end": last, "text": text[first:last]}
    return {**amount, **said, "value": value, "high": None, "kind": kind}


def _overlaps(amount: Mapping[str, Any], span: Span) -> bool:
    return bool(amount["start"] < span[1] and span[0] < amount["end"])


def _inside(mention: Mapping[str, Any], span: Span) -> bool:
    return bool(span[0] <= mention["start"] and mention["end"] <= span[1])


def _beside(text: str, amount: Mapping[str, Any], span: Span, catalogue: Catalogue) -> bool:
    """Whether an amount that goods are counted or weighed by touches the words; the shop's unit may stand between."""
    gap = text[amount["end"] : span[0]] if amount["end"] <= span[0] else text[span[1] : amount["start"]]
    apart = [fold(word) for _, _, word in words(gap)]
    units = len(apart) <= 1 and all(not stems(key).isdisjoint(catalogue.units) for key in apart)
    return (
        amount.get("kind") in _SPREAD and not _overlaps(amount, span) and (not gap.strip() or (units and bool(apart)))
    )
