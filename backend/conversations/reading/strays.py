"""Words that stand where a list of goods has a good, and that nothing has read: the shop may lack what they name."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from backend.catalog.linking.lexicon import lexicon
from backend.conversations.reading.item import Item
from backend.conversations.reading.pieces import Kind, Piece, cues

_LONGEST: Final = 4
_PASSED_OVER: Final = 0.95
_ASKS_ME: Final = re.compile(r"ni\w{2,}[ei]")  # Swahili's "do ... for me": nisaidie, nicheki, nitumie.
_CUTS: Final = frozenset({Kind.JOIN, Kind.BREAK})
_SILENT: Final = frozenset({Kind.OTHER, Kind.JOINT})


def has_strays(
    pieces: Sequence[Piece], items: Sequence[Item], reading: Mapping[str, Any], choices: frozenset[str] = frozenset()
) -> bool:
    """Whether an "and" joins an item with words alone that the bot was not sure to leave out.

    Args:
        pieces: All pieces of the message in order.
        items: The items that were read.
        reading: The bot's reading, for how sure it was of each word.
        choices: Words for what the items may be had with, which a customer says of them.
    """
    entries = _joined_with_items(pieces, items)
    return any(_is_stray(entry, reading) for entry in entries if choices.isdisjoint(piece.key for piece in entry))


def counts_a_stranger(pieces: Sequence[Piece]) -> bool:
    """Whether an "and" and an amount lead to a word that no list knows ("full, aur ek raita")."""
    known = cues().asks | cues().never_goods | cues().gives | lexicon().filler | lexicon().sizes.keys()
    runs = zip(pieces, pieces[1:], pieces[2:], strict=False)
    led = (word for join, count, word in runs if join.kind is Kind.JOIN and count.kind is Kind.AMOUNT)
    return any(word.kind is Kind.OTHER and word.key not in known for word in led)


def _joined_with_items(pieces: Sequence[Piece], items: Sequence[Item]) -> Iterator[Sequence[Piece]]:
    """The entries of a list that hold no item, each beside an "and" with an item on its other side."""
    runs = list(_runs(pieces))
    for place, (led_by, run) in enumerate(runs):
        before = _joined(led_by) and place > 0 and _holds(runs[place - 1][1], items)
        after = place + 1 < len(runs) and _joined(runs[place + 1][0]) and _holds(runs[place + 1][1], items)
        if run and (before or after) and not _holds(run, items) and not _refused(led_by):
            yield run


def _runs(pieces: Sequence[Piece]) -> Iterator[tuple[list[Piece], list[Piece]]]:
    """The pieces between breaks and "and"s, each behind the breaks and "and"s that lead to it."""
    led_by, run = list[Piece](), list[Piece]()
    for piece in pieces:
        if piece.kind not in _CUTS:
            run.append(piece)
        elif run:
            yield led_by, run
            led_by, run = [piece], []
        else:
            led_by.append(piece)
    yield led_by, run


def _joined(led_by: Sequence[Piece]) -> bool:
    return bool(led_by) and led_by[-1].kind is Kind.JOIN


def _refused(led_by: Sequence[Piece]) -> bool:
    """Whether they say without what a good is to come ("two coffees without sugar", "zisiwe na sukari")."""
    refusing = cues().negations | cues().off
    return any(piece.kind is Kind.BREAK and piece.key in refusing for piece in led_by)


def _holds(run: Sequence[Piece], items: Sequence[Item]) -> bool:
    return any(item.start <= piece.start < item.end for piece in run for item in items)


def _is_stray(run: Sequence[Piece], reading: Mapping[str, Any]) -> bool:
    known = cues()
    steering = known.never_goods | known.more | known.less | known.set | known.off | known.corrections | known.pays
    said = [piece for piece in run if piece.kind is Kind.OTHER]
    plain = all(piece.kind in _SILENT for piece in run) and all(piece.key not in steering for piece in said)
    plain = plain and not any(_ASKS_ME.fullmatch(piece.text.lower()) for piece in said)
    return plain and 0 < len(said) <= _LONGEST and min(_p(piece, reading) for piece in said) < _PASSED_OVER


def _p(piece: Piece, reading: Mapping[str, Any]) -> float:
    """How sure the bot is of its tag for a word."""
    tokens = reading.get("tokens") or ()
    return next((float(one.get("p", 1.0)) for one in tokens if one["start"] <= piece.start < one["end"]), 1.0)
