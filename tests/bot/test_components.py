"""The components learn, are stored, come back, and read a message as before: through Rasa and without it."""

import gc
import tarfile
from pathlib import Path
from typing import Any

import pytest

from bot.boot import boot

boot()

from rasa.engine.graph import ExecutionContext, GraphSchema  # noqa: E402 - the patches come first
from rasa.engine.storage.local_model_storage import LocalModelStorage  # noqa: E402
from rasa.engine.storage.resource import Resource  # noqa: E402
from rasa.shared.nlu.training_data.message import Message  # noqa: E402
from rasa.shared.nlu.training_data.training_data import TrainingData  # noqa: E402

from bot.components.language import LanguageIdentifier  # noqa: E402
from bot.components.reading import ReadingAssembler  # noqa: E402
from bot.components.spans import SpanExtractor  # noqa: E402
from bot.importer import example_of, message_of  # noqa: E402
from bot.model import NoModelError, load_reader, newest_model  # noqa: E402
from bot.nlu.annotated import Example, Label  # noqa: E402
from bot.training.generate import generate  # noqa: E402

_PIPELINE = (LanguageIdentifier, SpanExtractor, ReadingAssembler)
_MESSAGES = (
    "send 2kg sugar and a dozen eggs to Karen road, house 4. 0700000123 mpesa",
    "do kilo cheeni bhej do",
    "एक प्लेट इडली, मिर्च कम",
    "niletee mkate mbili tafadhali",
    "",
    "👍",
)
Parsed = dict[str, Any]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[LocalModelStorage, list[Any], Path]:
    """A small model, its storage and its folder."""
    folder = tmp_path_factory.mktemp("model")
    storage = LocalModelStorage(folder)
    context = ExecutionContext(GraphSchema({}))
    data = TrainingData([message_of(example) for example in generate(seed=3, scale=0.05)])
    components = [kind.create({}, storage, Resource(kind.__name__), context) for kind in _PIPELINE]
    for component in components:
        component.train(data)
    return storage, components, folder


def _parse(components: list[Any], text: str) -> Parsed:
    message = Message({"text": text, "metadata": {"region": "KE"}})
    for component in components:
        component.process([message])
    return message.as_dict(only_output_properties=True)


@pytest.mark.parametrize("text", _MESSAGES)
def test_a_reloaded_pipeline_parses_the_same(trained: tuple[LocalModelStorage, list[Any], Path], text: str) -> None:
    storage, components, _ = trained
    context = ExecutionContext(GraphSchema({}))
    reloaded = [kind.load({}, storage, Resource(kind.__name__), context) for kind in _PIPELINE]
    assert _parse(reloaded, text) == _parse(components, text)


@pytest.mark.parametrize("text", [text for text in _MESSAGES if text])
def test_the_reader_without_rasa_reads_what_the_pipeline_reads(
    trained: tuple[LocalModelStorage, list[Any], Path], text: str, tmp_path: Path
) -> None:
    _, components, folder = trained
    archive = tmp_path / "model.tar.gz"
    with tarfile.open(archive, "w:gz") as file:
        file.add(folder, "components")
    reading = load_reader(archive).read(text, {"region": "KE"})
    assert _parse(components, text)["reading"] == reading


def test_no_collection_walks_what_was_loaded(
    trained: tuple[LocalModelStorage, list[Any], Path], tmp_path: Path
) -> None:
    archive = tmp_path / "model.tar.gz"
    with tarfile.open(archive, "w:gz") as file:
        file.add(trained[2], "components")
    gc.unfreeze()
    reader = load_reader(archive)
    assert all(one is not reader for one in gc.get_objects())
    gc.unfreeze()


def test_a_parse_offers_intent_entities_language_and_reading(
    trained: tuple[LocalModelStorage, list[Any], Path],
) -> None:
    parsed = _parse(trained[1], _MESSAGES[0])
    assert {"intent", "intent_ranking", "entities", "language", "reading"} <= parsed.keys()
    assert parsed["reading"]["slots"]["phone"]["e164"] == "+254700000123"
    for entity in parsed["entities"]:
        assert _MESSAGES[0][entity["start"] : entity["end"]] == entity["value"]


def test_offsets_of_a_reading_cut_the_raw_text(trained: tuple[LocalModelStorage, list[Any], Path]) -> None:
    text = "👋🏽 नमस्ते, दो किलो चावल और 3 packet नमक\nफ्लैट 4, गणेश नगर 📦"
    reading = _parse(trained[1], text)["reading"]
    for part in [*reading["tokens"], *reading["amounts"], *reading["mentions"]]:
        assert text[part["start"] : part["end"]] == part["text"]


def test_helpers_are_part_of_the_fingerprint() -> None:
    assert len({kind.fingerprint_addon({}) for kind in _PIPELINE}) == 1
    assert SpanExtractor.fingerprint_addon({})


def test_an_example_survives_rasas_message() -> None:
    example = Example(
        "2 roses", "place_order", "en", (Label(0, 1, "quantity"), Label(2, 7, "item")), "qty", "How many?", 2.0
    )
    back = example_of(message_of(example))
    assert (back, back.weight) == (example, 2.0)


def test_no_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoModelError, match="python -m bot train"):
        newest_model(tmp_path)
