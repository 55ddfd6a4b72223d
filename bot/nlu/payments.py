"""Reads the way of paying out of a message: the one that is named, not denied, and works."""

from collections.abc import Sequence
from typing import Any

import regex

from bot.nlu.features import Message, classes, stressed_classes
from bot.nlu.flags import flags_of
from bot.nlu.phrases import Phrases
from bot.nlu.spans import Span
from bot.nlu.texts import fold_same_length, text_of

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
        r"(?:stk|paybill|(?:pesa )?(?:taslimu|taslim))\b",
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
        "वाउचर|व्हाउचर|कूपन|गिफ्ट कार्ड|यूपीआ[ईय]|फोनपे|पेटीएम|कैश ऑन|कॅश ऑन|चेक(?:ने| ?से| द्वार[ाे])",
        "पैसे (?:घर पर|घरी) द|(?:घर पर|घरी) पैसे द",
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
_TWO = 2
# Before the ways that share a sum.
_PARTS = frozenset(
    (
        "half", "aadha", "aadhe", "adha", "adhe", "aadhi", "ardha", "ardhe", "nusu", "part", "baki", "baaki", "rest",
        "balance", "remaining", "thoda", "thode", "ingine", "nyingine", "आधा", "आधे", "अर्धा", "अर्धे", "बाकी", "उरलेले",
    )
)  # fmt: skip
_FAILS = regex.compile(
    r"(yangu |iko |ina |me? |mein |is |my |app |leo |today )*(na )?(shida|down|not working)\b"
    r"|(yangu |leo )*(haifanyi|haishiki|imegoma|imekataa|imelala|inasumbua)\b"
    r"|(app |to |abhi |aaj )*(nahi|nahin|nai) (chal|ho|kaam)"
    r"|(app |to |abhi )*(band|bandh|down) (hai|ahe|padl)|chalat nahi"
    r"|नहीं (चल|हो)|(बंद|बन्द) (है|आहे|पड)|चालत नाही"
)


def payment_of(
    message: Message, spans: Sequence[Span], receipt: dict[str, Any] | None, intent: str = ""
) -> dict[str, Any] | None:
    """Read the way of paying: the last one named that is not denied; two that share the sum leave it open.

    Args:
        message: The message.
        spans: What the tagger found in it.
        receipt: The receipt that it names.
        intent: What it is; who tells of a payment that failed names its way all the same.
    """
    sure = _sure_runs(message)
    named = [(span.first, span.last) for span in spans if span.name == "PAYMENT"]
    named = [run for run in named if not any(a <= run[0] and run[1] <= b for a, b in sure)]
    told = [*sure, *_asked_runs(message)]
    named += [run for run in told if not any(a < run[1] and run[0] < b for a, b in named)]
    read = [(run, _payment_value(message, *run)) for run in sorted(named) if not _is_credit(message, *run)]
    wanted = [item for item in read if not _denied(message, *item[0], told=intent == "payment_problem")]
    known = [item for item in wanted if item[1]] or [item for item in wanted if _paying(message, *item[0])]
    if not known:
        return _by_receipt(receipt)
    run, value = known[-1]
    value = None if _share_the_sum(message, known) else value
    return {"value": value, **text_of(message, *run), "supported": value is not None}


def _is_credit(message: Message, first: int, last: int) -> bool:
    """Whether "credit" is to pay later ("na credit, nitalipa end month"), and no card."""
    alone = last == first + 1 and message.tokens[first].norm == "credit"
    return alone and message.words[last : last + 1] != ["card"] and flags_of(message.text)["credit"]


def _share_the_sum(message: Message, known: Sequence[tuple[tuple[int, int], str | None]]) -> bool:
    """Whether two ways are to pay a half each ("aadha paytm aadha cash"), which no order can be settled by."""
    if len({value for _, value in known}) < _TWO:
        return False
    near = (message.words[max(run[0] - _TWO, 0) : run[0]] for run, _ in known)
    return sum(not _PARTS.isdisjoint(words) for words in near) >= _TWO


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


def _denied(message: Message, first: int, last: int, *, told: bool) -> bool:
    after = [token.norm for token in message.tokens[last : last + 2]]
    before = message.tokens[first - 1].norm if first else ""
    behind = " ".join(token.norm for token in message.tokens[last : last + _FAILS_WITHIN])
    fails = not told and _FAILS.match(behind) is not None
    return fails or bool(after and after[0] in _NOT_AFTER) or before in _NOT_BEFORE
