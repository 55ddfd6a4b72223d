"""Features of a whole message for its intent: words with the goods masked, letters, tags, what the bot had asked."""

from collections import Counter
from collections.abc import Iterator, Sequence
from operator import mul

from bot.nlu.features import Message, classes
from bot.nlu.linear import Features, ngrams
from bot.nlu.spans import Tag

_MASKED = frozenset({"ITEM", "AMOUNT", "ADDRESS", "PHONE", "RECEIPT", "OPTION"})
_BLOCK_WEIGHT = {"char": 1.8, "word": 1.6, "seen": 0.6, "mask": 1.0, "ctx": 0.9, "bot": 0.3}


def intent_features(message: Message, tags: Sequence[Tag]) -> Features:
    """Describe a message for the intent model; every block of features has the same length."""
    blocks: dict[str, Counter[str]] = {
        "char": Counter(_letters(message)),
        "word": Counter(_grams("w", [token.sound for token in message.tokens])),
        "mask": Counter(_grams("m", masked(message, tags))),
        "seen": Counter(_seen(message, tags)),
        "ctx": Counter(_context(message, tags)),
        "bot": Counter(f"bot={word}" for word in message.context.bot_text.lower().split()[-6:]),
    }
    scales = {name: _BLOCK_WEIGHT[name] / _length(block) for name, block in blocks.items()}
    return {feature: count * scales[name] for name, block in blocks.items() for feature, count in block.items()}


def _length(block: Counter[str]) -> float:
    counts = block.values()
    return sum(map(mul, counts, counts)) ** 0.5 or 1.0


def masked(message: Message, tags: Sequence[Tag]) -> list[str]:
    """Write the message with goods, amounts, places and numbers as their labels."""
    out: list[str] = []
    for token, tag in zip(message.tokens, tags, strict=True):
        word = tag.name if tag.name in _MASKED else token.sound
        if not out or word not in _MASKED or out[-1] != word:
            out.append(word)
    return out


def _letters(message: Message) -> list[str]:
    text = " ".join(token.norm if token.norm.isascii() else token.sound for token in message.tokens)
    return ngrams("g=", text[:400], 2, 5)


def _grams(prefix: str, words: Sequence[str]) -> list[str]:
    padded = ["^", *words[:60], "$"]
    return [
        f"{prefix}{size}={' '.join(padded[at : at + size])}"
        for size in (1, 2, 3)
        for at in range(len(padded) - size + 1)
    ]


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
    text = " ".join(token.norm for token in message.tokens if not token.norm[:1].isdigit())
    found = Counter(ngrams("l=", text[:300], 1, 4))
    found.update(f"lw={token.norm}" for token in message.tokens)
    length = _length(found)
    return {name: 1.5 * count / length for name, count in found.items()}
