"""Finds phone numbers of Kenya and India as people type them; one with a digit missing is found and called invalid."""

from dataclasses import dataclass

import regex

from bot.nlu.normalise import fold

_RUN = regex.compile(r"(?<![\p{L}\d])[+＋]?\(?\d(?:(?:[ \t]|[ \t]?[-()–/][ \t]?|\.)?\d){5,14}(?![\d])")
_SHAPES = (
    ("KE", regex.compile(r"(?:254|0)?([71]\d{8})")),
    ("IN", regex.compile(r"(?:91|0|0091)?([6-9]\d{9})")),
)
_PREFIX = {"KE": "+254", "IN": "+91"}
_SHORTEST, _LONGEST = 7, 14
# Money and codes that look like numbers: what stands right before them.
_NOT_PHONES = regex.compile(
    r"(?<![a-z])(?:utr|ref|txn|transaction|trans|upi ref|ref no|order|oda|#|ksh|kes|rs\.?|₹|till|paybill|code|"
    r"यूटीआर|ऑर्डर)\s*"
    r"(?:no\.?|id|number|:|#)?\s*$"
)
# What stands right before a phone number, however many digits of it are there ("mera number 90000 123").
_LED = regex.compile(
    r"\b(?:(?:phone|mobile|mob|whatsapp|contact)(?:\s+(?:no\.?|number|num))?|(?<!account |acc |card |meter )number|"
    r"(?:namba|no\.?) yangu(?: mpya)?|namba(?: ya simu)?|nambari|नंबर|नम्बर|मोबाइल|मोबाईल|"
    r"फोन|फ़ोन)\s*(?:is|ni|hai|aahe|है|आहे|[:\-–])?\s*$"
    # "Ye number dena ...", "नया नंबर लिखो ...", "note this number ..."
    r"|\b(?<!account |acc |card |meter |flat |order )(?:number|no\.?|namba|नंबर|नम्बर)\s+"
    r"(?:dena|de|do|dijiye|likh\w*|note|save|andika|mpe|ghya|dya|देना|दे|दो|दीजिए|लिख\w*|द्या|घ्या)"
    r"(?:\s+(?:lo|lena|kar|karo|kara|ghya|लो|लेना|करो|करा))?\s*[:\-–]?\s*$"
)


@dataclass(frozen=True)
class Phone:
    """A number in the text; `e164` is None where it cannot be a number of either country."""

    start: int
    end: int
    text: str
    e164: str | None


def find_phones(text: str, region: str | None = None) -> list[Phone]:
    """Return the phone numbers of a message.

    Args:
        text: the raw message.
        region: the merchant's country (KE or IN), which decides a number that could be either's.

    Returns:
        Numbers in order; invalid ones only where they are clearly meant as a phone number.
    """
    out = []
    for found in _RUN.finditer(text):
        digits = "".join(fold(char) for char in found[0] if char.isdecimal())
        before = fold(text[: found.start()])
        if len(digits) > _LONGEST or (_NOT_PHONES.search(before) and not found[0].startswith("+")):
            continue
        e164 = normalise(digits, region, plus=found[0].lstrip().startswith("+"))
        led = len(digits) >= _SHORTEST and _LED.search(before) is not None
        if e164 or led or _meant_as_phone(found[0], digits):
            out.append(Phone(found.start(), found.end(), found[0], e164))
    return out


def normalise(digits: str, region: str | None, *, plus: bool = False) -> str | None:
    """Give the E.164 form of a run of digits, or None."""
    hits = {country: match[1] for country, shape in _SHAPES if (match := shape.fullmatch(digits))}
    if plus:
        hits = {country: body for country, body in hits.items() if digits.startswith(_PREFIX[country][1:])}
    chosen = region if region in hits else next(iter(hits), None)
    return f"{_PREFIX[chosen]}{hits[chosen]}" if chosen else None


def _meant_as_phone(text: str, digits: str) -> bool:
    """Tell a mistyped phone number from a price, a pin code or a receipt."""
    international = text.lstrip().startswith("+") or (digits.startswith(("254", "91")) and len(digits) >= 11)  # noqa: PLR2004
    local = digits.startswith(("07", "01", "09", "08")) and len(digits) >= _SHORTEST
    bare = digits[0] in "789" and len(digits) in {9, 11}
    return international or local or bare
