"""What a message names, put together from its segments: the items, what came to none, and amounts passed over."""

from collections.abc import Mapping, Sequence
from typing import Any

from backend.catalog.linking.catalogue import Catalogue
from backend.conversations.reading.before_now import with_good_before_now
from backend.conversations.reading.both_sizes import in_both_sizes
from backend.conversations.reading.item import Item
from backend.conversations.reading.items import Collector
from backend.conversations.reading.layout import amounts_of
from backend.conversations.reading.leftover import is_second_count, is_sure_amount, leads_to_note
from backend.conversations.reading.own_choices import with_own_choices
from backend.conversations.reading.pieces import Kind, Piece
from backend.conversations.reading.segment import Segment
from backend.conversations.reading.segmenter import read_segments
from backend.conversations.reading.sharing import with_shared
from backend.conversations.reading.siblings import says_what_it_comes_in
from backend.conversations.reading.types import ReadingContext
from backend.conversations.reading.which_one import told_which
from backend.conversations.reading.with_each import with_each


def read_items(
    reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext, standing: frozenset[str] = frozenset()
) -> tuple[list[Item], Sequence[Segment], Sequence[Piece], bool]:
    """The items of a message, the segments that came to none, its pieces, and whether an amount was passed over."""
    reading = with_good_before_now(context.text, reading, catalogue)
    segments, pieces = read_segments(context.text, reading, catalogue, standing=standing)
    amounts = amounts_of(reading)
    collector = Collector(context.text, reading, catalogue, amounts, pieces)
    items = with_own_choices(collector.collect(segments), context.text, catalogue)
    items, loose = told_which(items, collector.loose, context.text, amounts, catalogue)
    items = with_each(items, context.text, catalogue)
    items = with_shared(items, context.text, pieces, catalogue)
    items = in_both_sizes(items, context.text, amounts, catalogue)
    read = {piece.start for segment in segments for piece in segment.pieces}
    passed_over = [piece for piece in pieces if piece.kind is Kind.AMOUNT and piece.start not in read]
    lost = any(
        is_sure_amount(piece.start, piece.end, reading)
        or leads_to_note(piece.end, reading, context.text)
        or is_second_count(piece.start, items, context.text)
        for piece in passed_over
        if not any(
            item.holds(piece.start) or says_what_it_comes_in(item, piece.start, piece.end, context.text, catalogue)
            for item in items
        )
    )
    loose = [segment for segment in loose if not any(item.holds(segment.start) for item in items)]
    return items, loose, pieces, lost
