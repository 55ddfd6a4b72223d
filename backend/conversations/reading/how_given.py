"""How goods are to be given ("mitti wali mat dena", "गोड बघून द्या", "no onion in the sandwich"), which orders none."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.conversations.reading.passed_over import passed_over
from backend.conversations.reading.pieces import Kind, Piece

_CLAUSE: Final = re.compile(r"[^,;.\n।!?]+")
# What is not to come, which settles nothing about what is to.
_NOT: Final = re.compile(
    r"\b(?:[wv]al[aie]|[wv]ala) (?:mat|nahi|nako)\b|वाल[ाीे] (?:मत|नहीं|नको|नाही)(?!\w)"
    r"|^\s*(?:and |but |with )?no \w+ in (?:the|my|it|them)\b"
)
# Which of them are to be picked, or in what they are to come.
_SO: Final = re.compile(
    r"\b[wv]al[aie] hi (?:de|do|dya|bhej|pathv|chahiy|pahij|hav)|वाल[ाीे] ही (?:दे|दो|भेज|चाहिए|द्या|पाठव|हव)"
    r"|\b(?:bagh?un|nivdun|(?:dekh|chh?a+n?t|chun) ?(?:ke|kar))\b"
    r"|(?:बघून|पाहून|निवडून|(?:देख|छाँट|छांट|चुन) ?(?:के|कर))(?!\w)"
    r"|\b(?:alag|vegl\w+) (?:dabb|dibb|thail|pishv|box|bag|container)"
    r"|(?:अलग|वेगळ\S*) (?:डब|डिब|थैल|पिशव|बॉक्स)|\bin (?:a |another )?separate (?:box|bag|container|packet)"
)

# What at least one of its words begins with; most messages have none.
_TOLD: Final = re.compile(
    r"\b[wv]al[aie] (?:hi|mat|na)|\bno \w+ in\b|un\b|\b(?:ke|kar)\b|\balag|\bvegl|separate|वाल|ून|के|कर|अलग|वेगळ",
    re.IGNORECASE,
)


def without_how_given(
    text: str, reading: Mapping[str, Any], pieces: Sequence[Piece], catalogue: Catalogue
) -> Mapping[str, Any]:
    """The reading of an order without the clauses that only tell how its goods are to be given; they are its note.

    Args:
        text: The message.
        reading: The reading.
        pieces: All pieces of the message in order.
        catalogue: The merchant's rows.
    """
    if not _TOLD.search(text) or (reading.get("intent") or {}).get("name") != "place_order":
        return reading
    lower = text.lower()
    if len(lower) != len(text):
        return reading
    spans = [span for span in _clauses(lower) if _tells_how(lower, span, pieces, catalogue)]
    if not spans:
        return reading
    slots, (start, end) = reading.get("slots") or {}, spans[0]
    note = slots.get("note") or {"text": text[start:end], "start": start, "end": end}
    return {**passed_over(reading, spans), "slots": {**slots, "note": note}}


def _clauses(text: str) -> Iterator[tuple[int, int]]:
    for clause in _CLAUSE.finditer(text):
        said = clause.group()
        yield clause.start() + len(said) - len(said.lstrip()), clause.start() + len(said.rstrip())


def _tells_how(text: str, span: tuple[int, int], pieces: Sequence[Piece], catalogue: Catalogue) -> bool:
    """Whether a clause counts nothing, tells how goods of another clause are to be, and chooses none of their rows."""
    said = text[span[0] : span[1]]
    refuses = _NOT.search(said) is not None
    if not refuses and _SO.search(said) is None:
        return False
    inside = [one for one in pieces if span[0] <= one.start < span[1]]
    goods = {one.key for one in pieces if one.kind is Kind.GOODS and not one.weak and one not in inside}
    if not goods or any(one.kind is Kind.AMOUNT for one in inside):
        return False
    others = [one.key for one in inside if one.kind is Kind.GOODS and one.key not in goods]
    return refuses or _rows(others, catalogue).isdisjoint(_rows(goods, catalogue))


def _rows(keys: Iterable[str], catalogue: Catalogue) -> frozenset[int]:
    """The rows that have any of some words."""
    index = catalogue.index
    return frozenset[int]().union(*(index.rows[index.by_key[key]] for key in keys if key in index.by_key))
