"""What leads to a place, and what is said of one without naming where to deliver: questions, words for the rider."""

from collections.abc import Sequence
from functools import lru_cache

import regex

from bot.nlu.features import Message, classes
from bot.nlu.grammar.places import (
    BRINGING,
    BRINGING_FORMS,
    DELIVERY_QUESTIONS,
    FOR_THE_RIDER,
    LEADING,
    NAMELESS,
    PUTTING,
    RIDERS_VERBS,
    SECOND_HALVES,
)
from bot.nlu.normalise import sound
from bot.nlu.spans import Span

_BRINGS = regex.compile(BRINGING_FORMS)
_STOPS = frozenset({".", "\n", "।", "?", "!"})
_A_NAME = 2
_PERSONS = frozenset({"mama", "baba", "bibi", "mzee", "dada", "kaka", "mwalimu", "shosho", "nyanya"})
_WANTS = regex.compile(r"(?:ni|tu|n)(?:li|na|ta|nge|ngependa)?(?:taka|omba|hitaji)")
# "Its Karen", "we are at Karen": what leads to a place, that of who is there included, and what is brought there.
LEADS = LEADING | {"its", "it's", "we", "we're", "are", "vitu", "mzigo", "mizigo", "stuff", "saman", "samaan", "saaman"}
# Before the name of the place where somebody is.
BEING_AT = frozenset({"niko", "nipo", "tuko", "tupo", "nko", "iko", "naishi", "tunaishi"})


def brings(word: str) -> bool:
    """Whether a folded word is a verb of bringing ("mniletee", "deliver", "पाठवा")."""
    return word in BRINGING or _BRINGS.fullmatch(word) is not None


def leads(word: str) -> bool:
    """Whether a folded word leads to a place and is no part of it ("niko", "deliver", "at")."""
    return word in LEADS or brings(word)


def is_for_the_rider(words: Sequence[str], *, goes_on: bool) -> bool:
    """Whether a clause behind a place tells what to do at the door, or what the customer will do.

    Args:
        words: Its folded words that were taken for a place.
        goes_on: Whether more words follow in it: "gate" is a place, "gate pe phone karna" is none.
    """
    led = words[0] in FOR_THE_RIDER and not _is_street(words)
    led = led or (words[0] == "no" and not RIDERS_VERBS.isdisjoint(words[1:2]))
    return led or words[-1] in PUTTING or (goes_on and NAMELESS.issuperset(words))


def _is_street(words: Sequence[str]) -> bool:
    """Whether a clause is two words, of which the second is that of a street or the like ("Ring Road", "Bell Lane")."""
    return len(words) == _A_NAME and words[1] in SECOND_HALVES


def names_none(message: Message, part: Span, *, ordered: bool) -> bool:
    """Whether a place is only asked about, or is just any door at which the rider is to do something.

    Args:
        message: The message.
        part: A place in it, within one sentence.
        ordered: Whether the message names goods; "do you deliver to X, then two teas" does order there.
    """
    first, last = _sentence(message, part)
    told = _instructs(message, part, first, last) or _introduces(message, part)
    return told or (not ordered and _asks(message, first, last))


def _introduces(message: Message, part: Span) -> bool:
    """Whether a stretch only tells who writes ("ni Mama Faith"), or asks for something ("Nilitaka", "Zilete")."""
    said = [token.norm for token in message.tokens[part.first : part.last]]
    led = message.tokens[part.first - 1].norm if part.first else ""
    alone = len(said) == 1 and (_WANTS.fullmatch(said[0]) is not None or brings(said[0]))
    return alone or (led == "ni" and said[0] in _PERSONS and "," not in said)


def instructs(message: Message, start: int) -> bool:
    """Whether the sentence at an offset of the text tells a rider what to do ("rider aache kwa jirani")."""
    at = next((at for at, token in enumerate(message.tokens) if token.start >= start), len(message.tokens) - 1)
    first, last = _sentence(message, Span("ADDRESS", at, at + 1, 1.0))
    return not RIDERS_VERBS.isdisjoint(message.words[first:last])


def _sentence(message: Message, part: Span) -> tuple[int, int]:
    stops = [at for at, token in enumerate(message.tokens) if token.norm in _STOPS]
    first = max((at + 1 for at in stops if at < part.first), default=0)
    return first, min((at + 1 for at in stops if at >= part.last), default=len(message.tokens))


@lru_cache(maxsize=1)
def _questions() -> regex.Pattern[str]:
    return regex.compile("|".join(DELIVERY_QUESTIONS))


def _asks(message: Message, first: int, last: int) -> bool:
    return _questions().search(" ".join(message.words[first:last])) is not None


def _instructs(message: Message, part: Span, first: int, last: int) -> bool:
    """Whether a sentence has a verb of the rider's, and its place no name in the clause where it begins."""
    commas = [at for at in range(part.first, part.last) if message.tokens[at].norm == ","]
    named = [
        token.norm
        for token in message.tokens[part.first : commas[0] if commas else part.last]
        if token.norm not in NAMELESS | RIDERS_VERBS and token.norm[:1].isalnum()
    ]
    common = all("place" in classes(word, sound(word)) for word in named)
    return common and not RIDERS_VERBS.isdisjoint(message.words[first:last])
