"""Two tasks at once give what they give one after the other, and their errors are not lost."""

import os

import pytest

from bot.nlu.at_once import at_once


def test_two_tasks_run_in_two_processes_and_both_results_come_back() -> None:
    first, second = at_once(os.getpid, os.getpid)
    assert second == os.getpid() != first


def test_a_result_larger_than_a_pipe_holds_comes_back() -> None:
    assert at_once(lambda: bytes(10_000_000), lambda: 1) == (bytes(10_000_000), 1)


def _fails() -> None:
    raise ValueError("no rows")


@pytest.mark.parametrize("tasks", [(_fails, int), (int, _fails)])
def test_an_error_of_either_task_is_raised(tasks: tuple[type[int], type[int]]) -> None:
    with pytest.raises(ValueError, match="no rows"):
        at_once(*tasks)


def test_a_process_that_dies_is_no_result() -> None:
    with pytest.raises(EOFError):
        at_once(lambda: os._exit(3), int)
