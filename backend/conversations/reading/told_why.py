"""What goods are for, told in a clause of its own behind them ("..., pakode banane hai", "..., naanza maisha")."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from backend.conversations.reading.passed_over import passed_over
from backend.conversations.reading.pieces import Kind, Piece, cues

# Hindi's and Marathi's "... are to be made", "... is on", "it is for ..." at the end of a clause.
_IS: Final = r"(?:hain?|he|aahet?|ahet?|है|हैं|आहेत?)"
_TO_DO: Final = r"(?:\S{3,}(?:n[aie]|ych[aie]|yach[aie]|ycha|yla)|\S+(?:ना|नी|ने|यचं|यचे|यची|यचा|यला))"
_OF_IT: Final = r"(?:\S{3,}(?:acha|ache|achi|ach)|\S+ा(?:चं|चा|चे|ची))"
_FEAST: Final = (
    r"(?:party|shaadi|shadi|lagna|pooja|puja|upvas|vrat|birthday|mehma+n|pahune|function|fast|"
    r"पार्टी|शादी|लग्न|पूजा|उपवास|व्रत|मेहमान|पाहुणे)"
)
_ENDS: Final = re.compile(rf"(?:.*\s)?(?:{_TO_DO}|{_OF_IT}|{_FEAST})\s+{_IS}", re.IGNORECASE)
# Swahili's "I am starting ...", "we are cooking ..." at its beginning.
_BEGINS: Final = re.compile(
    r"(?:na|tuna|nita|tuta|nime|tume)(?:anza|tengeneza|pika|fanya|hamia|hama|andaa|sherehekea|funga|fungua|jenga|"
    r"karibisha|alika|safiri)\b.*",
    re.IGNORECASE,
)
# Swahili's younger and older of a family are called as small and big things are.
_FOR_KIN: Final = re.compile(
    r"\b(?:ya|za|wa|la|cha|vya|kwa) (?:mdogo|wadogo|mkubwa|wakubwa) (?:wangu|wako|wake|wetu|wao)\b", re.IGNORECASE
)
_CLAUSE: Final = re.compile(r"[^,.;\n।!]+")


def without_reasons(text: str, reading: Mapping[str, Any], pieces: Sequence[Piece]) -> Mapping[str, Any]:
    """The reading of an order without the clauses behind its goods that only tell what they are for.

    Such a clause names no good of the shop, counts nothing, asks for nothing and is no question.

    Args:
        text: The message.
        reading: The reading.
        pieces: All pieces of the message in order.
    """
    orders = (reading.get("intent") or {}).get("name") == "place_order"
    if orders and (kin := [one.span() for one in _FOR_KIN.finditer(text)]):
        reading = passed_over(reading, kin)
    if not orders or all(piece.kind is not Kind.FOREIGN for piece in pieces):
        return reading
    goods = [piece.end for piece in pieces if piece.kind is Kind.GOODS and not piece.weak]
    behind = [one.span() for one in _CLAUSE.finditer(text) if goods and one.start() >= min(goods)]
    spans = [span for span in behind if _tells_why(text, span, pieces)]
    return passed_over(reading, spans) if spans else reading


def _tells_why(text: str, span: tuple[int, int], pieces: Sequence[Piece]) -> bool:
    inside = [piece for piece in pieces if span[0] <= piece.start < span[1]]
    said = text[slice(*span)].strip()
    known = cues()
    asked = any(
        piece.key in known.asks or piece.key in known.wants_after or piece.key in known.more for piece in inside
    )
    ordered = any(piece.kind is Kind.AMOUNT or (piece.kind is Kind.GOODS and not piece.weak) for piece in inside)
    told = bool(_ENDS.fullmatch(said) or _BEGINS.fullmatch(said)) and any(one.kind is Kind.FOREIGN for one in inside)
    return told and not asked and not ordered
