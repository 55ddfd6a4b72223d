"""An answer that shares out what was asked for, cut into its parts."""

import pytest

from backend.conversations.reading.answer_parts import parts_of, told_by_number

LITRE = frozenset({"1", "litr"})


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("the large one the small one", 2),
        ("गाय वाला एक लीटर", 1),
        ("the goat one 1 litre", 1),
        ("गाय वाला एक लीटर और भैंस वाला", 2),
    ],
)
def test_a_size_behind_the_one_belongs_to_it(text: str, parts: int) -> None:
    assert len(parts_of(text, LITRE)) == parts


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("नौ वाला", ["9"]), ("the twelve one", ["12"]), ("nau wala do", ["9"]), ("do de do", []), ("two please", [])],
)
def test_a_number_word_before_the_one_names_a_row(text: str, numbers: list[str]) -> None:
    assert told_by_number(text) == numbers
