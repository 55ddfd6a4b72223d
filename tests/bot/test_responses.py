"""A reply is in the language of the turn that it answers."""

import asyncio
from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.responses import LanguageAwareResponses

DOMAIN = Domain.from_yaml(
    """
version: "3.1"
slots:
  lang: {type: text, influence_conversation: false, mappings: [{type: custom}]}
responses:
  utter_total:
    - text: "Total {total}"
    - condition: [{type: slot, name: lang, value: sw}]
      text: "Jumla {total}"
    - condition: [{type: slot, name: lang, value: hi}]
      text: "कुल {total}"
"""
)


def said(read: str | None, slot: str | None, **given: Any) -> str:
    """What is said where the slot, the reading and the action name these languages."""
    parse = {"reading": {"language": {"lang": read}}} if read else {}
    events = [UserUttered("x", parse_data={"text": "x", "intent": {}, "entities": [], **parse})]
    events += [SlotSet("lang", slot)] if slot else []
    tracker = DialogueStateTracker.from_events("s", events, DOMAIN.slots)
    draft = asyncio.run(
        LanguageAwareResponses(None, DOMAIN).generate("utter_total", tracker, "rest", total="5", **given)
    )
    assert draft is not None
    return str(draft["text"])


@pytest.mark.parametrize(
    ("read", "slot", "given", "text"),
    [
        ("en", "en", {"lang": "sw"}, "Jumla 5"),
        ("hi", "sw", {}, "Jumla 5"),
        ("hi", None, {}, "कुल 5"),
        (None, None, {}, "Total 5"),
        ("mr", None, {}, "Total 5"),
    ],
)
def test_the_actions_word_goes_before_the_slot_and_the_slot_before_the_reading(
    read: str | None, slot: str | None, given: dict[str, str], text: str
) -> None:
    """An unknown language gets the variation without a condition."""
    assert said(read, slot, **given) == text
