"""A name before a word of places, where the tagger saw no place at all."""

import pytest

from bot.nlu.asked import context_of
from bot.nlu.edges import with_edges
from bot.nlu.features import prepare
from bot.nlu.spans import Tag


@pytest.mark.parametrize(
    ("text", "p", "expected"),
    [
        ("leta mkate mbili kwa duka yangu Kayole junction", 0.9, "Kayole junction"),
        ("do chai, Rajarampuri chowk", 0.9, "Rajarampuri chowk"),
        ("leta mkate mbili kwa kayole junction", 0.9, ""),
        ("do chai, Rajarampuri chowk", 1.0, ""),
        ("two teas from Village market shop", 0.9, ""),
    ],
)
def test_a_name_before_a_word_of_places_is_one(text: str, p: float, expected: str) -> None:
    message = prepare(text, context_of({"region": "KE"}))
    tags = with_edges(message, [Tag("O", begins=False, p=p) for _ in message.tokens])
    found = [token for token, tag in zip(message.tokens, tags, strict=True) if tag.name == "ADDRESS"]
    assert (text[found[0].start : found[-1].end] if found else "") == expected
