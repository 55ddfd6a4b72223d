"""What Duka's components share: how they are built, and a fingerprint that knows the helpers' code."""
# ruff: noqa: ARG003 - Rasa fixes these methods' arguments.

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from typing_extensions import Self

from bot.importer import example_of
from bot.nlu.annotated import Example

PREPARED, TAGS, LANGUAGE, READING = "duka_prepared", "duka_tags", "language", "reading"
_BOT = Path(__file__).resolve().parents[1]


@lru_cache(maxsize=1)
def helpers_hash() -> str:
    """Hash the code and tables that the components use, so that a change in them trains again."""
    digest = hashlib.sha256()
    for folder in ("nlu", "components"):
        for path in sorted((_BOT / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def examples_of(training_data: TrainingData) -> list[Example]:
    """Return the training messages that carry text and intent."""
    return [
        example_of(message) for message in training_data.training_examples if message.get(TEXT) and message.get(INTENT)
    ]


class DukaComponent(GraphComponent):
    """A trainable component whose parts live in one folder of the model."""

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Self:
        """Build the component before training."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Self:
        """Build the component from a trained model."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component.load_parts(Path(folder))
        return component

    def load_parts(self, folder: Path) -> None:
        """Read the trained parts from a folder."""
        raise NotImplementedError

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Add the helpers' hash to Rasa's fingerprint."""
        return helpers_hash()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leave the training data as it is."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Read every message."""
        for message in messages:
            self.process_one(message)
        return messages

    def process_one(self, message: Message) -> None:
        """Read one message."""
        raise NotImplementedError
