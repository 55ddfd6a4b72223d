"""Words that together are one name which no row has ("smirnoff red", "dal fry"), though a part of them is known."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from backend.catalog.linking.folding import fold
from backend.catalog.linking.lexicon import lexicon
from backend.catalog.linking.resolve import Status
from backend.conversations.reading.pieces import Kind
from backend.conversations.reading.segment import Segment

NAMING: Final = frozenset({Kind.GOODS, Kind.FOREIGN})
GOODS_TAGS: Final = frozenset({"ITEM", "OPTION"})
# How sure the tagger must be of a good that no row has and nothing counts.
BARE_GOOD: Final = 0.94
# The same of one that training never met, beside a good of the shop that it makes another.
_LEAVES_NO_DOUBT: Final = 0.96
DONE: Final = re.compile(r"[a-z]{3,}ed")
# Hindi's and Marathi's "to grind", "having cut": what is done with goods before they come.
_MADE: Final = re.compile(
    r"(?:pi+s|pees|ka+t|chh?i+l|chh?ee+l|dho|paka|bhu+n|ku+t|lapet|ba+ndh|ka+p|da+l|kis|sol|bha+j|dhu)(?:na|ke|kar|ne|ni|un|oon|vun)"
    r"|(?:पीस|पिस|काट|छील|छिल|धो|पका|भून|कूट|कुट|लपेट|बाँध|बांध|काप|दळ|किस|सोल|भाज|चिर|धु)(?:ना|के|कर|ने|ून|ुन|वून)"
)

# How it is done: fine, thin, thick, clean, long, round, well.
_MANNERS: Final = frozenset(
    fold(word)
    for word in [
        "bareek",
        "barik",
        "patla",
        "patle",
        "mota",
        "mote",
        "jaad",
        "saaf",
        "swachh",
        "lamba",
        "gol",
        "accha",
        "achhe",
        "बारीक",
        "पतला",
        "पतले",
        "मोटा",
        "मोटे",
        "जाड",
        "पातळ",
        "साफ",
        "स्वच्छ",
        "लंबा",
        "गोल",
        "अच्छा",
        "अच्छे",
        "नीट",
    ]
)
_LESS_OF: Final = frozenset(map(fold, ("less", "kam", "kami", "कम", "कमी")))  # "... kam masala"


def is_done(word: str) -> bool:
    """Whether a word in small letters says what is done with goods ("cleaned", "pisna", "कापून")."""
    return DONE.fullmatch(word) is not None or _MADE.fullmatch(word) is not None


def only_says_how(segment: Segment, before: Sequence[str]) -> bool:
    """Whether uncounted words that name no row tell how goods are to come: what is done with them, or less of what.

    Args:
        segment: The words.
        before: The folded words before them.
    """
    if segment.resolution.sku is not None or segment.wanted.count is not None:
        return False
    how = says_how([piece.text.lower() for piece in segment.pieces if piece.kind in NAMING])
    return not _LESS_OF.isdisjoint(before[-1:]) or (segment.resolution.status is Status.UNKNOWN and how)


def says_how(said: Sequence[str]) -> bool:
    """Whether words in small letters only tell what is done with goods, and how ("cleaned", "bareek pisna")."""
    return bool(said) and is_done(said[-1]) and (len(said) == 1 or _MANNERS.issuperset(map(fold, said[:-1])))


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
    p = float(token.get("p", 1.0))
    sure = p >= BARE_GOOD and (bool(token.get("met", True)) or p >= _LEAVES_NO_DOUBT)
    return sure and token.get("tag") in GOODS_TAGS


def _is_other_dish(before: Segment, segment: Segment) -> bool:
    """Whether a word that the shop lacks makes another good of a known one ("dal fry"): the bot took both for one."""
    unknown = [one for one in (before, segment) if one.resolution.status is Status.UNKNOWN]
    lacking = [piece for one in unknown for piece in one.pieces if piece.kind is Kind.FOREIGN]
    mentions = {before.pieces[-1].mention, segment.pieces[0].mention}
    apart = bool(before.amounts) and bool(segment.amounts)
    done = segment in unknown and any(is_done(piece.text.lower()) for piece in lacking)  # "Fish cleaned".
    one = len(unknown) == 1 and bool(lacking) and len(mentions) == 1 and None not in mentions
    return one and not apart and not done
