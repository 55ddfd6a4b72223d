"""The confidence is a chance, from parameters that are checked in, and its reasons can be told."""

from backend.conversations.reading.confidence import Logistic, calibration
from backend.conversations.reading.evaluation import reliability
from backend.conversations.reading.explain import explanation
from backend.conversations.reading.reader import read_message
from backend.conversations.reading.types import Decision, ReadingContext
from tests.support.shops import CORNER_SHOP, marked


def test_a_model_weighs_what_it_knows_and_ignores_the_rest() -> None:
    model = Logistic(bias=0.0, weights={"score": 2.0})
    assert model.probability({"unheard of": 9.0}) == 0.5
    assert model.probability({"score": 1.0}) > 0.85
    assert 0.0 < Logistic(-900.0, {}).probability({}) < 1e-9


def test_the_checked_in_parameters_are_whole() -> None:
    fitted = calibration()
    assert 0.0 < fitted.accept < 1.0
    assert fitted.model(Decision.ACCEPT, order=True) is fitted.booked
    assert fitted.model(Decision.CLARIFY, order=True) is fitted.other


def test_a_plain_order_is_surer_than_one_with_words_left_over() -> None:
    plain, plain_reading = marked("{2} <milk> and {1} <bread>")
    messy, messy_reading = marked("{2} <milk> {7} zork {1} blim {5} <bread>")
    sure = read_message(plain_reading, CORNER_SHOP, ReadingContext(text=plain)).confidence
    unsure = read_message(messy_reading, CORNER_SHOP, ReadingContext(text=messy)).confidence
    assert unsure < sure <= 1.0


def test_a_reading_tells_its_reasons() -> None:
    text, reading = marked("{3kg} <sugar> and <pizza>")
    why = explanation(reading, read_message(reading, CORNER_SHOP, ReadingContext(text=text)), CORNER_SHOP)
    sugar, pizza = why["parts"]
    assert (sugar["words"], sugar["rule"], sugar["lines"]) == (
        "sugar", "bare", [{"sku": "SUGAR-2", "qty": 1}, {"sku": "SUGAR-1", "qty": 1}],
    )  # fmt: skip
    assert (pizza["words"], pizza["status"]) == ("pizza", "unknown")
    assert why["decision"] == {"decision": "clarify", "ask": "item", "rule": "item open"}
    assert why["confidence"]["because"]


def test_the_error_of_a_calibration_is_the_gap_between_claim_and_truth() -> None:
    table = reliability([(0.95, True), (0.95, True), (0.95, False), (0.15, False)])
    assert table[-1] == "expected calibration error 0.250"
