"""Gives an address back the words at its edges: names of quarters and towns that the tagger has never met, numbers."""

import itertools
from collections.abc import Iterator, Sequence

from bot.nlu.amounts import word_kind
from bot.nlu.features import Message, classes
from bot.nlu.grammar.places import BEING, GENITIVES, LOCATIVES, NUMBERED, ORDINALS, SECOND_HALVES
from bot.nlu.grammar.words import BREAKS
from bot.nlu.landmarks import landmark_behind, named_corner
from bot.nlu.places import brings, is_for_the_rider, leads
from bot.nlu.spans import Tag

PLACE, OUTSIDE, GOODS, COUNT, NOTE = "ADDRESS", "O", "ITEM", "AMOUNT", "NOTE"
_LONGEST = 3
_LONGEST_NUMBER = 5
_LEAST_MARKS = 2
# How sure the tagger may have been that a word is nothing: surer where the bot has asked for the address, of a word
# that it has never met, and of one that is written like a name.
_UNSURE, _LIKELY, _ASKED, _CERTAIN = 0.8, 0.9, 0.97, 0.99
# Words of which the tagger could not say whether they are a place.
_AT_A_LOSS = 0.7
# A sentence that the tagger took into a place on a guess, beside one that it was sure of.
_A_GUESS, _SURE = 0.5, 0.8
_JOINTS = frozenset({"na", "and"})
_STOPS = frozenset({".", "\n", "।"})
_ENDS = _STOPS | {","}


def with_edges(message: Message, tags: Sequence[Tag]) -> list[Tag]:
    """Put to an address the words before it and behind it that nothing else explains; take back what leads to it.

    Args:
        message: The message, with what the bot has asked.
        tags: One tag a token.

    Returns:
        The tags, with such words tagged as parts of the address, about as sure as the tagger was unsure of them.
    """
    out = _without_guesses(message, tags)
    for first, last in _runs(out) or _unmarked(message, out):
        found = [*_before(message, out, first), *_behind(message, out, last)]
        for at in (*range(first, last), *found):
            out[at] = _place(out[at])
        if any(at < first for at in found):
            out[first] = out[first]._replace(begins=False)
    for first, _ in _runs(out):
        for at in _leading(message, out, first):
            out[at] = Tag(OUTSIDE, begins=True, p=1.0)
    for first, last in _runs(out):
        for at in _for_the_rider(message, first, last):
            out[at] = out[at]._replace(name=NOTE, begins=False)
    return out


def _place(tag: Tag) -> Tag:
    return tag if tag.name == PLACE else tag._replace(name=PLACE, p=max(0.5, 1.0 - tag.p), begins=False)


def _runs(tags: Sequence[Tag]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for at, tag in enumerate(tags):
        if tag.name == PLACE and runs and runs[-1][1] == at:
            runs[-1] = (runs[-1][0], at + 1)
        elif tag.name == PLACE:
            runs.append((at, at + 1))
    return runs


def _without_guesses(message: Message, tags: Sequence[Tag]) -> list[Tag]:
    """Take back the sentences at the head of a place that were guessed, where one behind them is sure."""
    out = list(tags)
    for first, last in _runs(tags):
        edges = [first, *(at for at in range(first, last) if message.tokens[at].norm in _STOPS), last]
        parts = [(a, b) for a, b in itertools.pairwise(edges) if b > a]
        sure = [_mean(tags[a:b]) > _SURE for a, b in parts]
        for a, b in parts[: sure.index(True)] if any(sure) else ():
            if _mean(tags[a:b]) < _A_GUESS:
                out[a : b + 1] = [tag._replace(name=OUTSIDE, p=0.5) for tag in tags[a : b + 1]]
    return out


def _mean(tags: Sequence[Tag]) -> float:
    return sum(tag.p for tag in tags) / len(tags)


def _leading(message: Message, tags: Sequence[Tag], first: int) -> Iterator[int]:
    """The words right before a place, and its own first ones, that lead to it."""
    at = first
    while at > 0 and _leads(message, at - 1) and tags[at - 1].name == OUTSIDE:
        at -= 1
        yield at
    while first + 1 < len(tags) and tags[first + 1].name == PLACE and _leads(message, first):
        yield first
        first += 1


def _leads(message: Message, at: int) -> bool:
    return leads(message.tokens[at].norm)


def _for_the_rider(message: Message, first: int, last: int) -> range:
    """The clauses at a place's end that are for the rider."""
    begun = last
    for at in range(last - 1, first, -1):
        if message.tokens[at].norm not in _ENDS:
            continue
        goes_on = begun == last < len(message.tokens) and message.tokens[last].norm[:1].isalpha()
        if at + 1 < begun and not is_for_the_rider(message.words[at + 1 : begun], goes_on=goes_on):
            break
        begun = at
    return range(begun, last)


# --- before


def _before(message: Message, tags: Sequence[Tag], first: int) -> list[int]:
    """The tokens before a place that belong to it: its name's first half, a number, clauses of names."""
    found: list[int] = []
    while more := (
        _first_half(message, tags, first)
        or _number_before(message, tags, first)
        or _quarter(message, tags, first)
        or _clause(message, tags, first - 1, -1)
    ):
        found += more
        first = min(more)
    return found


def _first_half(message: Message, tags: Sequence[Tag], first: int) -> list[int]:
    """The name before a word that is but the second half of one ("Mini" + "Valley", "Pia" + "estate")."""
    at = first - 1
    if at < 0 or tags[at].name != OUTSIDE or not _opens(message, at) or _leads(message, at):
        return []
    word, asked = message.tokens[first].norm, message.context.asked == "address"
    half = word in SECOND_HALVES and _is_name(message, at)
    free = _is_word(message, at) and not classes(message.tokens[at].norm, "")
    answered = asked and word in NUMBERED | SECOND_HALVES and free
    return [at] if half or answered else []


def _number_before(message: Message, tags: Sequence[Tag], first: int) -> list[int]:
    """A number that stands alone between a comma and a place ("तीन" + "हत्ती चौक"): it counts nothing."""
    return [first - 1] if message.tokens[first].norm[:1].isalpha() and _is_lone_number(message, tags, first - 1) else []


def _is_lone_number(message: Message, tags: Sequence[Tag], at: int) -> bool:
    opens = at == 0 and message.context.asked == "address"
    alone = opens or (at > 0 and message.tokens[at - 1].norm == ",")
    return alone and _is_count(message, at) and tags[at].name in {OUTSIDE, COUNT} and tags[at].p < _LIKELY


def _quarter(message: Message, tags: Sequence[Tag], first: int) -> list[int]:
    """The quarter that somebody says to be in, before the rest of an address ("Aundh me hain" + "lane 4")."""
    at = first - 1 - (first > 0 and message.tokens[first - 1].norm == ",")
    end, within = at, False
    while at >= 0 and (
        message.tokens[at].norm in LOCATIVES | BEING or (not within and brings(message.tokens[at].norm))
    ):
        within = within or message.tokens[at].norm in LOCATIVES
        at -= 1
    names = at
    while at >= 0 and end > names and within and names - at < _LONGEST and _may_be_quarter(message, tags, at):
        at -= 1
    return list(range(at + 1, first)) if at < names and _is_edge(message, at) else []


def _may_be_quarter(message: Message, tags: Sequence[Tag], at: int) -> bool:
    goods = tags[at].name == GOODS and tags[at].p < _UNSURE and not tags[at].met
    return not _leads(message, at) and (goods or _may_be_place(message, tags, at))


def _clause(message: Message, tags: Sequence[Tag], at: int, step: int) -> list[int]:
    """The tokens of the clause next to an address, its comma included; none where a word of it says something else."""
    comma = 0 <= at < len(tags) and message.tokens[at].norm == ","
    found = [at] if comma else []
    at += step * comma
    while 0 <= at < len(tags) and _may_be_place(message, tags, at) and not (step < 0 and _leads(message, at)):
        found.append(at)
        at += step
    named = len(found) - comma
    if step < 0 < named and _is_lone_number(message, tags, at):
        found.append(at)
        at += step
    return found if _is_edge(message, at) and 0 < named <= _LONGEST else []


def _is_edge(message: Message, at: int) -> bool:
    """Whether a clause ends here: at the message's end, a line, a sign, or a word that leads to a place."""
    if not 0 <= at < len(message.tokens):
        return True
    return message.tokens[at].is_break or message.tokens[at].norm in BREAKS or _leads(message, at)


def _opens(message: Message, at: int) -> bool:
    return _is_edge(message, at - 1)


def _is_word(message: Message, at: int) -> bool:
    """Whether a token is a word in letters that counts and measures nothing."""
    return message.tokens[at].norm[:1].isalpha() and not word_kind(message.tokens[at].norm)


def _is_name(message: Message, at: int) -> bool:
    """Whether a word is written like a name: a capital in the middle of a sentence."""
    token = message.tokens[at]
    inside = at > 0 and message.tokens[at - 1].norm not in _STOPS
    return token.text[:1].isupper() and inside and not _leads(message, at)


def _may_be_place(message: Message, tags: Sequence[Tag], at: int) -> bool:
    token, tag = message.tokens[at], tags[at]
    if not _is_word(message, at):
        return False
    asked = message.context.asked == "address"
    if asked and tag.name == GOODS:
        return tag.p < _UNSURE and not tag.met
    named = _is_name(message, at)
    unsure = tag.p < (_UNSURE if tag.met and not asked and not named else _ASKED)
    said = set(classes(token.norm, token.sound)) - {"place", "place_lead"}
    return tag.name == OUTSIDE and unsure and (named or not said)


# --- behind


def _behind(message: Message, tags: Sequence[Tag], last: int) -> list[int]:
    """The tokens behind a place that belong to it: what carries its last name on, its number, a clause."""
    found: list[int] = []
    while more := (
        _owned(message, tags, last)
        or _numbered(message, tags, last)
        or _which_door(message, tags, last)
        or landmark_behind(message, tags, last)
        or _clause(message, tags, last, 1)
    ):
        found += more
        last = max(more) + 1
    return found


def _owned(message: Message, tags: Sequence[Tag], at: int) -> list[int]:
    """The tokens behind an address that carry its last name on ("kituo" + "cha mafuta")."""
    if at + 1 >= len(tags) or message.tokens[at].norm not in GENITIVES:
        return []
    word = message.tokens[at + 1].norm
    free = tags[at].name == tags[at + 1].name == OUTSIDE
    return [at, at + 1] if free and word[:1].isalpha() and not word_kind(word) else []


def _numbered(message: Message, tags: Sequence[Tag], last: int) -> list[int]:
    """The rest of a number in words, or a door with its number ("house thirty" + "one", + "door number two")."""
    at = last
    while at < len(tags) and message.tokens[at].norm in NUMBERED and tags[at].name == OUTSIDE and tags[at].p < _CERTAIN:
        at += 1
    before = message.tokens[at - 1].norm
    end = _number_end(message, tags, at) if before in NUMBERED or _is_number(message, at - 1) else at
    return list(range(last, end)) if at < end <= at + _LONGEST_NUMBER and not _counts(message, tags, end) else []


def _which_door(message: Message, tags: Sequence[Tag], last: int) -> list[int]:
    """A door that Swahili tells by its place in the row, behind a comma or none (", nyumba ya tatu")."""
    at = last + (last < len(tags) and message.tokens[last].norm == ",")
    if at + 2 >= len(tags) or message.tokens[at].norm not in NUMBERED or message.tokens[at + 1].norm not in GENITIVES:
        return []
    told = message.tokens[at + 2].norm in ORDINALS or _is_number(message, at + 2)
    free = all(tag.name in {OUTSIDE, COUNT} for tag in tags[at : at + 3])
    return list(range(last, at + 3)) if told and free and not _counts(message, tags, at + 3) else []


def _counts(message: Message, tags: Sequence[Tag], at: int) -> bool:
    """Whether what stands behind a number is what it counts: goods, or a unit."""
    return at < len(tags) and (tags[at].name in {GOODS, "OPTION"} or word_kind(message.tokens[at].norm) != "")


def _number_end(message: Message, tags: Sequence[Tag], at: int) -> int:
    """Where the number that begins here ends, "kumi na mbili" being one."""
    while at < len(tags) and tags[at].name in {OUTSIDE, COUNT}:
        joint = (
            message.tokens[at].norm in _JOINTS
            and at > 0
            and _is_number(message, at - 1)
            and _is_number(message, at + 1)
        )
        if not joint and not _is_number(message, at):
            break
        at += 1
    return at


def _is_number(message: Message, at: int) -> bool:
    return 0 <= at < len(message.tokens) and word_kind(message.tokens[at].norm) == "number"


# --- without a mark


def _unmarked(message: Message, tags: Sequence[Tag]) -> list[tuple[int, int]]:
    """The place of a message in which the tagger saw none: an answer, words it wavered at, a door with a number."""
    answer = _answer(message, tags)
    return [answer] if answer else _wavered(message, tags) or _doors(message, tags) or [*named_corner(message, tags)]


def _wavered(message: Message, tags: Sequence[Tag]) -> list[tuple[int, int]]:
    """Words behind one that leads to a place, with a word of places among them; the tagger was sure of none."""
    for first in range(1, len(tags)):
        last = first
        while last < len(tags) and tags[last].name == OUTSIDE and tags[last].p < _AT_A_LOSS:
            last += 1
        long = last - first >= _LONGEST and _leads(message, first - 1)
        if long and any("place" in _said(message, at) for at in range(first, last)):
            return [(first, last)]
    return []


def _answer(message: Message, tags: Sequence[Tag]) -> tuple[int, int] | None:
    """An answer to the question where to: all of it, where it is names, places and numbers and nothing else."""
    if message.context.asked != "address":
        return None
    last = next((at for at, tag in enumerate(tags) if tag.name in {"PHONE", "PAYMENT", "NOTE"}), len(tags))
    while last and (message.tokens[last - 1].norm in BREAKS or "please" in _said(message, last - 1)):
        last -= 1
    first = next((at for at in range(last) if not _leads(message, at)), last)
    words = [at for at in range(first, last) if message.tokens[at].norm not in BREAKS]
    marks = [at for at in range(first, last) if _marks_place(message, at) or message.tokens[at].norm == ","]
    counts = bool(words) and _is_count(message, words[0]) and not any("place" in _said(message, at) for at in words)
    free = not counts and all(_may_answer(message, tags, at) for at in words)
    named = any(_may_be_place(message, tags, at) and "place" not in _said(message, at) for at in words)
    return (first, last) if len(words) >= _LEAST_MARKS and marks and free and named else None


def _said(message: Message, at: int) -> tuple[str, ...]:
    return classes(message.tokens[at].norm, message.tokens[at].sound)


def _marks_place(message: Message, at: int) -> bool:
    return "place" in _said(message, at) or _is_count(message, at)


def _is_count(message: Message, at: int) -> bool:
    return word_kind(message.tokens[at].norm) in {"number", "digits"}


def _may_answer(message: Message, tags: Sequence[Tag], at: int) -> bool:
    number = _is_count(message, at) and tags[at].name in {OUTSIDE, COUNT}
    place = "place" in _said(message, at) and tags[at].name == OUTSIDE
    return number or place or _may_be_place(message, tags, at)


def _doors(message: Message, tags: Sequence[Tag]) -> list[tuple[int, int]]:
    """A door with its number, beside another word of places ("flats door nine") in a clause without goods."""
    for first, last in _clauses(message):
        places = [
            at
            for at in range(first, last)
            if "place" in _said(message, at) and tags[at].name == OUTSIDE and tags[at].p < _CERTAIN
        ]
        doors = [at + 1 for at in places if message.tokens[at].norm in NUMBERED and _is_number(message, at + 1)]
        end = _number_end(message, tags, doors[-1]) if doors else first
        free = len(places) >= _LEAST_MARKS and all(tag.name in {OUTSIDE, COUNT} for tag in tags[places[0] : end])
        if doors and free and end - doors[-1] <= _LONGEST_NUMBER and not _counts(message, tags, end):
            return [(places[0], end)]
    return []


def _clauses(message: Message) -> list[tuple[int, int]]:
    edges = [-1, *(at for at, token in enumerate(message.tokens) if token.norm in BREAKS), len(message.tokens)]
    return [(a + 1, b) for a, b in itertools.pairwise(edges) if b > a + 1]
