"""What was just worked out is not worked out again, and a change of what it was worked out of is seen."""

from backend.conversations.reading.recent import Recent


def test_equal_arguments_are_answered_from_what_is_kept() -> None:
    recent, worked_out = Recent[list[dict[str, int]], int](), list[int]()

    def ask(key: list[dict[str, int]], value: int) -> int:
        return recent.get(key, lambda: worked_out.append(value) or value)  # type: ignore[func-returns-value]

    assert [ask([{"a": 1}], 1), ask([{"a": 2}], 2), ask([{"a": 1}], 3)] == [1, 2, 1]
    assert worked_out == [1, 2]


def test_only_the_last_dozen_are_kept() -> None:
    recent = Recent[int, int]()
    for number in range(13):
        recent.get(number, lambda: 0)
    assert (recent.get(0, lambda: 1), recent.get(12, lambda: 1)) == (1, 0)
