"""A count of a good that is told in two sizes behind it ("two dolls, big and small" is one of each)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words_behind
from backend.catalog.linking.lexicon import lexicon
from backend.catalog.linking.resolve import Status
from backend.conversations.reading.item import ADD, Item
from backend.conversations.reading.layout import Amount
from backend.conversations.reading.pieces import cues
from backend.conversations.reading.siblings import resolved

_BOTH: Final = 2


def in_both_sizes(items: Sequence[Item], text: str, amounts: Sequence[Amount], catalogue: Catalogue) -> list[Item]:
    """The items, those that took two sizes as one of each; how many of each is to be asked where the count is another.

    Args:
        items: The items of a message.
        text: The message.
        amounts: Its amounts; one said twice ("two-two") is of both sizes.
        catalogue: The merchant's rows.
    """
    return [part for item in items for part in _parts(item, text, amounts, catalogue)]


def _parts(item: Item, text: str, amounts: Sequence[Amount], catalogue: Catalogue) -> Iterator[Item]:
    sizes = [key for key in item.keys if key in lexicon().sizes]
    if len(sizes) != _BOTH or item.role != ADD or not _joined(sizes, text, item.start):
        yield item
        return
    goods = tuple(key for key in item.keys if key not in sizes)
    repeated = any(amounts[number].repeat for number in item.amounts if number >= 0)
    wanted = item.wanted if repeated else replace(item.wanted, count=item.wanted.count and Fraction(1))
    each = [resolved(replace(item, keys=(*goods, size), wanted=wanted), catalogue) for size in sizes]
    if len({one.sku for one in each if one.resolution.status is Status.SURE}) < len(sizes):
        yield item
    elif repeated or item.wanted.count in {None, len(sizes)}:
        yield from each
    else:
        yield resolved(replace(item, wanted=replace(item.wanted, vague=True)), catalogue)


def _joined(sizes: Sequence[str], text: str, place: int) -> bool:
    """Whether an "and" alone stands between two sizes."""
    keys = [fold(word) for _, _, word in words_behind(text, place)]
    triples = zip(keys, keys[1:], keys[2:], strict=False)
    return any([one, other] == [*sizes] and joint in cues().joins for one, joint, other in triples)
