"""Trains the whole reader on a list of examples."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.nlu.annotated import Example
from bot.nlu.calibrate import temperature_of
from bot.nlu.features import prepare
from bot.nlu.intents import intent_features, language_features
from bot.nlu.linear import Features, LinearModel
from bot.nlu.spans import SpanTagger, Tag, TaggedRow, training_row

EPOCHS = 60
_FOLDS = 2


@dataclass(frozen=True)
class Trained:
    """The trained parts of a reader."""

    spans: SpanTagger
    intents: LinearModel
    languages: LinearModel


def train(examples: Sequence[Example]) -> Trained:
    """Train tagger, intent and language models."""
    rows = [training_row(example) for example in examples]
    return Trained(SpanTagger.train(rows, EPOCHS), _intents(examples, rows), train_languages(examples))


def train_spans(examples: Sequence[Example]) -> SpanTagger:
    """Train the tagger."""
    return SpanTagger.train([training_row(example) for example in examples], EPOCHS)


def train_intents(examples: Sequence[Example]) -> LinearModel:
    """Train the intent model.

    It sees tags that a tagger gave to messages it was not trained on, since those are the tags it will meet.
    """
    return _intents(examples, [training_row(example) for example in examples])


def train_languages(examples: Sequence[Example]) -> LinearModel:
    """Train the language model on examples whose language is known."""
    return calibrated(
        [
            (language_features(prepare(example.text)), example.lang, example.weight)
            for example in examples
            if example.lang
        ]
    )


def _intents(examples: Sequence[Example], rows: Sequence[TaggedRow]) -> LinearModel:
    tags = _held_out_tags(rows, EPOCHS // 2)
    return calibrated(
        [
            (intent_features(row.message, found), example.intent, row.weight)
            for row, found, example in zip(rows, tags, examples, strict=True)
        ]
    )


def _held_out_tags(rows: Sequence[TaggedRow], epochs: int) -> list[list[Tag]]:
    out: list[list[Tag]] = [[] for _ in rows]
    for fold in range(_FOLDS):
        tagger = SpanTagger.train([row for at, row in enumerate(rows) if at % _FOLDS != fold], epochs)
        for at in range(fold, len(rows), _FOLDS):
            out[at] = tagger.tag_features(rows[at].features)
    return out


def calibrated(rows: Sequence[tuple[Features, str, float]]) -> LinearModel:
    """Train on everything, with the temperature that a model without a sixth of it needed on that sixth."""
    aside = [row for at, row in enumerate(rows) if at % 6 == 5]  # noqa: PLR2004 - a sixth
    partial = LinearModel.train([row for at, row in enumerate(rows) if at % 6 != 5])  # noqa: PLR2004
    model = LinearModel.train(rows)
    model.temperature = temperature_of(
        [partial.scores(features) for features, _, _ in aside], [partial.labels.index(label) for _, label, _ in aside]
    )
    return model
