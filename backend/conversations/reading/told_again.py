"""What is to happen again, or has happened twice: an order as before, and money that went two times."""

import re
from collections.abc import Mapping
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words
from backend.conversations.reading.context import last_question
from backend.conversations.reading.intents import TAKEN_FOR, ranked, read_as
from backend.conversations.reading.pieces import cues, either
from backend.conversations.reading.types import ReadingContext

_TWICE: Final = (
    r"(?:twice|two times|double|mara mbili|mara 2|do baar|do bar|2 baar|don(?:da| vela)|दो बार|दोनदा|दोन वेळा)"
)
_GONE: Final = (
    r"(?:went|gone|charged|deducted|debited|paid|taken|sent|imekatwa|zimekatwa|nimekatwa|nimelipa|imetoka|imeenda|imelipwa"
    r"|kat(?:a|e|i| gay[aei]?)?|kate?le|gel[aei]|कट\w*|गए|गये|गेले|कापले)"
)
_PAID_TWICE: Final = re.compile(
    rf"\b{_GONE}\b[^.,;!?]{{0,16}}\b{_TWICE}|{_TWICE}[^.,;!?]{{0,16}}\b{_GONE}", re.IGNORECASE
)


def paid_twice(reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext) -> Mapping[str, Any] | None:
    """Money that went two times is a problem with it, and not only told of."""
    del catalogue
    if not _PAID_TWICE.search(context.text):
        return None
    return read_as(reading, "payment_problem", max(ranked(reading).get("payment_problem", 0.0), TAKEN_FOR))


def as_before(reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext) -> Mapping[str, Any] | None:
    """The same again, after an order that is done, cancels nothing unless a word says so."""
    del catalogue
    if (
        not (reading.get("flags") or {}).get("same_again")
        or not context.history
        or "?" in last_question(context.history)
    ):
        return None
    steers = either(cues().off, cues().negations, cues().refusals_after)
    if not steers.isdisjoint(fold(word) for _, _, word in words(context.text)):
        return None
    return read_as(reading, "place_order", max(ranked(reading).get("place_order", 0.0), TAKEN_FOR))


def asks_again(text: str) -> bool:
    """Whether a text asks for the order that was spoken of once more ("yahi order ek baar aur", "same order again")."""
    return _AGAIN.search(text) is not None and _THIS_ORDER.search(text) is not None and "?" not in text


_AGAIN: Final = re.compile(
    r"\b(?:again|once more|repeat|tena|mara nyingine|(?:ek )?ba+r aur|phir ?se|fir ?se|dobara|parat|punha)\b"
    r"|एक बार और|फिर से|दोबारा|परत|पुन्हा",
    re.IGNORECASE,
)
_THIS_ORDER: Final = re.compile(
    r"\b(?:this|that|the|same|yahi|wahi|vahi|yehi|hich|tich|hiyo(?: hiyo)?|ile(?: ile)?) (?:\w+ ){0,3}?(?:order|oda)\b"
    r"|\b(?:order|oda) (?:ile ile|hiyo hiyo|ile|hiyo)\b|(?:यही|वही|हीच|तीच|सेम) (?:ऑर्डर|आर्डर)",
    re.IGNORECASE,
)


def bought_before(
    reading: Mapping[str, Any], catalogue: Catalogue, context: ReadingContext
) -> Mapping[str, Any] | None:
    """What opens a conversation and asks to be sent what was bought before orders it again, and cancels nothing."""
    del catalogue
    if context.history or context.order or reading.get("mentions") or context.text.rstrip().endswith("?"):
        return None
    keys = {fold(_SEVERAL_ASKED.sub("", word.lower())) for _, _, word in words(context.text)}
    known = cues()
    told = not keys.isdisjoint(either(known.asks, known.wishes)) and _BOUGHT.search(context.text) is not None
    spoiled = (known.off, known.negations, known.refusals_after, known.pays)
    if not told or not keys.isdisjoint(either(*spoiled)) or known.any_in(_MONEY, context.text):
        return None
    return read_as(reading, "place_order", max(ranked(reading).get("place_order", 0.0), TAKEN_FOR))


_SEVERAL_ASKED: Final = re.compile(r"(?<=[ie]e)ni$")  # Swahili's plural: nitumieni, mniletee ni.
_BOUGHT: Final = re.compile(
    r"\b(?:(?:i|we) (?:bought|ordered|got|took)|(?:ni|tu)(?:li|me)(?:nunua|agiza|chukua|order)\w*"
    r"|mang(?:a|wa)y[aei]|kh?ar[ie]+d[aei]|(?:liy[aei]|order kiy[aei]) th[aeiy]+|magavl\w+|ghetl\w+)\b"
    r"|मंग(?:ा|वा)[एय]|खरीद[ाीे]|लि(?:या|ए|ये) थ[ाे]|मागवल|घेतल",
    re.IGNORECASE,
)
_MONEY: Final = frozenset(map(fold, ("money", "refund", "pesa", "paise", "paisa", "pese", "receipt", "bill", "पैसे")))
