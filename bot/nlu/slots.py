"""Reads the slots of a message out of its tagged spans: address, phone, payment, note, receipt."""

import itertools
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import regex

from bot.nlu import numbers, phones
from bot.nlu.features import Message, classes, stressed_classes
from bot.nlu.grammar.places import GENITIVES, SIDES, TRAILING, vague_places
from bot.nlu.normalise import fold
from bot.nlu.phones import Phone
from bot.nlu.phrases import Phrases
from bot.nlu.places import LEADS, brings, instructs, names_none
from bot.nlu.spans import Span

_PAYMENT_CLASSES = (("pay_upi", "upi"), ("pay_mpesa", "mpesa"), ("pay_card", "card"), ("pay_cod", "cod"))
_PAYMENT_PHRASES = (
    ("cod", r"pay (you )?w?h?en (it|you|they|the)|डिलीवरी पर (पैसे|कैश)"),
    ("cod", r"on delivery|on arrival|cash on|pay(ment)? at the door|mkononi|taslimu?|nikipokea|baada ya kupokea"),
    ("cod", r"(ni|tu|n)talip[ai]\w* .{0,10}[iuzvm]+ki(fika|ja|leta)|ikifika .{0,10}(ni|tu|n)talip"),
    ("cod", r"(mzigo|ikifika|ikija|ukifika|mkifika).{0,12}(lipa|pesa)|paise ghar|ghar.{1,4}paise|पैसे घर|घर.{1,3} पैसे"),
    ("upi", r"g ?pay|google pay|phone ?pe|amazon pay|यूपीआ|\bqr\b|गूगल पे|गुगल पे|फोन ?पे"),
    ("mpesa", r"m[- ]?pesa|\bstk\b|\btill\b|pay ?bill|lipa na"),
)  # fmt: skip
# Words sure enough to name a way of paying without the tagger.
_SURE = Phrases(
    (
        r"(?:mpesa|m-pesa|m pesa|upi|gpay|g pay|google pay|phonepe|paytm|cod|cash on delivery)\b",
        r"phone pe\b(?! (?:baat|bat|call|bol|bata|puch|pooch|likh|order|message|msg))",
        r"(?:stk|paybill|(?:pesa )?(?:taslimu|taslim)|vocha|vouchers?|coupons?|bitcoin|crypto|paypal|neft|cheque)\b",
        r"(?:ni|tu|n)talip[ai] (?:\w+ )?(?:ni|u|i|zi|vi|mu|m)ki(?:fika|ja|leta)\w*",
        r"pay(?:ing)? (?:you )?(?:(?:on|upon) (?:delivery|arrival)|(?:by|with|in) (?:card|cash))\b",
        r"(?:bonga points|(?:loyalty|reward) points|airtel money|t[- ]?kash|bank transfer|sodexo)\b",
        r"(?:gift|meal|food|shopping|\w+ points?) ?(?:card|voucher|coupon)s?\b",
        r"(?:vocha|vouchers?|coupons?|bitcoin|crypto|paypal|neft|cheque|hundi|(?:by|kwa) che(?:ck|ki)|check se)\b",
        r"(?:kwa|kwenye|to|on|via|through) (?:the |your |my |ile )?(?:till|card|kadi)\b",
        r"(?:(?:ni|tu|n)?(?:ta|na|me)?|ku)lip\w* (?:na|kupitia) (?:till|card|kadi)\b",
        r"(?:paise (?:ghar (?:pe|par)|ghari)|(?:ghar (?:pe|par)|ghari) paise) d(?:oo?n?g|un?g|eng|ein|et[oe]|enar)\w*",
        r"pay (?:you )?w?h?en (?:it|you|they|the \w+) (?:comes?|arrives?|reach\w*|gets? here)\b",
        r"(?:scanner|qr code|(?:my|debit|credit) card|(?:card|kadi) (?:se|ne|ya benki)|hela mkononi|pesa mkononi)\b",
    ),
    (
        "वाउचर|व्हाउचर|कूपन|गिफ्ट कार्ड|यूपीआ[ईय]|फोनपे|पेटीएम|कैश ऑन|कॅश ऑन|चेक(?:ने| ?से| द्वार[ाे])|पैसे (?:घर पर|घरी) द|(?:घर पर|घरी) पैसे द",
    ),
)
# Ways of paying that no shop takes here; each is asked about.
_OTHER_WAYS = (
    r"points|gift ?card|vou?cher|vocha|coupon|sodexo|airtel|t ?-? ?kash|transfer|bitcoin|crypto|paypal|neft|cheque"
    r"|वाउचर|व्हाउचर|कूपन|गिफ्ट कार्ड|चेक|hundi|\bche(?:ck|ki)\b"
)
_NOT_AFTER = frozenset(["nahi", "nahin", "nai", "nako", "नहीं", "नही", "नको", "नाही", "not", "sio", "si"])
_NOT_BEFORE = frozenset(["not", "no", "don't", "sio", "si", "without", "bila", "hapana"])
# "Mpesa iko na shida": a way of paying that does not work is not the one chosen.
_FAILS_WITHIN = 5
_FAILS = regex.compile(
    r"(yangu |iko |ina |me? |mein |is |my |app |leo |today )*(na )?(shida|down|not working)\b"
    r"|(yangu |leo )*(haifanyi|haishiki|imegoma|imekataa|imelala|inasumbua)\b"
    r"|(app |to |abhi |aaj )*(nahi|nahin|nai) (chal|ho|kaam)"
    r"|(app |to |abhi )*(band|bandh|down) (hai|ahe|padl)|chalat nahi"
    r"|नहीं (चल|हो)|(बंद|बन्द) (है|आहे|पड)|चालत नाही"
)
_MPESA_CODE = regex.compile(r"\b(?=[A-Z0-9]*\d)(?=[A-Z0-9]*[A-Z])[A-Z]{2}[A-Z0-9]{8}\b", regex.IGNORECASE)
_UTR = regex.compile(r"(?<!\d)(\d{12})(?!\d)")
_SUM = regex.compile(r"(?:ksh|kes|rs\.?|inr|₹)\s?([\d,]+(?:\.\d{1,2})?)", regex.IGNORECASE)
_TRIMMED = " \t\n,.;:-–|()।!*"
_GAP_TOKENS = 3
_HEAD_TOKENS = 5
_DOUBTFUL, _LIKELY, _CERTAIN = 0.4, 0.65, 0.8
_VAGUE_WORDS = 6
# The intents in which a place is one to deliver to.
ADDRESSED = frozenset({"place_order", "modify_order", "change_address", "affirm", "choose_payment", "deny"})


def text_of(message: Message, first: int, last: int) -> dict[str, Any]:
    """Give the raw text of a run of tokens with its offsets."""
    start, end = message.tokens[first].start, message.tokens[last - 1].end
    return {"text": message.text[start:end], "start": start, "end": end}


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
        if message.tokens[last - 1].norm in SIDES:
            break  # "Bank ke bagal me" is beside it.
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
    named = span.p > _LIKELY and tokens[0].text[:1].isupper() and any(token.norm == "," for token in tokens)
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


def fold_same_length(text: str) -> str:
    """Lower-case without moving any offset."""
    lower = text.lower()
    if len(lower) == len(text):  # No letter grows, so none may make up for another.
        return lower
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)


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


# --- payment


def payment_of(message: Message, spans: Sequence[Span], receipt: dict[str, Any] | None) -> dict[str, Any] | None:
    """Read the way of paying: the last one named that is not denied."""
    sure = _sure_runs(message)
    named = [(span.first, span.last) for span in spans if span.name == "PAYMENT"]
    named = [run for run in named if not any(a <= run[0] and run[1] <= b for a, b in sure)]
    told = [*sure, *_asked_runs(message)]
    named += [run for run in told if not any(a < run[1] and run[0] < b for a, b in named)]
    read = [(run, _payment_value(message, *run)) for run in sorted(named)]
    wanted = [item for item in read if not _denied(message, *item[0])]
    known = [item for item in wanted if item[1]] or [item for item in wanted if _paying(message, *item[0])]
    if not known:
        return _by_receipt(receipt)
    run, value = known[-1]
    return {"value": value, **text_of(message, *run), "supported": value is not None}


def _by_receipt(receipt: dict[str, Any] | None) -> dict[str, Any] | None:
    """An M-Pesa receipt names its way of paying."""
    if receipt is None or receipt["kind"] != "mpesa":
        return None
    return {
        "value": "mpesa", "text": receipt["text"], "start": receipt["start"], "end": receipt["end"], "supported": True,
    }  # fmt: skip


def _sure_runs(message: Message) -> list[tuple[int, int]]:
    folded = fold_same_length(message.text)
    return [
        (inside[0], inside[-1] + 1)
        for found in _SURE.finditer(folded)
        if (
            inside := [
                at for at, token in enumerate(message.tokens) if token.start < found.end() and token.end > found.start()
            ]
        )
    ]


def _asked_runs(message: Message) -> list[tuple[int, int]]:
    """Words of paying in an answer to the question how to pay, where they can mean nothing else."""
    if message.context.asked != "payment":
        return []
    ways = {name for name, _ in _PAYMENT_CLASSES} | {"pay_other"}
    return [
        (at, at + 1)
        for at, token in enumerate(message.tokens)
        if ways.intersection(stressed_classes(token.norm, token.sound))
    ]


def _payment_value(message: Message, first: int, last: int) -> str | None:
    text = " ".join(token.norm for token in message.tokens[max(0, first - 1) : last + 3])
    inside = " ".join(token.norm for token in message.tokens[first:last])
    seen = {name for token in message.tokens[first:last] for name in stressed_classes(token.norm, token.sound)}
    if "pay_other" in seen or regex.search(_OTHER_WAYS, inside):
        return None
    by_class = next((value for name, value in _PAYMENT_CLASSES if name in seen), None)
    by_phrase = next((value for value, pattern in _PAYMENT_PHRASES if regex.search(pattern, inside)), None)
    return (
        by_phrase
        or by_class
        or next((value for value, pattern in _PAYMENT_PHRASES if regex.search(pattern, text)), None)
    )


def _paying(message: Message, first: int, last: int) -> bool:
    seen = {name for token in message.tokens[first:last] for name in classes(token.norm, token.sound)}
    inside = " ".join(token.norm for token in message.tokens[first:last])
    return "pay_other" in seen or regex.search(_OTHER_WAYS, inside) is not None


def _denied(message: Message, first: int, last: int) -> bool:
    after = [token.norm for token in message.tokens[last : last + 2]]
    before = message.tokens[first - 1].norm if first else ""
    behind = " ".join(token.norm for token in message.tokens[last : last + _FAILS_WITHIN])
    fails = _FAILS.match(behind) is not None
    return fails or bool(after and after[0] in _NOT_AFTER) or before in _NOT_BEFORE


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
