"""Goods that the bot passed over, and that an article leads to in a list ("... and a latte")."""

from collections.abc import Sequence
from itertools import pairwise, takewhile
from typing import Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.quantities import Wanted
from backend.catalog.linking.resolve import resolve
from backend.catalog.linking.terms import read_keys
from backend.conversations.reading.pieces import CUTS, Kind, Piece

_ARTICLES: Final = frozenset({"a", "an"})


def led_by_articles(pieces: Sequence[Piece], catalogue: Catalogue) -> list[Piece]:
    """The pieces, of which those are goods that make up an entry of a list with an article, and are all a row's name.

    The entry stands behind an "and" or a sign, and other goods before it.
    """
    out = list(pieces)
    for place, (led_by, article) in enumerate(pairwise(pieces), 1):
        if led_by.kind not in CUTS or article.text.lower() not in _ARTICLES:
            continue
        if all(one.kind is not Kind.GOODS for one in pieces[:place]):
            continue
        entry = list(takewhile(lambda piece: piece.kind not in CUTS, pieces[place + 1 :]))
        if _is_name(entry, catalogue):
            out[place + 1 : place + 1 + len(entry)] = [one._replace(weak=False, recovered=True) for one in entry]
    return out


def _is_name(entry: Sequence[Piece], catalogue: Catalogue) -> bool:
    """Whether words that the bot took for no goods are together what a row is called."""
    if not entry or any(one.kind is not Kind.GOODS or not one.weak for one in entry):
        return False
    return resolve(catalogue, read_keys(tuple(one.key for one in entry)), Wanted()).exact
