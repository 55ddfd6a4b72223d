"""Features of a whole message for its intent: words with the goods masked, letters, tags, what the bot had asked."""

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

from bot.nlu.features import Message, classes
from bot.nlu.linear import Columns, Features, hashed, in_blocks, lettered
from bot.nlu.spans import Tag
from bot.nlu.tokens import Token

_MASKED = frozenset({"ITEM", "AMOUNT", "ADDRESS", "PHONE", "RECEIPT", "OPTION"})
_BLOCK_WEIGHT = {"char": 1.8, "word": 1.6, "seen": 0.6, "mask": 1.0, "ctx": 0.9, "bot": 0.3}
_LANGUAGE_WEIGHT = 1.5
_LONGEST = 80  # tokens of a message whose letters are looked at


def intent_features(message: Message, tags: Sequence[Tag]) -> Features:
    """Describe a message for the intent model in six blocks."""
    blocks: dict[str, Sequence[Columns]] = {
        "char": [letters_of(token) for token in message.tokens[:_LONGEST]],
        "word": [hashed(_grams("w", [token.sound for token in message.tokens]))],
        "mask": [hashed(_grams("m", masked(message, tags)))],
        "seen": [hashed(_seen(message, tags))],
        "ctx": [hashed(_context(message, tags))],
        "bot": [hashed(f"bot={word}" for word in message.context.bot_text.lower().split()[-6:])],
    }
    return in_blocks((_BLOCK_WEIGHT[name], parts) for name, parts in blocks.items())


def masked(message: Message, tags: Sequence[Tag]) -> list[str]:
    """Write the message with goods, amounts, places and numbers as their labels."""
    out: list[str] = []
    for token, tag in zip(message.tokens, tags, strict=True):
        word = tag.name if tag.name in _MASKED else token.sound
        if not out or word not in _MASKED or out[-1] != word:
            out.append(word)
    return out


def letters_of(token: Token) -> Columns:
    """Describe the letters of a word, one in Devanagari by its sound."""
    return _letters(token.norm if token.norm.isascii() else token.sound)


@lru_cache(maxsize=16384)
def _letters(word: str) -> Columns:
    return lettered("g=", word, 2, 5)


def _grams(prefix: str, words: Sequence[str]) -> list[str]:
    padded = ["^", *words[:60], "$"]
    singles = [f"{prefix}1={one}" for one in padded]
    pairs = [f"{prefix}2={one} {two}" for one, two in itertools.pairwise(padded)]
    triples = zip(padded, padded[1:], padded[2:], strict=False)
    return [*singles, *pairs, *[f"{prefix}3={one} {two} {three}" for one, two, three in triples]]


def _seen(message: Message, tags: Sequence[Tag]) -> Iterator[str]:
    names = [tag.name for tag in tags]
    counts = Counter(names)
    for name, count in counts.items():
        yield f"has={name}"
        yield f"has={name}{min(count, 4)}"
    yield "tags=" + "+".join(sorted(set(names)))
    yield f"size={min(len(names), 12)}"
    for token, tag in zip(message.tokens, tags, strict=True):
        if tag.name not in _MASKED:
            yield from (f"cls={name}" for name in classes(token.norm, token.sound))


def _context(message: Message, tags: Sequence[Tag]) -> Iterator[str]:
    asked = message.context.asked
    yield f"asked={asked}"
    names = sorted({tag.name for tag in tags})
    yield f"asked={asked}/{'+'.join(names)}"
    yield from (f"asked={asked}/{name}" for name in names)
    yield from (f"asked={asked}/{token.sound}" for token in message.tokens[:8])


def language_features(message: Message) -> Features:
    """Describe a message for the language model: letters and words alone."""
    return in_blocks([(_LANGUAGE_WEIGHT, [word_and_letters(token.norm) for token in message.tokens[:_LONGEST]])])


@lru_cache(maxsize=16384)
def word_and_letters(word: str) -> Columns:
    """Describe a folded word for the language model."""
    whole = f"lw={word}"
    return hashed([whole]) if word[:1].isdigit() else lettered("l=", word, 1, 4, whole)
