"""The pieces that a message is laid out in, and the words that steer their reading."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from typing import Final, NamedTuple

from backend.catalog.linking.folding import fold, words
from backend.catalog.linking.lexicon import lexicon, phrase_key

# Swahili's "do ... for me": nitupie, niwekee.
ASKS_ME: Final = re.compile(r"(?:m|u|mu)?ni\w{2,}(?:ie|ee)")
# Marathi's "for ...": नातवासाठी, "mulansathi".
FOR_WHOM: Final = re.compile(r"[\w\u0900-\u097f]{2,}(?:साठी|saa?thi)")


class Kind(StrEnum):
    """What a piece is to an order."""

    GOODS = "goods"
    RECOVERED = "recovered"
    FOREIGN = "foreign"
    SIZE = "size"
    JOINT = "joint"
    AMOUNT = "amount"
    JOIN = "join"
    BREAK = "break"
    OTHER = "other"


CUTS: Final = frozenset({Kind.BREAK, Kind.JOIN})  # what ends an entry of a list
UNREAD: Final = frozenset({Kind.OTHER, Kind.FOREIGN})  # words that no row explains


class Piece(NamedTuple):
    """A piece of a message; `amount` is the index of its amount, `mention` that of the bot's mention around it.

    `weak` is a word that the bot takes for no good; `recovered` one that it was unsure of and the catalogue knows.
    """

    kind: Kind
    start: int
    end: int
    text: str
    key: str
    amount: int | None = None
    mention: int | None = None
    weak: bool = False
    recovered: bool = False


@lru_cache(maxsize=128)
def either(*lists: frozenset[str]) -> frozenset[str]:
    """All words of some lists; made once for the same lists, since many words of a message are looked up in them."""
    return frozenset[str]().union(*lists)


@dataclass(frozen=True, slots=True)
class Cues:
    """Folded words that steer the reading of lines."""

    joins: frozenset[str]
    corrections: frozenset[str]
    partitive: frozenset[str]
    negations: frozenset[str]
    doubles: frozenset[str]
    never_goods: frozenset[str]
    never_written: frozenset[str]
    address_words: frozenset[str]
    houses: frozenset[str]
    people: frozenset[str]
    we_are: frozenset[str]
    of_age: frozenset[str]
    gives: frozenset[str]
    asks: frozenset[str]
    helped: frozenset[str]
    pays: frozenset[str]
    vague: frozenset[str]
    vague_after: frozenset[str]
    vague_joints: frozenset[str]
    several: Mapping[str, float]
    weights: Mapping[str, float]
    ranges: frozenset[str]
    with_before: frozenset[str]
    number_words: frozenset[str]
    becomes: frozenset[str]
    brought_to: frozenset[str]
    only: frozenset[str]
    refusals_after: frozenset[str]
    more: frozenset[str]
    puts: frozenset[str]
    keeps_before: frozenset[str]
    keeps_after: frozenset[str]
    less: frozenset[str]
    set: frozenset[str]
    off_before: frozenset[str]
    off_after: frozenset[str]
    more_questions: frozenset[str]
    left_messages: frozenset[str]
    no_prompt: frozenset[str]
    resend: frozenset[str]
    money_gone: frozenset[str]
    if_held: frozenset[str]
    off_order: frozenset[str]
    each: frozenset[str]
    both: frozenset[str]
    all_of_them: frozenset[str]
    half_each: frozenset[str]
    same_size: frozenset[str]
    same_colour: frozenset[str]
    same_count: frozenset[str]
    last_time: frozenset[str]
    confirm_questions: frozenset[str]
    hours: frozenset[str]
    for_whom: frozenset[str]
    for_all: frozenset[str]
    also: frozenset[str]
    attributes: frozenset[str]
    rest: frozenset[str]
    passing: Mapping[str, frozenset[str]]
    enough: frozenset[str]
    something_more: frozenset[str]
    class_words: frozenset[str]
    leaves: frozenset[str]
    moves: frozenset[str]
    place_leads: frozenset[str]
    way_questions: frozenset[str]
    many_questions: frozenset[str]
    reminders: frozenset[str]
    price_questions: frozenset[str]
    of_an_order: frozenset[str]
    how_questions: frozenset[str]
    on_account: frozenset[str]
    paid_before: frozenset[str]
    brought_elsewhere: frozenset[str]
    within: frozenset[str]
    clock: frozenset[str]
    place_openers: frozenset[str]
    keeps_alone: frozenset[str]
    exactly: frozenset[str]
    those_too: frozenset[str]
    comes_without: frozenset[str]
    place_parts: frozenset[str]
    numbered_places: frozenset[str]
    wants_before: frozenset[str]
    wants_after: frozenset[str]
    bygone: frozenset[str]
    wishes: frozenset[str]

    @property
    def off(self) -> frozenset[str]:
        """Words of taking off, on whichever side of the good they stand."""
        return either(self.off_before, self.off_after)

    @staticmethod
    def any_in(listed: frozenset[str], text: str) -> bool:
        """Whether a text holds one of the listed phrases as whole words."""
        return not listed.isdisjoint(_phrases(text))


_PHRASES: Final = (
    "more_questions", "left_messages", "no_prompt", "resend", "money_gone", "if_held", "off_order", "each", "both",
    "all_of_them", "half_each", "same_size", "same_colour", "same_count", "last_time", "confirm_questions", "hours",
    "for_whom", "for_all", "enough", "something_more", "leaves", "moves", "way_questions",
    "many_questions", "reminders", "price_questions", "how_questions", "of_an_order", "place_openers",
    "keeps_alone", "exactly", "those_too", "on_account", "brought_elsewhere", "paid_before",
)  # fmt: skip
_LONGEST_PHRASE: Final = 4


@lru_cache(maxsize=1)
def no_goods_words() -> frozenset[str]:
    """Folded words that steer an order or may be left out of it, and name no good that the shop lacks."""
    known = cues()
    steering = (known.asks, known.more, known.less, known.set, known.becomes, known.off, known.corrections)
    return lexicon().optional.union(*steering, known.rest, known.keeps_after)


def places_of(listed: frozenset[str], text: str) -> list[tuple[int, int]]:
    """Where a text says one of the listed phrases, as code-point spans; of two that overlap the first and longer."""
    if listed.isdisjoint(_phrases(text)):
        return []
    found: list[tuple[int, int]] = []
    for start, beginning in _runs(text):
        if found and start < found[-1][1]:
            continue
        end = next((end for end, phrase in beginning if phrase in listed), None)
        found += [(start, end)] if end is not None else []
    return found


@lru_cache(maxsize=1024)  # Some twenty questions about one message ask for its phrases.
def _phrases(text: str) -> frozenset[str]:
    """All phrases of a text, of up to four words, folded."""
    ones = [fold(word) for _, _, word in words(text)]
    twos = [f"{before} {word}" for before, word in pairwise(ones)]
    threes = [f"{before} {word}" for before, word in zip(twos, ones[2:], strict=False)]
    fours = [f"{before} {word}" for before, word in zip(threes, ones[3:], strict=False)]
    return frozenset((*ones, *twos, *threes, *fours))


type _Runs = tuple[tuple[int, tuple[tuple[int, str], ...]], ...]


@lru_cache(maxsize=1024)
def _runs(text: str) -> _Runs:
    """Where each word of a text starts, with the phrases that begin there and their ends, longest first."""
    said = [(start, end, fold(word)) for start, end, word in words(text)]
    runs: list[tuple[int, tuple[tuple[int, str], ...]]] = []
    for place, (start, end, word) in enumerate(said):
        beginning, phrase = [(end, word)], word
        for _, last, key in said[place + 1 : place + _LONGEST_PHRASE]:
            phrase = f"{phrase} {key}"
            beginning.append((last, phrase))
        runs.append((start, tuple(beginning[::-1])))
    return tuple(runs)


def is_word(text: str) -> bool:
    """Whether a text is one word in letters; Devanagari's vowel signs are no letters by themselves."""
    return text[:1].isalpha() and not any(sign.isdigit() or sign.isspace() for sign in text)


@lru_cache(maxsize=1024)
def of_them(text: str) -> int | None:
    """Where a message turns to some of what it has just named ("three, one of them with cheese"), or None.

    "Both of them" are all of it.
    """
    if cues().partitive.isdisjoint(_phrases(text)):
        return None
    found = words(text)
    for place, (start, _, _) in enumerate(found):
        for width in (1, 2, 3):
            run = found[place : place + width]
            said = " ".join([fold(word) for _, _, word in run])
            every = " ".join([*(fold(word) for _, _, word in found[max(place - 1, 0) : place]), said]) in cues().each
            if (
                said in cues().partitive
                and not every
                and all(text[one[1] : other[0]].isspace() for one, other in pairwise(run))
            ):
                return start
    return None


# Forms that are everyday words of another meaning: "uto", "mto" (a river), "atoe", "futa" in a name.
_ALSO_WORDS: Final = frozenset({"mto", "uto", "ato", "tuto", "vato"})
_PERSONS: Final = ("", "u", "m", "mu", "ni", "mni", "muni", "uni", "tu", "mtu", "utu", "a", "wa")


def _conjugated(stems: Mapping[str, str]) -> Iterator[str]:
    """Swahili's verbs in all persons, each form folded: "ongez" with "ee" gives "ongezee", "mniongezee", ..."""
    for stem, endings in stems.items():
        for person in _PERSONS:
            yield from (
                fold(f"{person}{stem}{ending}{several}") for ending in endings.split() for several in ("", "ni")
            )


_DOERS: Final = ("ni", "u", "tu", "a", "m", "wa", "i", "zi", "ya", "vi")


def _told_of(verbs: Sequence[str]) -> Iterator[str]:
    """Swahili's verbs in the past, each form folded: "nunua" gives "nilinunua", "tumenunua", "nimeshanunua", ..."""
    for tense in ("li", "me", "mesha", "lisha"):
        yield from (fold(f"{person}{tense}{verb}") for person in _DOERS for verb in verbs)


@lru_cache(maxsize=1)
def cues() -> Cues:
    """The steering words, read once from `words.toml`."""
    text = resources.files("backend.conversations.reading").joinpath("words.toml").read_text("utf-8")
    lists = tomllib.loads(text)
    for name, stems in lists["swahili"].items():
        lists["changes"].get(name, lists.get(name)).extend(sorted(set(_conjugated(stems)) - _ALSO_WORDS))
    return Cues(
        joins=frozenset(map(fold, lists["joins"])),
        # "Nah" folds to the "na" that joins two goods in Swahili.
        corrections=frozenset(map(fold, lists["corrections"])) - frozenset(map(fold, lists["joins"])),
        partitive=frozenset(map(phrase_key, lists["partitive"])),
        negations=frozenset(map(fold, lists["negations"])),
        doubles=frozenset(map(phrase_key, lists["doubles"])),
        never_goods=frozenset(map(fold, lists["never_goods"])),
        never_written=frozenset(word.lower() for word in lists["never_goods"]),
        address_words=frozenset(lists["address_words"]),
        houses=frozenset(lists["houses"]),
        **{name: frozenset(lists[name]) for name in ("people", "we_are", "of_age")},
        gives=frozenset(map(fold, lists["gives"])),
        asks=frozenset(map(fold, lists["asks"])),
        helped=frozenset(lists["helped"]),
        pays=frozenset(map(fold, lists["pays"])),
        vague=frozenset(map(fold, lists["vague"])),
        vague_after=frozenset(map(fold, lists["vague_after"])),
        vague_joints=frozenset(map(fold, lists["vague_joints"])),
        several={fold(word): value for word, value in lists["several"].items()},
        weights={phrase_key(word): value for word, value in lists["weights"].items()},
        ranges=frozenset(word.lower() for word in lists["ranges"]),
        with_before=frozenset(map(fold, lists["with_before"])),
        number_words=frozenset(map(fold, lists["number_words"])),
        only=frozenset(map(fold, lists["changes"]["only"])),
        becomes=frozenset(map(fold, lists["changes"]["becomes"])),
        brought_to=frozenset(map(phrase_key, lists["changes"]["brought_to"])),
        refusals_after=frozenset(map(fold, lists["refusals_after"])),
        more=frozenset(map(fold, lists["changes"]["more"])),
        keeps_before=frozenset(map(fold, lists["changes"]["keeps_before"])),
        keeps_after=frozenset(map(fold, lists["changes"]["keeps_after"])),
        puts=frozenset(map(fold, lists["changes"]["puts"])),
        less=frozenset(map(fold, lists["changes"]["less"])),
        set=frozenset(map(fold, lists["changes"]["set"])),
        off_before=frozenset(map(fold, lists["changes"]["off_before"])),
        off_after=frozenset(map(fold, lists["changes"]["off_after"])),
        also=frozenset(map(fold, lists["also"])),
        attributes=frozenset(lists["attributes"]),
        rest=frozenset(map(fold, lists["rest"])),
        within=frozenset(map(fold, lists["within"])),
        class_words=frozenset(map(fold, lists["class_words"])),
        comes_without=frozenset(map(fold, lists["comes_without"])),
        place_parts=frozenset(map(fold, lists["place_parts"])),
        numbered_places=frozenset(map(fold, lists["numbered_places"])),
        clock=frozenset(map(fold, lists["clock"])),
        wants_before=frozenset(map(fold, lists["wants_before"])),
        wants_after=frozenset(map(fold, lists["wants_after"])),
        bygone=frozenset(map(fold, lists["bygone"])) | frozenset(_told_of(lists["bygone_verbs"])),
        wishes=frozenset(map(fold, lists["wishes"])),
        place_leads=frozenset(lists["place_leads"]),
        passing={name: frozenset(map(phrase_key, listed)) for name, listed in lists["passing"].items()},
        **{name: frozenset(map(phrase_key, lists[name])) for name in _PHRASES},
    )
