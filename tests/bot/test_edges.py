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
        ("two eggs, Deliver Embu, plot 5", "plot 5", "none", 0.85, "Embu, plot 5"),
        ("two eggs, Green Park, plot 5", "Park, plot 5", "none", 0.9, "Green Park, plot 5"),
        ("two eggs, Pia estate gate 2", "estate gate 2", "none", 1.0, "Pia estate gate 2"),
        ("निगडी, दोन मारुती चौक", "मारुती चौक", "none", 0.6, "निगडी, दोन मारुती चौक"),
        ("hum Aundh me hain, Raikar mala 4", "Raikar mala 4", "none", 0.9, "Aundh me hain, Raikar mala 4"),
        ("do chai, ab Pimpri me bhejo, Raikar mala 4", "Raikar mala 4", "none", 0.9, "Raikar mala 4"),
        ("Sunrise house thirty one i will pay", "Sunrise house thirty", "none", 0.9, "Sunrise house thirty one"),
        ("Sunrise court six door number two", "Sunrise court six", "none", 0.9, "Sunrise court six door number two"),
        ("nyumba namba kumi na mbili", "nyumba namba kumi", "none", 0.7, "nyumba namba kumi na mbili"),
        ("block six two kilos", "block six", "none", 0.6, "block six"),
        ("Sunrise estate, mlango wa pili", "Sunrise estate", "none", 1.0, "Sunrise estate, mlango wa pili"),
        ("Sunrise estate, keja ya nne", "Sunrise estate", "none", 1.0, "Sunrise estate, keja ya nne"),
        ("Sunrise estate, mayai ya nne", "Sunrise estate", "none", 1.0, "Sunrise estate"),
        ("Sunrise 4, duka la rangi ya bluu", "Sunrise 4", "none", 1.0, "Sunrise 4, duka la rangi ya bluu"),
        ("plot 5, gate ya kijani. asante", "plot 5", "none", 1.0, "plot 5, gate ya kijani"),
        ("plot 5, ghorofa ya juu upige simu honk", "plot 5", "none", 1.0, "plot 5"),
        (
            "lane 2, plot 5, ukifika buzz intercom",
            "lane 2, plot 5, ukifika buzz intercom",
            "none",
            1.0,
            "lane 2, plot 5",
        ),
        ("lane 2, plot 5, Ring Road", "lane 2, plot 5, Ring Road", "none", 1.0, "lane 2, plot 5, Ring Road"),
        ("plot 5, Knock Estate", "plot 5, Knock Estate", "none", 1.0, "plot 5, Knock Estate"),
        ("lane 2, plot 5, no knocking", "lane 2, plot 5, no knocking", "none", 1.0, "lane 2, plot 5"),
        ("lane 2, plot 5, ring twice", "lane 2, plot 5, ring twice", "none", 1.0, "lane 2, plot 5"),
        ("lane 2, plot 5, gate var thev", "lane 2, plot 5, gate var thev", "none", 1.0, "lane 2, plot 5"),
        ("lane 2, plot 5, gate is black", "lane 2, plot 5, gate", "none", 1.0, "lane 2, plot 5"),
        ("vashi sector 17, plot 5", "sector 17, plot 5", "address", 0.99, "vashi sector 17, plot 5"),
        ("Four Ways, plot 5", "Ways, plot 5", "address", 0.6, "Four Ways, plot 5"),
        ("निगडी, दोन मारुती चौक, घर 4", "घर 4", "address", 0.6, "निगडी, दोन मारुती चौक, घर 4"),
        ("mniletee lane 2, plot 5", "mniletee lane 2, plot 5", "none", 1.0, "lane 2, plot 5"),
    ],
)
def test_edges_join_an_address(text: str, tagged: str, asked: str, p: float, expected: str) -> None:
    """A town, a quarter or a door joins; counts, known words and words that the tagger is sure of do not."""
    assert addressed(text, tagged, asked, p) == expected


@pytest.mark.parametrize(
    ("text", "asked", "expected"),
    [
        ("Kharghar lane 12 please", "address", "Kharghar lane 12"),
        ("leteni Sabasaba, kwa base", "address", "Sabasaba, kwa base"),
        ("two loaves please", "address", None),
        ("Kharghar lane 12", "none", None),
        ("bread, Pangani flats door nine", "none", "Pangani flats door nine"),
        ("bread, door nine", "none", None),
    ],
)
def test_a_place_without_a_mark(text: str, asked: str, expected: str | None) -> None:
    """An answer to "where to" is a place as a whole; elsewhere it takes a door with a number and another place word."""
    message = prepare(text, Context(asked=asked))
    tags = with_edges(message, [Tag("O", begins=False, p=0.9) for _ in message.tokens])
    found = [token for token, tag in zip(message.tokens, tags, strict=True) if tag.name == "ADDRESS"]
    assert (text[found[0].start : found[-1].end] if found else None) == expected


def test_a_sentence_taken_on_a_guess_is_given_back() -> None:
    """Goods before a place that the tagger ran on from, hardly believing it, are no part of the place."""
    message = prepare("six vadas. Sunrise lane 4")
    tags = [Tag("ADDRESS", begins=False, p=0.3 if at < 2 else 0.95) for at in range(len(message.tokens))]
    names = [tag.name for tag in with_edges(message, tags)]
    assert names == ["O"] * 3 + ["ADDRESS"] * 3


def test_a_stretch_that_the_tagger_wavered_at_is_a_place() -> None:
    """Behind a verb of bringing, words it could not tell are an address where one of them is a word of places."""
    message = prepare("two eggs tupelekee Sabasaba, mtaa wa Ronda")
    tags = [Tag("O", begins=False, p=1.0 if at < 3 else 0.55) for at in range(len(message.tokens))]
    assert [tag.name for tag in with_edges(message, tags)] == ["O"] * 3 + ["ADDRESS"] * 5
