"""Goods, amounts, places and the rest of a message's spans, as a Rasa entity extractor."""

from pathlib import Path
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.base import PREPARED, TAGS, DukaComponent, examples_of
from bot.nlu.features import Message as Prepared
from bot.nlu.features import prepare
from bot.nlu.spans import Span, SpanTagger, spans
from bot.nlu.texts import text_of
from bot.nlu.training import train_spans
from bot.nlu.warming import meet


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR], is_trainable=True)
class SpanExtractor(DukaComponent, EntityExtractorMixin):
    """Tags spaCy's tokens with a CRF and offers the spans as entities."""

    _tagger: SpanTagger

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the tagger."""
        self._tagger = train_spans(examples_of(training_data))
        with self._storage.write_to(self._resource) as folder:
            self._tagger.save(Path(folder))
        return self._resource

    def load_parts(self, folder: Path) -> None:
        """Read the tagger."""
        self._tagger = SpanTagger.load(folder)
        meet(self._tagger.common)

    def process_one(self, message: Message) -> None:
        """Set the tags and the entities."""
        prepared = message.get(PREPARED) or prepare(message.get(TEXT) or "")
        tags = self._tagger.tag(prepared)
        message.set(TAGS, tags)
        found = [_entity(prepared, span) for span in spans(tags)]
        message.set(ENTITIES, (message.get(ENTITIES) or []) + self.add_extractor_name(found), add_to_output=True)


def _entity(prepared: Prepared, span: Span) -> dict[str, Any]:
    place = text_of(prepared, span.first, span.last)
    name = {"AMOUNT": "quantity"}.get(span.name, span.name.lower())
    return {
        "entity": name,
        "value": place["text"],
        "start": place["start"],
        "end": place["end"],
        "confidence_entity": span.p,
    }
