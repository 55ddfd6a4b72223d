"""The simulators' timers on a still clock."""

import asyncio

from backend.sandbox.clock import SimClock, Timers


async def test_settling_ends_where_an_action_has_just_ended() -> None:
    """An action that ended in this round of the loop is not waited for again and again."""
    timers, done = Timers(SimClock(lambda: 1_000.0)), list[str]()

    async def act() -> None:
        done.append("acted")

    timers.after(0, act)
    assert timers.run_due() == 1
    await asyncio.sleep(0)
    assert done == ["acted"]
    await asyncio.wait_for(timers.settle(), 1)


async def test_actions_happen_in_order_when_the_clock_reaches_them() -> None:
    """Those called off do not happen."""
    clock = SimClock(lambda: 1_000.0)
    timers, done = Timers(clock), list[str]()

    async def act(name: str) -> None:
        done.append(name)

    timers.after(20, lambda: act("late"))
    timers.after(10, lambda: act("called off")).cancel()
    timers.after(10, lambda: act("early"))
    await timers.settle()
    assert done == []
    clock.offset_s += 20
    await timers.settle()
    assert done == ["early", "late"]
