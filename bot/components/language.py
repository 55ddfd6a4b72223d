"""The language and script of a message, as a Rasa component."""

from pathlib import Path

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.base import LANGUAGE, PREPARED, DukaComponent, examples_of
from bot.importer import METADATA
from bot.nlu.asked import context_of
from bot.nlu.features import prepare
from bot.nlu.language import language_of
from bot.nlu.linear import LinearModel
from bot.nlu.training import train_languages

_NAME = "languages"


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER], is_trainable=True)
class LanguageIdentifier(DukaComponent):
    """Cuts the message up and names its language; no later component is routed by it."""

    _model: LinearModel

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the language model."""
        self._model = train_languages(examples_of(training_data))
        with self._storage.write_to(self._resource) as folder:
            self._model.save(Path(folder), _NAME)
        return self._resource

    def load_parts(self, folder: Path) -> None:
        """Read the language model."""
        self._model = LinearModel.load(folder, _NAME)

    def process_one(self, message: Message) -> None:
        """Set the prepared message and its language."""
        prepared = prepare(message.get(TEXT) or "", context_of(message.get(METADATA)))
        message.set(PREPARED, prepared)
        message.set(LANGUAGE, language_of(prepared, self._model), add_to_output=True)
