"""Words that together are one name which no row has ("smirnoff red", "dal fry"), though a part of them is known."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from backend.catalog.linking.lexicon import lexicon
from backend.catalog.linking.resolve import Status
from backend.conversations.reading.pieces import Kind
from backend.conversations.reading.segment import Segment

NAMING: Final = frozenset({Kind.GOODS, Kind.FOREIGN})
GOODS_TAGS: Final = frozenset({"ITEM", "OPTION"})
# How sure the tagger must be of a good that no row has and nothing counts.
BARE_GOOD: Final = 0.94
DONE: Final = re.compile(r"[a-z]{3,}ed")


def is_one_name(text: str, tokens: Sequence[Mapping[str, Any]], before: Segment, segment: Segment) -> bool:
    """Whether two segments that stand side by side name one good that the shop lacks.

    Args:
        text: The message.
        tokens: The bot's words of it.
        before: The first of the two.
        segment: The second; where the first is unknown, it is no more than a part of what a row is called.
    """
    touching = text[before.end : segment.start].isspace()
    seam = before.pieces[-1].kind in NAMING and segment.pieces[0].kind in NAMING
    if not touching or not seam:
        return False
    foreign = before.resolution.status is Status.UNKNOWN and before.named
    another = " ".join((*before.keys[-1:], *segment.keys[:1])) in lexicon().senses  # "Cold coffee" is no coffee.
    if foreign and (another or not segment.resolution.exact):
        return True
    return _is_other_dish(before, segment) and (not foreign or _is_met(tokens, before))


def _is_met(tokens: Sequence[Mapping[str, Any]], segment: Segment) -> bool:
    """Whether the bot knows the words of a segment for goods ("fried", "paneer"), and does not guess at a verb."""
    places = {piece.start for piece in segment.pieces if piece.kind in NAMING}
    return all(_is_sure_good(one) for one in tokens if one["start"] in places)


def _is_sure_good(token: Mapping[str, Any]) -> bool:
    sure = float(token.get("p", 1.0)) >= BARE_GOOD and bool(token.get("met", True))
    return sure and token.get("tag") in GOODS_TAGS


def _is_other_dish(before: Segment, segment: Segment) -> bool:
    """Whether a word that the shop lacks makes another good of a known one ("dal fry"): the bot took both for one."""
    unknown = [one for one in (before, segment) if one.resolution.status is Status.UNKNOWN]
    lacking = [piece for one in unknown for piece in one.pieces if piece.kind is Kind.FOREIGN]
    mentions = {before.pieces[-1].mention, segment.pieces[0].mention}
    apart = bool(before.amounts) and bool(segment.amounts)
    done = segment in unknown and any(DONE.fullmatch(piece.text.lower()) for piece in lacking)  # "Fish cleaned".
    one = len(unknown) == 1 and bool(lacking) and len(mentions) == 1 and None not in mentions
    return one and not apart and not done
