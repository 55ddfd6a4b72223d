"""What customers read, whoever says it: one word for one thing in each language, as people say it there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from backend.conversations.texts import LANGUAGES, texts_in

ROOT = Path(__file__).parents[3]
# By language: what a customer must not read, since the bot or the shop says it in another way.
_NOT_SAID = {
    "sw": (r"mpanda pikipiki|mletaji", r"\bnamba\b", r"hivi karibuni", r"KSh\} ya"),
    "sheng": (r"saa hii", r"cancelliwa", r"\b[Mm]see\b"),
    "hi": (r"डिलीवरी वाल", r"\bपिन\b", r"हम \S* ?खुले हैं|हम बंद हैं"),
    "hi-Latn": (r"elivery wal", r"\btaiyaar\b", r"\bdoosra\b", r"hum (\{hours\} )?(khule|band) hain"),
    "mr": (r"डिलिव्हरीवाल", r"\bपिन\b", r"चे पेमेंट (झाले|मिळाले)", r"उघडे आहोत|आम्ही बंद"),
    "mr-Latn": (r"elivery wal", r"\bahe(t)?\b|\ba(ta|tta|mhi)\b", r"ughde aahot|aamhi band"),
    "en": (r"\bdelivery (boy|man)\b",),
}


def _bot_says(language: str) -> Iterator[str]:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    for variations in domain["responses"].values():
        for one in variations:
            if (one.get("condition") or [{"value": "en"}])[0]["value"] == language:
                yield one["text"]
                yield from (button["title"] for button in one.get("buttons", []))


@pytest.mark.parametrize("language", LANGUAGES)
def test_bot_and_shop_say_the_same_word_for_the_same_thing(language: str) -> None:
    """Who brings the goods, a number, "now", "the shop is open": neither stiff nor spelt in two ways in one chat."""
    said = [*texts_in(language).values(), *_bot_says(language)]
    assert len(said) > 100
    found = [(form, words) for form in _NOT_SAID[language] for words in said if re.search(form, words)]
    assert found == []


def test_every_text_is_there_in_every_language_with_the_same_braces() -> None:
    """No customer reads English for want of a line, or misses an amount."""
    wanted = {key: sorted(re.findall(r"\{(\w+)\}", words)) for key, words in texts_in("en").items()}
    for language in LANGUAGES:
        assert {k: sorted(re.findall(r"\{(\w+)\}", words)) for k, words in texts_in(language).items()} == wanted


def test_who_opts_out_is_told_the_way_back_by_whoever_says_it() -> None:
    """The bot's own words once said that an order could still be sent; nothing but START is taken then."""
    for language in LANGUAGES:
        farewells = [words for words in _bot_says(language) if "START" in words]
        assert len(farewells) == 1
        assert "START" in texts_in(language)["opted_out"]
