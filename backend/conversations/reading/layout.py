"""Lays a message out as pieces: words, amounts and breaks, without what belongs to an address, a phone or a payment."""

import re
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import zip_longest
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import crosses, fold, romanise, stems, words
from backend.catalog.linking.index import EQUAL, SAME_GOOD
from backend.catalog.linking.lexicon import lexicon, sense_of
from backend.catalog.linking.packs import as_fraction
from backend.catalog.linking.terms import as_ware, is_unit, spoken_number, term
from backend.conversations.reading.articles import led_by_articles
from backend.conversations.reading.numbered import INSTEAD, Word, endings_apart, in_names, numbered_names, phrased
from backend.conversations.reading.pieces import ASKS_ME, FOR_WHOM, UNREAD, Kind, Piece, cues, no_goods_words
from backend.conversations.reading.recent import Recent
from backend.conversations.reading.slips import number_of_word, number_words

_HARD: Final = re.compile(r"[,;\n|•/:()\[\]{}!?…।]|\.(?=\s|$|\D)|(?<=\s)[-–—](?=\s)|\+")
_GOODS_TAGS: Final = frozenset({"ITEM", "OPTION", "REMOVE"})
_KNOWN: Final = 0.72
_CERTAIN: Final = 0.9
_LIKELY: Final = 0.5
_DOUBTED: Final = 0.975
_HALF_DOUBTED: Final = 0.93
_NEVER_MET: Final = 0.92
_LIKELY_NOT: Final = 0.6
_HEARD: Final = 0.85
_LEADS_TO_NUMBER: Final = re.compile(r"\s*[-–—:=]+\s*")
_LIST_NUMBER: Final = re.compile(r"^[ \t]*\d{1,2}[.)](?=\s)", re.MULTILINE)
_SLOTS: Final = ("address", "phone", "payment", "note", "receipt")


def blocked_spans(reading: Mapping[str, Any]) -> list[tuple[int, int]]:
    """Spans that hold no goods to order: address, phone, payment, note, receipt, and goods only spoken of."""
    slots = reading.get("slots") or {}
    spans = [slots[name] for name in _SLOTS if slots.get(name)]
    said = [(span["start"], span["end"]) for span in spans if span.get("start") is not None]
    return [*said, *(reading.get("passing") or ())]


def lay_out(
    text: str,
    reading: Mapping[str, Any],
    catalogue: Catalogue,
    *,
    trusted: bool = False,
    standing: frozenset[str] = frozenset(),
) -> list[Piece]:
    """Cut a message into pieces in order.

    Args:
        text: The raw message.
        reading: The bot's reading of it; its spans count code points of `text`.
        catalogue: Whose words count as goods.
        trusted: The text is our own (a read-back), so every word that the catalogue knows is a good.
        standing: Words of the running order, which a change of it speaks of.
    """
    told = [copy(reading.get(name)) for name in _TOLD]
    key = (text, told, catalogue, trusted, standing)
    return list(_RECENT.get(key, lambda: _cut_up(text, reading, catalogue, trusted=trusted, standing=standing)))


# What a layout goes by; a copy is kept, since a slot may be taken out of a reading that is being mended.
_TOLD: Final = ("slots", "passing", "amounts", "each", "mentions", "tokens", "intent")
_RECENT: Final = Recent[tuple[Any, ...], Sequence[Piece]]()


def _cut_up(
    text: str, reading: Mapping[str, Any], catalogue: Catalogue, *, trusted: bool, standing: frozenset[str]
) -> Sequence[Piece]:
    blocked = [*blocked_spans(reading), *_list_numbers(text)]
    amounts = [_no_goods(raw, text, catalogue) for raw in reading.get("amounts") or ()]
    sorter = _Sorter(reading, catalogue, trusted=trusted, standing=standing)
    pieces: list[Piece] = []
    place = 0
    said = endings_apart(words(text))
    numbered = numbered_names(text, said, catalogue)
    amounts = [(start, start) if numbered.get(start) == end else (start, end) for start, end in amounts]
    lettered = {letter for letter in "SML" if catalogue.has_label(lexicon().sizes.get(letter.lower()))}
    named = in_names([fold(word) for _, _, word in said], catalogue)
    together = phrased(said, catalogue)
    sizes = crosses(text) if catalogue.crossed else []
    shut, shared = _starts_in(said, blocked), _starts_in(said, reading.get("each") or ())
    counted = {start: n for n, span in reversed([*enumerate(amounts)]) for start in _starts_in(said, [span])}
    for (start, end, word), own in zip(said, named, strict=True):
        size = next((one for one in sizes if one[0] <= start < one[1]), None) if sizes else None
        if size is not None:
            pieces.extend([*_breaks(text, place, start), _crossed(text, size)] if start == size[0] else [])
            place = size[1]
            continue
        if start in numbered and start not in shut:
            pieces.append(Piece(Kind.SIZE, start, end, word, fold(word)))
            place = end
            continue
        inside = counted.get(start)
        if inside is None or not _LEADS_TO_NUMBER.fullmatch(text[place:start]):
            pieces.extend(_breaks(text, place, start))
        place = end
        if start in shut:
            pieces.append(Piece(Kind.BREAK, start, end, word, ""))
        elif start in shared:
            pieces.append(Piece(Kind.JOINT, start, end, word, ""))
        elif word == INSTEAD:
            pieces.append(Piece(Kind.BREAK, start, end, word, fold(word)))
        elif inside is None:
            _append(
                pieces, sorter.sort(start, end, word, named=own, together=start in together), lettered=word in lettered
            )
        elif not pieces or pieces[-1].amount != inside:
            span = amounts[inside]
            pieces.append(Piece(Kind.AMOUNT, *span, text[span[0] : span[1]], fold(text[span[0] : span[1]]), inside))
    roles = [str(mention.get("role", "add")) for mention in reading.get("mentions") or ()]
    pieces = led_by_articles([*pieces, *_breaks(text, place, len(text))], catalogue)
    return _roles_apart(_refusals_apart(pieces), roles)


def _starts_in(said: Sequence[Word], spans: Sequence[tuple[int, int]]) -> set[int]:
    """Where the words start that stand in one of some spans."""
    return {start for first, last in spans for start, _, _ in said if first <= start < last}


def _crossed(text: str, size: tuple[int, int, str]) -> Piece:
    start, end, key = size
    return Piece(Kind.SIZE, start, end, text[start:end], key)


def _refusals_apart(pieces: list[Piece]) -> list[Piece]:
    """In "two lassi, mango no" what stands between the amount and the "no" that follows is refused, and is cut off."""
    out: list[Piece] = []
    for piece, after in zip_longest(pieces, pieces[1:]):
        refuses = piece.kind is Kind.BREAK and piece.key in cues().refusals_after
        if refuses and not _counts(after):
            cut = len(out)
            while cut and out[cut - 1].kind in {Kind.GOODS, Kind.FOREIGN, Kind.SIZE, Kind.JOINT}:
                cut -= 1
            if 0 < cut < len(out) and out[cut - 1].kind is Kind.AMOUNT:
                out.insert(cut, Piece(Kind.BREAK, out[cut].start, out[cut].start, "", ""))
        out.append(piece)
    return out


def _counts(after: Piece | None) -> bool:
    return after is not None and (after.kind is Kind.AMOUNT or after.text.lower() in number_words())


def _roles_apart(pieces: list[Piece], roles: Sequence[str]) -> list[Piece]:
    """In "swap the lager for malt" what goes and what comes are two items, though no break stands between them."""
    out: list[Piece] = []
    if not {"from", "to"} <= {*roles}:
        return pieces
    for piece in pieces:
        last = next((n for n in reversed(range(len(out))) if out[n].kind is not Kind.JOINT), 0)
        if out and {"from", "to"} == {_role(out[last], roles), _role(piece, roles)}:
            out.insert(last + 1, Piece(Kind.BREAK, out[last].end, out[last].end, "", _EXCHANGE))
        out.append(piece)
    return out


def _role(piece: Piece, roles: Sequence[str]) -> str:
    return roles[piece.mention] if piece.mention is not None else ""


_EXCHANGE: Final = "for"  # the key of a break that no sign or word makes


def _append(pieces: list[Piece], piece: Piece, *, lettered: bool) -> None:
    """Add a word; a unit right after a bare number makes a size of both ("2 inch"), but not a size in a letter."""
    if (
        is_unit(piece.key)
        and not lettered
        and pieces
        and pieces[-1].kind is Kind.AMOUNT
        and (pieces[-1].key.replace(".", "", 1).isdigit() or spoken_number(pieces[-1].key) is not None)
    ):
        number = pieces.pop()
        pieces.append(number._replace(kind=Kind.SIZE, amount=None))
        piece = piece._replace(kind=Kind.SIZE)
    elif is_unit(piece.key) and pieces and _is_part(pieces[-1]):
        pieces.append(pieces.pop()._replace(kind=Kind.SIZE))
        piece = piece._replace(kind=Kind.SIZE)
    pieces.append(piece)


def _is_part(piece: Piece) -> bool:
    """Whether a word says a part of one, so that it makes a size with the unit behind it ("aadha inch")."""
    part = spoken_number(piece.key)
    return piece.kind in {Kind.SIZE, *UNREAD} and part is not None and part % 1 > 0


def _list_numbers(text: str) -> list[tuple[int, int]]:
    """The numbers of a numbered list, which count its lines and no goods."""
    found = [(one.start(), one.end()) for one in _LIST_NUMBER.finditer(text)]
    return found if len(found) > 1 else []


def _no_goods(raw: Mapping[str, Any], text: str, catalogue: Catalogue) -> tuple[int, int]:
    """The span of an amount; an empty one where the word is a good here ("pav", "a14") and no amount."""
    lead = text[max(raw["start"] - 2, 0) : raw["start"]]
    if lead[-1:].isalpha() and (lead[-1] not in "xX" or lead[:1].isalpha()):
        return raw["start"], raw["start"]
    key = fold(str(raw.get("text") or ""))
    fraction = raw.get("kind") == "count" and (raw.get("value") or 1) < 1
    good = fraction and key in catalogue.index.by_key and not key.isdigit()
    return raw["start"], raw["start"] if good else raw["end"]


def _breaks(text: str, start: int, end: int) -> list[Piece]:
    gap = text[start:end]
    found = _HARD.search(gap if start else " " + gap)
    return [Piece(Kind.BREAK, start, end, gap, "\n" if "\n" in gap else "")] if found else []


def _told_of(token: Mapping[str, Any]) -> tuple[str, float]:
    p = float(token.get("p", 1.0))
    return token.get("tag", "O"), p if token.get("met", True) else min(p, _NEVER_MET)


class _Sorter:
    """Tells goods from other words by the bot's tags and the catalogue's vocabulary."""

    def __init__(
        self, reading: Mapping[str, Any], catalogue: Catalogue, *, trusted: bool, standing: frozenset[str]
    ) -> None:
        self._standing = standing
        self._tokens = [(t["start"], t["end"], *_told_of(t)) for t in reading.get("tokens") or ()]
        self._opening = {start: (tag, p) for start, _, tag, p in self._tokens}
        mentions = [*enumerate(reading.get("mentions") or ())]
        options = [(one, number) for number, mention in mentions for one in mention.get("options") or ()]
        self._mentions = [
            *((mention["start"], mention["end"], number) for number, mention in mentions),
            *((option["start"], option["end"], number) for option, number in options),
        ]
        self._catalogue = catalogue
        self._orders = (reading.get("intent") or {}).get("name") == "place_order"
        self._trusted = trusted

    def sort(self, start: int, end: int, word: str, *, named: bool = False, together: bool = False) -> Piece:
        """Classify one word.

        Args:
            start: Where it starts.
            end: Where it ends.
            word: It as it was typed.
            named: Whether it and the word beside it stand together in a row's name.
            together: Whether it and the words beside it name one good or sort.
        """
        key = as_ware(fold(word), self._catalogue.wares)
        mention = self._mention(start)
        tag, p = self._tag(start)
        kind, weak = self._kind(word, key, mention, tag, p)
        if kind in UNREAD and self._may_be_loan(key, mention, tag, p):
            key = self._catalogue.heard(word) or key
            kind, weak = self._kind(word, key, mention, tag, p)
        if named and kind in {Kind.JOIN, Kind.BREAK}:  # "Clinic Plus", "wet fry": a part of the name, whatever it says.
            kind, weak = Kind.GOODS, False
        if kind is Kind.GOODS and not named and self._only_counts(word, key):
            kind, weak = Kind.OTHER, False
        if together and kind in UNREAD:
            kind = Kind.RECOVERED if mention is None else Kind.GOODS
        recovered = kind is Kind.RECOVERED
        kind = Kind.GOODS if recovered else kind
        return Piece(kind, start, end, word, key, mention=mention, weak=weak, recovered=recovered)

    @staticmethod
    def _may_be_loan(key: str, mention: int | None, tag: str, p: float) -> bool:
        """Whether a word that nothing explains may be an English one in other letters: the bot must half think so."""
        known = key in cues().never_goods or key in cues().more or spoken_number(key) is not None
        tagged = mention is not None or tag in _GOODS_TAGS
        return not known and (tagged or p < _DOUBTED)

    def _only_counts(self, word: str, key: str) -> bool:
        """Whether a word for a number stands apart from the name of several words that it is a part of ("ek reghi")."""
        number = word.lower() in number_words() and not key.isdigit()
        return number and key not in self._catalogue.bare_names

    def _mention(self, start: int) -> int | None:
        return next((n for first, last, n in self._mentions if first <= start < last), None)

    def _tag(self, start: int) -> tuple[str, float]:
        """The bot's tag for a word; how sure it says to be of one that it has never met means little."""
        inside = ((tag, p) for first, last, tag, p in self._tokens if first <= start < last)
        return self._opening.get(start) or next(inside, ("O", 0.5))

    def _sold(self, key: str) -> bool:
        """Whether a word is all that a row is called ("switch"), in a message that orders anew and changes nothing."""
        return self._orders and key in self._catalogue.bare_names

    def _kind(self, word: str, key: str, mention: int | None, tag: str, p: float) -> tuple[Kind, bool]:
        lex = lexicon()
        if key in cues().joins and mention is None and word.lower() not in number_words():  # "सात", seven, is no "साथ".
            return Kind.JOIN, False
        adds = key in lex.sizes and word.lower() in cues().helped  # "Badha", to add, sounds as "bada", big, does.
        if adds or (mention is None and key in _steering()):
            return (Kind.GOODS if self._sold(key) else Kind.BREAK), False
        held = key in lex.containers and key not in self._catalogue.vessels and not _counts_only(word, key)
        if key in lex.sizes or held:
            return Kind.SIZE, False
        likeness = self._catalogue.index.best(term(key))
        tagged = mention is not None or (tag in _GOODS_TAGS and p >= _LIKELY) or self._trusted
        doubted = _DOUBTED if likeness >= EQUAL else _HALF_DOUBTED if likeness >= SAME_GOOD else _LIKELY_NOT
        # A word tagged as an amount reaches this place only if it is a good of this shop ("pav").
        unsure = tag not in _GOODS_TAGS and (p < doubted or tag == "AMOUNT")
        meant = tagged or key in self._standing or (likeness >= _HEARD and unsure)
        counts = not stems(key).isdisjoint(self._catalogue.units) and key not in self._catalogue.index.by_key
        if key in lex.filler or lex.is_joint(key) or counts:
            return (Kind.GOODS, True) if tagged and likeness >= _CERTAIN and not self._trusted else (Kind.JOINT, False)
        # "Free" sounds like the brand Fri; a word that is never a good is one only where the shop spells it so. But
        # गुड़ is jaggery, though it sounds like "good".
        spelt = word.lower() in self._catalogue.written or word.lower() not in cues().never_written
        may_be = key not in cues().never_goods or (likeness >= EQUAL and spelt)
        if may_be and likeness >= (_KNOWN if tagged else _HEARD if meant else _CERTAIN):
            return (Kind.GOODS if tagged or not meant else Kind.RECOVERED), not meant
        return (Kind.FOREIGN if tagged and self._foreign(word, key) else Kind.OTHER), False

    def _foreign(self, word: str, key: str) -> bool:
        """Whether a word that the catalogue lacks may be a good that the shop does not hold, and no choice or cue."""
        known = cues()
        if key in known.never_goods and word.lower() in known.never_written:  # "Fry" only sounds like "free".
            return False
        number = number_of_word(word.lower()) or spoken_number(key) or 0
        if number >= 1 or ASKS_ME.fullmatch(word.lower()) or FOR_WHOM.fullmatch(word.lower()):
            return False
        if self._trusted or key in no_goods_words() or is_unit(key) or key[:1].isdigit():
            return False
        return key not in self._catalogue.choices and sense_of(key).isdisjoint(self._catalogue.choice_senses)


@lru_cache(maxsize=1)
def _steering() -> frozenset[str]:
    """Words that say what happens to the goods beside them, and so stand between two of them."""
    known, lex = cues(), lexicon()
    said = known.corrections.union(known.set, known.off_before, known.off_after, known.negations, known.puts)
    return frozenset(key for key in said if not lex.is_joint(key) and key not in lex.sizes)


def _counts_only(word: str, key: str) -> bool:
    """Whether a word is a number in Devanagari, whose sound in Latin letters is that of a container (तीन, a tin)."""
    return not word.isascii() and spoken_number(key) is not None


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of the bot's reading, with exact values; `half` where it is a bare fraction below one."""

    kind: str
    value: Fraction | None
    unit: str | None
    vague: bool
    repeat: bool
    text: str
    digits: str | None
    lone: bool
    currency: str | None


def amounts_of(reading: Mapping[str, Any]) -> list[Amount]:
    """The amounts of a reading."""
    return [_amount(raw) for raw in reading.get("amounts") or ()]


def _amount(raw: Mapping[str, Any]) -> Amount:
    value = None if raw.get("value") is None else as_fraction(float(raw["value"]))
    text = str(raw.get("text") or "")
    digits = re.search(r"\d+(?:\.\d+)?", romanise(text))
    return Amount(
        kind=str(raw.get("kind") or "count"),
        value=value,
        unit=raw.get("unit"),
        vague=raw.get("kind") == "vague" or raw.get("high") is not None or value is None,
        repeat=bool(raw.get("repeat")),
        text=text,
        digits=digits.group() if digits else None,
        lone=raw.get("kind") == "pack" and value == 1 and " " not in text.strip(),
        currency=raw.get("currency"),
    )


def clauses(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Runs of pieces between breaks and joins."""
    runs: list[list[Piece]] = [[]]
    for piece in pieces:
        if piece.kind in {Kind.BREAK, Kind.JOIN}:
            runs.append([])
        else:
            runs[-1].append(piece)
    return [run for run in runs if run]
