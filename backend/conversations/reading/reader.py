"""Reads one message into order lines, a decision and a confidence: the one way in, live and in the benchmark."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.packs import as_fraction
from backend.catalog.linking.quantities import Wanted
from backend.catalog.linking.resolve import Status
from backend.conversations.reading import context as talk
from backend.conversations.reading import strays
from backend.conversations.reading.answer_parts import amounts_said
from backend.conversations.reading.asides import named_otherwise, told_behind, without_slips_of_tongue
from backend.conversations.reading.besides import is_besides
from backend.conversations.reading.change import changes_nothing
from backend.conversations.reading.change_doubts import may_change_otherwise
from backend.conversations.reading.changes import Changer
from backend.conversations.reading.choices import chosen, chosen_each, only_tells, taken_together
from backend.conversations.reading.collecting import read_items
from backend.conversations.reading.confidence import calibration
from backend.conversations.reading.courtesies import without_one_thing
from backend.conversations.reading.decide import Facts, Verdict, decide
from backend.conversations.reading.doubts import in_doubt
from backend.conversations.reading.exchanged import some_exchanged
from backend.conversations.reading.features import features_of
from backend.conversations.reading.history import as_offered, asked_items, items_of, offered, running_order
from backend.conversations.reading.how_many import as_many_of_each
from backend.conversations.reading.item import Item
from backend.conversations.reading.last_time import adds_to_last_time
from backend.conversations.reading.leftover import (
    is_lost,
    leaves_amounts,
    leaves_words,
    passes_over,
)
from backend.conversations.reading.mending import corrected
from backend.conversations.reading.named_again import may_be_recounted
from backend.conversations.reading.near import may_be_mistyped
from backend.conversations.reading.numbered import written_apart
from backend.conversations.reading.of_order import in_sort_of_order
from backend.conversations.reading.of_those import counted_of_them
from backend.conversations.reading.off_together import off_together
from backend.conversations.reading.openings import acts_on_nothing, how_sure
from backend.conversations.reading.option_answers import with_option
from backend.conversations.reading.other_number import in_other_number
from backend.conversations.reading.partly import some_otherwise
from backend.conversations.reading.pieces import Piece, cues, of_them
from backend.conversations.reading.plain_change import plain_change
from backend.conversations.reading.plain_order import plain_order
from backend.conversations.reading.rearranging import rearranged, recounted
from backend.conversations.reading.refused_alone import refuses_for_another
from backend.conversations.reading.resized import resized
from backend.conversations.reading.segment import Segment
from backend.conversations.reading.settling import MODIFY, PLACE, settled
from backend.conversations.reading.sort_instead import in_other_sort, leaves_another
from backend.conversations.reading.sorts import choices_of, rule_out, split_off, without_choices, without_totals
from backend.conversations.reading.soundalikes import only_sound_so
from backend.conversations.reading.to_size import in_named_size
from backend.conversations.reading.told_again import asks_again
from backend.conversations.reading.told_numbers import without_told
from backend.conversations.reading.touching import runs_together
from backend.conversations.reading.traded import traded
from backend.conversations.reading.types import (
    Decision,
    Found,
    Line,
    OrderReading,
    ReadingContext,
    Slot,
)
from backend.conversations.reading.unanswered import leaves_out, shares_out, takes_less
from backend.conversations.reading.unread import unread_goods
from backend.conversations.reading.unsaid import may_change

_KILO: Final = 1000
# How sure the bot must be of what is acted on and cannot be undone.
_LEAST_SURE: Final = {"cancel_order": 0.5, "place_order": 0.63, "modify_order": 0.6}
_ONE: Final = re.compile(r"\w\s+one\W*$", re.IGNORECASE)  # "The big one" stands for the good, and counts none.
_ASKS: Final = {Status.UNKNOWN: Slot.ITEM, Status.OPEN: Slot.VARIANT, Status.ODD: Slot.QTY}


@dataclass(frozen=True, slots=True)
class _Read:
    """What the words come to, before anything is decided."""

    items: Sequence[Item] = ()
    loose: Sequence[Segment] = ()
    pieces: Sequence[Piece] = ()
    lines: Mapping[str, Fraction] | None = None
    removed: tuple[str, ...] = ()
    unclear: bool = False
    lost: bool = False
    open_items: Sequence[Item] | None = None


def read_message(reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext) -> OrderReading:
    """Link a reading to a catalogue and decide.

    Args:
        reading: The bot's reading of `context.text`, version 1; offsets count its code points.
        catalogue: The merchant's rows, indexed.
        context: The text, the earlier turns and the merchant's thresholds.

    Returns:
        Lines, slots, decision and confidence; lines only for orders and changes of orders.
    """
    text, reading = without_one_thing(context.text, reading)
    context = context if text is context.text else replace(context, text=text)
    reading = settled(corrected(context.text, reading, catalogue), catalogue, context)
    intent = str((reading.get("intent") or {}).get("name") or "out_of_scope")
    read = _READERS.get(intent, _no_order)(reading, catalogue, context)
    facts = _facts(intent, reading, read, catalogue, context)
    verdict = decide(facts)
    features = features_of(reading, read.items, read.loose, read.pieces, verdict.decision, mistyped=facts.mistyped)
    confidence = calibration().model(verdict.decision, order=intent in _READERS).probability(features)
    verdict = _held_back(reading, verdict, confidence, context)
    return _assembled(intent, reading, read, verdict, confidence, features)


def _no_order(reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext) -> _Read:
    del reading, catalogue, context
    return _Read()


def _placed(reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext) -> _Read:
    if plain := plain_order(reading, catalogue, context):
        return _Read(plain, lines=_summed(plain), lost=in_doubt(context.text, (), plain, reading, catalogue))
    items, loose, pieces, lost = read_items(reading, catalogue, context)
    lost = lost or strays.offers_a_choice(pieces, items, reading) or strays.wishes_another(context.text, items)
    more = strays.names_more(pieces, items, catalogue)
    items = named_otherwise(told_behind(items, context.text, catalogue), pieces)
    items, pieces = without_slips_of_tongue(items, pieces, context.text)
    items = without_totals(
        rule_out(without_choices(items, catalogue), context.text, catalogue), context.text, catalogue
    )
    items = some_otherwise(split_off(items, of_them(context.text), catalogue), context.text, catalogue)
    lost = lost or in_doubt(context.text, pieces, items, reading, catalogue)
    lost = lost or only_sound_so(pieces, items, reading, catalogue)
    joined = as_many_of_each(items, loose, reading, catalogue, context) or _answer(items, loose, catalogue, context)
    shares = len(joined or ()) > 1  # An answer that shares out what was asked for names rows side by side.
    lost = lost or (more and not shares)
    if joined is not None:
        lost = (
            lost
            or passes_over(pieces, items, joined)
            or _leaves_out(joined, amounts_said([one for one in items if one not in joined], loose), catalogue, context)
            or takes_less(context.text, items, joined, catalogue)
            or shares_out(loose, joined)
        )
        items, loose = joined, ()
    else:
        lost = lost or leaves_words(context.text, pieces, items, reading, catalogue)
        items = [*items, *unread_goods(pieces, items, reading, catalogue.choices)]
        lost = lost or runs_together(context.text, pieces, items, catalogue)
        lost = lost or may_be_recounted(items, catalogue, context)
    lost = lost or any(is_lost(segment, reading, pieces) for segment in loose) or leaves_amounts(loose, context.text)
    flags = reading.get("flags") or {}
    again = flags.get("same_again") or (bool(context.history) and not items and asks_again(context.text))
    if again and not any(item.resolution.status is Status.SURE for item in items):
        order = _order(catalogue, context)
        return _Read((), loose, pieces, order or None, lost=lost)
    # "The same as last time, and a whistle" orders more than the whistle; what it was is to be asked.
    earlier = flags.get("same_again") and not flags.get("usual_place") and not context.history
    unclear = bool(earlier) and adds_to_last_time(context.text)
    return _Read(items, loose, pieces, _summed(items), unclear=unclear, lost=lost)


def _leaves_out(
    joined: Sequence[Item], amounts: Sequence[Wanted], catalogue: Catalogue, context: ReadingContext
) -> bool:
    asked = _asked_about(catalogue, context)
    opened = as_offered(asked, context.history, catalogue)
    return leaves_out(
        [opened] if opened else asked, joined, amounts, context.text, talk.last_question(context.history), catalogue
    )


def _answer(
    items: Sequence[Item], loose: Sequence[Segment], catalogue: Catalogue, context: ReadingContext
) -> list[Item] | None:
    """The item that was asked about, where this message is a short answer to it."""
    if not talk.last_question(context.history) or running_order(context.history, catalogue):
        return None
    if _ONE.search(context.text):
        items = [replace(item, wanted=replace(item.wanted, count=None), amounts=()) for item in items]
        kept = [one for one in loose if one.keys or one.wanted.measure]
        loose = [one._replace(wanted=replace(one.wanted, count=None), amounts=()) for one in kept]
    asked = _asked_about(catalogue, context)
    picked = _picked(asked, items, loose, catalogue, context)
    if picked is not None:
        return picked
    open_rows = {sku for item in asked[:1] for sku in (*item.resolution.alternatives, item.sku)}
    told = None if items else with_option(asked, loose, talk.last_question(context.history), catalogue)
    joined = told or talk.answered(asked, items, loose, catalogue)
    if joined is not None and all(item.sku in open_rows for item in joined):
        return joined
    other = [item for item in items if item.resolution.status is Status.SURE and item.sku not in open_rows]
    return None if any(item.resolution.exact and not item.guessed for item in other) else joined


def _asked_about(catalogue: Catalogue, context: ReadingContext) -> list[Item]:
    return asked_items(context.history, catalogue) or offered(context.history, catalogue)


def _picked(
    asked: Sequence[Item],
    items: Sequence[Item],
    loose: Sequence[Segment],
    catalogue: Catalogue,
    context: ReadingContext,
) -> list[Item] | None:
    """The row that the answer names among those left open, and what it orders besides."""
    item = as_offered(asked, context.history, catalogue)
    if item is None:
        return None
    rows = {*item.resolution.alternatives}
    whole = counted_of_them(item, written_apart(context.text), ())
    shared = chosen_each(*whole[:2], talk.last_question(context.history), catalogue)
    if shared is not None and not any(is_besides(one, rows, context.text, catalogue) for one in items):
        return shared
    besides = [one for one in items if is_besides(one, rows, context.text, catalogue)]
    besides += [one for one in items if one.resolution.status is Status.UNKNOWN and one.amounts and not only_tells(one)]
    text = context.text
    for one in besides:
        text = text[: one.start] + " " * (one.end - one.start) + text[one.end :]
    text, answering = written_apart(text), [one for one in items if one not in besides]
    question = talk.last_question(context.history)
    item, text, said = counted_of_them(item, text, amounts_said(answering, loose))
    every = taken_together(item, text, question, said[0] if len(said) == 1 else Wanted(), catalogue)
    if every is not None:
        return [*every, *besides]
    each = chosen_each(item, text, question, catalogue)
    if each is not None:
        return [*each, *besides]
    found = chosen(item, text, question, said, catalogue)
    return None if found is None else [found, *besides]


def _modified(reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext) -> _Read:
    order = _order(catalogue, context)
    if plain := plain_change(context.text, order, catalogue):
        named = plain.items(context.text)
        return _Read(named, (), (), dict(plain.added), plain.removed, open_items=named if plain.odd else ())
    reading = without_told(context.text, reading, order, catalogue)
    items, loose, pieces, _ = read_items(reading, catalogue, context, _words_of(order, catalogue))
    items = in_sort_of_order(context.text, items, order, catalogue)
    items = off_together(recounted(context.text, items, order, catalogue), context.text, order)
    changer = Changer(context.text, catalogue, order, everything=bool((reading.get("flags") or {}).get("everything")))
    change = rearranged(context.text, items, order, catalogue) or in_other_sort(pieces, order, catalogue)
    change = change or (None if items else in_other_number(context.text, order, catalogue))
    change = change or in_named_size(context.text, items, order, catalogue)
    change = change or some_exchanged(context.text, items, order, catalogue)
    change = change or traded(context.text, items, order, catalogue)
    change = change or resized(context.text, items, loose, order, catalogue) or changer.apply(items, loose)
    change.lost = change.lost or may_change_otherwise(context.text, items, change, order, catalogue)
    unclear = change.unclear or (change.empty and not change.open_items)
    removed = tuple(change.removed)
    # A word of what stays that nothing has read may be what is to go, or to become something else.
    stays = _words_of((sku for sku in order if sku not in removed), catalogue)
    unread = any(piece.recovered and piece.key in stays and not _is_held(piece, items, loose) for piece in pieces)
    unread = unread or (not change.added and refuses_for_another(context.text, pieces, removed))
    unread = unread or leaves_another(pieces, change)
    lost = change.lost or unread or changes_nothing(change, order)
    lost = lost or strays.offers_a_choice(pieces, items, reading)
    return _Read(items, loose, pieces, change.added, removed, unclear, lost, change.open_items)


def _words_of(skus: Iterable[str], catalogue: Catalogue) -> frozenset[str]:
    return frozenset(word.key for sku in skus for word in catalogue.by_sku[sku].spoken)


def _is_held(piece: Piece, items: Sequence[Item], loose: Sequence[Segment]) -> bool:
    spans = [(one.start, one.end) for one in items] + [(one.start, one.end) for one in loose]
    return any(start <= piece.start < end for start, end in spans)


def _order(catalogue: Catalogue, context: ReadingContext) -> Mapping[str, Fraction]:
    """The running order: as the caller knows it, as it was read back, or as the customer last said it."""
    if context.order is not None:
        return context.order
    order = running_order(context.history, catalogue)
    if order:
        return order
    said = next((turn for turn in reversed(context.history) if turn.sender == "customer"), None)
    return _summed(items_of(said.text, said.reading, catalogue)) if said is not None and said.reading else {}


def _summed(items: Sequence[Item]) -> dict[str, Fraction]:
    total: dict[str, Fraction] = {}
    for item in items:
        for sku, quantity in item.resolution.lines if item.resolution.status is Status.SURE else ():
            total[sku] = total.get(sku, Fraction(0)) + quantity
    return total


_READERS: Final = {PLACE: _placed, MODIFY: _modified}


def _facts(
    intent: str, reading: Mapping[str, Any], read: _Read, catalogue: Catalogue, context: ReadingContext
) -> Facts:
    slots = reading.get("slots") or {}
    lines = dict(read.lines or {})
    short = {sku for sku, quantity in lines.items() if quantity > _stock(catalogue, sku)}
    left = read.items if read.open_items is None else read.open_items
    asks = {_ASKS[item.resolution.status] for item in left if item.resolution.status in _ASKS}
    asks |= {Slot.ITEM if _stock(catalogue, sku) <= 0 else Slot.QTY for sku in short}
    return Facts(
        intent=intent,
        text=context.text,
        flags=reading.get("flags") or {},
        open_slots=frozenset(asks),
        lines=lines,
        removed=bool(read.removed),
        over_stock=any(_stock(catalogue, sku) > 0 for sku in short),
        most_asked=max((_asked(item) for item in read.items), default=Fraction(0)),
        address=slots.get("address"),
        phone=slots.get("phone"),
        payment=slots.get("payment"),
        answered_more=talk.asks_for_more(context.history) or context.asked == "more",
        asked_confirm=_is_to_confirm(catalogue, context),
        left=talk.has_left(context.history),
        opens=not context.history and context.asked is None,
        acts_on_nothing=acts_on_nothing(intent, reading, catalogue, context),
        may_change=may_change(intent, reading, catalogue, context),
        unclear=read.unclear,
        stray=strays.has_strays(read.pieces, read.items, reading, choices_of(read.items, catalogue)),
        mistyped=may_be_mistyped(context.text, read.pieces, read.items, reading, catalogue, adds=bool(lines)),
        lost_amount=read.lost,
    )


def _is_to_confirm(catalogue: Catalogue, context: ReadingContext) -> bool:
    """Whether the bot has just asked for a yes to an order."""
    asked = context.asked == "confirm" or cues().any_in(cues().confirm_questions, talk.last_question(context.history))
    return asked or bool(running_order(context.history, catalogue))


def _asked(item: Item) -> Fraction:
    """How many are asked for, or how many kilos."""
    mass = item.wanted.measure.base / _KILO if item.wanted.measure and item.wanted.measure.dimension == "mass" else 0
    return item.wanted.count or as_fraction(mass)


def _stock(catalogue: Catalogue, sku: str) -> Fraction:
    item = catalogue.by_sku.get(sku)
    return as_fraction(item.stock) if item else Fraction(0)


def _held_back(reading: Mapping[str, Any], verdict: Verdict, confidence: float, context: ReadingContext) -> Verdict:
    """An order below the merchant's threshold is read back with a question, not booked; nor is a guess acted on."""
    intent = reading.get("intent") or {}
    if verdict.decision is not Decision.ACCEPT:
        return verdict
    least = context.thresholds.accept if context.thresholds is not None else calibration().accept
    if intent.get("name") in _READERS and confidence < least:
        return Verdict(Decision.CLARIFY, Slot.ITEM, "below the threshold")
    if how_sure(reading, context) < _LEAST_SURE.get(str(intent.get("name")), 0.0):
        return Verdict(Decision.CLARIFY, Slot.ITEM, "unsure what is wanted")
    return verdict


def _assembled(
    intent: str,
    reading: Mapping[str, Any],
    read: _Read,
    verdict: Verdict,
    confidence: float,
    features: Mapping[str, float],
) -> OrderReading:
    slots = reading.get("slots") or {}
    unknown = [item for item in read.items if item.resolution.status is Status.UNKNOWN and item.role == "add"]
    return OrderReading(
        intent=intent,
        lines=tuple(Line(sku, quantity) for sku, quantity in (read.lines or {}).items() if quantity > 0),
        removed=read.removed,
        address=_text(slots.get("address")),
        phone=(slots.get("phone") or {}).get("e164"),
        payment=(slots.get("payment") or {}).get("value"),
        note=_text(slots.get("note")),
        decision=verdict.decision,
        ask=verdict.ask,
        confidence=confidence,
        unmatched=tuple(item.text for item in unknown),
        language=(reading.get("language") or {}).get("lang"),
        rule=verdict.rule,
        found=tuple(_found(item) for item in read.items),
        features=features,
    )


def _text(slot: Mapping[str, Any] | None) -> str | None:
    return str(slot["text"]) if slot and slot.get("text") and not slot.get("vague") else None


def _found(item: Item) -> Found:
    return Found(item.start, item.end, item.text, item.role, item.resolution, item.amounts)
