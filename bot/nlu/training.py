"""Trains the whole reader on a list of examples."""

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

from bot.nlu.annotated import Example
from bot.nlu.at_once import at_once
from bot.nlu.calibrate import temperature_of
from bot.nlu.intents import intent_features, language_features
from bot.nlu.linear import Features, LinearModel
from bot.nlu.spans import SpanTagger, TaggedRow, common_in, prepared, seen_in, training_rows

EPOCHS = 50
_FOLD_EPOCHS = 24
_FOLDS = 2
_ASIDE = 6
LabelledRow = tuple[Features, str, float]


@dataclass(frozen=True)
class Trained:
    """The trained parts of a reader."""

    spans: SpanTagger
    intents: LinearModel
    languages: LinearModel


def train(examples: Sequence[Example]) -> Trained:
    """Train tagger, intent and language models."""
    return Trained(train_spans(examples), train_intents(examples), train_languages(examples))


def train_spans(examples: Sequence[Example]) -> SpanTagger:
    """Train the tagger, on at most two copies of a text: more differ in context, which says little about spans."""
    return _taggers(tuple(examples))[0]


@lru_cache(maxsize=1)
def _taggers(examples: tuple[Example, ...]) -> tuple[SpanTagger, list[SpanTagger]]:
    """Train the tagger, and at once those that have each seen half of the texts, which the intent model asks for."""
    rows, vocabulary = training_rows(tuple(example for example in examples if example.spans))
    words = (vocabulary, EPOCHS, seen_in(examples), common_in(examples))
    whole = partial(SpanTagger.train, list(_seldom(rows, 2)), *words)
    halves = [[row for row in rows if _part(row.message.text, _FOLDS) != fold] for fold in range(_FOLDS)]
    folds, tagger = at_once(
        lambda: [SpanTagger.train(half, vocabulary, _FOLD_EPOCHS) for half in halves],
        whole,
    )
    return tagger, folds


def _seldom(rows: Sequence[TaggedRow], most: int) -> Iterator[TaggedRow]:
    seen: Counter[str] = Counter()
    for row in rows:
        seen[row.message.text] += 1
        if seen[row.message.text] <= most:
            yield row


def train_intents(examples: Sequence[Example]) -> LinearModel:
    """Train the intent model.

    It sees tags that a tagger gave to messages it was not trained on, since those are the tags it will meet.
    """
    labelled = iter(training_rows(tuple(example for example in examples if example.spans))[0])
    rows = [next(labelled) if example.spans else None for example in examples]
    middle = len(examples) // 2
    first, second = at_once(
        partial(_told_by_others, examples[:middle], rows[:middle], _taggers(tuple(examples))[1]),
        partial(_told_by_others, examples[middle:], rows[middle:], _taggers(tuple(examples))[1]),
    )
    return calibrated(first + second, [example.text for example in examples])


def train_languages(examples: Sequence[Example]) -> LinearModel:
    """Train the language model on examples whose language is known, each text once."""
    known = list({example.text: example for example in examples if example.lang}.values())
    return calibrated(
        [(language_features(prepared(item.text, item.asked, item.bot)), item.lang, item.weight) for item in known],
        [item.text for item in known],
    )


def _part(text: str, parts: int) -> int:
    """Put a text in one of several parts; all copies of it fall in the same one."""
    return zlib.crc32(text.encode()) % parts


def _told_by_others(
    examples: Sequence[Example], rows: Sequence[TaggedRow | None], taggers: Sequence[SpanTagger]
) -> list[LabelledRow]:
    """Tell each message's features with the tags of a tagger trained on others; what has no spans trains none."""
    told = []
    for example, row in zip(examples, rows, strict=True):
        tagger = taggers[_part(example.text, _FOLDS)]
        message = row.message if row else prepared(example.text, example.asked, example.bot)
        tags = tagger.tag_features(row.features) if row else tagger.tag(message)
        told.append((intent_features(message, tags), example.intent, example.weight))
    return told


def calibrated(rows: Sequence[LabelledRow], texts: Sequence[str]) -> LinearModel:
    """Train on everything, with the temperature that a model needed on texts kept from it.

    The temperature is fitted on hand-written texts alone: invented ones are easier than people.
    """
    aside = {at for at, text in enumerate(texts) if _part(text, _ASIDE) == 0}
    others = [row for at, row in enumerate(rows) if at not in aside]
    tried, model = at_once(partial(LinearModel.train, others), partial(LinearModel.train, rows))
    told = [rows[at] for at in sorted(aside) if rows[at][2] > 1 and rows[at][1] in tried.labels]
    if told:
        scores = [tried.scores(features) for features, _, _ in told]
        model.temperature = temperature_of(scores, [tried.labels.index(label) for _, label, _ in told])
    return model
