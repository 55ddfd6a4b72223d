"""Phrases are found where they begin a word, in text of either script, as matches in order."""

import pytest

from bot.nlu.phrases import Phrases

PHRASES = Phrases((r"gari\b", r"shop \w+"), (r"दुकान",))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("lete gari", ["gari"]),
        ("magari", []),
        ("gari na shop yake", ["gari", "shop yake"]),
        ("मेरी दुकान और gari", ["दुकान", "gari"]),
        ("मेरीgari", []),
        ("", []),
    ],
)
def test_phrases_begin_a_word_in_either_script(text: str, found: list[str]) -> None:
    assert [match[0] for match in PHRASES.finditer(text)] == found
    first = PHRASES.search(text)
    assert (first[0] if first else None) == (found[0] if found else None)


def test_text_of_one_script_meets_what_mixed_text_does() -> None:
    """ASCII is looked through by another engine: no phrase may depend on which."""
    assert [match.span() for match in PHRASES.finditer("gari shop moja")] == [
        match.span() for match in PHRASES.finditer("gari shop moja ✓")
    ]
