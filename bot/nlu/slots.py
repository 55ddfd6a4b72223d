"""Reads the slots of a message out of its tagged spans: address, phone, note, receipt."""

import itertools
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import regex

from bot.nlu import numbers, phones
from bot.nlu.features import Message, classes
from bot.nlu.grammar.places import GENITIVES, SIDES, TRAILING
from bot.nlu.grammar.vague_places import vague_places
from bot.nlu.normalise import fold
from bot.nlu.phones import Phone
from bot.nlu.phrases import Phrases
from bot.nlu.places import BEING_AT, LEADS, brings, instructs, names_none
from bot.nlu.spans import Span
from bot.nlu.texts import fold_same_length, text_of

_MPESA_CODE = regex.compile(r"\b(?=[A-Z0-9]*\d)(?=[A-Z0-9]*[A-Z])[A-Z]{2}[A-Z0-9]{8}\b", regex.IGNORECASE)
_UTR = regex.compile(r"(?<!\d)(\d{12})(?!\d)")
_SUM = regex.compile(r"(?:ksh|kes|rs\.?|inr|₹)\s?([\d,]+(?:\.\d{1,2})?)", regex.IGNORECASE)
_TRIMMED = " \t\n,.;:-–|()।!*"
_OF_IT = frozenset({"chya", "च्या"})
_GAP_TOKENS = 3
_HEAD_TOKENS = 5
_DOUBTFUL, _LIKELY, _CERTAIN = 0.4, 0.65, 0.8
_VAGUE_WORDS = 6
# The intents in which a place is one to deliver to.
ADDRESSED = frozenset({"place_order", "modify_order", "change_address", "affirm", "choose_payment", "deny"})


def _trimmed(message: Message, start: int, end: int) -> dict[str, Any]:
    raw = message.text[start:end]
    lead = len(raw) - len(raw.lstrip(_TRIMMED))
    text = raw.strip(_TRIMMED)
    return {"text": text, "start": start + lead, "end": start + lead + len(text)}


# --- address


def address_of(message: Message, spans: Sequence[Span], intent: str) -> dict[str, Any] | None:
    """Read the delivery address: the tagged stretches, joined where they belong together; a question names none."""
    if intent not in ADDRESSED:
        return None
    ordered = any(span.name == "ITEM" for span in spans)
    found = [
        part
        for span in spans
        if span.name == "ADDRESS"
        for part in _sentences(message, span)
        if _is_place(message, part) and not names_none(message, part, ordered=ordered)
    ]
    if not found:
        return _vague_place(message)
    runs = _runs(found)
    best = max(runs, key=lambda run: sum(span.last - span.first for span in run))
    close = [span for span in found if span.p >= 0.5 and span.last - span.first > 1]  # noqa: PLR2004 - more likely than not
    parts = best if len(runs) == 1 else [span for span in found if span in best or span in close]
    pieces = [
        _trimmed(
            message, message.tokens[_without_head(message, run)].start, message.tokens[_without_tail(message, run)].end
        )
        for run in _runs(parts)
    ]
    text = " ".join(piece["text"] for piece in pieces if piece["text"])
    if not text:
        return _vague_place(message)
    confidence = min(span.p for span in parts)
    short = not any(map(str.isdecimal, text)) and len(text.split()) <= _VAGUE_WORDS and text.count(",") <= 1
    return {
        "text": text,
        "start": pieces[0]["start"],
        "end": pieces[-1]["end"],
        "confidence": confidence,
        "vague": short and _vague_place(message) is not None,
    }


def _sentences(message: Message, span: Span) -> list[Span]:
    """Cut a place at full stops and line ends, and leave out long sentences that name no place where another does."""
    cuts = [
        at
        for at in range(span.first, span.last)
        if message.tokens[at].norm in {".", "\n", "।"} and not _abbreviates(message, at)
    ]
    edges = [span.first, *cuts, span.last]
    parts = [Span(span.name, a + (a in cuts), b, span.p) for a, b in itertools.pairwise(edges) if b > a + (a in cuts)]
    placed = [part for part in parts if _names_place(message, part)]
    kept = [part for part in parts if part in placed or _is_short(message, part)]
    return kept if placed else parts


def _is_short(message: Message, part: Span) -> bool:
    """Whether a sentence is a few words and all of them the place's: no part of a longer one, as "Watchman has it"."""
    behind = message.tokens[part.last].norm if part.last < len(message.tokens) else "."
    return part.last - part.first <= _GAP_TOKENS and not behind[:1].isalpha()


def _abbreviates(message: Message, at: int) -> bool:
    """Tell the stop in "no." or "Soc." from one that ends a sentence."""
    before = message.tokens[at - 1].norm if at else ""
    return message.tokens[at].norm == "." and (len(before) <= _GAP_TOKENS or _tight_after(message, at))


def _tight_after(message: Message, at: int) -> bool:
    return at + 1 < len(message.tokens) and message.tokens[at + 1].start == message.tokens[at].end


def _names_place(message: Message, span: Span) -> bool:
    return any("place" in classes(token.norm, token.sound) for token in message.tokens[span.first : span.last])


def _runs(spans: Sequence[Span]) -> list[list[Span]]:
    out: list[list[Span]] = []
    for span in spans:
        if out and span.first - out[-1][-1].last <= _GAP_TOKENS:
            out[-1].append(span)
        else:
            out.append([span])
    return out


def _without_head(message: Message, run: Sequence[Span]) -> int:
    """Leave off what leads to a place ("... mniletee", "patta"); keep at least one token."""
    first, last = run[0].first, run[-1].last - 1
    heads = [
        at
        for at in range(first, min(first + _HEAD_TOKENS, last))
        if brings(message.tokens[at].norm) and message.tokens[at + 1].norm != ","
    ]
    first = heads[-1] + 1 if heads else first
    while first < last and message.tokens[first].norm in LEADS | {",", ":", "."}:
        first += 1
    return first


def _without_tail(message: Message, run: Sequence[Span]) -> int:
    """Leave off the postposition after a place ("... pe"), and thanks; keep at least one token."""
    last = run[-1].last - 1
    while last > run[0].first and message.tokens[last].norm in TRAILING | {",", "."} and not _owned(message, last):
        if message.tokens[last - 1].norm in SIDES | _OF_IT:
            break  # "Bank ke bagal me" is beside it, and "Bank chya var" above it.
        last -= 1
    return last


def _owned(message: Message, at: int) -> bool:
    """Whether a word names whose the place before it is ("duka la simu"); a number's ("namba ya simu") is none."""
    before = [token.norm for token in message.tokens[max(at - 2, 0) : at]] or [""]
    return before[-1] in GENITIVES and before[0] not in TRAILING and not brings(message.tokens[at].norm)


def _is_place(message: Message, span: Span) -> bool:
    """Tell a place from a phone number, and from a doubtful stretch in which no word names a place."""
    tokens = message.tokens[span.first : span.last]
    if span.p <= _DOUBTFUL or any(phone.start <= tokens[0].start < phone.end for phone in message.phones):
        return False
    written = tokens[0].text[:1].isupper()
    named = span.p > _LIKELY and written and any(token.norm == "," for token in tokens)
    named = named or (written and span.first > 0 and message.tokens[span.first - 1].norm in BEING_AT)
    return span.p > _CERTAIN or named or _names_place(message, span)


@lru_cache(maxsize=1)
def _vague_phrases() -> Phrases:
    return Phrases(*vague_places())


def _vague_place(message: Message) -> dict[str, Any] | None:
    found = _vague_phrases().search(fold_same_length(message.text))
    if not found or instructs(message, found.start()):
        return None
    return {
        "text": message.text[found.start() : found.end()].strip(),
        "start": found.start(),
        "end": found.end(),
        "confidence": 0.5,
        "vague": True,
    }


# --- phone


def phone_of(message: Message) -> dict[str, Any] | None:
    """Choose the phone number: a valid one before a broken one, the last before the first."""
    spoken = _spoken_phone(message)
    found = [*message.phones, *([spoken] if spoken else [])]
    if not found:
        return None
    best = max(found, key=lambda phone: (phone.e164 is not None, phone.start))
    return {"e164": best.e164, "text": best.text, "start": best.start, "end": best.end, "valid": best.e164 is not None}


def _spoken_phone(message: Message) -> Phone | None:
    """Read a number said digit by digit ("zero seven two two ...")."""
    words, at = message.words, 0
    while at < len(words):
        digits, end = "", at
        while end < len(words):
            digit = _digit(words[end])
            if not digit:
                break
            digits, end = digits + digit, end + 1
        e164 = phones.normalise(digits, message.context.region) if len(digits) >= 9 else None  # noqa: PLR2004
        if e164:
            place = text_of(message, at, end)
            return Phone(place["start"], place["end"], place["text"], e164)
        at = max(end, at + 1)
    return None


@lru_cache(maxsize=16384)
def _digit(word: str) -> str:
    """Read one digit said as a word, empty where it says none."""
    hit = numbers.read((word,))
    return str(hit[0]) if hit and hit[0] <= 9 else ""  # noqa: PLR2004 - one digit


# --- note and receipt


def note_of(message: Message, spans: Sequence[Span]) -> dict[str, Any] | None:
    """Read the instruction: every tagged stretch, in order."""
    found = [span for span in spans if span.name == "NOTE"]
    if not found:
        return None
    parts = [_trimmed(message, message.tokens[span.first].start, message.tokens[span.last - 1].end) for span in found]
    return {
        "text": "; ".join(part["text"] for part in parts if part["text"]),
        "start": parts[0]["start"],
        "end": parts[-1]["end"],
    }


def receipt_of(message: Message) -> dict[str, Any] | None:
    """Read a receipt code and its sum; what it says is the sender's claim and nothing more."""
    code = next(
        (found for found in _MPESA_CODE.finditer(message.text) if sum(char.isdecimal() for char in found[0]) > 1), None
    )
    utr = None if code else _UTR.search(_in_ascii_digits(message.text))
    found = code or (
        utr
        if utr and not any(phone.e164 and phone.start <= utr.start() < phone.end for phone in message.phones)
        else None
    )
    if found is None:
        return None
    amount = _SUM.search(message.text)
    minor = round(float(amount[1].replace(",", "")) * 100) if amount else None
    kind = "mpesa" if code else "upi"
    return {
        "code": found[0].upper(),
        "kind": kind,
        "amount_minor": minor,
        "text": message.text[found.start() : found.end()],
        "start": found.start(),
        "end": found.end(),
    }


def _in_ascii_digits(text: str) -> str:
    return text if text.isascii() else "".join([fold(char) if char.isdecimal() else char for char in text])
