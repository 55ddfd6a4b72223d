"""Words that stand where a list of goods has a good, and that nothing has read: the shop may lack what they name."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import dropwhile, pairwise, takewhile
from typing import Any, Final

from backend.catalog.linking.candidates import ENOUGH
from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.lexicon import lexicon
from backend.catalog.linking.terms import term
from backend.conversations.reading.item import ADD, Item
from backend.conversations.reading.layout import clauses
from backend.conversations.reading.own_choices import is_choice_of
from backend.conversations.reading.pieces import CUTS, Kind, Piece, cues, either, is_word
from backend.conversations.reading.roles import GENITIVES
from backend.conversations.reading.verbs import asks_to_treat

_LONGEST: Final = 4
_PASSED_OVER: Final = 0.95
_UNSURE: Final = 0.8
_OF_SOMETHING: Final = 2
_SEND_ME: Final = re.compile(r"(?:m|u)?(?:ni|tu)(?:tumi|lete|pati|peleke|wekee?)\w*[ei]|(?:m|u)?(?:ni|tu)pe+")
_ASKS_ME: Final = re.compile(r"ni\w{2,}[ei]")  # Swahili's "do ... for me": nisaidie, nicheki, nitumie.
_BRACKETS: Final = re.compile(r"\([^()]*\)")
_HINDI: Final = frozenset({"hi-Latn", "mr-Latn"})
_ORS: Final = frozenset({"or", "ama", "au", "kinva", "या", "किंवा"})
_NAMES: Final = frozenset({Kind.GOODS, Kind.JOINT, Kind.SIZE})
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


def joins_a_sort(pieces: Sequence[Piece], items: Sequence[Item], catalogue: Catalogue) -> bool:
    """Whether an "and" joins an item with the sort of a row beside its own that nothing has read ("red and black")."""
    rows = [catalogue.by_sku[item.sku] for item in items if item.sku and item.role == ADD]
    for entry in _joined_with_items(pieces, items) if rows else ():
        said = frozenset(piece.key for piece in entry if piece.kind is Kind.GOODS and not piece.weak)
        own = any(said <= {word.key for word in row.spoken} for row in rows)
        if said and not own and all(piece.kind in {Kind.GOODS, Kind.JOINT} for piece in entry):
            held = [catalogue.index.rows[catalogue.index.by_key[key]] for key in said if key in catalogue.index.by_key]
            having = frozenset.intersection(*held) if len(held) == len(said) else frozenset[int]()
            others = [catalogue.items[number] for number in having]
            if any(row.sku != one.sku and row.family & one.family for row in rows for one in others):
                return True
    return False


def counts_a_stranger(pieces: Sequence[Piece]) -> bool:
    """Whether an "and" and an amount lead to a word that no list knows ("full, aur ek raita")."""
    lists = either(cues().asks, cues().never_goods, cues().gives, lexicon().filler)
    runs = zip(pieces, pieces[1:], pieces[2:], strict=False)
    led = (word for join, count, word in runs if join.kind is Kind.JOIN and count.kind is Kind.AMOUNT)
    return any(word.kind is Kind.OTHER and word.key not in lists and word.key not in lexicon().sizes for word in led)


def stands_by_a_stranger(start: int, end: int, pieces: Sequence[Piece]) -> bool:
    """Whether an amount that no item took stands right beside a word that no list knows ("steel rods 10")."""
    known = cues()
    listed = (known.asks, known.never_goods, known.gives, known.corrections, known.set, known.more, known.less)
    lists = (*listed, known.off, lexicon().filler, lexicon().sizes, lexicon().optional, known.hours, known.number_words)
    beside = [one for run in clauses(pieces) for one in _touching(run, start, end) if one.kind is Kind.OTHER]
    return any(is_word(one.text) and all(one.key not in each for each in lists) for one in beside)


def _touching(run: Sequence[Piece], start: int, end: int) -> Iterator[Piece]:
    for before, piece in pairwise(run):
        if start <= piece.start < end:
            yield before
        if start <= before.start < end:
            yield piece


def names_more(pieces: Sequence[Piece], items: Sequence[Item], catalogue: Catalogue) -> bool:
    """Whether a word of the shop stands beside an item's own words that its row does not have ("rava masala dosa").

    Args:
        pieces: All pieces of the message in order.
        items: The items that were read.
        catalogue: The merchant's rows.
    """
    rows = catalogue.row_of
    ordered = [item for item in items if item.sku in rows and item.role == ADD]
    runs = clauses(pieces) if ordered else []
    beside = ((item, piece) for item in ordered for run in runs for piece in _beside(run, item, items))
    return any(not _asks(piece) and not is_of(piece, rows[item.sku], catalogue) for item, piece in beside if item.sku)


def _asks(piece: Piece) -> bool:
    """Whether a word that the bot takes for no good asks for one ("mala", to me, where garlands are sold)."""
    return piece.weak and piece.key in cues().asks


def _beside(run: Sequence[Piece], item: Item, items: Sequence[Item]) -> Iterator[Piece]:
    """The goods words in an item and right beside it that no other item holds."""
    held = [place for place, piece in enumerate(run) if item.start <= piece.start < item.end and piece.kind in _NAMES]
    if held:
        before = list(takewhile(lambda piece: piece.kind in _NAMES, reversed(run[: held[0]])))
        after = list(takewhile(lambda piece: piece.kind in _NAMES, run[held[-1] + 1 :]))
        others = [one for one in items if one is not item]
        for piece in (*before, *run[held[0] : held[-1] + 1], *after):
            if piece.kind is Kind.GOODS and not any(one.start <= piece.start < one.end for one in others):
                yield piece


def is_of(piece: Piece, row: int, catalogue: Catalogue) -> bool:
    """Whether a row has a word, however it is spelled, or may come with it, or in it."""
    lex = lexicon()
    if piece.key in lex.optional or piece.key in catalogue.choices or piece.key in lex.containers:
        return True
    similar = catalogue.index.similar(term(piece.key)).items()
    having = [catalogue.index.rows[place] for place, likeness in similar if likeness >= ENOUGH]
    return not having or any(row in rows for rows in having) or is_choice_of(piece.key, catalogue.items[row])


def offers_a_choice(pieces: Sequence[Piece], items: Sequence[Item], reading: Mapping[str, Any]) -> bool:
    """Whether an "or" stands between two items, of which one alone is wanted.

    In Hindi and Marathi "or" is as often "aur", and: between two goods with amounts of their own it joins them.
    """
    ordered = [item for item in items if item.role == ADD]
    return any(
        before.sku != after.sku
        and any(_is_or(piece) for piece in pieces if before.end <= piece.start < after.start)
        and not (before.amounts and after.amounts and (reading.get("language") or {}).get("lang") in _HINDI)
        for before, after in pairwise(ordered)
    )


def wishes_another(text: str, items: Sequence[Item]) -> bool:
    """Whether brackets behind an item name what is to come in its place if it is there ("(brown if available)")."""
    for found in _BRACKETS.finditer(text):
        inside = any(found.start() <= item.start < found.end() for item in items)
        behind = any(item.end <= found.start() for item in items)
        if inside and behind and cues().any_in(cues().if_held, found.group()):
            return True
    return False


def _is_or(piece: Piece) -> bool:
    return piece.kind is Kind.JOIN and piece.text.lower() in _ORS


def _joined_with_items(pieces: Sequence[Piece], items: Sequence[Item]) -> Iterator[Sequence[Piece]]:
    """The entries of a list that hold no item, each beside an "and" with an item on its other side."""
    runs = list(_runs(pieces))
    for place, (led_by, run) in enumerate(runs):
        before = _joined(led_by) and place > 0 and _holds(runs[place - 1][1], items)
        after = place + 1 < len(runs) and _joined(runs[place + 1][0]) and _holds(runs[place + 1][1], items)
        if run and (before or after) and not _holds(run, items) and not _refused(led_by, run):
            yield run


def _runs(pieces: Sequence[Piece]) -> Iterator[tuple[list[Piece], list[Piece]]]:
    """The pieces between breaks and "and"s, each behind the breaks and "and"s that lead to it."""
    led_by, run = list[Piece](), list[Piece]()
    for piece in pieces:
        if piece.kind not in CUTS:
            run.append(piece)
        elif run:
            yield led_by, run
            led_by, run = [piece], []
        else:
            led_by.append(piece)
    yield led_by, run


def _joined(led_by: Sequence[Piece]) -> bool:
    return bool(led_by) and led_by[-1].kind is Kind.JOIN


def _refused(led_by: Sequence[Piece], run: Sequence[Piece]) -> bool:
    """Whether they say without what a good is to come ("two coffees without sugar", "zisiwe na sukari")."""
    sends = bool(run) and _SEND_ME.fullmatch(run[0].text.lower()) is not None
    refusing = either(cues().negations, cues().off)
    led_by = led_by[:-1] if led_by and led_by[-1].text.lower() == "si" and sends else led_by  # "Si unitumie ...?"
    return any(piece.kind is Kind.BREAK and piece.key in refusing for piece in led_by)


def _holds(run: Sequence[Piece], items: Sequence[Item]) -> bool:
    return any(item.start <= piece.start < item.end for piece in run for item in items)


def _is_stray(run: Sequence[Piece], reading: Mapping[str, Any]) -> bool:
    known = cues()
    steering = either(known.never_goods, known.more, known.less, known.set, known.off, known.corrections, known.pays)
    run = list(dropwhile(lambda piece: piece.key in known.asks or _SEND_ME.fullmatch(piece.text.lower()), run))
    if len(run) > _OF_SOMETHING and run[1].key in GENITIVES and run[0].kind is Kind.OTHER:
        return _is_doubted_name(run, steering, reading)
    said = [piece for piece in run if piece.kind is Kind.OTHER]
    plain = all(piece.kind in _SILENT or piece.kind is Kind.SIZE for piece in run) and all(
        piece.key not in steering for piece in said
    )
    plain = plain and not any(_ASKS_ME.fullmatch(piece.text.lower()) or asks_to_treat(piece.text) for piece in said)
    return plain and 0 < len(said) <= _LONGEST and min(_p(piece, reading) for piece in said) < _PASSED_OVER


def _is_doubted_name(run: Sequence[Piece], steering: frozenset[str], reading: Mapping[str, Any]) -> bool:
    """Whether a word of no list, told by what it is of ("kiti cha gari"), is a name that the bot may have missed."""
    head, others = run[0], [piece for piece in run if piece.kind is not Kind.JOINT]
    listed = head.key in steering or _ASKS_ME.fullmatch(head.text.lower()) or asks_to_treat(head.text)
    plain = all(piece.kind is Kind.OTHER or piece.weak for piece in others)
    return plain and not listed and len(others) <= _LONGEST and min(_p(one, reading) for one in others) < _UNSURE


def _p(piece: Piece, reading: Mapping[str, Any]) -> float:
    """How sure the bot is of its tag for a word."""
    tokens = reading.get("tokens") or ()
    return next((float(one.get("p", 1.0)) for one in tokens if one["start"] <= piece.start < one["end"]), 1.0)
