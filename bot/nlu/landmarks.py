"""Places that are told by what they are like ("duka la rangi ya bluu"), or by a name before a word of places alone."""

from collections.abc import Iterator, Sequence

from bot.nlu.features import Message, classes
from bot.nlu.grammar.places import GENITIVES, NAMELESS, RIDERS_VERBS, SECOND_HALVES
from bot.nlu.spans import Tag

_LONGEST = 6
_LEAST = 3
_LIKELY, _SURE = 0.95, 0.99
_FREE = frozenset({"O", "NOTE", "OPTION", "ADDRESS"})
_CORNERS = SECOND_HALVES | {"junction", "roundabout", "corner", "square", "flyover", "जंक्शन"}
_ENDS = frozenset({",", ".", "\n", "।", "!"})


def landmark_behind(message: Message, tags: Sequence[Tag], last: int) -> list[int]:
    """The clause behind an address that tells which building it is by a word of places and what is of it."""
    comma = next((at for at in range(min(last, len(tags) - 1), 0, -1) if message.tokens[at].norm in _ENDS), 0)
    end = next((at for at in range(last + 1, len(tags)) if message.tokens[at].norm in _ENDS), len(tags))
    words = message.words[comma + 1 : end]
    if message.tokens[comma].norm != "," or not _LEAST <= len(words) <= _LONGEST or words[1] not in GENITIVES:
        return []
    free = all(tag.name in _FREE for tag in tags[comma:end]) and RIDERS_VERBS.isdisjoint(words)
    return list(range(last, end)) if free and _is_place(message, comma + 1) else []


def named_corner(message: Message, tags: Sequence[Tag]) -> Iterator[tuple[int, int]]:
    """A name that the tagger hardly knows before a word like "junction", which ends a clause."""
    for at in range(1, len(tags)):
        ends = at + 1 == len(tags) or message.tokens[at + 1].norm in _ENDS
        free = tags[at].name == "O" and tags[at].p < _SURE and message.tokens[at].norm in _CORNERS
        if ends and free and _is_name(message, tags, at - 1):
            yield at - 1, at + 1


def _is_name(message: Message, tags: Sequence[Tag], at: int) -> bool:
    """Whether a word is written like a name inside a sentence, and the tagger had not met it or was of two minds."""
    token, tag = message.tokens[at], tags[at]
    inside = at > 0 and (message.tokens[at - 1].norm[:1].isalnum() or message.tokens[at - 1].norm == ",")
    doubted = tag.name == "O" and tag.p < (_LIKELY if tag.met else _SURE) and token.norm not in NAMELESS
    return inside and doubted and token.text[:1].isupper()


def _is_place(message: Message, at: int) -> bool:
    return "place" in classes(message.tokens[at].norm, message.tokens[at].sound)
