"""The domain speaks every language, asks for nothing that is not given, and knows what the backend says."""

import re
import string
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
LANGUAGES = {"en", "sw", "sheng", "hi", "hi-Latn", "mr", "mr-Latn"}
DEVANAGARI = re.compile(r"[\u0900-\u097f]")
DOMAIN: dict[str, Any] = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
RESPONSES: dict[str, list[dict[str, Any]]] = DOMAIN["responses"]
INTENTS = {
    "place_order",
    "modify_order",
    "cancel_order",
    "affirm",
    "deny",
    "ask_price",
    "ask_availability",
    "ask_menu",
    "ask_delivery",
    "ask_hours",
    "track_order",
    "change_address",
    "choose_payment",
    "claim_paid",
    "payment_problem",
    "special_instruction",
    "complaint",
    "return_refund",
    "ask_human",
    "greet",
    "thank",
    "bye",
    "opt_out",
    "out_of_scope",
    "nlu_fallback",
}


def language(variation: dict[str, Any]) -> str:
    """The language that a variation is for; the one without a condition is English."""
    condition = variation.get("condition")
    if condition is None:
        return "en"
    assert condition[0]["name"] == "lang"
    return str(condition[0]["value"])


def braces(text: str) -> set[str]:
    """The names in a text's braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("name", sorted(RESPONSES))
def test_every_response_is_written_once_in_every_language(name: str) -> None:
    """Seven variations, no language missing and none twice."""
    assert sorted(language(variation) for variation in RESPONSES[name]) == sorted(LANGUAGES)


@pytest.mark.parametrize("name", sorted(RESPONSES))
def test_every_language_shows_the_same_facts(name: str) -> None:
    """A total or an address that one language shows, all show."""
    shown = {language(variation): braces(variation["text"]) for variation in RESPONSES[name]}
    assert all(names == shown["en"] for names in shown.values()), shown


@pytest.mark.parametrize("name", sorted(set(RESPONSES) - {"utter_price"}))
def test_scripts_are_kept_apart(name: str) -> None:
    """Hindi and Marathi have their own script, everything else has none of it."""
    for variation in RESPONSES[name]:
        devanagari = bool(DEVANAGARI.search(variation["text"]))
        assert devanagari == (language(variation) in {"hi", "mr"}), variation


def test_buttons_mean_the_same_in_every_language() -> None:
    """A tapped button's payload does not depend on the language, and its title fits a button."""
    for name, variations in RESPONSES.items():
        payloads = {tuple(button["payload"] for button in variation.get("buttons", [])) for variation in variations}
        assert len(payloads) == 1, name
        titles = [button["title"] for variation in variations for button in variation.get("buttons", [])]
        assert all(len(title) <= 20 for title in titles), titles


def test_the_intents_are_the_readers() -> None:
    """Neither more nor fewer than the reader knows, and the fallback."""
    assert {next(iter(intent)) for intent in DOMAIN["intents"]} == INTENTS


def test_the_backend_names_only_responses_that_exist_and_every_response_is_named() -> None:
    """A response that the backend names and nobody wrote would be silence; one that nobody names is dead."""
    source = "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "backend/conversations/drafts").glob("*.py")
    )
    states = ("pending", "partial", "confirmed", "processing", "handover", "out_for_delivery", "delivered", "returned")
    built = {f"utter_order_{state}" for state in states}
    built |= {f"utter_order_placed_{method}" for method in ("mpesa", "upi", "cod")}
    named = set(re.findall(r"\"(utter_[a-z_]+[a-z])\"", source)) | built
    assert named == set(RESPONSES)
