"""The words of the screens for names of the code."""

from decimal import Decimal

import pytest

from backend.console.wording import reason_words, sentence, units
from backend.conversations.policies import RULES


@pytest.mark.parametrize(
    ("unit", "qty", "said"),
    [
        ("packet", "1", "packet"),
        ("packet", "5", "packets"),
        ("box", "2", "boxes"),
        ("bunch", "3", "bunches"),
        ("kg", "2.5", "kg"),
        ("प्लेट", "2", "प्लेट"),
    ],
)
def test_a_unit_is_said_as_behind_a_number(unit: str, qty: str, said: str) -> None:
    assert units(unit, Decimal(qty)) == said


def test_the_list_gives_the_reason_as_the_thread_does() -> None:
    """In words, and what else is said stays behind them."""
    assert reason_words("human, KSh 502 at risk, waiting 4 min", "human") == (
        "Asked for a person, KSh 502 at risk, waiting 4 min"
    )
    assert reason_words("voice note, waiting 1 min", "voice_note") == "Sent a voice note, waiting 1 min"
    assert reason_words("", None) == ""


def test_every_kind_that_goes_to_a_person_has_its_words() -> None:
    """An agent reads a sentence and not the name of a kind."""
    reasons = [rule.hand_over for rule in RULES.values() if rule.hand_over]
    assert [reason for reason in reasons if sentence(reason).lower() == reason.replace("_", " ")] == []
