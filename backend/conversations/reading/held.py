"""Whether what the bot took for an address, a note or a way of paying holds goods of the shop."""

from collections.abc import Mapping
from itertools import dropwhile
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words, words_before, words_behind
from backend.catalog.linking.quantities import Wanted
from backend.catalog.linking.resolve import Status, resolve
from backend.catalog.linking.terms import is_unit, read_keys, spoken_number
from backend.conversations.reading.layout import lay_out
from backend.conversations.reading.pieces import Kind, cues, places_of
from backend.conversations.reading.with_each import gives_with_each

_A_GUESS: Final = 0.65
_LONGEST_NAME: Final = 3
_BEFORE: Final = 2
_BESIDES: Final = frozenset(
    map(fold, ("upar", "varun", "saath", "sath", "se", "mein", "me", "ऊपर", "वरून", "साथ", "से", "में"))
)
_ANDS: Final = frozenset({"aur", "और"})  # Folded, they are "or", which may lead to a way of paying.


def holds_goods(text: str, address: Mapping[str, Any], catalogue: Catalogue) -> bool:
    """Whether an address that is little more than a guess holds a word for goods, or ends right before one."""
    if address.get("vague") or float(address.get("confidence", 1.0)) >= _A_GUESS or address.get("start") is None:
        return False
    said = [fold(word) for _, _, word in words(text[address["start"] : address["end"]])]
    after = [fold(word) for _, _, word in words_behind(text, address["end"])][:1]
    return not catalogue.index.by_key.keys().isdisjoint([*said, *after])


def says_only_a_number(slot: Mapping[str, Any] | None) -> bool:
    """Whether all that is left of an address is a number and a word that may lead to one ("no 6")."""
    said = [fold(word) for _, _, word in words(str((slot or {}).get("text") or ""))]
    return bool(said) and all(key.isdigit() or key in cues().number_words or key in cues().corrections for key in said)


def is_loose_talk(text: str, reading: Mapping[str, Any], catalogue: Catalogue, note: Mapping[str, Any]) -> bool:
    """Whether a note that the bot is unsure of counts goods of the shop ("family pack and 2 mango tubs").

    So does one that begins with the unit of the number before it ("5|W LED").
    """
    start, end = note.get("start"), note.get("end")
    if start is None or end is None:
        return False
    if text[:start][-1:].isdigit() and is_unit(fold(words(text[start:end])[0][2])):
        return True
    sure = [float(one.get("p", 1.0)) for one in reading.get("tokens") or () if start <= one["start"] < end]
    if not sure or sum(sure) / len(sure) >= _A_GUESS:
        return False
    before = words_before(text, start)[-1:]
    said = (fold(word) for _, _, word in [*before, *words(text[start:end])])
    keys = [key for key in said if key not in cues().joins]
    sold = [key in catalogue.index.by_key and not key.isdigit() for key in keys]
    counts = [key.isdigit() or spoken_number(key) is not None for key in keys]
    return any(
        one and (count or other) for one, other, count in zip(sold, [*sold[1:], False], [False, *counts], strict=False)
    )


def counts_alike(note: Mapping[str, Any], catalogue: Catalogue) -> bool:
    """Whether a note says that there are to be as many of a good of the shop as of another ("kanda tevdhach")."""
    text = str(note.get("text") or "")
    alike = bool(places_of(cues().same_count, text)) or gives_with_each(text)
    return alike and any(fold(word) in catalogue.index.by_key for _, _, word in words(text))


def names_good(text: str, reading: Mapping[str, Any], catalogue: Catalogue, note: Mapping[str, Any]) -> bool:
    """Whether a note says no more than what a row is called, or a part of it that tells which ("gift bag").

    A word like "besides" may stand before it where a number counts it ("upar se gift paper ek").
    """
    start, end = int(note.get("start") or 0), int(note.get("end") or 0)
    said = words(text[start:end])
    if any(one["start"] >= end and not text[end : one["start"]].strip() for one in reading.get("amounts") or ()):
        said = tuple(dropwhile(lambda word: fold(word[2]) in _BESIDES, said))
    if not 0 < len(said) <= _LONGEST_NAME:
        return False
    bare = {**reading, "slots": {}, "mentions": [], "tokens": []}
    pieces = [one for one in lay_out(text, bare, catalogue, trusted=True) if start + said[0][0] <= one.start < end]
    if not pieces or any(one.kind is not Kind.GOODS for one in pieces):
        return False
    found = resolve(catalogue, read_keys(tuple(one.key for one in pieces)), Wanted())
    if _begins_name(text, reading, start, end, catalogue):
        return True
    return found.exact or (len(said) > 1 and found.status is Status.OPEN)


def _begins_name(text: str, reading: Mapping[str, Any], start: int, end: int, catalogue: Catalogue) -> bool:
    """Whether a note and the good right behind it are a row's whole name ("jain" + "full thali")."""
    behind = [fold(word) for _, _, word in words_behind(text, end)][:_LONGEST_NAME]
    led = tuple(fold(word) for _, _, word in words(text[start:end]))
    if not any(text[end : int(one["start"])].isspace() for one in _named(reading)):
        return False
    names = ((*led, *behind[:width]) for width in range(1, len(behind) + 1))
    found = (resolve(catalogue, read_keys(name), Wanted()) for name in names)
    return any(one.exact and one.rule == "alias" for one in found)


def _named(reading: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    mentions = reading.get("mentions") or ()
    return [part for one in mentions for part in (one, *(one.get("options") or ()))]


def is_good(text: str, payment: Mapping[str, Any], catalogue: Catalogue) -> bool:
    """Whether a way of paying is a good of this shop ("roses and one card"), with no word of paying before it."""
    if payment.get("start") is None or fold(str(payment.get("text") or "")) not in catalogue.index.by_key:
        return False
    before = [fold(word) for _, _, word in words_before(text, payment["start"])[-_BEFORE:] if word.lower() not in _ANDS]
    return bool(before) and cues().pays.isdisjoint(before)
