"""Messages to studied shops are read as training data: with their marks, or for their intent alone."""

from pathlib import Path

from bot.nlu.annotated import Label
from bot.training.corpus import to_shops
from bot.training.everything import everything

_DATA = Path(__file__).resolve().parents[2] / "data"


def test_a_marked_message_names_its_goods_and_one_without_marks_its_intent(tmp_path: Path) -> None:
    folder = tmp_path / "marked"
    folder.mkdir()
    (folder / "sw.yml").write_text(
        "messages:\n"
        "- {shop: kilns, intent: place_order, text: 'leta [jiko](item) [2](quantity)'}\n"
        "- {shop: kilns, intent: affirm, text: sawa, marks: false, bot: 'Nikuwekee?'}\n",
        "utf-8",
    )
    order, answer = to_shops(tmp_path)
    assert (order.text, order.lang, order.spans) == ("leta jiko 2", "sw", True)
    assert order.labels == (Label(5, 9, "item"), Label(10, 11, "quantity"))
    assert (answer.text, answer.intent, answer.bot, answer.spans) == ("sawa", "affirm", "Nikuwekee?", False)


def test_the_model_is_trained_on_messages_to_shops() -> None:
    told = {example.text for example in to_shops(_DATA)}
    assert told
    assert told <= {example.text for example in everything(_DATA)}


def test_no_message_is_trained_under_two_intents() -> None:
    """Rasa's validation refuses it, whatever was asked before."""
    told: dict[str, set[str]] = {}
    for example in everything(_DATA):
        told.setdefault(example.text, set()).add(example.intent)
    assert {text: intents for text, intents in told.items() if len(intents) > 1} == {}
