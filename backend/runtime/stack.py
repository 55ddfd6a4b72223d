"""Brings the whole of Duka up on one machine, and down again."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import psycopg
from rich.console import Console
from rich.table import Table

from backend.bootstrap import build
from backend.payments.settings import DarajaSettings
from backend.platform.db.migrate import upgrade
from backend.platform.errors import OutcomeUnknownError, ProviderRejectedError, ProviderUnavailableError
from backend.platform.settings import PlatformSettings
from backend.runtime.cast import SHOPS
from backend.runtime.model import model_of
from backend.runtime.money_cli import register
from backend.runtime.processes import DATABASE, RASA_DATABASE, Stack
from backend.runtime.seed import seed
from backend.runtime.settings import RuntimeSettings, inherited_environment, ports_of
from backend.runtime.supervisor import ProcessSpec, Supervisor


class Progress:
    """Tells a person what is being done and how long each step took."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._started = monotonic()

    def __call__(self, what: str) -> None:
        """Report that something is ready."""
        self._console.print(f"  [green]✓[/green] {what} [dim]{monotonic() - self._started:5.1f} s[/dim]")

    def note(self, what: str) -> None:
        """Say what is about to be done."""
        self._console.print(f"  [dim]… {what}  {monotonic() - self._started:5.1f} s[/dim]")


def _prepare_database(stack: Stack) -> None:
    """Create what is missing and bring the schema up to date."""
    if stack.postgres is not None:
        stack.postgres.wait_ready()
        stack.postgres.create_database(DATABASE)
        stack.postgres.create_database(RASA_DATABASE)
        stack.postgres.give_to_role(RASA_DATABASE, RASA_DATABASE)
        stack.postgres.close_to_public(DATABASE)
    else:
        connected = psycopg.connect(stack.database_url, autocommit=True)
        with contextlib.suppress(psycopg.errors.DuplicateDatabase), connected as connection:
            connection.execute(f"CREATE DATABASE {RASA_DATABASE}")
    upgrade(stack.database_url)


async def _seed(stack: Stack) -> None:
    built = build(PlatformSettings(), application="seed")
    try:
        await seed(built, stack.secrets.staff_password)
    finally:
        await built.close()


@dataclass(frozen=True, slots=True)
class Running:
    """What runs: the machine's addresses, the processes of Duka and the embedded stores."""

    stack: Stack
    services: Supervisor
    stores: Supervisor


type Choice = Callable[[Stack, Path], Sequence[ProcessSpec]]


@asynccontextmanager
async def running(
    settings: RuntimeSettings,
    progress: Progress,
    *,
    quiet: bool,
    environment: Mapping[str, str] | None = None,
    choose: Choice = Stack.services,
) -> AsyncIterator[Running]:
    """Run the stores and the chosen processes, by default all, for the length of a block."""
    stack = Stack(settings, ports_of(settings), environment or inherited_environment())
    os.environ.update(stack.environment())  # noqa: TID251 - this process seeds with the same settings
    logs = settings.data_dir / "logs"
    if stack.postgres is not None:
        await asyncio.to_thread(stack.postgres.prepare)
    training = asyncio.create_task(asyncio.to_thread(model_of, settings, progress.note))
    stores = Supervisor(stack.stores(), quiet=quiet, log_folder=logs)
    services: Supervisor | None = None
    try:
        await stores.start(progress)
        await asyncio.to_thread(_prepare_database, stack)
        await _seed(stack)
        progress("database, migrated and seeded")
        services = Supervisor(choose(stack, await training), quiet=quiet, log_folder=logs)
        await services.start(progress)
        yield Running(stack, services, stores)
    finally:
        training.cancel()
        if services is not None:
            await services.stop()
        await stores.stop()


async def up(settings: RuntimeSettings, console: Console) -> None:
    """Run everything until Ctrl-C, and print where to find it."""
    console.print("[bold]Duka[/bold] is starting.")
    started = monotonic()
    async with running(settings, Progress(console), quiet=False) as opened:
        stack, services = opened.stack, opened.services
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, services.request_stop)
        await _register_paybill(stack)
        console.print(_addresses(stack))
        console.print(f"Ready in {monotonic() - started:.1f} s. Press Ctrl-C to stop.")
        await services.wait()
        console.print("Stopping.")


async def _register_paybill(stack: Stack) -> None:
    """Let the simulated paybill confirm payments by hand; a real one is registered by its own command."""
    if DarajaSettings().base_url.startswith(f"http://127.0.0.1:{stack.ports.sandbox}/"):
        with contextlib.suppress(ProviderRejectedError, ProviderUnavailableError, OutcomeUnknownError):
            await register()


def _addresses(stack: Stack) -> Table:
    table = Table(title="Duka is ready", show_header=False)
    backend, sandbox = f"http://127.0.0.1:{stack.ports.backend}", f"http://127.0.0.1:{stack.ports.sandbox}"
    rows: tuple[tuple[str, str], ...] = (
        ("Phones to play with", f"{sandbox}/sandbox"),
        ("Inbox", f"{backend}/console/inbox"),
        ("Order board", f"{backend}/console/orders"),
        ("API", f"{backend}/docs"),
        ("Log-ins", ", ".join(person.login for shop in SHOPS for person in shop.staff)),
        ("Password of all", stack.secrets.staff_password),
    )
    for name, value in rows:
        table.add_row(name, value)
    return table
