"""Tags tokens as goods, amounts, options, places and the rest: one linear-chain CRF for every language."""

import json
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import pycrfsuite

from bot.nlu.amounts import word_kind
from bot.nlu.annotated import Example, Label
from bot.nlu.asked import Context
from bot.nlu.features import Message, classes, featurise, prepare
from bot.nlu.tokens import Token

OUTSIDE = "O"
_NAMES = {
    "item": "ITEM", "quantity": "AMOUNT", "unit": "AMOUNT", "option": "OPTION", "address": "ADDRESS", "phone": "PHONE",
    "payment": "PAYMENT", "note": "NOTE", "remove": "REMOVE", "receipt": "RECEIPT",
}  # fmt: skip
# Labels whose neighbours may be another of the same kind, so that the first token is marked.
_SPLIT = frozenset({"ITEM", "OPTION", "ADDRESS", "NOTE"})
# Of how many messages in a hundred the goods, and the places, are hidden while training; and how many other words.
_HIDDEN_SHARES = (("ITEM", 30), ("ADDRESS", 22))
_HIDDEN_OTHERS = 6
_COMMON = 3
_MOST_COMMON = 8000
VOCABULARY_FILE = "spans.words.json"
MODEL_FILE = "spans.crfsuite"


class Tag(NamedTuple):
    """A token's label, whether it begins a stretch, how sure the tagger is, and whether it has met the word."""

    name: str
    begins: bool
    p: float
    met: bool = True


@dataclass(frozen=True)
class Span:
    """Tokens `first` to `last` (exclusive) under one label; `p` is the tokens' mean."""

    name: str
    first: int
    last: int
    p: float


def gold_tags(message: Message, labels: Iterable[Label]) -> list[str]:
    """Lay character labels over tokens; an amount that a label touches is labelled whole."""
    tags = [OUTSIDE] * len(message.tokens)
    for label in labels:
        name = _NAMES[label.name]
        inside = [
            at
            for at, token in enumerate(message.tokens)
            if token.start < label.end and token.end > label.start and not token.is_break
        ]
        inside = inside or [
            at for at, token in enumerate(message.tokens) if token.start < label.end and token.end > label.start
        ]
        for order, at in enumerate(range(inside[0], inside[-1] + 1) if inside else ()):
            tags[at] = ("B-" if order == 0 and name in _SPLIT else "I-") + name
    for amount in message.amounts:
        covered = range(amount.first, amount.last)
        quantities = any(tags[at] == "I-AMOUNT" for at in covered)
        sized = amount.kind == "measure" and all(tags[at].endswith("OPTION") for at in covered)
        free = all(tags[at] == OUTSIDE or tags[at].endswith(("AMOUNT", "OPTION")) for at in covered)
        if sized or (quantities and free):
            for at in covered:
                tags[at] = "I-AMOUNT"
    return tags


@dataclass(frozen=True)
class TaggedRow:
    """An example ready for training: described once, used in every fold."""

    message: Message
    features: pycrfsuite.ItemSequence
    tags: list[str]
    weight: float


class SpanTagger:
    """A trained tagger; of the words that it has `seen`, those of its vocabulary were common enough to learn.

    `common` are those that people write most, as they write them.
    """

    def __init__(
        self,
        model: bytes,
        vocabulary: frozenset[str],
        seen: frozenset[str] = frozenset(),
        common: tuple[str, ...] = (),
    ) -> None:
        self._model = model
        self.common = common
        self._vocabulary = vocabulary
        self._seen = seen
        self._crf = pycrfsuite.Tagger()
        self._crf.open_inmemory(model)

    @classmethod
    def train(
        cls,
        rows: Sequence["TaggedRow"],
        vocabulary: frozenset[str],
        epochs: int,
        seen: frozenset[str] = frozenset(),
        common: tuple[str, ...] = (),
    ) -> "SpanTagger":
        """Fit a tagger on tagged rows; a weight of 2 counts a row twice."""
        trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
        trainer.set_params(
            {
                "c1": 0.02,
                "c2": 0.02,
                "max_iterations": epochs,
                "feature.minfreq": 2,
                "feature.possible_transitions": False,
            }
        )
        for row in rows:
            for _ in range(max(1, round(row.weight))):
                trainer.append(row.features, row.tags)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / MODEL_FILE
            trainer.train(str(path))
            return cls(path.read_bytes(), vocabulary, seen, common)

    def __reduce__(self) -> tuple[type["SpanTagger"], tuple[bytes, frozenset[str], frozenset[str], tuple[str, ...]]]:
        """Pickle what the tagger is built from."""
        return SpanTagger, (self._model, self._vocabulary, self._seen, self.common)

    def tag(self, message: Message) -> list[Tag]:
        """Tag a message's tokens."""
        if not message.tokens:
            return []
        strange = unknown(message, self._vocabulary)
        tags = self.tag_features(pycrfsuite.ItemSequence(featurise(message, strange)))
        never = {at for at in strange if message.tokens[at].sound not in self._seen}
        return [tag._replace(met=False) if at in never else tag for at, tag in enumerate(tags)]

    def tag_features(self, features: pycrfsuite.ItemSequence) -> list[Tag]:
        """Tag tokens described beforehand."""
        names = self._crf.tag(features)
        return [
            Tag(name.rpartition("-")[2], not name.startswith("I-"), round(self._crf.marginal(name, at), 4))
            for at, name in enumerate(names)
        ]

    def save(self, folder: Path) -> None:
        """Write the model into a folder."""
        (folder / MODEL_FILE).write_bytes(self._model)
        words = {"learned": sorted(self._vocabulary), "seen": sorted(self._seen), "common": self.common}
        (folder / VOCABULARY_FILE).write_text(json.dumps(words, ensure_ascii=False), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> "SpanTagger":
        """Read the model from a folder."""
        words = json.loads((folder / VOCABULARY_FILE).read_text("utf-8"))
        learned, seen = frozenset(words["learned"]), frozenset(words["seen"])
        return cls((folder / MODEL_FILE).read_bytes(), learned, seen, tuple(words["common"]))


def spans(tags: Sequence[Tag]) -> list[Span]:
    """Join tags into spans."""
    starts = [at for at, tag in enumerate(tags) if tag.name != OUTSIDE and _opens(tags, at)]
    return [_span(tags, first) for first in starts]


def _opens(tags: Sequence[Tag], at: int) -> bool:
    return at == 0 or tags[at - 1].name != tags[at].name or (tags[at].begins and tags[at].name in _SPLIT)


def _span(tags: Sequence[Tag], first: int) -> Span:
    last = first + 1
    while last < len(tags) and tags[last].name == tags[first].name and not _opens(tags, last):
        last += 1
    mean = sum(tag.p for tag in tags[first:last]) / (last - first)
    return Span(tags[first].name, first, last, round(mean, 4))


def vocabulary_of(messages: Iterable[Message]) -> frozenset[str]:
    """Return the sounds that are common enough to learn; any other word is a word never met."""
    counts = Counter(token.sound for message in messages for token in message.tokens)
    return frozenset(word for word, count in counts.items() if count >= _COMMON)


def common_in(examples: Iterable[Example]) -> tuple[str, ...]:
    """Return the words that people write most, as they write them, the commonest first."""
    texts = {example.text: example for example in examples}.values()
    found = Counter(
        token.text
        for example in texts
        for token in prepared(example.text, example.asked, example.bot).tokens
        if token.text[:1].isalpha()
    )
    return tuple(word for word, count in found.most_common(_MOST_COMMON) if count >= _COMMON)


def seen_in(examples: Iterable[Example]) -> frozenset[str]:
    """Return the sounds of all that people wrote, be it once: none of them is a slip for another word."""
    written = (example for example in examples if example.weight > 1)
    return frozenset(token.sound for one in written for token in prepared(one.text, one.asked, one.bot).tokens)


def unknown(message: Message, vocabulary: frozenset[str]) -> frozenset[int]:
    """Find the tokens whose letters say nothing: neither learned, nor a number, nor in a class of words."""
    return frozenset(
        at
        for at, token in enumerate(message.tokens)
        if token.sound not in vocabulary and token.norm[:1].isalpha() and not _classed(token)
    )


def _classed(token: Token) -> bool:
    return bool(classes(token.norm, token.sound) or word_kind(token.norm))


@lru_cache(maxsize=32768)
def prepared(text: str, asked: str, bot: str) -> Message:
    """Cut a message of the training data up, once for all that train on it."""
    return prepare(text, Context(asked=asked, bot_text=bot))


@lru_cache(maxsize=1)
def training_rows(examples: tuple[Example, ...]) -> tuple[list[TaggedRow], frozenset[str]]:
    """Prepare examples for the tagger, with the vocabulary that they teach."""
    messages = [prepared(item.text, item.asked, item.bot) for item in examples]
    vocabulary = vocabulary_of(messages)
    return [_row(message, item, vocabulary) for message, item in zip(messages, examples, strict=True)], vocabulary


def _row(message: Message, example: Example, vocabulary: frozenset[str]) -> TaggedRow:
    tags = gold_tags(message, example.labels)
    hidden = unknown(message, vocabulary) | _hidden(message, tags)
    return TaggedRow(message, pycrfsuite.ItemSequence(featurise(message, hidden)), tags, example.weight)


def _hidden(message: Message, tags: Sequence[str]) -> frozenset[int]:
    """Choose tokens to hide: by the text's hash, some messages' goods, others' places, any word at times."""
    dice = zlib.crc32(message.text.encode())
    chosen = {name for name, share in _HIDDEN_SHARES if dice % 100 < share}
    return frozenset(
        at
        for at, tag in enumerate(tags)
        if (tag.rpartition("-")[2] in chosen or (dice // 100 + 37 * at) % 100 < _HIDDEN_OTHERS)
        and message.tokens[at].norm[:1].isalpha()
        and not _classed(message.tokens[at])
    )
