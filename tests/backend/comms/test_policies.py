"""What a step sends under given conditions, and what a ladder will do from where it stands."""

from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

import pytest

from backend.comms.ladders import DEFAULT_STEPS, Rung, Step
from backend.comms.policies import (
    CALLED_TOO_OFTEN,
    JUST_RUNG,
    PROVIDER_DOWN,
    QUIET_HOURS,
    SWITCHED_OFF,
    TEMPLATE_REFUSED,
    Conditions,
    QuietHours,
    Verdict,
    forecast,
    judge,
)
from backend.platform.timers import TimerKind

WA, RING, IVR, ADMIN = Rung.WHATSAPP, Rung.RING, Rung.IVR, Rung.ADMIN
VENDOR = DEFAULT_STEPS[TimerKind.VENDOR_ACCEPT]
FREE = Conditions(datetime(2026, 11, 27, 12, 0, tzinfo=UTC), calls_left=9)
NIGHT = QuietHours(time(22), time(7))


@pytest.mark.parametrize(
    ("changes", "withheld"),
    [
        ({}, ("", "", "", "")),
        ({"messages": False}, (SWITCHED_OFF, "", "", "")),
        ({"messages_down": True}, ("", "", "", "")),
        ({"template_refused": True}, (TEMPLATE_REFUSED, "", "", "")),
        ({"calls": False}, ("", SWITCHED_OFF, SWITCHED_OFF, "")),
        ({"calls_down": True}, ("", PROVIDER_DOWN, PROVIDER_DOWN, "")),
        ({"calls_left": 0}, ("", CALLED_TOO_OFTEN, CALLED_TOO_OFTEN, "")),
        ({"just_rung": True}, ("", JUST_RUNG, "", "")),
        ({"quiet": QuietHours(time(11), time(13))}, ("", QUIET_HOURS, QUIET_HOURS, "")),
        ({"messages": False, "calls": False}, (SWITCHED_OFF, SWITCHED_OFF, SWITCHED_OFF, "")),
    ],
)
def test_what_is_off_down_or_quiet_holds_back_its_own_rungs_alone(
    changes: dict[str, Any], withheld: tuple[str, ...]
) -> None:
    rungs = (WA, RING, IVR, ADMIN)
    assert judge(rungs, replace(FREE, **changes)) == tuple(map(Verdict, rungs, withheld))


@pytest.mark.parametrize(
    ("changes", "verdicts"),
    [
        ({"messages_down": True}, (Verdict(WA), Verdict(RING))),
        ({"messages": False}, (Verdict(WA, SWITCHED_OFF), Verdict(RING))),
        ({"template_refused": True}, (Verdict(WA, TEMPLATE_REFUSED), Verdict(RING))),
        (
            {"messages_down": True, "calls_down": True},
            (Verdict(WA), Verdict(RING, PROVIDER_DOWN), Verdict(ADMIN)),
        ),
        ({"messages_down": True, "quiet": QuietHours(time(0), time(23))}, (Verdict(WA),)),
        ({"calls_down": True}, (Verdict(WA),)),
    ],
)
def test_a_ladder_starts_at_the_ring_where_no_message_gets_through(
    changes: dict[str, Any], verdicts: tuple[Verdict, ...]
) -> None:
    """With no calls either, a person is told at once; in quiet hours the message has to do."""
    assert judge((WA,), replace(FREE, **changes)) == verdicts


@pytest.mark.parametrize(
    ("hours", "quiet"),
    [(NIGHT, (22, 23, 0, 6)), (QuietHours(time(13), time(15)), (13, 14)), (QuietHours(time(9), time(9)), ())],
)
def test_quiet_hours_may_go_over_midnight_and_end_when_they_say(hours: QuietHours, quiet: tuple[int, ...]) -> None:
    held = {hour for hour in range(24) if hours.hold(datetime(2026, 11, 27, hour, tzinfo=UTC))}
    assert held >= set(quiet)
    assert hours.until.hour not in held
    assert hours.start.hour in held or hours.start == hours.until


def test_a_ladder_is_foretold_from_where_it_stands() -> None:
    fresh = forecast(VENDOR, 0, 0, FREE)
    assert [(step.step, step.after_s, step.in_s) for step in fresh] == [
        (0, 0, 0),
        (1, 120, 120),
        (2, 180, 180),
        (3, 300, 300),
    ]
    running = forecast(VENDOR, 2, 15.0, FREE)
    assert [(step.step, step.in_s) for step in running] == [(2, 15.0), (3, 135.0)]


def test_an_overdue_ladder_is_foretold_as_it_will_collapse() -> None:
    assert [(step.step, step.in_s) for step in forecast(VENDOR, 0, -200.0, FREE)] == [(2, 0), (3, 100.0)]


def withheld(conditions: Conditions) -> list[str]:
    return [verdict.withheld for step in forecast(VENDOR, 0, 0, conditions) for verdict in step.verdicts]


def test_calls_that_a_forecast_spends_are_counted() -> None:
    assert withheld(replace(FREE, calls_left=1)) == ["", "", CALLED_TOO_OFTEN, ""]


def test_quiet_hours_that_begin_meanwhile_are_foretold() -> None:
    late = replace(FREE, at=datetime(2026, 11, 27, 21, 57, 30, tzinfo=UTC), quiet=NIGHT)
    assert withheld(late) == ["", "", QUIET_HOURS, ""]


def test_a_ladder_ends_where_the_next_rider_begins_one_of_their_own() -> None:
    steps = (Step(0, (WA,)), Step(60, (Rung.NEXT_RIDER,)), Step(90, (ADMIN,)))
    assert [step.step for step in forecast(steps, 0, 0, FREE)] == [0, 1]
