"""Brings everything up on free ports and fresh stores, drives the orders, prints their stories, judges them."""

import asyncio
import random
import tempfile
from collections.abc import Awaitable, Callable
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
from backend.runtime.demo import india, kenya
from backend.runtime.demo.expect import Expected, Outcome, judge
from backend.runtime.demo.hands import DemoError, Hands
from backend.runtime.settings import RuntimeSettings
from backend.runtime.stack import Progress, running
from backend.runtime.supervisor import Supervisor

type Drive = Callable[[Hands], Awaitable[None]]
_ORDERS: Final[tuple[tuple[Expected, Drive], ...]] = ((kenya.EXPECTED, kenya.drive), (india.EXPECTED, india.drive))
_KILL_WITHIN_S: Final = 25.0


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
        async with running(settings, Progress(console), quiet=True) as (stack, services):
            hands = Hands(f"http://127.0.0.1:{stack.ports.sandbox}")
            killer = asyncio.create_task(_kill_worker(services, kills, random.Random(seed)))  # noqa: S311 - a test's dice
            try:
                faults = [await _one(console, hands, expected, drive) for expected, drive in _ORDERS]
            finally:
                killer.cancel()
                await hands.close()
            if any(faults):
                _show_logs(console, settings.data_dir / "logs")
    return _verdict(console, sum(faults), kills)


async def _kill_worker(services: Supervisor, kills: int, dice: random.Random) -> None:
    """Kill the worker now and then; its supervisor starts it again."""
    for _ in range(kills):
        await asyncio.sleep(dice.uniform(0.5, _KILL_WITHIN_S / max(kills, 1)))
        services.kill("worker")


async def _one(console: Console, hands: Hands, expected: Expected, drive: Drive) -> int:
    console.rule(expected.title)
    started = monotonic()
    broken = ""
    try:
        await drive(hands)
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

    await hands.until("the order to be as it should be", look, patience_s=20)


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


def _verdict(console: Console, faults: int, kills: int) -> int:
    after = f" after {kills} kills of the worker" if kills else ""
    console.print(f"demo: 2 orders{after}, {faults} faults")
    return 1 if faults else 0
