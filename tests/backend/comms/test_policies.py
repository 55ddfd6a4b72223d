"""What a step sends under given conditions, and what a ladder will do from where it stands."""

import pytest

from backend.comms.ladders import DEFAULT_STEPS, Rung, Step
from backend.comms.policies import CALLED_TOO_OFTEN, SWITCHED_OFF, Conditions, Verdict, forecast, judge
from backend.platform.timers import TimerKind

WA, RING, IVR, ADMIN = Rung.WHATSAPP, Rung.RING, Rung.IVR, Rung.ADMIN
VENDOR = DEFAULT_STEPS[TimerKind.VENDOR_ACCEPT]


@pytest.mark.parametrize(
    ("conditions", "withheld"),
    [
        (Conditions(), ("", "", "", "")),
        (Conditions(messages=SWITCHED_OFF), (SWITCHED_OFF, "", "", "")),
        (Conditions(calls=SWITCHED_OFF), ("", SWITCHED_OFF, SWITCHED_OFF, "")),
        (Conditions(calls_left=0), ("", CALLED_TOO_OFTEN, CALLED_TOO_OFTEN, "")),
        (Conditions(SWITCHED_OFF, SWITCHED_OFF, 0), (SWITCHED_OFF, SWITCHED_OFF, SWITCHED_OFF, "")),
    ],
)
def test_a_channel_that_is_off_holds_back_its_own_rungs_alone(
    conditions: Conditions, withheld: tuple[str, ...]
) -> None:
    rungs = (WA, RING, IVR, ADMIN)
    assert judge(rungs, conditions) == tuple(map(Verdict, rungs, withheld))


def test_a_ladder_is_foretold_from_where_it_stands() -> None:
    fresh = forecast(VENDOR, 0, 0, Conditions(calls_left=9))
    assert [(step.step, step.after_s, step.in_s) for step in fresh] == [
        (0, 0, 0),
        (1, 120, 120),
        (2, 180, 180),
        (3, 300, 300),
    ]
    running = forecast(VENDOR, 2, 15.0, Conditions(calls_left=9))
    assert [(step.step, step.in_s) for step in running] == [(2, 15.0), (3, 135.0)]


def test_an_overdue_ladder_is_foretold_as_it_will_collapse() -> None:
    assert [(step.step, step.in_s) for step in forecast(VENDOR, 0, -200.0, Conditions(calls_left=9))] == [
        (2, 0),
        (3, 100.0),
    ]


def test_calls_that_a_forecast_spends_are_counted() -> None:
    expected = forecast(VENDOR, 0, 0, Conditions(calls_left=1))
    assert [verdict.withheld for step in expected for verdict in step.verdicts] == ["", "", CALLED_TOO_OFTEN, ""]


def test_a_ladder_ends_where_the_next_rider_begins_one_of_their_own() -> None:
    steps = (Step(0, (WA,)), Step(60, (Rung.NEXT_RIDER,)), Step(90, (ADMIN,)))
    assert [step.step for step in forecast(steps, 0, 0, Conditions())] == [0, 1]
