"""Brings everything up on free ports and fresh stores, drives the orders, prints their stories, judges them."""

import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic
from typing import Final

from rich.console import Console
from rich.table import Table

from backend.bootstrap import build
from backend.console.timeline import Moment
from backend.orders.service import OrdersService
from backend.platform.db.session import Database
from backend.platform.settings import PlatformSettings
from backend.runtime import invariants
from backend.runtime.demo import india, kenya
from backend.runtime.demo.audit import Audit, audit
from backend.runtime.demo.expect import Expected, Outcome, judge
from backend.runtime.demo.hands import PATIENCE_S, DemoError, Hands
from backend.runtime.demo.torture import Killer
from backend.runtime.invariants import Breach
from backend.runtime.processes import Secrets
from backend.runtime.settings import RuntimeSettings
from backend.runtime.stack import Progress, running


@dataclass(frozen=True, slots=True)
class Trip:
    """One order from the first message to the door."""

    name: str
    expected: Expected
    drive: Callable[[Hands], Awaitable[None]]
    moments: tuple[str, ...]


_TRIPS: Final = (
    Trip("Kenya", kenya.EXPECTED, kenya.drive, kenya.MOMENTS),
    Trip("India", india.EXPECTED, india.drive, india.MOMENTS),
)
# What a killed worker had in hand is taken over when its lease has ended.
_PATIENCE_UNDER_KILLS_S: Final = 150.0


async def run(console: Console, *, kills: int = 0, seed: int = 1) -> int:
    """Run the demo; return 0 only if every state, receipt and message is as it should be."""
    with tempfile.TemporaryDirectory(prefix="duka-demo-") as folder:
        settings = RuntimeSettings(
            data_dir=Path(folder),
            port_backend=0,
            port_sandbox=0,
            port_rasa=0,
            port_actions=0,
            port_postgres=0,
            port_redis=0,
        )
        console.print("[bold]Duka's demo[/bold]: two orders, from a direct message to the door.")
        async with running(settings, Progress(console), quiet=True) as opened:
            stack, services = opened.stack, opened.services
            patience_s = _PATIENCE_UNDER_KILLS_S if kills else PATIENCE_S
            hands = Hands(f"http://127.0.0.1:{stack.ports.sandbox}", patience_s=patience_s)
            killer = Killer(services, [_point(trip, moment) for trip in _TRIPS for moment in trip.moments], kills, seed)
            try:
                faults = [await _one(console, hands, trip, killer) for trip in _TRIPS]
                checked = await _audit(hands)
                broken = await _lasting(hands, settings.data_dir / "logs", stack.secrets)
            finally:
                await hands.close()
            if any(faults) or checked.faults or broken:
                _show_logs(console, settings.data_dir / "logs")
    return _verdict(console, faults, checked, killer, broken)


def _point(trip: Trip, moment: str) -> str:
    return f"{trip.name}: {moment}"


async def _one(console: Console, hands: Hands, trip: Trip, killer: Killer) -> int:
    expected = trip.expected
    console.rule(expected.title)
    started = monotonic()
    broken = ""

    async def listener(moment: str) -> None:
        await killer(_point(trip, moment))

    hands.listener = listener
    try:
        await trip.drive(hands)
        await _settled(hands, expected)
    except DemoError as error:
        broken = str(error)
    outcome = await _judge(expected)
    console.print(_table(outcome))
    faults = [*([broken] if broken else []), *outcome.faults]
    for fault in faults:
        console.print(f"  [red]✗[/red] {fault}")
    if not faults:
        took = monotonic() - started
        console.print(
            f"  [green]✓[/green] delivered, paid once, told once ({took:.1f} s for {hands.moved_s / 60:.0f} min)"
        )
    return len(faults)


async def _settled(hands: Hands, expected: Expected) -> None:
    """Wait until what was set going has ended: the order is delivered and its last messages are out."""

    async def look() -> bool | None:
        return True if not (await _judge(expected)).faults else None

    await hands.until("the order to be as it should be", look)


async def _audit(hands: Hands) -> Audit:
    built = build(PlatformSettings(), application="demo")
    prompts = sum(trip.expected.rails.count("mpesa") for trip in _TRIPS)
    try:
        async with built.registry.get(Database).transaction() as session:
            return await audit(hands, session, prompts=prompts)
    finally:
        await built.close()


async def _lasting(hands: Hands, logs: Path, secrets: Secrets) -> list[Breach]:
    """What is broken, and stays so: what falls due as an hour passes in seconds (a day's end) takes a moment."""

    async def look() -> bool | None:
        return None if await _invariants(logs, secrets) else True

    try:
        await hands.until("what is due to be worked off", look)
    except DemoError:
        return await _invariants(logs, secrets)
    return []


async def _invariants(logs: Path, secrets: Secrets) -> list[Breach]:
    """Check the database, and what our own processes have logged; the simulators are providers, and log as they do."""
    built = build(PlatformSettings(), application="demo")
    try:
        async with built.registry.get(Database).transaction() as session:
            found = await invariants.check(session)
            words = sorted(await invariants.phones(session) | set(asdict(secrets).values()))
        return found + [
            breach for breach in invariants.in_logs(logs, words) if set(breach.offenders) != {"sandbox.log"}
        ]
    finally:
        await built.close()


async def _judge(expected: Expected) -> Outcome:
    built = build(PlatformSettings(), application="demo")
    try:
        async with built.registry.get(Database).transaction() as session:
            return await judge(session, built.registry.get(OrdersService), expected)
    finally:
        await built.close()


def _table(outcome: Outcome) -> Table:
    table = Table(title=outcome.order.id if outcome.order else None)
    for column in ("time", "who", "channel", "what", "state"):
        table.add_column(column)
    for moment in outcome.story:
        table.add_row(*_cells(moment))
    return table


def _cells(moment: Moment) -> tuple[str, str, str, str, str]:
    return moment.at.strftime("%H:%M:%S"), moment.who, moment.channel, moment.what, moment.state


def _show_logs(console: Console, folder: Path) -> None:
    for log in sorted(folder.glob("*.log")):
        tail = [line for line in log.read_text(errors="replace").splitlines() if "warning" in line or "rror" in line][
            -5:
        ]
        for line in tail:
            console.print(f"[dim]{log.stem}: {line[:300]}[/dim]", markup=False)


def _verdict(console: Console, faults: Sequence[int], checked: Audit, killer: Killer, broken: Sequence[Breach]) -> int:
    lines = [f"{breach.invariant}: {breach.says} Not so: {', '.join(breach.offenders)}" for breach in broken]
    found = [*checked.faults, *lines, *(f"not killed at {point}" for point in sorted(killer.chosen - set(killer.done)))]
    for fault in found:
        console.print(f"  [red]✗[/red] {fault}")
    if killer.done:
        rows = zip(killer.killed, killer.done, strict=True)
        console.print(f"Killed {', '.join(f'{name} after {moment}' for name, moment in rows)}.")
    count = sum(faults) + len(found)
    whole = sum(not number for number in faults)
    console.print(
        f"demo: orders {len(faults)}, as they should be {whole}, kills {len(killer.done)}, "
        f"M-Pesa prompts {checked.prompts}, messages {checked.messages}, sent again {checked.repeated}, "
        f"marked as possibly double {checked.marked}, invariants broken {len(broken)}, faults {count}",
        soft_wrap=True,
    )
    return 1 if count else 0
