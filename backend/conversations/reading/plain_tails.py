"""What people say around an order in so many words: where it goes, how it is paid, a number, a time, a greeting.

It is blanked out, so that what is left may be parsed whole; the bot has found addresses, numbers and ways of paying.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words
from backend.conversations.reading.pieces import cues
from backend.conversations.reading.plain_words import Keys, amount_said, grammar_words, lists, names_of, number_said
from backend.conversations.reading.recent import Recent

_ADDRESS: Final = "address"
_LONGEST_PHRASE: Final = 5
_LAST_HOUR: Final = 12
_BLANK: Final = "\n"
_SIGN: Final = re.compile(r"[,.:;!।\n]")
_BREAK: Final = re.compile(r"[:\n]")
_BESIDE: Final = " \t,.:;-–!।|"
_Words = Sequence[tuple[int, int, str]]


class Around(NamedTuple):
    """A message without what stands around its goods, of the same length, and its address without goods and verbs.

    Of a message with a word that no order in so many words can hold, nothing is left.
    """

    goods: str
    address: Mapping[str, Any] | None


_RECENT: Final = Recent[tuple[str, Catalogue, Any, Any, Any], Around]()


def around(text: str, reading: Mapping[str, Any], catalogue: Catalogue) -> Around:
    """Blank what is said around the goods of a message; what may be of goods stays, so that they are not read whole."""
    slots = reading.get("slots") or {}
    address, phone, payment = slots.get(_ADDRESS), slots.get("phone"), slots.get("payment")
    told = {_ADDRESS: address, "phone": phone, "payment": payment}
    return _RECENT.get((text, catalogue, address, phone, payment), lambda: _around(text, told, catalogue))


def _around(text: str, slots: Mapping[str, Mapping[str, Any] | None], catalogue: Catalogue) -> Around:
    said = words(text)
    keys = tuple([fold(word) for _, _, word in said])
    address = _without_goods(text, slots[_ADDRESS], catalogue)
    marked: set[int] = set()
    for name, told in slots.items():
        slot = address if name == _ADDRESS else told
        if slot and slot.get("start") is not None:
            held = [place for place, one in enumerate(said) if slot["start"] <= one[0] < slot["end"]]
            if held and not (name == _ADDRESS and _runs_on(text, said, keys, held, catalogue)):
                marked.update(_with_verbs(name, keys, held))
    strange = set(keys) - _vocabulary(catalogue)
    if strange and any(
        keys[place] in strange and place not in marked and not amount_said(one[2]) for place, one in enumerate(said)
    ):
        return Around("", address)
    if not _starts().isdisjoint(keys):
        marked.update(place for run in _asides(keys, said, catalogue) for place in run)
    trimmed = _without_verbs(text, address, said, keys)
    return Around(_blanked(text, said, marked) if marked else text, trimmed)


def _vocabulary(catalogue: Catalogue) -> frozenset[str]:
    """The folded words of a shop's names, of the grammar, and of what may be said around an order."""
    known: frozenset[str] | None = catalogue.said.get(_vocabulary)
    if known is None:
        names = {key for name in names_of(catalogue) for key in name}
        known = catalogue.said[_vocabulary] = frozenset(names | grammar_words() | _around_words())
    return known


def _without_goods(text: str, address: Mapping[str, Any] | None, catalogue: Catalogue) -> Mapping[str, Any] | None:
    """An address without counted goods of the shop that a sign parts from it, or none where all of it is such goods."""
    if not address or address.get("start") is None:
        return address
    start, end = int(address["start"]), int(address["end"])
    parts = [part for part in _parts(text, start, end, _SIGN) if part[0] < part[1]]
    if parts and all(_is_goods(text[first:last], catalogue) for first, last in parts):
        return None
    lines = list(_parts(text, start, end, _BREAK))
    kept = [line for line in lines if not _is_goods(text[line[0] : line[1]], catalogue)]
    if len(kept) == len(lines) or not kept:
        return address
    return _as_address(text, address, kept[0][0], kept[-1][1])


def _parts(text: str, start: int, end: int, sign: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    for found in sign.finditer(text, start, end):
        yield start, found.start()
        start = found.end()
    yield start, end


def _as_address(text: str, address: Mapping[str, Any], start: int, end: int) -> Mapping[str, Any]:
    said = text[start:end]
    start += len(said) - len(said.lstrip(_BESIDE))
    said = said.strip(_BESIDE + _BLANK)
    return {**address, "text": said, "start": start, "end": start + len(said)}


def _is_goods(said: str, catalogue: Catalogue) -> bool:
    """Whether a few words are a row's whole name and a number on one side of it, and that is no place's."""
    listed = [word for _, _, word in words(said)]
    keys = tuple(map(fold, listed))
    counted = [keys[1:]] * bool(listed and number_said(listed[0]))
    counted += [keys[:-1]] * bool(listed and number_said(listed[-1]))
    return any(name in names_of(catalogue) and cues().numbered_places.isdisjoint(name) for name in counted)


def _runs_on(text: str, said: _Words, keys: Keys, held: Sequence[int], catalogue: Catalogue) -> bool:
    """Whether an address may begin or end in words of goods: an "and" leads to it, or no sign parts it from them."""
    first, last = held[0], held[-1]
    sold = catalogue.index.by_key
    led = first > 0 and not _SIGN.search(text, said[first - 1][1], said[first][0])
    before = led and (keys[first] in sold or keys[first - 1] in cues().joins)  # "And a tray, Moi Avenue"
    behind = last + 1 < len(said) and not _SIGN.search(text, said[last][1], said[last + 1][0])
    return before or (behind and keys[last] in sold)


def _with_verbs(name: str, keys: Keys, held: Sequence[int]) -> range:
    """Where a slot's words stand, with the words that lead to it and those behind it."""
    before, behind = _leads(name)
    first, last = held[0], held[-1] + 1
    while size := _phrase(keys, before, first, ends=True):
        first -= size
    while size := _phrase(keys, behind, last):
        last += size
    return range(first, last)


def _without_verbs(text: str, address: Mapping[str, Any] | None, said: _Words, keys: Keys) -> Mapping[str, Any] | None:
    """An address without the words behind a place that the bot took for a part of it ("station road la pathva")."""
    if not address or address.get("start") is None:
        return address
    held = [place for place, one in enumerate(said) if address["start"] <= one[0] < address["end"]]
    last = held[-1] + 1 if held else 0
    while held and (size := _phrase(keys[:last], _leads(_ADDRESS)[1], last, ends=True)) and last - size > held[0]:
        last -= size
    cut = bool(held) and last <= held[-1]
    return _as_address(text, address, int(address["start"]), said[last - 1][1]) if cut else address


def _phrase(keys: Keys, known: frozenset[Keys], place: int, *, ends: bool = False) -> int:
    """How many words the longest known phrase has that begins at a place, or ends before it; 0 where there is none."""
    for size in range(min(_LONGEST_PHRASE, place if ends else len(keys) - place), 0, -1):
        first = place - size if ends else place
        if keys[first : first + size] in known:
            return size
    return 0


def _asides(keys: Keys, said: _Words, catalogue: Catalogue) -> Iterator[range]:
    """Where greetings, thanks, days and hours stand; what names goods of the shop is none."""
    sold = catalogue.index.by_key
    for place, key in enumerate(keys):
        if key in _starts() and key not in sold:
            size = _phrase(keys, _known("asides"), place)
            yield _hour(keys, said, place) or range(place, place + size)


def _hour(keys: Keys, said: _Words, place: int) -> range | None:
    """Where a word of the clock and its number stand ("by 5 pm", "saa kumi", "6 baje tak")."""
    led = (keys[place],) in _known("clock_before")
    number = place + 1 if led else place - 1
    if not 0 <= number < len(keys) or not 0 < number_said(said[number][2]) <= _LAST_HOUR:
        return None
    behind = _phrase(keys, _known("clock_behind"), number + 1)
    return range(min(place, number), number + 1 + behind) if led or behind else None


def _blanked(text: str, said: _Words, marked: set[int]) -> str:
    """The text with the marked words and the signs beside them blanked."""
    signs = list(text)
    for place in marked:
        start, end = said[place][:2]
        while start > 0 and text[start - 1] in _BESIDE:
            start -= 1
        while end < len(text) and text[end] in _BESIDE:
            end += 1
        signs[start:end] = _BLANK * (end - start)
    return "".join(signs)


@lru_cache(maxsize=16)
def _known(name: str) -> frozenset[Keys]:
    """The phrases of a list as folded words."""
    return frozenset(tuple(fold(word) for _, _, word in words(phrase)) for phrase in lists()["around"][name])


@lru_cache(maxsize=1)
def _starts() -> frozenset[str]:
    """The words at which what says nothing about goods begins, and those of the clock."""
    return frozenset(phrase[0] for name in ("asides", "clock_before", "clock_behind") for phrase in _known(name))


@lru_cache(maxsize=1)
def _around_words() -> frozenset[str]:
    return frozenset(fold(word) for listed in lists()["around"].values() for one in listed for _, _, word in words(one))


def _leads(name: str) -> tuple[frozenset[Keys], frozenset[Keys]]:
    """The phrases that lead to a slot, and those that stand behind it."""
    return _known(f"{name}_before"), _known(f"{name}_behind")
