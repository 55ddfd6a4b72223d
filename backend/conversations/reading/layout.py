"""Lays a message out as pieces: words, amounts and breaks, without what belongs to an address, a phone or a payment."""

import re
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import zip_longest
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import crosses, fold, romanise, words, words_before, words_behind
from backend.catalog.linking.lexicon import lexicon
from backend.catalog.linking.packs import as_fraction
from backend.catalog.linking.terms import is_unit, spoken_number
from backend.conversations.reading.articles import led_by_articles
from backend.conversations.reading.mats import with_mats
from backend.conversations.reading.modal_can import without_modal_can
from backend.conversations.reading.numbered import (
    INSTEAD,
    Word,
    endings_apart,
    in_names,
    numbered_names,
    phrased,
    words_of_number,
)
from backend.conversations.reading.pieces import CUTS, UNREAD, Kind, Piece, cues
from backend.conversations.reading.postpositions import without_postpositions
from backend.conversations.reading.purposes import without_purposes
from backend.conversations.reading.recent import Last, Recent
from backend.conversations.reading.slips import number_words
from backend.conversations.reading.sorter import Sorter
from backend.conversations.reading.uses import without_uses
from backend.conversations.reading.whole_names import piece_of

_HARD: Final = re.compile(r"[,;\n|•/:()\[\]{}!?…।]|\.(?=\s|$|\D)|(?<=\s)[-–—](?=\s)|\+")
_LEADS_TO_NUMBER: Final = re.compile(r"\s*[-–—:=]+\s*")
_LIST_NUMBER: Final = re.compile(r"^[ \t]*\d{1,2}[.)](?=\s)", re.MULTILINE)
_SLOTS: Final = ("address", "phone", "payment", "note", "receipt")


def blocked_spans(reading: Mapping[str, Any]) -> list[tuple[int, int]]:
    """Spans that hold no goods to order: address, phone, payment, note, receipt, and goods only spoken of."""
    slots = reading.get("slots") or {}
    spans = [slots[name] for name in _SLOTS if slots.get(name)]
    said = [(span["start"], span["end"]) for span in spans if span.get("start") is not None]
    return [*said, *(reading.get("passing") or ())]


def lay_out(
    text: str,
    reading: Mapping[str, Any],
    catalogue: Catalogue,
    *,
    trusted: bool = False,
    standing: frozenset[str] = frozenset(),
) -> list[Piece]:
    """Cut a message into pieces in order.

    Args:
        text: The raw message.
        reading: The bot's reading of it; its spans count code points of `text`.
        catalogue: Whose words count as goods.
        trusted: The text is our own (a read-back), so every word that the catalogue knows is a good.
        standing: Words of the running order, which a change of it speaks of.
    """
    told = (copy(reading.get("slots")), *[reading.get(name) for name in _TOLD])
    key = (text, told, catalogue, trusted, standing)
    return list(_RECENT.get(key, lambda: _cut_up(text, reading, catalogue, trusted=trusted, standing=standing)))


# What a layout goes by besides the slots, of which a copy is kept: one may be taken out while a reading is mended.
_TOLD: Final = ("passing", "names", "amounts", "each", "mentions", "tokens", "intent")
_RECENT: Final = Recent[tuple[Any, ...], Sequence[Piece]]()


def _cut_up(
    text: str, reading: Mapping[str, Any], catalogue: Catalogue, *, trusted: bool, standing: frozenset[str]
) -> Sequence[Piece]:
    blocked = [*blocked_spans(reading), *_list_numbers(text)]
    amounts = [_no_goods(raw, text, catalogue) for raw in reading.get("amounts") or ()]
    sorter = Sorter(reading, catalogue, trusted=trusted, standing=standing)
    pieces: list[Piece] = []
    place = 0
    said = endings_apart(words(text))
    numbered = numbered_names(text, said, catalogue)
    amounts = [(start, start) if numbered.get(start) == end else (start, end) for start, end in amounts]
    lettered = {letter for letter in "SML" if catalogue.has_label(lexicon().sizes.get(letter.lower()))}
    named = in_names([fold(word) for _, _, word in said], catalogue)
    together = phrased(said, catalogue)
    sizes = crosses(text) if catalogue.crossed else []
    names = reading.get("names") or ()
    kept, first = _starts_in(said, names), {start for start, _ in names}
    shut = _starts_in(said, blocked)
    shared = _starts_in(said, reading.get("each") or ()) | words_of_number(said, numbered)
    counted = {start: n for n, span in reversed([*enumerate(amounts)]) for start in _starts_in(said, [span])}
    for (start, end, word), own in zip(said, named, strict=True):
        size = next((one for one in sizes if one[0] <= start < one[1]), None) if sizes else None
        if size is not None:
            pieces.extend([*_breaks(text, place, start), _crossed(text, size)] if start == size[0] else [])
            place = size[1]
            continue
        if start in kept or (start in numbered and start not in shut):
            told = Piece(Kind.SIZE, start, end, word, fold(word))
            pieces.extend(_breaks(text, place, start) if start in first else [])
            pieces.append(piece_of(told, sorter.mention(start), catalogue) if start in kept else told)
            place = end
            continue
        inside = counted.get(start)
        if inside is None or not _LEADS_TO_NUMBER.fullmatch(text[place:start]):
            pieces.extend(_breaks(text, place, start))
        place = end
        if start in shut:
            pieces.append(Piece(Kind.BREAK, start, end, word, ""))
        elif start in shared:
            pieces.append(Piece(Kind.JOINT, start, end, word, ""))
        elif word == INSTEAD:
            pieces.append(Piece(Kind.BREAK, start, end, word, fold(word)))
        elif inside is None:
            _append(
                pieces, sorter.sort(start, end, word, named=own, together=start in together), lettered=word in lettered
            )
        elif not pieces or pieces[-1].amount != inside:
            span = amounts[inside]
            pieces.append(Piece(Kind.AMOUNT, *span, text[span[0] : span[1]], fold(text[span[0] : span[1]]), inside))
    roles = [str(mention.get("role", "add")) for mention in reading.get("mentions") or ()]
    pieces = led_by_articles([*pieces, *_breaks(text, place, len(text))], catalogue)
    pieces = [*without_modal_can(pieces)] if "an " in text else pieces
    orders = (reading.get("intent") or {}).get("name") == "place_order"
    pieces = [*without_purposes(without_postpositions(pieces), orders=orders)]
    pieces = [*without_uses(pieces, catalogue)] if orders else pieces
    return _roles_apart(_refusals_apart([*with_mats(pieces)]), roles)


def _starts_in(said: Sequence[Word], spans: Sequence[tuple[int, int]]) -> set[int]:
    """Where the words start that stand in one of some spans."""
    return {start for first, last in spans for start, _, _ in said if first <= start < last}


def _crossed(text: str, size: tuple[int, int, str]) -> Piece:
    start, end, key = size
    return Piece(Kind.SIZE, start, end, text[start:end], key)


def _refusals_apart(pieces: list[Piece]) -> list[Piece]:
    """In "two lassi, mango no" what stands between the amount and the "no" that follows is refused, and is cut off."""
    out: list[Piece] = []
    for piece, after in zip_longest(pieces, pieces[1:]):
        refuses = piece.kind is Kind.BREAK and piece.key in cues().refusals_after
        if refuses and not _counts(after):
            cut = len(out)
            while cut and out[cut - 1].kind in {Kind.GOODS, Kind.FOREIGN, Kind.SIZE, Kind.JOINT}:
                cut -= 1
            if 0 < cut < len(out) and out[cut - 1].kind is Kind.AMOUNT:
                out.insert(cut, Piece(Kind.BREAK, out[cut].start, out[cut].start, "", ""))
        out.append(piece)
    return out


def _counts(after: Piece | None) -> bool:
    return after is not None and (after.kind is Kind.AMOUNT or after.text.lower() in number_words())


def _roles_apart(pieces: list[Piece], roles: Sequence[str]) -> list[Piece]:
    """In "swap the lager for malt" what goes and what comes are two items, though no break stands between them."""
    out: list[Piece] = []
    if not {"from", "to"} <= {*roles}:
        return pieces
    for piece in pieces:
        last = next((n for n in reversed(range(len(out))) if out[n].kind is not Kind.JOINT), 0)
        if out and {"from", "to"} == {_role(out[last], roles), _role(piece, roles)}:
            out.insert(last + 1, Piece(Kind.BREAK, out[last].end, out[last].end, "", _EXCHANGE))
        out.append(piece)
    return out


def _role(piece: Piece, roles: Sequence[str]) -> str:
    return roles[piece.mention] if piece.mention is not None else ""


_EXCHANGE: Final = "for"  # the key of a break that no sign or word makes


def _append(pieces: list[Piece], piece: Piece, *, lettered: bool) -> None:
    """Add a word; a unit right after a bare number makes a size of both ("2 inch"), but not a size in a letter."""
    if (
        is_unit(piece.key)
        and not lettered
        and pieces
        and pieces[-1].kind is Kind.AMOUNT
        and (pieces[-1].key.replace(".", "", 1).isdigit() or spoken_number(pieces[-1].key) is not None)
    ):
        number = pieces.pop()
        pieces.append(number._replace(kind=Kind.SIZE, amount=None))
        piece = piece._replace(kind=Kind.SIZE)
    elif is_unit(piece.key) and pieces and _is_part(pieces[-1]):
        pieces.append(pieces.pop()._replace(kind=Kind.SIZE))
        piece = piece._replace(kind=Kind.SIZE)
    elif piece.kind is Kind.BREAK and piece.key in cues().vague_joints and pieces and pieces[-1].key in cues().vague:
        piece = piece._replace(kind=Kind.JOINT)  # "Thodi si adrak" is a little of it, and no refusal.
    pieces.append(piece)


def _is_part(piece: Piece) -> bool:
    """Whether a word says a part of one, so that it makes a size with the unit behind it ("aadha inch")."""
    part = spoken_number(piece.key)
    return piece.kind in {Kind.SIZE, *UNREAD} and part is not None and part % 1 > 0


def _list_numbers(text: str) -> list[tuple[int, int]]:
    """The numbers of a numbered list, which count its lines and no goods."""
    found = [(one.start(), one.end()) for one in _LIST_NUMBER.finditer(text)]
    return found if len(found) > 1 else []


def _no_goods(raw: Mapping[str, Any], text: str, catalogue: Catalogue) -> tuple[int, int]:
    """The span of an amount; an empty one where the word is a good here ("pav", "a14") and no amount."""
    lead = text[max(raw["start"] - 2, 0) : raw["start"]]
    if lead[-1:].isalpha() and (lead[-1] not in "xX" or lead[:1].isalpha()):
        return raw["start"], raw["start"]
    key = fold(str(raw.get("text") or ""))
    fraction = raw.get("kind") == "count" and (raw.get("value") or 1) < 1
    good = (fraction and key in catalogue.index.by_key and not key.isdigit()) or _ends_name(raw, key, text, catalogue)
    return raw["start"], raw["start"] if good else raw["end"]


def _ends_name(raw: Mapping[str, Any], key: str, text: str, catalogue: Catalogue) -> bool:
    """Whether a number before another is a word of the shop's as it is spelled there ("cake tin 1")."""
    typed = str(raw.get("text") or "").lower()
    if not typed.isalpha() or raw.get("kind") != "count" or typed not in catalogue.written:
        return False
    before, behind = words_before(text, raw["start"])[-1:], words_behind(text, raw["end"])[:1]
    counted = any(word.isdigit() or spoken_number(fold(word)) is not None for _, _, word in behind)
    return counted and bool(before) and (fold(before[0][2]), key) in catalogue.pairs


def _breaks(text: str, start: int, end: int) -> list[Piece]:
    gap = text[start:end]
    found = _HARD.search(gap if start else " " + gap)
    return [Piece(Kind.BREAK, start, end, gap, "\n" if "\n" in gap else "")] if found else []


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of the bot's reading, with exact values; `half` where it is a bare fraction below one."""

    kind: str
    value: Fraction | None
    unit: str | None
    vague: bool
    repeat: bool
    text: str
    digits: str | None
    lone: bool
    currency: str | None


def amounts_of(reading: Mapping[str, Any]) -> list[Amount]:
    """The amounts of a reading."""
    return [_amount(raw) for raw in reading.get("amounts") or ()]


def _amount(raw: Mapping[str, Any]) -> Amount:
    value, text = raw.get("value"), str(raw.get("text") or "")
    vague = raw.get("kind") == "vague" or raw.get("high") is not None or value is None
    said = None if value is None else float(value)
    kind, repeat = str(raw.get("kind") or "count"), bool(raw.get("repeat"))
    return _amount_of(kind, said, text, raw.get("unit"), raw.get("currency"), vague=vague, repeat=repeat)


@lru_cache(maxsize=4096)  # A reading's amounts are asked for by each of its parts.
def _amount_of(
    kind: str, said: float | None, text: str, unit: str | None, currency: str | None, *, vague: bool, repeat: bool
) -> Amount:
    value = None if said is None else as_fraction(said)
    digits = re.search(r"\d+(?:\.\d+)?", romanise(text))
    return Amount(
        kind=kind,
        value=value,
        unit=unit,
        vague=vague,
        repeat=repeat,
        text=text,
        digits=digits.group() if digits else None,
        lone=kind == "pack" and value == 1 and " " not in text.strip(),
        currency=currency,
    )


def clauses(pieces: Sequence[Piece]) -> Sequence[Sequence[Piece]]:
    """Runs of pieces between breaks and joins."""
    return _clauses(pieces)


def _runs_of(pieces: Sequence[Piece]) -> Sequence[Sequence[Piece]]:
    runs: list[list[Piece]] = [[]]
    for piece in pieces:
        if piece.kind in CUTS:
            runs.append([])
        else:
            runs[-1].append(piece)
    return [run for run in runs if run]


_clauses: Final = Last[Sequence[Piece], Sequence[Sequence[Piece]]](_runs_of)  # Every part of a reading asks for them.
