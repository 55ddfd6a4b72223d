"""What the tagger sees of each token: word, sound, classes, neighbours, and the amount and question around it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex

from bot.nlu.amounts import Amount, find_amounts, word_kind
from bot.nlu.asked import Context
from bot.nlu.grammar.words import BREAKS, CLASSES
from bot.nlu.normalise import fold, sound
from bot.nlu.phones import Phone, find_phones
from bot.nlu.tokens import Token, tokenise

_SHORT, _MEDIUM = 3, 7
_STEPS = (-2, -1, 1, 2)


@dataclass(frozen=True)
class Message:
    """A message cut up once, for every reader after: tokens, amounts, phones, context."""

    text: str
    tokens: tuple[Token, ...]
    amounts: tuple[Amount, ...]
    phones: tuple[Phone, ...]
    context: Context

    @property
    def words(self) -> list[str]:
        """The folded words."""
        return [token.norm for token in self.tokens]


def prepare(text: str, context: Context | None = None) -> Message:
    """Cut a message up."""
    context = context or Context()
    tokens = tuple(tokenise(text))
    return Message(text, tokens, tuple(find_amounts(tokens)), tuple(find_phones(text, context.region)), context)


@lru_cache(maxsize=1)
def _class_rows() -> dict[str, tuple[str, ...]]:
    out: dict[str, set[str]] = {}
    for name, listed in CLASSES.items():
        for word in listed.split():
            out.setdefault(fold(word), set()).add(name)
    return {word: tuple(sorted(names)) for word, names in out.items()}


@lru_cache(maxsize=1)
def _sound_rows() -> dict[str, tuple[str, ...]]:
    out: dict[str, set[str]] = {}
    for word, names in _class_rows().items():
        if len(word) > _SHORT:
            out.setdefault(sound(word), set()).update(names)
    return {word: tuple(sorted(names)) for word, names in out.items()}


@lru_cache(maxsize=16384)
def classes(word: str, key: str) -> tuple[str, ...]:
    """Give the classes of a word, by its writing or else by its sound."""
    return _class_rows().get(word) or _sound_rows().get(key) or ()


def stressed_classes(word: str, key: str) -> tuple[str, ...]:
    """Give the classes of a word, or of it without the stress that Marathi puts at its end ("रोखच", "cashach")."""
    return classes(word, key) or classes(_STRESS.sub("", word), "")


_STRESS = regex.compile(r"(?<=..)(?:च|a?ch)$")


@lru_cache(maxsize=16384)
def word_features(word: str, key: str, text: str) -> tuple[str, ...]:
    """Describe a word where it stands."""
    named = classes(word, key)
    out = [f"w={word}", f"k={word_kind(word)}", f"s={_shape(text)}"]
    if not word[:1].isdigit():
        out += [f"y={key}", f"p3={key[:3]}", f"e3={word[-3:]}", f"e2={word[-2:]}"]
    return (*out, *(f"c={name}" for name in named))


def _shape_features(token: Token) -> tuple[str, ...]:
    return ("w=?", f"k={word_kind(token.norm)}", f"s={_shape(token.text)}")


@lru_cache(maxsize=16384)
def near_features(word: str, key: str) -> tuple[str, ...]:
    """Describe a word to those that stand near it."""
    kind = word_kind(word)
    named = classes(word, key)
    return (
        f"y={'#' if word[:1].isdigit() else key}",
        *((f"k={kind}",) if kind else ()),
        *(f"c={name}" for name in named),
    )


@lru_cache(maxsize=16384)
def seen_from(names: tuple[str, ...]) -> dict[int, list[str]]:
    """What a word is to those that stand so many words before it, or behind it."""
    return {step: [f"{step}{name}" for name in names] for step in _STEPS}


def _shape(text: str) -> str:
    if text[:1].isdigit():
        return f"d{min(len(text), 6)}"
    if not text[:1].isalpha():
        return "punct" if text in BREAKS else "mark"
    length = "1" if len(text) == 1 else "s" if len(text) <= _SHORT else "m" if len(text) <= _MEDIUM else "l"
    return ("X" if text.isupper() else "Xx" if text[:1].isupper() else "x") + length


def featurise(message: Message, hidden: frozenset[int] = frozenset()) -> list[list[str]]:
    """Describe every token of a message, as lists of feature names.

    Args:
        message: the message, cut up.
        hidden: tokens whose letters are left out, so that training learns to place words it has never met.
    """
    tokens = message.tokens
    own = [
        _shape_features(token) if at in hidden else word_features(token.norm, token.sound, token.text)
        for at, token in enumerate(tokens)
    ]
    near = [("y=?",) if at in hidden else near_features(token.norm, token.sound) for at, token in enumerate(tokens)]
    said = [seen_from(names) for names in near]
    amounts = _amount_marks(message)
    asked = message.context.asked
    size = f"len={min(len(tokens), 4) if len(tokens) < 5 else 5 if len(tokens) < 9 else 9}"  # noqa: PLR2004
    out = []
    last = len(tokens) - 1
    led = _led(near)
    for at in range(len(tokens)):
        row = [*own[at], f"a={amounts[at]}", f"q={asked}", f"led={led[at]}", size, f"q+k={asked}/{own[at][1]}/{size}"]
        for step in _STEPS:
            place = at + step
            if 0 <= place <= last:
                row += said[place][step]
                row.append(f"{step}a={amounts[place]}")
            else:
                row.append(f"{step}edge")
        row += _pairs(near, amounts, at, last)
        out.append(row)
    return out


def _pairs(near: Sequence[tuple[str, ...]], amounts: Sequence[str], at: int, last: int) -> list[str]:
    before = near[at - 1][0] if at else "^"
    after = near[at + 1][0] if at < last else "$"
    before_amount = amounts[at - 1] if at else "^"
    after_amount = amounts[at + 1] if at < last else "$"
    return [f"b={before}|{near[at][0]}", f"f={near[at][0]}|{after}", f"ba={before_amount}|{amounts[at]}|{after_amount}"]


def _amount_marks(message: Message) -> list[str]:
    marks = ["-"] * len(message.tokens)
    for amount in message.amounts:
        sure = "!" if amount.sure else "?"
        for at in range(amount.first, amount.last):
            marks[at] = f"{amount.kind}{sure}{'B' if at == amount.first else 'I'}"
    for phone in message.phones:
        for at, token in enumerate(message.tokens):
            if phone.start <= token.start < phone.end:
                marks[at] = "phone"
    return marks


def _led(near: Sequence[tuple[str, ...]]) -> list[str]:
    """For each token, the kind of lead-in last seen: a place word, a payment word, and how long ago."""
    out, seen, since = [], "none", 0
    for names in near:
        out.append(f"{seen}{min(since, 3)}")
        since += 1
        for name in names:
            if name in {"c=place_lead", "c=place", "c=note", "c=phone_lead", "c=paying"}:
                seen, since = name[2:], 0
    return out
