"""The number word before a good that was asked about, where the bot told no amount there ("don club sandwich")."""

from dataclasses import replace
from fractions import Fraction

from backend.catalog.linking.folding import fold, words_before
from backend.catalog.linking.lexicon import lexicon
from backend.conversations.reading.amounts import number_of
from backend.conversations.reading.item import Item


def counted_before(item: Item, text: str) -> Item:
    """Return an item that has no amount in the number that opens a message right before it, or as it is.

    Hindi's "do" is two there, since its good comes before what is to be given.

    Args:
        item: An item of the customer's last message.
        text: That message.
    """
    if item.amounts or item.wanted.count is not None or item.wanted.measured or item.wanted.vague:
        return item
    keys = [fold(word) for _, _, word in words_before(text, item.start)]
    said = [key for key in keys if key not in lexicon().filler]
    number = number_of(said[0]) if len(said) == 1 and keys[-1:] == said else None
    if number is None or number < 1:
        return item
    return replace(item, wanted=replace(item.wanted, count=Fraction(number).limit_denominator(1)))
