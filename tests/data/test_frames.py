"""The plain frames can be filled: each with its goods and counts, in the words of a language that has them."""

from string import Formatter

import pytest

from tests.data.test_orders_data import ROOT, load

FRAMES = load(ROOT / "data" / "frames" / "plain.yml")
HOLDS = {"order": {"a", "b", "n", "m"}, "remove": {"a"}, "set": {"a", "n"}, "add": {"c", "n"}, "swap": {"a", "c", "n"}}
LISTED = [(kind, frame) for currency in ("KES", "INR") for kind, frames in FRAMES[currency].items() for frame in frames]


@pytest.mark.parametrize(("kind", "frame"), LISTED, ids=[frame for _, frame in LISTED])
def test_a_frame_says_all_that_its_kind_needs(kind: str, frame: str) -> None:
    """A frame names the goods and the counts of its kind, and besides them at most the old count."""
    fields = [(name, spec) for _, name, spec, _ in Formatter().parse(frame) if name]
    assert HOLDS[kind] <= {name for name, _ in fields} <= HOLDS[kind] | {"old"}
    assert {spec for _, spec in fields if spec} <= set(FRAMES["numbers"])


def test_numbers_go_up_to_six_in_every_language() -> None:
    """As many words as counts are drawn, none of them twice."""
    assert all(len(set(words)) == 6 for words in FRAMES["numbers"].values())
