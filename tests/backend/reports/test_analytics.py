"""What reports know of ladders by name is what ladders are."""

from backend.comms.ladders import CHASING, KINDS
from backend.reports.service.analytics import ANSWERS, CARDS, rate


def test_every_ladder_that_chases_somebody_has_its_answers_and_its_card() -> None:
    assert {str(kind): KINDS[kind].exception for kind in CHASING} == CARDS
    assert ANSWERS.keys() == CARDS.keys()


def test_a_share_of_nothing_is_no_figure() -> None:
    assert [rate(*pair) for pair in ((0, 0), (1, 4), (4, 4))] == [None, 0.25, 1.0]
