"""The plain frames can be filled: each with its goods and counts, in the words of a language that has them."""

import json
from string import Formatter

import pytest
from rapidfuzz import fuzz, process

from tests.data.test_orders_data import BENCHMARK, ROOT, fold, load

FRAMES = load(ROOT / "data" / "frames" / "plain.yml")
NEEDS = {
    "order": {"a", "b", "n", "m"},
    "remove": {"a"},
    "set": {"a", "n"},
    "add": {"c", "n"},
    "swap": {"a", "c", "n"},
    "three": {"a", "b", "c", "n", "m", "old"},
    "weight": {"a", "weight"},
    "dozen": {"a", "dozen"},
    "pack": {"a", "n", "pack"},
    "size": {"bare", "size", "n"},
    "part": {"part", "n"},
    "bare": {"bare"},
    "phone": {"order", "phone"},
    "place": {"order", "place"},
}
MAY_SAY = {
    "set": {"old"},
    "weight": {"b", "n"},
    "dozen": {"b", "n"},
    "pack": {"b", "m"},
    "part": {"b", "m"},
    "bare": {"b", "n", "m"},
    **{kind: {"place"} for kind in ("phone", "mpesa", "upi", "cod")},
}
WORDS = {"weight": "weights", "dozen": "dozens"}
LISTED = [(kind, frame) for currency in ("KES", "INR") for kind, frames in FRAMES[currency].items() for frame in frames]


@pytest.mark.parametrize(("kind", "frame"), LISTED, ids=[frame for _, frame in LISTED])
def test_a_frame_says_all_that_its_kind_needs(kind: str, frame: str) -> None:
    """A frame names the goods and the counts of its kind, and besides them at most what the kind may say."""
    fields = [(name, spec) for _, name, spec, _ in Formatter().parse(frame) if name]
    needed = NEEDS.get(kind, {"order"})
    assert needed <= {name for name, _ in fields} <= needed | MAY_SAY.get(kind, set())
    for name, spec in fields:
        known = FRAMES["packs"]["box"] if name == "pack" else FRAMES[WORDS.get(name, "numbers")]
        assert not spec or spec in known


def test_numbers_go_up_to_six_in_every_language() -> None:
    """As many words as counts are drawn, none of them twice."""
    assert all(len(set(words)) == 6 for words in FRAMES["numbers"].values())


@pytest.mark.skipif(not BENCHMARK.exists(), reason="the benchmark is not beside the project")
def test_no_frame_or_place_is_copied_from_the_benchmark() -> None:
    """Neither a whole message nor, for a place, a part of one."""
    cases = [json.loads(line) for line in BENCHMARK.read_text(encoding="utf-8").splitlines()]
    known = [fold(case["text"]) for case in cases]
    places = [fold(place) for listed in FRAMES["places"].values() for place in listed]
    said = [fold(frame) for _, frame in LISTED if "{order}" not in frame] + places
    assert not [text for text in said if process.extractOne(text, known, scorer=fuzz.token_sort_ratio, score_cutoff=88)]
    assert not [place for place in places if any(place in text for text in known)]
