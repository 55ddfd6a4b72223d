"""Settles what a message is where its words alone leave it open: by its goods, the question before it, the order."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words
from backend.catalog.linking.quantities import Wanted
from backend.catalog.linking.resolve import Status
from backend.conversations.reading.adds_there import adds_there
from backend.conversations.reading.amounts import number_of
from backend.conversations.reading.another_named import refused_for_another
from backend.conversations.reading.choices import chosen, taken_together
from backend.conversations.reading.context import asks_for_more, last_question
from backend.conversations.reading.courtesies import without_courtesies
from backend.conversations.reading.history import asked_items, offered, running_order
from backend.conversations.reading.intents import TAKEN_FOR, intent_of, ranked, read_as, sureness
from backend.conversations.reading.item import Item
from backend.conversations.reading.layout import amounts_of, clauses, lay_out
from backend.conversations.reading.let_be import let_be
from backend.conversations.reading.moved_place import moves_it
from backend.conversations.reading.numbered import written_apart
from backend.conversations.reading.on_order import ON_ORDER, puts_on_order
from backend.conversations.reading.openings import wished
from backend.conversations.reading.pieces import Kind, Piece, cues
from backend.conversations.reading.plain_change import MAY_CHANGE, as_plain_change
from backend.conversations.reading.plain_order import as_plain_order
from backend.conversations.reading.segmenter import Segmenter
from backend.conversations.reading.taken_off import takes_off
from backend.conversations.reading.told_again import as_before, bought_before, paid_twice
from backend.conversations.reading.types import ReadingContext
from backend.conversations.reading.wants import wanted_of

PLACE: Final = "place_order"
MODIFY: Final = "modify_order"
# What goods alone are taken for by those who don't know the shop's words.
_TALK: Final = frozenset({"affirm", "deny", "special_instruction", "out_of_scope", "greet", "thank", "ask_menu"})
_OPENINGS: Final = _TALK | {"bye", "complaint", "track_order", "ask_hours", "cancel_order", "change_address"}
_IN_DOUBT: Final = 0.2
_UNSURE: Final = 0.6
_POLITE: Final = 0.01
_SHORT: Final = 5
_FEWEST: Final = 2
_NUMBERS: Final = 3
_PART_OF_ORDERS: Final = frozenset({Kind.GOODS, Kind.SIZE, Kind.JOINT, Kind.AMOUNT, Kind.JOIN, Kind.BREAK})


def settled(reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext) -> Mapping[str, Any]:
    """The reading with its intent as goods, question and order tell it; as it was where they tell nothing."""
    intent = intent_of(reading)
    for intents, rule in _RULES:
        found = rule(reading, catalogue, context) if intent in intents else None
        if found is not None:
            return found
    return reading


def _new_order(reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext) -> Mapping[str, Any] | None:
    """Where there is nothing to change, more is an order of its own."""
    del catalogue
    if context.history or context.order:
        return None
    ranking = ranked(reading)
    if cues().any_in(ON_ORDER, context.text):
        return read_as(reading, MODIFY, max(ranking.get(PLACE, 0.0) + ranking.get(MODIFY, 0.0), TAKEN_FOR))
    steers = cues().more - cues().joins | cues().set | cues().off | cues().less | cues().puts
    said = (fold(word) for _, _, word in words(context.text))
    told = cues().any_in(cues().of_an_order, context.text) or any(key in steers for key in said)
    if told and ranking.get(PLACE, 0.0) < _IN_DOUBT:
        return None
    return read_as(reading, PLACE, max(ranking.get(PLACE, 0.0) + ranking.get(MODIFY, 0.0), TAKEN_FOR))


def _paid_for(reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext) -> Mapping[str, Any] | None:
    """A message that opens a conversation, counts a good and says how it is paid or where it goes orders the good.

    What is asked for on credit ("nikopeshe burger") need not be counted.
    """
    if context.history or context.order or context.asked:
        return None
    flags, intent = reading.get("flags") or {}, intent_of(reading)
    moved = intent == "change_address" and cues().any_in(cues().of_an_order, context.text)
    if moved or flags.get("paid") or (intent == "out_of_scope" and not flags.get("credit")):
        return None
    said = Segmenter(catalogue, amounts_of(reading)).cut(clauses(lay_out(context.text, reading, catalogue)))
    named = (one for run in said for one in run if one.resolution.exact and _names(one.pieces))
    opening = len(_SENTENCE_END.split(context.text)[0])
    pays = intent == "choose_payment"
    if not any(
        one.amounts or flags.get("credit") or (pays and one.end <= opening < len(context.text)) for one in named
    ):
        return None
    return read_as(reading, PLACE, max(ranked(reading).get(PLACE, 0.0), TAKEN_FOR))


_SENTENCE_END: Final = re.compile(r"[.!?।\n]")
_OF_ORDERS: Final = frozenset({"choose_payment", "change_address", "out_of_scope"})


def _less_of_it(reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext) -> Mapping[str, Any] | None:
    """To an order that was just read back, "one tea less" is a change, whatever it orders besides."""
    if not last_question(context.history) or cues().less.isdisjoint(fold(word) for _, _, word in words(context.text)):
        return None
    pieces = lay_out(context.text, reading, catalogue)
    named = Segmenter(catalogue, amounts_of(reading)).cut(clauses(pieces))
    counted = {one.resolution.sku for run in named for one in run if one.amounts and one.resolution.exact}
    if counted.isdisjoint(running_order(context.history, catalogue)):
        return None
    return read_as(reading, MODIFY, max(ranked(reading).get(MODIFY, 0.0), TAKEN_FOR))


def _goods_alone(reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext) -> Mapping[str, Any] | None:
    """A message that opens a conversation and says nothing but goods orders them."""
    if context.history or context.order:
        return None
    freed = {**reading, "slots": {**(reading.get("slots") or {}), "note": None}}
    text = without_courtesies(context.text, reading)
    polite = text != context.text and ranked(reading).get(PLACE, 0.0) >= _POLITE
    pieces = lay_out(text, freed, catalogue)
    unread = [one for one in pieces if one.kind not in _PART_OF_ORDERS and one.key not in cues().asks]
    said = Segmenter(catalogue, amounts_of(reading)).cut(clauses(pieces))
    exact = [one for run in said for one in run if one.resolution.status is not Status.UNKNOWN and _names(one.pieces)]
    counted = any(one.amounts and one.resolution.exact for one in exact)
    # "Five stars" are no twinkling star.
    praise = intent_of(reading) in _TALK and not polite and all(one.partly_named for one in exact)
    nothing_else = not unread and bool(exact) and not praise and not context.text.rstrip().endswith("?")
    if not nothing_else and not (
        counted and intent_of(reading) in _TALK and sureness(reading) < _UNSURE and _is_next(reading)
    ):
        return None
    return read_as(freed, PLACE, max(ranked(reading).get(PLACE, 0.0), TAKEN_FOR))


def _is_next(reading: Mapping[str, Any]) -> bool:
    """Whether an order is what a message is likeliest to be but for what it was taken for."""
    others = {name: p for name, p in ranked(reading).items() if name != intent_of(reading)}
    return max(others, key=lambda name: others[name], default="") == PLACE


def _names(pieces: Sequence[Piece]) -> bool:
    return any(piece.kind is Kind.GOODS for piece in pieces)


def _answer(reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext) -> Mapping[str, Any] | None:
    """A short message that names one of the rows that the bot has just offered chooses it."""
    question = last_question(context.history)
    short = len(words(context.text)) <= _SHORT
    if not question or not short or running_order(context.history, catalogue):
        return None
    asked = asked_items(context.history, catalogue) or offered(context.history, catalogue)
    item = next((one for one in asked if len(one.resolution.alternatives) >= _FEWEST and one.sku is None), None)
    said = [wanted_of((amount,)) for amount in amounts_of(reading)]
    if item is None or not _picks(item, context.text, question, said, catalogue):
        return None
    return read_as(reading, PLACE, max(ranked(reading).get(PLACE, 0.0), TAKEN_FOR))


def _picks(item: Item, text: str, question: str, said: Sequence[Wanted], catalogue: Catalogue) -> bool:
    """Whether a text chooses one of the rows that are open, or takes them all."""
    text = written_apart(text)
    one = chosen(item, text, question, said, catalogue)
    return one is not None or taken_together(item, text, question, Wanted(), catalogue) is not None


def _confirmed(reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext) -> Mapping[str, Any] | None:
    """To an order that was just read back, "the same" is a yes."""
    same = bool((reading.get("flags") or {}).get("same_again"))
    if not same or not last_question(context.history).rstrip().endswith("?"):
        return None
    if ranked(reading).get("affirm", 0.0) < _IN_DOUBT:
        return None
    named = _names(lay_out(context.text, reading, catalogue)) or bool(reading.get("amounts"))
    if named or not running_order(context.history, catalogue):
        return None
    return read_as(reading, "affirm", max(ranked(reading).get("affirm", 0.0), TAKEN_FOR))


def _money_astray(
    reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext
) -> Mapping[str, Any] | None:
    """A message that names no good, but money that has gone, orders nothing."""
    slots = reading.get("slots") or {}
    gone = bool(slots.get("payment")) and cues().any_in(cues().money_gone, context.text)
    if not gone or reading.get("mentions"):
        return None
    if _names(lay_out(context.text, reading, catalogue)):
        return None
    ranking = {name: p for name, p in ranked(reading).items() if name in {"claim_paid", "payment_problem"}}
    likelier = max(ranking, key=lambda name: ranking[name], default="payment_problem")
    return read_as(reading, likelier, max(ranking.get(likelier, 0.0), TAKEN_FOR))


def _if_held(reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext) -> Mapping[str, Any] | None:
    """An order that hangs on the answer ("if you have it, send two") is one, whatever was asked before it."""
    del catalogue
    if not reading.get("amounts") or not cues().any_in(cues().if_held, context.text):
        return None
    mentions = [{**one, "role": "add"} for one in reading.get("mentions") or ()]
    return read_as({**reading, "mentions": mentions}, PLACE, max(ranked(reading).get(PLACE, 0.0), TAKEN_FOR))


def _price_asked(reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext) -> Mapping[str, Any] | None:
    """What may be an order and asks for a price ("one litre, mnauzaje?") is the question."""
    del catalogue
    if sureness(reading) >= _UNSURE or not cues().any_in(cues().price_questions, context.text):
        return None
    return read_as(reading, _PRICE, max(ranked(reading).get(_PRICE, 0.0), TAKEN_FOR))


def _how_asked(reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext) -> Mapping[str, Any] | None:
    """What asks how something is done, and counts nothing, orders nothing."""
    del catalogue
    if amounts_of(reading) or context.history or not cues().any_in(cues().how_questions, context.text):
        return None
    return read_as(reading, "out_of_scope", max(ranked(reading).get("out_of_scope", 0.0), TAKEN_FOR))


def _some_off(reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext) -> Mapping[str, Any] | None:
    """A message that takes a good of the shop off an order cancels no order."""
    sure = intent_of(reading) == MODIFY and sureness(reading) >= _UNSURE
    if sure or not takes_off(reading, catalogue, context):
        return None
    return read_as(reading, MODIFY, max(ranked(reading).get(MODIFY, 0.0), TAKEN_FOR))


def _more_of_it(reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext) -> Mapping[str, Any] | None:
    """To an order that was read back, what may add to it or order anew is as sure a change as both are together."""
    if sureness(reading) >= _UNSURE or not (context.order or running_order(context.history, catalogue)):
        return None
    return read_as(reading, MODIFY, sureness(reading) + ranked(reading).get(PLACE, 0.0))


def _counted_anew(
    reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext
) -> Mapping[str, Any] | None:
    """A number that is refused for another ("two no four, and a kobi") changes the order that was read back."""
    if not last_question(context.history):
        return None
    keys = [fold(word) for _, _, word in words(context.text)][:_NUMBERS]
    refused = len(keys) == _NUMBERS and keys[1] in cues().negations | cues().refusals_after
    refused = refused and intent_of(reading) == PLACE and None not in (number_of(keys[0]), number_of(keys[2]))
    exact = intent_of(reading) in _TALK and " ".join(keys) in cues().exactly  # "Do hi" is no yes.
    if not (refused or exact) or not running_order(context.history, catalogue):
        return None
    return read_as(reading, MODIFY, max(ranked(reading).get(MODIFY, 0.0), TAKEN_FOR))


def _made_less(reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext) -> Mapping[str, Any] | None:
    """A message that begins by asking for less ("reduce it, that's a lot") changes an order and cancels none."""
    del catalogue
    keys = [fold(word) for _, _, word in words(context.text)]
    first = bool(keys) and keys[0] in cues().less
    fewer = len(keys) == _FEWEST and number_of(keys[0]) is not None and keys[1] in cues().less  # "Two less".
    told = (intent_of(reading) == "cancel_order" and first) or (intent_of(reading) == "special_instruction" and fewer)
    if not told or not (context.order or context.history):
        return None
    return read_as(reading, MODIFY, max(ranked(reading).get(MODIFY, 0.0), TAKEN_FOR))


def _enough(reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext) -> Mapping[str, Any] | None:
    """To "anything else?" a few words of having enough close the order, and change nothing."""
    short = len(words(context.text)) <= _SHORT
    asked = asks_for_more(context.history) or context.asked == "more"
    if not short or not asked:
        return None
    if not cues().any_in(cues().enough, context.text) or reading.get("amounts"):
        return None
    if _names(lay_out(context.text, {**reading, "mentions": [], "tokens": []}, catalogue)):
        return None
    return read_as(reading, "deny", max(ranked(reading).get("deny", 0.0), TAKEN_FOR))


def _something_more(
    reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext
) -> Mapping[str, Any] | None:
    """A wish to put something more on an order that was read back is a change, though it does not say of what."""
    if not cues().any_in(cues().something_more, context.text):
        return None
    asked = intent_of(reading) == _PRICE and "?" in context.text
    if asked or reading.get("mentions") or not (context.order or running_order(context.history, catalogue)):
        return None
    return read_as(reading, MODIFY, max(ranked(reading).get(MODIFY, 0.0), TAKEN_FOR))


_ASIDES: Final = frozenset({"out_of_scope", "ask_menu", "ask_availability", "special_instruction"})


def _left_there(reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext) -> Mapping[str, Any] | None:
    """Where an order on its way is to be left ("with the watchman") is a word for the rider, and no other address."""
    del catalogue
    if not last_question(context.history):
        return None
    told = cues().any_in(cues().leaves, context.text) and not cues().any_in(cues().moves, context.text)
    if not told or ranked(reading).get(_INSTRUCTION, 0.0) < _HARDLY:
        return None
    freed = {**reading, "slots": {**(reading.get("slots") or {}), "address": None}}
    return read_as(freed, _INSTRUCTION, max(ranked(reading)[_INSTRUCTION], TAKEN_FOR))


def _moved(reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext) -> Mapping[str, Any] | None:
    """A place in another's stead ("Kothrud nahi, ab yahan: ..."), to word of an order on its way, is its address."""
    told = last_question(context.history)
    if not told or "?" in told or context.asked is not None:
        return None
    keys = {fold(word) for _, _, word in words(context.text)}
    pieces = lay_out(context.text, reading, catalogue)
    named = reading.get("mentions") or any(piece.kind is Kind.GOODS and not piece.weak for piece in pieces)
    if keys.isdisjoint(cues().refusals_after) or named or not (reading.get("slots") or {}).get("address"):
        return None
    return read_as(reading, _ADDRESS, max(ranked(reading).get(_ADDRESS, 0.0), TAKEN_FOR))


_ADDRESS: Final = "change_address"
_NO_GOODS: Final = frozenset({PLACE, MODIFY, "special_instruction", "out_of_scope", "deny"})


def _named_no(reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext) -> Mapping[str, Any] | None:
    """A "no" to an order read back that names what is wanted instead ("no, I said rice not flour") changes it."""
    order = context.order or running_order(context.history, catalogue)
    if not order:
        return None
    pieces = lay_out(context.text, reading, catalogue)
    named = Segmenter(catalogue, amounts_of(reading)).cut(clauses(pieces))
    rows = {one.resolution.sku for run in named for one in run if one.resolution.exact and _names(one.pieces)}
    if len(rows - {None} - set(order)) != 1:
        return None
    return read_as(reading, MODIFY, max(ranked(reading).get(MODIFY, 0.0), TAKEN_FOR))


def _other_named(reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext) -> Mapping[str, Any] | None:
    """A refusal of what was read back, before the name of something else ("Amul nahi, Gokul ka dena"), is a change."""
    order = context.order or running_order(context.history, catalogue)
    if not order or not last_question(context.history):
        return None
    freed = {**reading, "slots": {**(reading.get("slots") or {}), "note": None}}
    standing = frozenset(word.key for sku in order for word in catalogue.by_sku[sku].spoken)
    pieces = lay_out(context.text, {**freed, "intent": {"name": MODIFY}}, catalogue, standing=standing)
    refused = refused_for_another(pieces, catalogue.part(order.keys()), catalogue)
    if not refused:
        return None
    start, end = refused[0].start, refused[-1].end
    others = [one for one in reading.get("mentions") or () if one["end"] <= start or end <= one["start"]]
    gone = {"start": start, "end": end, "text": context.text[start:end], "role": "remove", "options": []}
    freed["mentions"] = sorted([*others, gone], key=lambda one: int(one["start"]))
    return read_as(freed, MODIFY, max(ranked(reading).get(MODIFY, 0.0), TAKEN_FOR))


_REFUSING: Final = frozenset({"special_instruction", "out_of_scope", "deny", "place_order", "affirm"})


def _way_told(reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext) -> Mapping[str, Any] | None:
    """A few words with a way of paying and no good, after the question how, choose it."""
    del catalogue
    payment = (reading.get("slots") or {}).get("payment") or {}
    asked = context.asked == "payment" or cues().any_in(cues().way_questions, last_question(context.history))
    short = len(words(context.text.partition(",")[0])) <= _SHORT and not context.text.rstrip().endswith("?")
    gone = cues().any_in(cues().money_gone, context.text) or bool((reading.get("flags") or {}).get("paid"))
    if not payment.get("value") or not asked or not short or gone or reading.get("mentions"):
        return None
    return read_as(reading, "choose_payment", max(ranked(reading).get("choose_payment", 0.0), TAKEN_FOR))


_INSTRUCTION: Final = "special_instruction"
_PRICE: Final = "ask_price"
_HARDLY: Final = 0.02
# Each rule with the intents that it may put right, in the order in which they are tried.
_RULES: Final = (
    (MAY_CHANGE, as_plain_change),
    (MAY_CHANGE, as_plain_order),
    (frozenset({MODIFY, PLACE, "out_of_scope", "affirm"}), _enough),
    (frozenset({MODIFY, PLACE, "cancel_order", "special_instruction", "deny"}), let_be),
    (_ASIDES | {_PRICE}, _something_more),
    (frozenset({"claim_paid"}), paid_twice),
    (frozenset({"cancel_order"}), as_before),
    (frozenset({"cancel_order", "ask_menu", "out_of_scope"}), bought_before),
    (frozenset({"change_address"}), _left_there),
    (_NO_GOODS, _moved),
    (frozenset({"deny"}), _named_no),
    (_REFUSING, _other_named),
    (frozenset({"payment_problem", "claim_paid", "affirm", "out_of_scope", PLACE}), _way_told),
    (frozenset({"cancel_order", _ADDRESS, MODIFY}), _some_off),
    (frozenset({MODIFY}), _more_of_it),
    (frozenset({"cancel_order", "track_order", MODIFY}), moves_it),
    (frozenset({"cancel_order", "special_instruction"}), _made_less),
    (_TALK | {PLACE}, _counted_anew),
    (frozenset({_ADDRESS}), adds_there),
    (frozenset({PLACE}), puts_on_order),
    (frozenset({MODIFY}), _new_order),
    (frozenset({PLACE}), _less_of_it),
    (_OPENINGS, _goods_alone),
    (frozenset({"return_refund", "complaint"}), wished),
    (_OF_ORDERS, _paid_for),
    (_TALK | {MODIFY}, _answer),
    (frozenset({PLACE}), _confirmed),
    (frozenset({PLACE}), _money_astray),
    (frozenset({"ask_availability"}), _if_held),
    (frozenset({PLACE}), _price_asked),
    (frozenset({PLACE}), _how_asked),
)
