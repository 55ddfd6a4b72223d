"""The intent and the whole reading of a message, as a Rasa intent classifier."""

from pathlib import Path

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.base import LANGUAGE, PREPARED, READING, TAGS, DukaComponent, examples_of
from bot.nlu.intents import intent_features
from bot.nlu.linear import LinearModel
from bot.nlu.reader import assemble
from bot.nlu.training import train_intents

_NAME = "intents"
_INTENT_RANKING = "intent_ranking"


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER], is_trainable=True)
class ReadingAssembler(DukaComponent, IntentClassifier):
    """Chooses the intent and puts the reading together from what the components before it found."""

    _model: LinearModel

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the intent model."""
        self._model = train_intents(examples_of(training_data))
        with self._storage.write_to(self._resource) as folder:
            self._model.save(Path(folder), _NAME)
        return self._resource

    def load_parts(self, folder: Path) -> None:
        """Read the intent model."""
        self._model = LinearModel.load(folder, _NAME)

    def process_one(self, message: Message) -> None:
        """Set intent, ranking and reading."""
        prepared, tags = message.get(PREPARED), message.get(TAGS)
        if prepared is None or tags is None or not message.get(TEXT):
            return
        ranking = self._model.rank(intent_features(prepared, tags))
        reading = assemble(prepared, tags, ranking, message.get(LANGUAGE))
        message.set(INTENT, dict(reading["intent"]), add_to_output=True)
        message.set(
            _INTENT_RANKING, [{"name": item.name, "confidence": item.p} for item in ranking[:10]], add_to_output=True
        )
        message.set(READING, reading, add_to_output=True)
