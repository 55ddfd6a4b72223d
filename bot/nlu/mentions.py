"""Groups goods with their amounts and options, and says what is to happen with each: add, remove, from, to, ask."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.nlu.amounts import Amount, word_kind
from bot.nlu.features import Message, classes
from bot.nlu.grammar.words import BREAKS, CORRECTIONS, REMOVE_BEFORE_GOODS
from bot.nlu.spans import Span
from bot.nlu.texts import text_of

_FAR = 12.0
_BREAK_COST, _JOIN_COST, _OTHER_GOODS_COST = 4.0, 3.0, 9.0
_ORDERING = frozenset({"place_order", "modify_order"})
# Words that may stand between an amount and its goods.
_LINKING = frozenset(
    [
        "of",
        "ya",
        "za",
        "la",
        "cha",
        "vya",
        "wa",
        "ka",
        "ke",
        "ki",
        "का",
        "के",
        "की",
        "chi",
        "che",
        "cha",
        "the",
        "चे",
        "ची",
        "चा",
        "x",
    ]
)
_LONGEST_NAME, _GUESSED = 3, 0.3
_ASKING = frozenset({"ask_price", "ask_availability", "ask_menu"})


@dataclass
class Mention:
    """Goods named in a message; `first` and `last` are tokens, `amounts` indices into the message's amounts."""

    first: int
    last: int
    confidence: float
    role: str = "add"
    amounts: list[int] = field(default_factory=list)
    options: list[Span] = field(default_factory=list)

    def as_json(self, message: Message) -> dict[str, Any]:
        """Give the mention as the reading shows it."""
        return {
            **text_of(message, self.first, self.last),
            "role": self.role,
            "confidence": self.confidence,
            "amounts": self.amounts,
            "options": [text_of(message, span.first, span.last) for span in self.options],
        }


def mentions_of(message: Message, spans: Sequence[Span], amounts: Sequence[Amount], intent: str) -> list[Mention]:
    """Return the goods of a message in order, with what belongs to each."""
    found = [Mention(span.first, span.last, span.p) for span in spans if span.name == "ITEM"]
    if intent in _ORDERING:
        found = sorted([*found, *_unnamed(message, found, spans, amounts)], key=lambda mention: mention.first)
    if not found:
        return []
    _give_options(message, found, [span for span in spans if span.name == "OPTION"])
    _give_amounts(message, found, amounts)
    _give_roles(message, found, spans, intent)
    return found


def _unnamed(
    message: Message, goods: Sequence[Mention], spans: Sequence[Span], amounts: Sequence[Amount]
) -> Iterator[Mention]:
    """Take words that nothing explains, right beside an amount that has no goods, for goods never met before."""
    held = {at for span in spans for at in range(span.first, span.last)}
    for amount in amounts:
        beside = any(mention.last == amount.first or mention.first == amount.last for mention in goods)
        if beside or not amount.sure or _option_beside(amount, spans):
            continue
        after = amount.last + (_norm(message, amount.last) in _LINKING)
        last = after
        while last < after + _LONGEST_NAME and _unexplained(message, last, held):
            last += 1
        if last > after and not any(mention.first == last for mention in goods):
            yield Mention(after, last, _GUESSED)


def _option_beside(amount: Amount, spans: Sequence[Span]) -> bool:
    return any(span.name == "OPTION" and span.first == amount.last for span in spans)


def _norm(message: Message, at: int) -> str:
    return message.tokens[at].norm if at < len(message.tokens) else ""


def _unexplained(message: Message, at: int, held: Collection[int]) -> bool:
    word = _norm(message, at)
    known = at in held or not word[:1].isalpha() or word_kind(word)
    return not known and not classes(word, message.tokens[at].sound)


def _cost(message: Message, mention: Mention, first: int, last: int, goods: Sequence[Mention]) -> float:
    """Tell how far a stretch stands from goods: tokens between, breaks, joining words, other goods in the way."""
    low, high = (last, mention.first) if last <= mention.first else (mention.last, first)
    cost = 0.0
    for at in range(low, high):
        token = message.tokens[at]
        if token.is_break:
            cost += _FAR / 2
        elif token.norm in BREAKS and not _tight(message, at):
            cost += _BREAK_COST if token.norm not in {"-", "–", ":", "("} else 0.3
        elif "join" in classes(token.norm, token.sound):
            cost += _JOIN_COST
        else:
            cost += 1.0
    cost += _OTHER_GOODS_COST * sum(1 for other in goods if other is not mention and low <= other.first < high)
    return cost


def _tight(message: Message, at: int) -> bool:
    """Tell a hyphen inside a word from one between parts."""
    return (
        message.tokens[at].norm == "-"
        and 0 < at < len(message.tokens) - 1
        and message.tokens[at].start == message.tokens[at - 1].end
    )


def _give_options(message: Message, goods: list[Mention], options: Sequence[Span]) -> None:
    for span in options:
        best = min(goods, key=lambda mention: _cost(message, mention, span.first, span.last, goods))
        if _cost(message, best, span.first, span.last, goods) < _FAR:
            best.options.append(span)


def _give_amounts(message: Message, goods: list[Mention], amounts: Sequence[Amount]) -> None:
    """Give each amount to the nearest goods; ties go the way the message goes (number first, or goods first)."""
    leads = _numbers_lead(goods, amounts)
    pairs = sorted(
        (_cost(message, mention, amount.first, amount.last, goods) + _tie(mention, amount, leads=leads), at, order)
        for at, amount in enumerate(amounts)
        for order, mention in enumerate(goods)
    )
    given: set[int] = set()
    for cost, at, order in pairs:
        mention = goods[order]
        if at in given or cost >= _FAR or _taken(mention, amounts, at):
            continue
        if _corrects(message, mention, amounts, at):
            continue
        mention.amounts.append(at)
        given.add(at)
    _correct(message, goods, amounts, given)
    _share(goods, amounts)
    for mention in goods:
        mention.amounts.sort()


def _numbers_lead(goods: Sequence[Mention], amounts: Sequence[Amount]) -> bool:
    firsts = [amount.first for amount in amounts if amount.kind != "measure"] or [amount.first for amount in amounts]
    return bool(firsts) and firsts[0] < goods[0].first


def _tie(mention: Mention, amount: Amount, *, leads: bool) -> float:
    before = amount.last <= mention.first
    return 0.0 if before == leads else 0.9


def _taken(mention: Mention, amounts: Sequence[Amount], at: int) -> bool:
    """Goods take a size and a number, never two numbers."""
    return any((amounts[held].kind == "measure") == (amounts[at].kind == "measure") for held in mention.amounts)


def _corrects(message: Message, mention: Mention, amounts: Sequence[Amount], at: int) -> bool:
    """Tell a corrected number ("2 milk, no make it 3") from the goods' own."""
    before = range(max(0, amounts[at].first - 3), amounts[at].first)
    return (
        mention.last <= amounts[at].first
        and any(message.tokens[place].norm in CORRECTIONS for place in before)
        and any(amount.last <= mention.first + 3 for amount in amounts[:at])
    )


def _correct(message: Message, goods: Sequence[Mention], amounts: Sequence[Amount], given: set[int]) -> None:
    """Let a later number that follows a correcting word replace the last goods' number."""
    for at, amount in enumerate(amounts):
        before = [mention for mention in goods if mention.last <= amount.first]
        marks = {message.tokens[place].norm for place in range(max(0, amount.first - 4), amount.first)}
        if at in given or not before or not marks & CORRECTIONS:
            continue
        mention = before[-1]
        mention.amounts = [
            held for held in mention.amounts if (amounts[held].kind == "measure") != (amount.kind == "measure")
        ] + [at]


def _share(goods: Sequence[Mention], amounts: Sequence[Amount]) -> None:
    """Give a doubled or "each" number to the goods before it that have none."""
    for at, amount in enumerate(amounts):
        if amount.repeat:
            for mention in goods:
                if mention.last <= amount.first and not any(
                    amounts[held].kind != "measure" for held in mention.amounts
                ):
                    mention.amounts.append(at)


def _give_roles(message: Message, goods: list[Mention], spans: Sequence[Span], intent: str) -> None:
    if intent in _ASKING:
        for mention in goods:
            mention.role = "ask"
        return
    for mark in _removal_marks(message, spans):
        for mention in _removed_by(message, mark, goods):
            mention.role = "remove"
    _give_exchange_roles(message, goods)


def _removal_marks(message: Message, spans: Sequence[Span]) -> Iterator[tuple[int, int, bool]]:
    """Yield removing words as (first, last, whether their goods follow)."""
    for span in spans:
        if span.name == "REMOVE":
            words = [message.tokens[at].norm for at in range(span.first, span.last)]
            leads = any(_leads_off(word) for word in words) or words[-1] == "of"  # "In place of", "instead of".
            yield span.first, span.last, leads


def _leads_off(word: str) -> bool:
    """Tell a removing word before its goods, as Swahili's verbs are in every person ("uondoe", "mtoe")."""
    listed = word in REMOVE_BEFORE_GOODS or word.startswith(("usi", "ni", "si", "don"))
    return listed or _TAKE_OFF.fullmatch(word) is not None


_TAKE_OFF = re.compile(r"(?:u|m|mu|tu)?(?:i|zi|ya|vi|ki|li|wa)?(?:ondo|to|ach|punguz|tup|fut)(?:e|ee|a|ea)(?:ni)?")


def _removed_by(message: Message, mark: tuple[int, int, bool], goods: Sequence[Mention]) -> list[Mention]:
    first, last, leads = mark
    if leads:
        after = [mention for mention in goods if mention.first >= last]
        return _run_of(message, after, last) or [mention for mention in goods if mention.last <= first][-1:]
    before = [mention for mention in goods if mention.last <= first and not _broken(message, mention.last, first)]
    return before[-1:] or [mention for mention in goods if mention.first >= last][:1]


def _run_of(message: Message, goods: Sequence[Mention], start: int) -> list[Mention]:
    """Take the goods that one removing word governs: up to the next verb or break."""
    out: list[Mention] = []
    at = start
    for mention in goods:
        between = [message.tokens[place] for place in range(at, mention.first)]
        verbs = any(
            {"add", "want", "make"} & (set(classes(token.norm, token.sound)) - {"join"})
            for token in between
            if token.norm not in {"and", "na", "plus"}
        )
        broken = any(token.is_break or token.norm in {".", ";", ","} for token in between) and bool(out)
        if verbs or broken or mention.first - at > 6:  # noqa: PLR2004
            break
        out.append(mention)
        at = mention.last
    return out


def _broken(message: Message, low: int, high: int) -> bool:
    return any(message.tokens[at].is_break or message.tokens[at].norm in {".", ";"} for at in range(low, high))


def _give_exchange_roles(message: Message, goods: list[Mention]) -> None:
    """Read "X instead of Y", "X ki jagah Y", "change X to Y", "not X but Y": one goes, the other comes."""
    for at, token in enumerate(message.tokens):
        if "instead" not in classes(token.norm, token.sound):
            continue
        before = [mention for mention in goods if mention.last <= at]
        after = [mention for mention in goods if mention.first > at]
        if token.norm in {"instead", "rather", "badala"} and after:
            _exchange(gone=after[0], come=before[-1] if before else (after[1] if len(after) > 1 else None))
        elif token.norm in {"change", "replace", "swap", "switch", "badilisha", "badili"} and len(after) > 1:
            _exchange(gone=after[0], come=after[1])
        elif before and after and token.norm not in {"change", "replace", "swap", "switch"}:
            _exchange(gone=before[-1], come=after[0])


def _exchange(gone: Mention, come: Mention | None) -> None:
    if come is not None:
        gone.role, come.role = "from", "to"
