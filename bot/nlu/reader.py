"""The whole reading of one message: language, intent, goods, amounts, slots, flags."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.nlu.amounts import Amount
from bot.nlu.asked import context_of
from bot.nlu.edges import with_edges
from bot.nlu.features import Message, prepare
from bot.nlu.flags import flags_of
from bot.nlu.intents import intent_features
from bot.nlu.language import language_of
from bot.nlu.linear import LinearModel, Ranked
from bot.nlu.mentions import mentions_of
from bot.nlu.payments import payment_of
from bot.nlu.places import names_none
from bot.nlu.slots import address_of, note_of, phone_of, receipt_of
from bot.nlu.spans import MODEL_FILE, VOCABULARY_FILE, Span, SpanTagger, Tag, spans
from bot.nlu.texts import text_of
from bot.nlu.training import Trained
from bot.nlu.warming import meet

VERSION = 1
_BESIDE_A_NUMBER = 2  # a full stop and a space
_SHAPE_P = 0.97
_TWO_MINDS = 0.6
_MISTAKEN = 0.4
_CODE = re.compile(r'\{\s*"|</?[a-z]+>')
PARTS = (MODEL_FILE, VOCABULARY_FILE, "intents.npz", "intents.json", "languages.npz", "languages.json")
_BLOCKING = frozenset({"ADDRESS", "PHONE", "NOTE", "RECEIPT"})
_LOOSE = frozenset({"ITEM", "REMOVE", "PAYMENT"})
# What people mean who speak of a place and name none to deliver to.
_SPEAK_OF_PLACES = frozenset({"ask_delivery", "special_instruction", "ask_human"})
Reading = dict[str, Any]


@dataclass(frozen=True)
class Reader:
    """A trained reader; the same message and context always give the same reading."""

    spans: SpanTagger
    intents: LinearModel
    languages: LinearModel

    @classmethod
    def of(cls, trained: Trained) -> "Reader":
        """Wrap freshly trained parts."""
        return cls(trained.spans, trained.intents, trained.languages)

    def save(self, folder: Path) -> None:
        """Write all parts into a folder."""
        self.spans.save(folder)
        self.intents.save(folder, "intents")
        self.languages.save(folder, "languages")

    @classmethod
    def load(cls, folder: Path) -> "Reader":
        """Read all parts from a folder."""
        tagger = SpanTagger.load(folder)
        meet(tagger.common)
        return cls(tagger, LinearModel.load(folder, "intents"), LinearModel.load(folder, "languages"))

    def read(self, text: str, metadata: Mapping[str, Any] | None = None) -> Reading:
        """Read a message in its context; the shape of the result is the seam to the backend."""
        message = prepare(text, context_of(metadata))
        tags = self.spans.tag(message)
        ranking = told_by_shape(message, self.intents.rank(intent_features(message, tags)))
        return assemble(message, tags, ranking, language_of(message, self.languages))


def told_by_shape(message: Message, ranking: Sequence[Ranked]) -> Sequence[Ranked]:
    """Tell what a message is by its shape, where letters and words say nothing and the model would only guess.

    A phone number and nothing else is an answer that serves the order; a piece of code is nobody's order.
    """
    if _CODE.search(message.text):
        return _told("out_of_scope", ranking)
    phone = phone_of(message)
    if phone is None or not phone["valid"]:
        return ranking
    beside = len(message.text.strip()) - (phone["end"] - phone["start"])
    if beside > _BESIDE_A_NUMBER:
        return ranking
    return _told("place_order", ranking)


def _told(intent: str, ranking: Sequence[Ranked]) -> Sequence[Ranked]:
    return (Ranked(intent, _SHAPE_P), *(item for item in ranking if item.name != intent))


def assemble(message: Message, tags: Sequence[Tag], ranking: Sequence[Ranked], language: Mapping[str, Any]) -> Reading:
    """Put the parts of a reading together."""
    receipt = receipt_of(message)
    tags = with_edges(message, without_codes(message, tags, receipt))
    found = spans(tags)
    amounts = chosen_amounts(message, tags)
    ranking = without_place(message, found, ranking)
    intent = ranking[0].name
    return {
        "version": VERSION,
        "language": dict(language),
        "intent": {"name": intent, "confidence": round(ranking[0].p, 4)},
        "intent_ranking": [{"name": item.name, "confidence": round(item.p, 4)} for item in ranking[:5]],
        "amounts": [_amount_json(message, amount) for amount in amounts],
        "mentions": [mention.as_json(message) for mention in mentions_of(message, found, amounts, intent)],
        "slots": _slots(message, found, receipt, intent),
        "flags": flags_of(message.text),
        "tokens": [
            {
                "start": token.start,
                "end": token.end,
                "text": token.text,
                "norm": token.norm,
                "tag": tag.name,
                "p": tag.p,
                "met": tag.met,
            }
            for token, tag in zip(message.tokens, tags, strict=True)
        ],
    }


def without_place(message: Message, found: Sequence[Span], ranking: Sequence[Ranked]) -> Sequence[Ranked]:
    """Tell what a message is that was taken to change the address, where its place is only spoken of."""
    places = [span for span in found if span.name == "ADDRESS"]
    ordered = any(span.name == "ITEM" for span in found)
    spoken = places and all(names_none(message, span, ordered=ordered) for span in places)
    if ranking[0].name != "change_address" or not spoken:
        return ranking
    meant = next((item.name for item in ranking if item.name in _SPEAK_OF_PLACES), ranking[0].name)
    return (Ranked(meant, ranking[0].p), *(item for item in ranking if item.name != meant))


def without_codes(message: Message, tags: Sequence[Tag], receipt: Mapping[str, Any] | None) -> list[Tag]:
    """Take the tags of receipts and phones back where there is no such thing: numbers among goods never met look so."""
    held = {"RECEIPT": bool(receipt), "PHONE": bool(message.phones)}
    return [tag if held.get(tag.name, True) else tag._replace(name="O", p=min(tag.p, _MISTAKEN)) for tag in tags]


def _slots(message: Message, found: Sequence[Span], receipt: dict[str, Any] | None, intent: str) -> dict[str, Any]:
    return {
        "address": address_of(message, found, intent),
        "phone": phone_of(message),
        "payment": payment_of(message, found, receipt, intent),
        "note": note_of(message, found),
        "receipt": receipt,
    }


def chosen_amounts(message: Message, tags: Sequence[Tag]) -> list[Amount]:
    """Keep the amounts that the tagger agrees with, and sure ones that it left unlabelled."""
    out = []
    for amount in message.amounts:
        names = [tags[at].name for at in range(amount.first, amount.last)]
        start = message.tokens[amount.first].start
        if any(phone.start <= start < phone.end for phone in message.phones) or any(
            name in _BLOCKING for name in names
        ):
            continue
        agreed = "AMOUNT" in names or (amount.unit is not None and _at_a_loss(tags[amount.first : amount.last]))
        loose = amount.sure and not any(name in _LOOSE for name in names)
        if agreed or loose:
            out.append(amount)
    return out


def _at_a_loss(tags: Sequence[Tag]) -> bool:
    """Whether the tagger left words unlabelled and was of two minds about each."""
    return all(tag.name == "O" and tag.p < _TWO_MINDS for tag in tags)


def _amount_json(message: Message, amount: Amount) -> dict[str, Any]:
    return {
        **text_of(message, amount.first, amount.last),
        "value": amount.value, "high": amount.high, "unit": amount.unit, "kind": amount.kind,
        "currency": amount.currency, "repeat": amount.repeat,
    }  # fmt: skip
