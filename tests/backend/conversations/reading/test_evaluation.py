"""The figures that the reading is judged by are sums that can be checked by hand."""

import pytest

from backend.conversations.reading.evaluation import Bar, bins, calibration_error, reliability

PAIRS = [(0.95, True), (0.95, True), (0.95, False), (0.25, False), (1.0, True)]


def test_bins_tell_what_was_claimed_and_what_came_true() -> None:
    """A confidence of one is in the last bin; empty bins are left out."""
    low, high = bins(PAIRS)
    assert (low.number, low.count, low.claimed, low.came) == (2, 1, 0.25, 0.0)
    assert (high.number, high.count, high.share) == (9, 4, 0.8)
    assert (high.claimed, high.came) == (pytest.approx(0.9625), 0.75)


def test_the_calibration_error_weighs_each_bin_by_its_share() -> None:
    assert calibration_error(PAIRS) == pytest.approx(0.8 * 0.2125 + 0.2 * 0.25)


def test_the_diagram_ends_with_the_error() -> None:
    lines = reliability(PAIRS)
    assert lines[0].split() == ["confidence", "n", "claimed", "came", "true"]
    assert lines[-1] == "expected calibration error 0.220"


@pytest.mark.parametrize(("figure", "sides"), [(0.9, (True, True)), (0.8, (False, True)), (1.0, (True, False))])
def test_a_bar_has_a_right_side(figure: float, sides: tuple[bool, bool]) -> None:
    """As a floor, and as a ceiling."""
    assert (Bar("x", figure, 0.9).met, Bar("x", figure, 0.9, least=False).met) == sides
