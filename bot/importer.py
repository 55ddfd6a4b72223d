"""Gives Rasa the hand-written NLU data with the language of each file, and the examples that widen it."""

from pathlib import Path
from typing import Any

from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.loading import load_data
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.common import cached_method

from bot.nlu.annotated import Example, Label
from bot.training.everything import HAND_WEIGHT, widened

METADATA = "metadata"


class DukaImporter(RasaFileImporter):
    """Rasa's file importer, with language labels, replies in context and invented shops.

    Args:
        widen: whether to add what is not written by hand; data validation leaves it out.
    """

    def __init__(
        self, config_file: Any = None, domain_path: Any = None, training_data_paths: Any = None, *, widen: bool = True
    ) -> None:
        super().__init__(config_file, domain_path, training_data_paths)
        self._widen = widen

    @cached_method
    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """Read the NLU files, once; a file's folder names its language."""
        parts = []
        for path in self._nlu_files:
            loaded = load_data(path, language or "en")
            for message in loaded.training_examples:
                message.set(METADATA, {"lang": Path(path).parent.name, "weight": HAND_WEIGHT})
            parts.append(loaded)
        if self._widen and any(part.training_examples for part in parts):
            parts.append(TrainingData([message_of(example) for example in widened(self._data_folder())]))
        # Every merge hashes every message, so all parts are merged at once.
        return TrainingData().merge(*parts)

    def _data_folder(self) -> Path:
        """Find the folder above `nlu/`."""
        inside = next((Path(path) for path in self._nlu_files if "nlu" in Path(path).parts), None)
        return inside.parents[2] if inside else Path("data")


def message_of(example: Example) -> Message:
    """Write an example as Rasa's message."""
    entities = [
        {"start": label.start, "end": label.end, "value": example.text[label.start : label.end], "entity": label.name}
        for label in example.labels
    ]
    about = {
        "lang": example.lang, "asked": example.asked, "bot": example.bot, "weight": example.weight,
        "spans": example.spans,
    }  # fmt: skip
    return Message(data={TEXT: example.text, INTENT: example.intent, ENTITIES: entities, METADATA: about})


def example_of(message: Message) -> Example:
    """Read Rasa's message as an example."""
    about = message.get(METADATA) or {}
    labels = tuple(Label(item["start"], item["end"], item["entity"]) for item in message.get(ENTITIES) or ())
    return Example(
        message.get(TEXT), message.get(INTENT), about.get("lang") or "", labels,
        about.get("asked") or "none", about.get("bot") or "", float(about.get("weight") or 1.0),
        bool(about.get("spans", True)),
    )  # fmt: skip
