"""Lets many customers write to the whole stack with two Rasa servers and two workers, kills Rasa at times, and counts.

    .venv/bin/python -m scripts.soak_dialogue [--messages 10000] [--customers 300] [--kills 10]

Each message goes in by the simulators' wire and is in exactly one turn; each reply of a turn leaves once. A turn that
Rasa could not answer even when asked again is a person's, with a sentence to the customer: that loses nothing, and the
line tells how many. The last line holds the figures; the exit status is 1 where a message was lost or answered twice.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import psycopg
from rich.console import Console

from backend.platform.db.embedded import free_port
from backend.runtime.probes import answers
from backend.runtime.processes import Stack
from backend.runtime.settings import RuntimeSettings, inherited_environment
from backend.runtime.stack import Progress, Running, running
from backend.runtime.supervisor import ProcessSpec
from backend.runtime.torture.hands import Sandbox
from backend.runtime.torture.verdict import Tally

_RASAS: Final = ("rasa", "rasa-2")
_SAYINGS: Final = (
    "how much is jogoo 2kg?",
    "niongezee kabras sugar moja",
    "bei ya pishori ni ngapi?",
    "add two kcc mala",
    "do you deliver to Kilimani?",
    "ongeza pembe mbili",
    "price of mumias sugar?",
    "habari",
)
_LOOK_S: Final = 1.0
_PATIENCE_S: Final = 180.0  # Without anything moving on.
_WAITING: Final = """
SELECT (SELECT count(*) FROM provider_events WHERE state = 'pending')
    + (SELECT count(*) FROM conversations WHERE owner_kind = 'bot' AND turn_due_at IS NOT NULL)
    + (SELECT count(*) FROM turns WHERE state = 'running')
    + (SELECT count(*) FROM outbound_send WHERE state IN ('queued', 'leased', 'unknown'))
"""
# In a turn, or with a person who has the thread.
_ANSWERED: Final = """
SELECT count(*) FROM messages m JOIN conversations c ON c.id = m.conversation_id
WHERE m.direction = 'in' AND (m.turn_id IS NOT NULL OR c.owner_kind <> 'bot')
"""
_FIGURES: Final = {
    "stored": "SELECT count(*) FROM messages WHERE direction = 'in'",
    "turns": "SELECT count(*) FROM turns",
    "retaken": "SELECT count(*) FROM turns WHERE attempts > 1",
    "to_people": "SELECT count(*) FROM turns WHERE state = 'failed'",
    "dead": "SELECT count(*) FROM provider_events WHERE state = 'dead'",
    # Neither in an answered turn, nor with a person who has the thread.
    "unanswered": """SELECT count(*) FROM messages m JOIN conversations c ON c.id = m.conversation_id
        LEFT JOIN turns t ON t.id = m.turn_id WHERE m.direction = 'in' AND c.owner_kind = 'bot'
        AND t.state IS DISTINCT FROM 'replied'""",
    # The sentence that goes with a turn to a person names no turn.
    "silent": """SELECT count(*) FROM turns t WHERE t.state IN ('replied', 'failed') AND NOT EXISTS (
        SELECT FROM messages m WHERE m.direction = 'out' AND m.conversation_id = t.conversation_id
            AND CASE t.state WHEN 'replied' THEN m.turn_id = t.id ELSE m.message_key = 'failed_turn' END)""",
    "said_twice": """SELECT count(*) FROM messages m JOIN turns t ON t.id = m.turn_id WHERE m.direction = 'out'
        AND t.state = 'replied' AND NOT t.result -> 'messages' ? m.id""",
    "unsent": "SELECT count(*) FROM outbound_send WHERE state <> 'sent'",
}
_LOST: Final = ("dead", "unanswered", "silent", "unsent")
_DOUBTFUL: Final = "SELECT idem FROM outbound_send WHERE possible_duplicate"


def _two_of_each(stack: Stack, model: Path, *, second_port: int) -> Sequence[ProcessSpec]:
    """Return the stack's processes, and a second Rasa and worker beside them."""
    specs = list(stack.services(model))
    by_name = {spec.name: spec for spec in specs}
    rasa, worker = by_name["rasa"], by_name["worker"]
    command = [str(second_port) if part == str(stack.ports.rasa) else part for part in rasa.command]
    up = answers(second_port, "/")
    quiet = {name: value for name, value in worker.environment.items() if name != "DUKA_HEARTBEAT_FILE"}
    second = replace(worker, name="worker-2", environment=quiet, alive=None)
    # The simulators lose what they hold when they start again, which would look like a loss of ours.
    specs = [replace(spec, alive=None) if spec.name == "sandbox" else spec for spec in specs]
    return [*specs, replace(rasa, name="rasa-2", command=command, ready=up, alive=up), second]


class Soak:
    """Customers who write, somebody who kills, and the counts."""

    def __init__(self, opened: Running, ports: Sequence[int], arguments: argparse.Namespace) -> None:
        self._services = opened.services
        self._rasas_up = [answers(port, "/") for port in ports]
        self._sandbox = Sandbox(f"http://127.0.0.1:{opened.stack.ports.sandbox}")
        self._rows = psycopg.connect(opened.stack.database_url, autocommit=True)
        self._tally = Tally()
        self._messages: int = arguments.messages
        self._customers: int = arguments.customers
        self._kills: int = arguments.kills
        self._written = 0
        self._may_write = asyncio.Event()

    async def run(self) -> dict[str, int | float]:
        """Let everybody write, wait until all is answered, and count."""
        began = time.monotonic()
        counting = asyncio.create_task(self._count())
        await asyncio.gather(*(self._customer(place) for place in range(self._customers)))
        await self._wait()
        counting.cancel()
        await self._tally.count(self._sandbox)
        figures: dict[str, int | float] = {name: self._number(query) for name, query in _FIGURES.items()}
        doubtful = frozenset(row[0] for row in self._rows.execute(_DOUBTFUL).fetchall())
        figures["sent_twice"] = len(self._tally.doubled(doubtful))
        figures["seconds"] = round(time.monotonic() - began, 1)
        await self._sandbox.close()
        self._rows.close()
        return figures

    async def _customer(self, place: int) -> None:
        person = {"id": f"soak{place}", "name": f"Customer {place}", "role": "customer", "phone": f"2547120{place:05}"}
        await self._sandbox.control("/accounts/people", person)
        for number in range(place, self._messages, self._customers):
            body = {"from": person["id"], "text": _SAYINGS[number % len(_SAYINGS)]}
            written = await self._sandbox.control("/actor/whatsapp/text", body)
            if "error" in written:
                sys.exit(f"the simulators refused what a customer wrote: {written['error']}")
            self._written += 1
            await self._may_write.wait()

    async def _count(self) -> None:
        """Count what the provider was asked for while its log lasts; let people write as fast as turns come; kill."""
        killed = 0
        for look in range(10**6):
            await self._tally.count(self._sandbox)
            answered = self._number(_ANSWERED)
            if look % 10 == 0:
                print(f"  {self._written} written, {answered} answered or with people, {killed} kills", flush=True)
            # Few behind, so that most messages are a turn of their own.
            (self._may_write.set if self._written - answered < self._customers else self._may_write.clear)()
            wanted = min(self._kills, self._written * (self._kills + 1) // self._messages)
            if killed < wanted and await self._both_up():
                self._services.kill(_RASAS[killed % len(_RASAS)])
                killed += 1
            await asyncio.sleep(_LOOK_S)

    async def _both_up(self) -> bool:
        """Say whether the other one is there: with neither, all that is written meanwhile goes to people."""
        return all([await up() for up in self._rasas_up])

    async def _wait(self) -> None:
        waiting, since = -1, time.monotonic()
        while (now := self._number(_WAITING)) and time.monotonic() - since < _PATIENCE_S:
            if now != waiting:
                waiting, since = now, time.monotonic()
            await asyncio.sleep(_LOOK_S)

    def _number(self, query: str) -> int:
        row: Any = self._rows.execute(query.encode()).fetchone()
        return int(row[0])


def _judge(figures: Mapping[str, int | float], messages: int) -> tuple[float, float]:
    """Return how many messages were lost and how many answered twice."""
    lost = abs(messages - figures["stored"]) + sum(figures[name] for name in _LOST)
    return lost, figures["said_twice"] + figures["sent_twice"]


async def _soak(arguments: argparse.Namespace, folder: Path) -> int:
    first, second = free_port(), free_port()
    ports = dict.fromkeys(("port_backend", "port_sandbox", "port_actions", "port_postgres", "port_redis"), 0)
    settings = RuntimeSettings(data_dir=folder, port_rasa=first, **ports)
    addresses = ",".join(f"http://127.0.0.1:{port}" for port in (first, second))
    changes = {"DUKA_RASA_URL": addresses, "DUKA_CONVERSATIONS_BURST_SILENCE_S": "0"}
    choose = partial(_two_of_each, second_port=second)
    environment = {**inherited_environment(), **changes}
    async with running(settings, Progress(Console()), quiet=True, environment=environment, choose=choose) as opened:
        figures = await Soak(opened, (first, second), arguments).run()
    lost, doubled = _judge(figures, arguments.messages)
    detail = " ".join(f"{name}={value}" for name, value in figures.items())
    rate = round(arguments.messages / figures["seconds"], 1)
    print(f"soak-dialogue messages={arguments.messages} lost={lost} doubled={doubled} per_s={rate} {detail}")
    return 1 if lost or doubled else 0


def main() -> int:
    """Run the soak on stores that are thrown away."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--customers", type=int, default=300)
    parser.add_argument("--kills", type=int, default=10)
    with tempfile.TemporaryDirectory(prefix="duka-soak-") as folder:
        return asyncio.run(_soak(parser.parse_args(), Path(folder)))


if __name__ == "__main__":
    sys.exit(main())
