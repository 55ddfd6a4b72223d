"""Gives an address back the words at its edges: names of quarters and towns that the tagger has never met."""

from collections.abc import Sequence
from dataclasses import replace

from bot.nlu.amounts import word_kind
from bot.nlu.features import Message, classes
from bot.nlu.grammar.places import GENITIVES
from bot.nlu.grammar.words import BREAKS
from bot.nlu.spans import Tag

PLACE, OUTSIDE = "ADDRESS", "O"
_LONGEST = 3
# How sure the tagger may have been that a word is nothing: surer where the bot has asked for the address, and of a word
# that it has never met.
_UNSURE, _ASKED = 0.8, 0.97


def with_edges(message: Message, tags: Sequence[Tag]) -> list[Tag]:
    """Put to an address the clause before it and the one behind it, where nothing else explains their words.

    Args:
        message: The message, with what the bot has asked.
        tags: One tag a token.

    Returns:
        The tags, with such words tagged as parts of the address, about as sure as the tagger was unsure of them.
    """
    out = list(tags)
    for first, last in _runs(tags):
        owned = _owned(message, tags, last)
        for places in (_clause(message, tags, first - 1, -1), owned, _clause(message, tags, last + len(owned), 1)):
            for at in places:
                out[at] = replace(tags[at], name=PLACE, p=max(0.5, 1.0 - tags[at].p), begins=False)
    return out


def _owned(message: Message, tags: Sequence[Tag], at: int) -> list[int]:
    """The tokens behind an address that carry its last name on ("kituo" + "cha mafuta")."""
    found: list[int] = []
    while at + 1 < len(tags) and message.tokens[at].norm in GENITIVES and tags[at].name == tags[at + 1].name == OUTSIDE:
        word = message.tokens[at + 1].norm
        if not word[:1].isalpha() or word_kind(word):
            break
        found += [at, at + 1]
        at += 2
    return found


def _runs(tags: Sequence[Tag]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for at, tag in enumerate(tags):
        if tag.name == PLACE and runs and runs[-1][1] == at:
            runs[-1] = (runs[-1][0], at + 1)
        elif tag.name == PLACE:
            runs.append((at, at + 1))
    return runs


def _clause(message: Message, tags: Sequence[Tag], at: int, step: int) -> list[int]:
    """The tokens of the clause next to an address, its comma included; none where a word of it says something else."""
    comma = 0 <= at < len(tags) and message.tokens[at].norm == ","
    found = [at] if comma else []
    at += step * comma
    while 0 <= at < len(tags) and _may_be_place(message, tags, at):
        found.append(at)
        at += step
    ended = not 0 <= at < len(tags) or message.tokens[at].is_break or message.tokens[at].norm in BREAKS
    named = len(found) - comma
    return found if ended and 0 < named <= _LONGEST else []


def _may_be_place(message: Message, tags: Sequence[Tag], at: int) -> bool:
    token, tag = message.tokens[at], tags[at]
    unsure = tag.p < (_UNSURE if tag.met and message.context.asked != "address" else _ASKED)
    named = token.norm[:1].isalpha() and not word_kind(token.norm)
    said = set(classes(token.norm, token.sound)) - {"place", "place_lead"}
    return tag.name == OUTSIDE and unsure and named and not said
