"""The command line's operations: up, demo, replay, seed, migrate, train, openapi, asyncapi, docs."""

import asyncio
import subprocess
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer
from rich.console import Console

from backend.platform.settings import PlatformSettings
from backend.runtime.model import model_of
from backend.runtime.settings import ROOT, RuntimeSettings, inherited_environment

if TYPE_CHECKING:
    from backend.orders.ports import Replay
    from backend.runtime.invariants import Breach
    from backend.runtime.replay import DryStep

# What a command needs beyond its arguments is imported when it runs, so that the others start fast.


def up() -> None:
    """Run everything on this machine until Ctrl-C."""
    from backend.runtime import stack

    asyncio.run(stack.up(RuntimeSettings(), Console()))


def demo(*, kills: Annotated[int, typer.Option(help="Kill the worker this many times on the way.")] = 0) -> None:
    """Drive one whole order in Kenya and one in India through the simulators."""
    from backend.runtime import demo as demonstration

    raise typer.Exit(asyncio.run(demonstration.run(Console(), kills=kills)))


def torture(
    *,
    seed: Annotated[int, typer.Option(help="Decides who orders, who answers, what fails, and when.")] = 1,
    kills: Annotated[int, typer.Option(help="Workers, backends and Redis killed while the town trades.")] = 60,
    restarts: Annotated[int, typer.Option(help="Times that Postgres is ended on the way.")] = 3,
    at_once: Annotated[int, typer.Option(help="Orders under way at any time.")] = 60,
    speed_afterwards: Annotated[float, typer.Option(help="How fast the clock runs once nothing falls any more.")] = 60,
    dialogue: Annotated[
        bool, typer.Option(help="Also two orders by chat, with all processes killed at ten points.")
    ] = True,
) -> None:
    """Let a town trade while processes and providers fail, and check that nothing was lost, doubled or left behind."""
    from backend.runtime import torture as town

    console = Console()
    failed = apart(_two_orders_by_chat, seed) if dialogue else 0
    size = town.Size(kills, restarts, at_once=at_once, speed_afterwards=speed_afterwards)
    outcome = asyncio.run(town.run(console, seed, size))
    for fault in outcome.faults:
        typer.echo(f"  ✗ {fault}")
    broken = bool(failed or outcome.faults)
    typer.echo(f"torture: seed {seed}, commit {_commit()}, {outcome.told()}, {'broken' if broken else 'whole'}")
    raise typer.Exit(1 if broken else 0)


def _two_orders_by_chat(seed: int) -> int:
    from backend.runtime import demo as demonstration

    return asyncio.run(demonstration.run(Console(), kills=10, seed=seed))


def apart[T](work: Callable[..., T], *arguments: Any) -> T:
    """Do something in a process of its own: this one reads addresses and keys once, for one set of stores."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def _commit() -> str:
    """Return the commit that this code is at, marked where it was changed; unknown outside a checkout."""
    command = ("git", "describe", "--always", "--dirty", "--abbrev=12")
    told = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)  # noqa: S603 - our own words
    return told.stdout.strip() or "unknown"


def check_invariants(
    *,
    bound_s: Annotated[float, typer.Option(help="How old work may be before its waiting counts, in seconds.")] = 300,
    logs: Annotated[Path | None, typer.Option(help="Look through the logs in this folder, too.")] = None,
) -> None:
    """Check what must always be true of the database at DATABASE_URL; exit 1 with the ids of what is not."""
    from backend.runtime.invariants import INVARIANTS

    breaches = asyncio.run(_breaches(bound_s, logs))
    for breach in breaches:
        typer.echo(f"{breach.invariant}: {breach.says} Not so: {', '.join(breach.offenders)}")
    typer.echo(f"invariants: {len(INVARIANTS) + (logs is not None)} checked, {len(breaches)} broken")
    raise typer.Exit(1 if breaches else 0)


async def _breaches(bound_s: float, logs: Path | None) -> "list[Breach]":
    from backend.platform.db.session import Database
    from backend.runtime import invariants

    database = Database(PlatformSettings().database_url, application="check-invariants")
    try:
        async with database.transaction() as session:
            found = await invariants.check(session, bound_s=bound_s)
            words = await invariants.phones(session) if logs is not None else frozenset[str]()
        return found + (invariants.in_logs(logs, sorted(words)) if logs is not None else [])
    finally:
        await database.close()


def replay(
    order_id: Annotated[str, typer.Argument(help="The order.")],
    *,
    dry: Annotated[bool, typer.Option("--dry", help="Show what its events would send if they came again.")] = False,
) -> None:
    """Work an order out anew from its logs and compare it with its row; exit 1 where they differ."""
    from backend.platform.errors import DukaError

    try:
        found, steps = asyncio.run(_replay(order_id, dry=dry))
    except DukaError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    for line in (*_told(found), *_would_send(steps)):
        typer.echo(line)
    raise typer.Exit(1 if found.differences else 0)


async def _replay(order_id: str, *, dry: bool) -> "tuple[Replay, list[DryStep]]":
    from backend.bootstrap import build
    from backend.runtime import replay as replaying

    built = build(PlatformSettings(), application="replay")
    try:
        found = await replaying.replay(built, order_id)
        return found, await replaying.dry_run(built, order_id) if dry else []
    finally:
        await built.close()


def _told(found: "Replay") -> Iterator[str]:
    """Say what the logs come to, and where they and the row disagree."""
    for column, value in found.columns.items():
        yield f"  {column:26} {value}"
    if not found.events:
        yield "The beginning of its events is no longer kept; its commands were compared alone."
    for one in found.differences:
        yield f"DIFFERS {one.log}: {one.column} {one.replayed}" + (f", the row has {one.live}" if one.column else "")
    counts = f"{found.commands} commands, {len(found.events)} events, {len(found.differences)} differences"
    yield f"{found.order_id}: {counts}"


def _would_send(steps: "Iterable[DryStep]") -> Iterator[str]:
    for step in steps:
        for send in step.sends:
            yield f"WOULD SEND {step.topic} -> {step.consumer}: {send.channel} {send.what} {send.whom}".rstrip()
        if step.error:
            yield f"NOT HANDLED {step.topic} -> {step.consumer}: {step.error}"


def migrate() -> None:
    """Bring the database at DATABASE_URL up to date."""
    from backend.platform.db.migrate import upgrade

    upgrade(PlatformSettings().database_url)


def seed() -> None:
    """Put the two example merchants into the database at DATABASE_URL."""
    asyncio.run(_seed())


async def _seed() -> None:
    from backend.bootstrap import build
    from backend.runtime.processes import load_secrets
    from backend.runtime.seed import seed as put_seed

    built = build(PlatformSettings(), application="seed")
    try:
        await put_seed(built, load_secrets(RuntimeSettings().data_dir).staff_password)
    finally:
        await built.close()


def train() -> None:
    """Train the model, where the data has changed."""
    typer.echo(f"model: {model_of(RuntimeSettings())}")


def test_conversations() -> None:
    """Run Rasa's data validation and its conversation tests."""
    settings = RuntimeSettings()
    model = model_of(settings)
    quiet = {**inherited_environment(), "PYTHONWARNINGS": "ignore"}
    rasa = [str(settings.bot_python), "-m", "bot"]
    data = ["--data", "data/nlu", "data/rules", "data/stories"]
    checks = (
        [*rasa, "data", "validate", "--fail-on-warnings", *data],
        [
            *rasa,
            "test",
            "core",
            "--model",
            str(model),
            "--stories",
            "tests/conversations",
            "--out",
            ".duka/results",
            "--fail-on-prediction-errors",
        ],
    )
    for check in checks:
        subprocess.run(check, cwd=ROOT, check=True, env=quiet)  # noqa: S603 - our own interpreter and arguments


_OUT = Annotated[Path | None, typer.Option(help="Write the document here.")]
_CHECK = Annotated[Path | None, typer.Option(help="Fail where this document differs from the code.")]


def openapi(*, out: _OUT = None, check: _CHECK = None) -> None:
    """Write or check the OpenAPI document."""
    from backend.app import create_app

    _write_or_check(create_app().openapi(), out, check)


def asyncapi(*, out: _OUT = None, check: _CHECK = None) -> None:
    """Write or check the AsyncAPI document: the events that a broker is told."""
    from backend.bootstrap.events import all_events
    from backend.platform.broker.asyncapi import document

    _write_or_check(document(all_events(), version="0.1.0"), out, check)


def _write_or_check(document: dict[str, Any], out: Path | None, check: Path | None) -> None:
    written = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"
    if out is not None:
        out.write_bytes(written)
    if check is not None and check.read_bytes() != written:
        typer.echo(f"{check} is not what the code says; run `make openapi`.", err=True)
        raise typer.Exit(1)


def docs() -> None:
    """Write the diagrams that are printed from rows."""
    from backend.orders.diagram import page

    (ROOT / "docs" / "order-lifecycle.md").write_text(page(), encoding="utf-8")
