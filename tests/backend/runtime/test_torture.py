"""What the torture kills, and when: chosen by the seed alone, over real small processes."""

import sys
from pathlib import Path

from backend.runtime.demo.torture import Killer
from backend.runtime.supervisor import ProcessSpec, Supervisor

MOMENTS = ["Kenya: written", "Kenya: paid", "Kenya: ready", "India: written", "India: ready", "India: delivered"]
_LIVES = (sys.executable, "-c", "import time; time.sleep(600)")


async def _killed(folder: Path, seed: int) -> list[tuple[str, str]]:
    """Pass all moments of two orders; return what was killed after which."""
    specs = [ProcessSpec(name, _LIVES, {}, folder) for name in ("worker", "backend", "rasa", "actions")]
    services = Supervisor(specs, quiet=True)
    try:
        await services.start(lambda _: None)
        killer = Killer(services, MOMENTS, 4, seed)
        for moment in MOMENTS:
            before = {spec.name: services.pid(spec.name) for spec in specs}
            known = len(killer.done)
            await killer(moment)
            for name in killer.killed[known:]:
                await services.wait_ready(name)
                assert services.pid(name) != before[name]
        return list(zip(killer.done, killer.killed, strict=True))
    finally:
        await services.stop()


async def test_a_seed_kills_the_same_at_the_same_moments_again(tmp_path: Path) -> None:
    """A run that found something can be had again; while somebody writes, the bot is left alone."""
    first = await _killed(tmp_path, 3)
    assert len(first) == 4
    assert first == await _killed(tmp_path, 3)
    assert {name for moment, name in first if moment.endswith("written")} <= {"worker", "backend"}
