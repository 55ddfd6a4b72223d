"""Mends a reading with what the catalogue knows: goods lost to an address or a note, and counts lost beside goods."""

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import crosses, fold, words
from backend.catalog.linking.lexicon import lexicon
from backend.conversations.reading.amounts import (
    ALSO_GIVES,
    as_meant,
    helps,
    number_of,
    number_said,
    numbers_place,
    ranged,
)
from backend.conversations.reading.asked_counts import counts_a_size, counts_behind_verb
from backend.conversations.reading.each import given_to_each
from backend.conversations.reading.edges import with_edges
from backend.conversations.reading.held import (
    counts_alike,
    holds_goods,
    is_good,
    is_loose_talk,
    names_good,
    says_only_a_number,
)
from backend.conversations.reading.instead import taken_over, without_former
from backend.conversations.reading.joined import with_joined
from backend.conversations.reading.layout import lay_out
from backend.conversations.reading.parts import without_parts
from backend.conversations.reading.passing import without_passing
from backend.conversations.reading.pieces import CUTS, UNREAD, Kind, Piece, cues, either, places_of
from backend.conversations.reading.prices import tells_price
from backend.conversations.reading.recounts import with_recounts
from backend.conversations.reading.slips import meant, strangers
from backend.conversations.reading.slot_goods import EDGE, HELD, counted_before_wish, counted_first, is_item, parts_of
from backend.conversations.reading.steps import LEAST_PRICE, counted, numbers_in, with_steps
from backend.conversations.reading.told_without import note_of_some, without_some
from backend.conversations.reading.torn_names import name_ends
from backend.conversations.reading.two_or_give import counts_two, is_verb
from backend.conversations.reading.unread import tells_of_a_wish
from backend.conversations.reading.whole_names import with_whole_names

_GIVEN_BACK: Final = ("address", "note")
_SURE: Final = 0.9
_OF_TWO_MINDS: Final = 0.6
_NAMING: Final = frozenset({Kind.GOODS, Kind.SIZE})
_LONGEST_NAME: Final = 3
_LEADS: Final = frozenset({"we", "are", "i", "am", "i'm", "we're", "at", "niko", "tuko", "nipo", "tupo"})


def corrected(text: str, reading: Mapping[str, Any], catalogue: Catalogue) -> Mapping[str, Any]:
    """The reading with goods taken out of its address and note, and with counts that stand beside goods.

    Of a slot only clauses that are nothing but a known name and its amount are taken, and only from its start.
    """
    reading = with_whole_names(text, with_recounts(text, without_some(text, reading, catalogue)), catalogue)
    reading = with_joined(text, _without_crosses(text, reading, catalogue), catalogue)
    reading = with_edges(text, reading, catalogue)
    slots = dict(reading.get("slots") or {})
    slots["note"] = slots.get("note") or note_of_some(text, reading)
    if slots.get("payment") and is_good(text, slots["payment"], catalogue):
        slots["payment"] = None
    for name in _GIVEN_BACK:
        slot = slots.get(name)
        if slot and slot.get("start") is not None:
            numbered = {**reading, "amounts": [*(reading.get("amounts") or ()), *numbers_in(text, slot)]}
            counted = name == "address" and not _led_by_each(text, slot["start"])
            begun = slot["start"]
            slot = _behind_goods(text, numbered, catalogue, slot) if counted else slot
            slots[name] = _without_goods(text, numbered, catalogue, slot, sure=counted)
            if begun < int((slots[name] or slot)["start"]) and says_only_a_number(slots[name]):
                slots[name] = None  # "Mandazi 4, no 6" corrects a count.
            freed = int((slots[name] or {"start": slot["end"]})["start"])
            given = [one for one in numbered["amounts"] if one["end"] <= freed or one["start"] >= slot["end"]]
            reading = {**reading, "amounts": given, "tokens": _in_doubt(reading, (int(begun), freed))}
    if slots.get("note") and slots["note"].get("start") is not None:
        note = slots["note"]
        slots["note"], reading = _before_next_good(text, reading, catalogue, note)
    if slots.get("note") and is_loose_talk(text, reading, catalogue, slots["note"]):
        slots["note"] = None
    told = slots.get("note") and (
        tells_of_a_wish(str(slots["note"].get("text"))) or counts_alike(slots["note"], catalogue)
    )
    if slots.get("note") and (told or names_good(text, reading, catalogue, slots["note"])):
        note = slots["note"]
        reading = {**reading, "tokens": _in_doubt(reading, (int(note["start"]), int(note["end"])))}
        slots["note"] = None
    if slots.get("address") and holds_goods(text, slots["address"], catalogue):
        slots["address"] = None
    told = taken_over(text, as_meant(text, reading.get("amounts") or (), catalogue))
    mended = {**reading, "slots": slots, "amounts": told}
    mended = {**mended, "amounts": [*mended["amounts"], *_lost_counts(text, mended, catalogue)]}
    counts = [one for one in with_steps(text, mended) if not numbers_place(text, one, catalogue)]
    mended = {**mended, "amounts": without_former(text, ranged(text, counts))}
    mended = {**mended, "amounts": [*mended["amounts"], *_lost_vague(text, mended, catalogue)]}
    read = _with_slips_read(text, given_to_each(text, mended, catalogue), catalogue)
    return without_passing(text, without_parts(text, read, catalogue), catalogue)


def _in_doubt(reading: Mapping[str, Any], span: tuple[int, int]) -> list[Mapping[str, Any]]:
    """The bot's words, of which those in a span were taken for an address or a note, and are goods."""
    tokens = reading.get("tokens") or ()
    return [{**one, "tag": "O", "p": 0.5} if span[0] <= one["start"] < span[1] else one for one in tokens]


def _led_by_each(text: str, place: int) -> bool:
    """Whether "one of each" stands before a place: the goods of a list that follows have no amounts of their own."""
    before = text[:place].rstrip(EDGE)
    return any(end == len(before) for _, end in places_of(cues().each, before))


def _without_crosses(text: str, reading: Mapping[str, Any], catalogue: Catalogue) -> Mapping[str, Any]:
    """The reading without the amounts that are part of a size in two numbers, in a shop that has such sizes."""
    sizes = crosses(text) if catalogue.crossed else []
    if not sizes:
        return reading
    amounts = [
        one
        for one in reading.get("amounts") or ()
        if not any(one["start"] < end and start < one["end"] for start, end, _ in sizes)
    ]
    return {**reading, "amounts": amounts}


def _lost_vague(text: str, reading: Mapping[str, Any], catalogue: Catalogue) -> list[dict[str, Any]]:
    """The words for "a few" that stand beside a good without an amount, and that the bot passed over."""
    pieces, few = lay_out(text, reading, catalogue), either(cues().vague, cues().vague_after, ALSO_GIVES)
    found = []
    for place, piece in enumerate(pieces):
        if piece.key not in few or piece.kind in _NAMING or piece.kind is Kind.AMOUNT:
            continue
        behind = _without_joints(pieces[place + 1 :])
        if piece.key in cues().vague and _is_bare(behind):
            end = behind[0].start
        elif _is_few_behind(reading, pieces, place):
            end = piece.end
        else:
            continue
        word = text[piece.start : end].rstrip()
        found.append({**counted(piece, 0.0, "vague"), "value": None, "end": piece.start + len(word), "text": word})
    return found


def _is_few_behind(reading: Mapping[str, Any], pieces: Sequence[Piece], place: int) -> bool:
    """Whether "a few" is said behind what it counts, right behind it or in a clause of its own."""
    piece, before = pieces[place], _without_also(pieces[:place])
    after = piece.key in cues().vague_after or _half_counts(reading, piece)
    return (after and _is_bare(before[::-1])) or (piece.key in cues().vague and _says_only_few(pieces, place))


def _says_only_few(pieces: Sequence[Piece], place: int) -> bool:
    """Whether a clause behind a good without an amount says "a few", and nothing else ("add rice, just a few")."""
    start = max((n for n, piece in enumerate(pieces[:place], 1) if piece.kind in CUTS), default=0)
    known = either(cues().vague, cues().vague_joints, cues().only, _BESIDE_FEW)
    named = [n for n, piece in enumerate(pieces[:start], 1) if piece.kind in _NAMING or piece.kind is Kind.AMOUNT]
    said = itertools.takewhile(lambda piece: piece.kind not in CUTS, pieces[start:])
    return bool(named) and _is_bare(pieces[: named[-1]][::-1]) and all(piece.key in known for piece in said)


_BESIDE_FEW: Final = frozenset(map(fold, ("a", "hi", "bas", "ही", "बस")))


def _half_counts(reading: Mapping[str, Any], piece: Piece) -> bool:
    """Whether Hindi's "do" may be two as well as "give", so that how many there are is to be asked."""
    elsewhere = any(one.get("kind") == "count" for one in reading.get("amounts") or ())
    return elsewhere and piece.key in ALSO_GIVES and _p(reading, piece) < _OF_TWO_MINDS


def _without_joints(pieces: Sequence[Piece]) -> Sequence[Piece]:
    return list(itertools.dropwhile(lambda piece: piece.key in cues().vague_joints, pieces))


def _without_also(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """Pieces without an "also" at their end: "gauze pan thodi" is a little gauze."""
    return pieces[:-1] if pieces and pieces[-1].key in cues().also else pieces


def _is_bare(pieces: Sequence[Piece]) -> bool:
    """Whether pieces begin with a good that no amount stands beside."""
    run = list(itertools.takewhile(lambda piece: piece.kind not in CUTS, pieces))
    named = bool(run) and run[0].kind in _NAMING and any(piece.kind is Kind.GOODS for piece in run)
    return named and all(piece.kind is not Kind.AMOUNT for piece in run)


def _with_slips_read(text: str, reading: Mapping[str, Any], catalogue: Catalogue) -> Mapping[str, Any]:
    """The reading with the counts that were mistyped ("pads mbbili", "kilo hbili"), and how many there were."""
    strange = strangers(text, reading)
    if all(meant(word, strange=start in strange) is None for start, _, word in words(text)):
        return reading
    pieces = lay_out(text, reading, catalogue)
    amounts: list[Mapping[str, Any]] = list(reading["amounts"])
    found: list[tuple[int, int]] = []
    for before, piece, after in zip([None, *pieces], pieces, [*pieces[1:], _END], strict=False):
        unit = _lone_unit(before, amounts)
        unit = _lone_unit(after, amounts) if unit is None else unit
        unread = piece.kind in UNREAD or (piece.kind is Kind.SIZE and unit is not None)
        value = meant(piece.text, strange=piece.start in strange) if unread else None
        if value is None:
            continue
        if unit is not None:
            start, end = min(amounts[unit]["start"], piece.start), max(amounts[unit]["end"], piece.end)
            amounts[unit] = {**amounts[unit], "value": value, "start": start, "end": end, "text": text[start:end]}
        elif _leads(before, after) or _counted_by(before, after):
            amounts.append(counted(piece, value))
        else:
            continue
        found.append((piece.start, piece.end))
    if not found:
        return reading
    mentions = [one for one in reading.get("mentions") or () if (one["start"], one["end"]) not in found]
    return {**reading, "amounts": amounts, "mentions": mentions, "slips": len(found)}


def _lone_unit(before: Piece | None, amounts: Sequence[Mapping[str, Any]]) -> int | None:
    """The index of the amount that is a unit alone, which the number behind it counts."""
    if before is None or before.kind is not Kind.AMOUNT or before.amount is None:
        return None
    raw = amounts[before.amount]
    alone = raw.get("unit") is not None and raw.get("value") == 1 and " " not in str(raw.get("text") or "").strip()
    return before.amount if alone else None


def _counted_by(before: Piece | None, after: Piece) -> bool:
    return before is not None and before.kind in _NAMING and after.kind not in _NAMING


_NEAR: Final = 2
_END: Final = Piece(Kind.BREAK, 0, 0, "", "")


def _lost_counts(text: str, reading: Mapping[str, Any], catalogue: Catalogue) -> list[dict[str, Any]]:
    """Small numbers that the bot was unsure of and that stand right before a good ("do samosa", but not "de do")."""
    pieces = lay_out(text, reading, catalogue)
    listing = any(_amounted(one, other) for one, other in itertools.pairwise(_without_wala(pieces)))
    found = []
    for place, (near, piece, after) in enumerate(zip([None, *pieces], pieces, [*pieces[1:], _END], strict=False), 1):
        value = number_said(piece.key, piece.text) if piece.kind in {Kind.OTHER, Kind.JOINT} else None
        if value is None or value < 1:
            continue
        before = pieces[place - 3] if place > _NEAR and near is not None and _is_wala(near) else near
        listed = counts_two(pieces, place - 1) or (listing and _ends_entry(before, piece, after))
        opens = (near is None or near.kind in CUTS) and (
            _is_bare(_behind_joints(pieces, place)) or _is_sort(pieces[: place + 1])
        )
        told = listed or opens or piece.key in cues().several or _p(reading, piece) < _SURE
        told = told or tells_price(piece.text, after.text, catalogue)
        # "One" joins elsewhere; "छह" (six) only folds to a word that does.
        unread = piece.kind is Kind.OTHER or opens or number_of(piece.key) is None
        counts = listed or _leads(before, _past_joints(pieces, place)) or _follows(before, piece, after)
        counts = counts or counts_behind_verb(pieces, place - 1)
        counts = counts or counts_a_size(pieces, place - 1, reading.get("amounts") or ())
        price = after.key in lexicon().joints_before and piece.key.isdigit()
        given = piece.key in ALSO_GIVES and helps(text, piece.start)
        if unread and told and (counts or price) and not (given and is_verb(near, reading, catalogue)):
            found.append(counted(piece, value, "money" if price and value >= LEAST_PRICE else "count"))
    return found


def _is_sort(pieces: Sequence[Piece]) -> bool:
    """Whether pieces end in a size that stands for the good before it ("two locks, one big")."""
    return pieces[-1].kind is Kind.SIZE and any(piece.kind is Kind.GOODS for piece in pieces)


def _leads(before: Piece | None, after: Piece) -> bool:
    """Tell "do samosa", which counts, from "de do samosa", which gives."""
    return after.kind in _NAMING and (before is None or before.key not in cues().gives)


def _past_joints(pieces: Sequence[Piece], place: int) -> Piece:
    """The piece at a place, or behind "of the" or the shop's own unit ("two reels ...") there."""
    return next(iter(_behind_joints(pieces, place)), _END)


def _behind_joints(pieces: Sequence[Piece], place: int) -> Sequence[Piece]:
    return list(itertools.dropwhile(lambda piece: piece.kind is Kind.JOINT, pieces[place:]))


def _follows(before: Piece | None, piece: Piece, after: Piece) -> bool:
    """Take "samosa mbili" for a count where no other good follows; Hindi's "do" also says "give", so it is none."""
    named = before is not None and before.kind in _NAMING and after.kind not in _NAMING
    return named and piece.key not in ALSO_GIVES


def _is_wala(piece: Piece) -> bool:
    """Whether a word ends what tells one of several goods from the others ("the 12 shot one")."""
    return piece.kind is Kind.JOINT and piece.text.lower() in cues().attributes


def _without_wala(pieces: Sequence[Piece]) -> list[Piece]:
    return [piece for piece in pieces if not _is_wala(piece)]


def _amounted(piece: Piece, after: Piece) -> bool:
    """Whether an amount stands right behind what it counts."""
    return piece.kind in _NAMING and after.kind is Kind.AMOUNT


def _ends_entry(before: Piece | None, piece: Piece, after: Piece) -> bool:
    """Take "soap ek, shampoo do" for two of the second: where the other entries end with their count, so does this.

    However sure the bot is that such a word is none ("hot chocolate nne"); but "one" is said of more than of goods.
    """
    named = before is not None and before.kind in _NAMING
    if piece.key in ALSO_GIVES:
        return named and after.kind not in HELD
    counts = not piece.text[:1].isdigit() and (number_said(piece.key, piece.text) or 0) > 1
    return named and counts and (after.kind not in HELD or after.key in lexicon().filler)


def _p(reading: Mapping[str, Any], piece: Piece) -> float:
    """How sure the bot is of its tag for a word."""
    tokens = reading.get("tokens") or ()
    return next((float(t.get("p", 1.0)) for t in tokens if t["start"] <= piece.start < t["end"]), 1.0)


def _without_goods(
    text: str, reading: Mapping[str, Any], catalogue: Catalogue, slot: Mapping[str, Any], *, sure: bool
) -> Mapping[str, Any] | None:
    start, end = slot["start"], slot["end"]
    cut = _counted_before(text, reading, catalogue, slot) or (name_ends(text, slot, catalogue) if sure else start)
    led = counted_first if sure else counted_before_wish
    cut = led(text, reading, catalogue, slot) if cut == start else cut
    for first, last in parts_of(text, cut, end):
        if is_item(text, first, last, reading, catalogue, counted=sure):
            cut = last
        else:
            break
    while cut < end and text[cut] in EDGE:
        cut += 1
    if cut == start:
        return slot
    cut += _led_to(text[cut:end]) if sure else 0
    return {**slot, "text": text[cut:end], "start": cut} if cut < end else None


def _led_to(place: str) -> int:
    """Where a place begins behind the words that lead to it ("we are at ..."); 0 where none do."""
    said = words(place)
    led = len([*itertools.takewhile(lambda word: word[2].lower() in _LEADS, said)])
    return said[led][0] if 0 < led < len(said) else 0


def _before_next_good(
    text: str, reading: Mapping[str, Any], catalogue: Catalogue, note: Mapping[str, Any]
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """A note that ends where an "and" leads to the next good and its number, and the reading with both of these."""
    start, end = int(note["start"]), int(note["end"])
    numbers = [one for one in numbers_in(text, note) if one["start"] > start]
    amounts = [*(reading.get("amounts") or ()), *numbers]
    numbered = {**reading, "amounts": amounts}
    last = next((one["end"] for one in amounts if one["start"] >= end and not text[end : one["start"]].strip()), end)
    for join in _NEXT_GOOD.finditer(text, start, end):
        if join.start() > start and is_item(text, join.end(), last, numbered, catalogue, counted=True):
            given = [one for one in amounts if one not in numbers or one["start"] >= join.end()]
            freed = {**reading, "amounts": given, "tokens": _in_doubt(reading, (join.end(), end))}
            return {**note, "text": text[start : join.start()].rstrip(EDGE), "end": join.start()}, freed
    return note, reading


_NEXT_GOOD: Final = re.compile(r"(?:\s(?:n|na|and|aur|ani|plus|pia|halafu|alafu|और|आणि)|\s?[&+])(?=\s|\d)")


def _behind_goods(
    text: str, reading: Mapping[str, Any], catalogue: Catalogue, slot: Mapping[str, Any]
) -> Mapping[str, Any]:
    """A place that begins behind the last sentence in it that counts goods ("2 mops, 4 dusters. Nirmal Road")."""
    start, end = slot["start"], slot["end"]
    for cut in reversed([start + one.end() for one in _SENTENCE.finditer(text[start:end])]):
        parts = parts_of(text, start, cut)
        counted = any(is_item(text, *part, reading, catalogue, counted=True) for part in parts)
        if counted and text[cut:end].strip(EDGE):
            return {**slot, "text": text[cut:end], "start": cut}
    return slot


_SENTENCE: Final = re.compile(r"[.।]\s+|\n+")


def _counted_before(text: str, reading: Mapping[str, Any], catalogue: Catalogue, slot: Mapping[str, Any]) -> int | None:
    """Where the good ends that a slot begins with, and that an amount right before the slot counts."""
    start, end, given = slot["start"], slot["end"], reading.get("amounts") or ()
    counts = [one for one in given if one["end"] <= start and not text[one["end"] : start].strip()]
    if not counts:
        return None
    first = counts[0]["start"]
    places = [start + last for _, last, _ in words(text[start:end])][:_LONGEST_NAME]
    longest = [place for place in places if is_item(text, first, place, reading, catalogue, counted=True)]
    return longest[-1] if longest else None
