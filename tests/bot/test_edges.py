"""An address gets back the clause at its edge that the tagger has never met, and nothing that says something else."""

import pytest

from bot.nlu.asked import Context
from bot.nlu.edges import with_edges
from bot.nlu.features import prepare
from bot.nlu.spans import Tag


def addressed(text: str, tagged: str, asked: str, p: float) -> str:
    """Tag the words of `tagged` as an address in `text`, and return what the edges make of it."""
    message = prepare(text, Context(asked=asked))
    start, end = text.index(tagged), text.index(tagged) + len(tagged)
    inside = [start <= token.start < end for token in message.tokens]
    tags = [Tag("ADDRESS" if held else "O", begins=False, p=0.9 if held else p) for held in inside]
    found = [
        token for token, tag in zip(message.tokens, with_edges(message, tags), strict=True) if tag.name == "ADDRESS"
    ]
    return text[found[0].start : found[-1].end]


@pytest.mark.parametrize(
    ("text", "tagged", "asked", "p", "expected"),
    [
        ("Kharadi, flat 4, lane 2", "flat 4, lane 2", "address", 0.6, "Kharadi, flat 4, lane 2"),
        ("lane 2, plot 5, Sangli", "lane 2, plot 5", "none", 0.6, "lane 2, plot 5, Sangli"),
        ("send two eggs, flat 4", "flat 4", "none", 0.6, "flat 4"),
        ("Kharadi, flat 4", "flat 4", "none", 0.95, "flat 4"),
        ("flat 4, call me", "flat 4", "address", 0.6, "flat 4"),
        ("karibu na kituo cha mafuta 2", "karibu na kituo", "none", 0.99, "karibu na kituo cha mafuta"),
    ],
)
def test_edges_join_an_address(text: str, tagged: str, asked: str, p: float, expected: str) -> None:
    """A town or a quarter joins; numbers, known words and words that the tagger is sure of do not."""
    assert addressed(text, tagged, asked, p) == expected
