"""Times a turn of Duka, from the customer's message to the provider, beside a default bot's custom-action turn.

    .venv/bin/python scripts/bench_turn.py [--turns 60] [--no-baseline]

The whole stack runs on free ports over fresh stores: once without the burst window, for single turns, and once more as
it runs by default, for five quick messages. Times are those of the rows in the database: the webhook stored, the send
acknowledged by the provider. The last line holds the figures; the command fails where a bar is missed.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

import baseline_bot
import httpx
import psutil
import psycopg
from rich.console import Console

from backend.runtime.settings import RuntimeSettings, inherited_environment
from backend.runtime.stack import Progress, running
from backend.runtime.supervisor import Supervisor

BAR_MS: Final = 60.0
WINDOW_S: Final = 1.2
_WARM_UP: Final = 10
_PER_CUSTOMER: Final = 10
_LOOK_S: Final = 0.1  # Seldom, so that looking takes nothing from what is timed.
# Longer than a simulated phone takes to report a delivery: no turn shares the machine with the last one's end.
_REST_S: Final = 0.5
_PATIENCE_S: Final = 30.0
_NO_WINDOW: Final = {"DUKA_CONVERSATIONS_BURST_SILENCE_S": "0"}
# A question about a price and an addition to the cart, in turn: each needs the backend's answer.
_SAYINGS: Final = (
    "how much is jogoo 2kg?",
    "add one kabras sugar",
    "bei ya pishori ni ngapi?",
    "niongezee brookside moja",
    "price of nyayo beans?",
    "add two kcc mala",
    "how much is rosecoco?",
    "ongeza pembe mbili",
    "price of mumias sugar?",
    "add one sindano rice",
)
_BURST: Final = ("habari", "nataka kabras", "moja", "na brookside", "mbili")
_BURSTS: Final = 9
_ASKED: Final = "how much is the flour"
_DONE: Final = """
SELECT (SELECT count(*) FROM turns WHERE state = 'replied'),
    (SELECT count(*) FROM outbound_send WHERE state IN ('queued', 'leased'))
"""
_TURNS: Final = """
SELECT extract(epoch FROM max(s.sent_at) - min(e.received_at))::float8,
    extract(epoch FROM max(s.sent_at) - max(e.received_at))::float8,
    count(DISTINCT e.id), bool_or(b.turn_id IS NOT NULL)
FROM turns t
JOIN messages m ON m.turn_id = t.id AND m.direction = 'in'
JOIN message_refs r ON r.message_id = m.id
JOIN provider_events e ON e.provider = r.channel AND e.external_id = 'message:' || r.provider_id
JOIN messages o ON o.turn_id = t.id AND o.direction = 'out'
JOIN outbound_send s ON split_part(s.idem, '#', 1) = 'msg:' || o.id
LEFT JOIN bot_turns b ON b.turn_id = t.id
WHERE t.state = 'replied'
GROUP BY t.id ORDER BY min(e.received_at)
"""


@dataclass(frozen=True, slots=True)
class Turn:
    """An answered turn as its rows tell.

    Attributes:
        whole_s: From its first message stored to its last send acknowledged.
        after_last_s: The same from its last message.
        messages: How many messages it answers.
        by_action: Whether a custom action asked the backend.
    """

    whole_s: float
    after_last_s: float
    messages: int
    by_action: bool


@dataclass(frozen=True, slots=True)
class Measured:
    """Wall times of single turns in milliseconds, and the CPU of a turn by process."""

    walls_ms: Sequence[float]
    cpu_ms: Mapping[str, float]

    @property
    def median_ms(self) -> float:
        """The median of the walls."""
        return median(self.walls_ms)

    @property
    def p95_ms(self) -> float:
        """The 95th percentile of the walls."""
        return quantiles(self.walls_ms, n=20)[-1]

    @property
    def cpu_total_ms(self) -> float:
        """The CPU of a turn over all processes; the simulators are not among them."""
        return sum(self.cpu_ms.values())


class Town:
    """The running stack, as customers and the database see it."""

    def __init__(self, sandbox_url: str, database_url: str) -> None:
        self._http = httpx.Client(base_url=sandbox_url, timeout=20)
        self._rows = psycopg.connect(database_url, autocommit=True)
        self._customers = 0

    def close(self) -> None:
        """Let go of both."""
        self._http.close()
        self._rows.close()

    def customer(self) -> str:
        """Let one more customer into the simulation."""
        self._customers += 1
        person = {"id": f"bench{self._customers}", "name": f"Customer {self._customers}", "role": "customer"}
        self._post("accounts/people", person | {"phone": f"254711{self._customers:06d}"})
        return person["id"]

    def writes(self, person: str, text: str) -> None:
        """Let a customer write on WhatsApp."""
        self._post("actor/whatsapp/text", {"from": person, "text": text})

    def _post(self, path: str, body: Mapping[str, Any]) -> None:
        self._http.post(f"/__sim/{path}", json=body).raise_for_status()

    def answered(self) -> tuple[int, int]:
        """Return how many turns are answered and how many sends are under way."""
        turns, waiting = self._rows.execute(_DONE).fetchone() or (0, 0)
        return turns, waiting

    def turns(self) -> list[Turn]:
        """Return the answered turns, oldest first."""
        return [Turn(*row) for row in self._rows.execute(_TURNS).fetchall()]

    def wait_for_turn(self, number: int) -> None:
        """Return once this many turns are answered and nothing is on its way."""
        ends = time.monotonic() + _PATIENCE_S
        while True:
            turns, waiting = self.answered()
            if turns >= number and not waiting:
                return
            if time.monotonic() > ends:
                sys.exit(f"turn {number} was not answered within {_PATIENCE_S:.0f} s")
            time.sleep(_LOOK_S)


def _converse(town: Town, count: int, tell: Callable[[int], None]) -> None:
    """Let customers write, one message at a time; each has some turns with the shop, as people do."""
    person = ""
    for place in range(count):
        if place % _PER_CUSTOMER == 0:
            person = town.customer()
        before, _ = town.answered()
        town.writes(person, _SAYINGS[place % len(_SAYINGS)])
        town.wait_for_turn(before + 1)
        time.sleep(_REST_S)
        tell(place + 1)


def _progress(what: str, whole: int) -> Callable[[int], None]:
    def tell(done: int) -> None:
        if done % 10 == 0 or done == whole:
            print(f"  {what}: {done} of {whole}", flush=True)

    return tell


def _cpu_s(process: psutil.Process) -> float:
    """Return the CPU of a process and of those that it started, ended ones included."""
    own = process.cpu_times()
    total = own.user + own.system + own.children_user + own.children_system
    for child in process.children(recursive=True):
        times = child.cpu_times()
        total += times.user + times.system
    return total


def _processes(services: Supervisor) -> dict[str, psutil.Process]:
    """Return our processes by name, stores included."""
    names = {services.pid(name): name for name in ("backend", "worker", "actions", "rasa", "sandbox")}
    found = {names.get(child.pid, child.name()): child for child in psutil.Process().children()}
    return {name: process for name, process in found.items() if name != "sandbox"}


@contextmanager
def _cpu_of(processes: Mapping[str, psutil.Process], turns: int) -> Iterator[Counter[str]]:
    """Count the CPU milliseconds a turn of each process within a block."""
    before = {name: _cpu_s(process) for name, process in processes.items()}
    used: Counter[str] = Counter()
    yield used
    for name, process in processes.items():
        used[name] = round((_cpu_s(process) - before[name]) * 1000 / turns, 1)  # type: ignore[assignment]


async def _in_town[T](folder: Path, changes: Mapping[str, str], work: Callable[[Town, Supervisor], T]) -> T:
    """Run the stack on this folder and do something in it."""
    settings = RuntimeSettings(
        data_dir=folder,
        port_backend=0,
        port_sandbox=0,
        port_rasa=0,
        port_actions=0,
        port_postgres=0,
        port_redis=0,
    )
    environment = {**_OUTSIDE, **changes}
    async with running(settings, Progress(Console()), quiet=True, environment=environment) as opened:
        stack, services = opened.stack, opened.services
        town = Town(f"http://127.0.0.1:{stack.ports.sandbox}", stack.database_url)
        try:
            return await asyncio.to_thread(work, town, services)
        finally:
            town.close()


_OUTSIDE: Final = inherited_environment()


def _single_turns(town: Town, services: Supervisor, turns: int) -> tuple[Measured, float]:
    """Return single turns, and the 95th percentile in milliseconds of one that hears a whole burst at once."""
    _converse(town, _WARM_UP, _progress("warm-up", _WARM_UP))
    cold = len(town.turns())
    with _cpu_of(_processes(services), turns) as used:
        _converse(town, turns, _progress("turns", turns))
    measured = town.turns()[cold:]
    wrong = [turn for turn in measured if turn.messages != 1 or not turn.by_action]
    if wrong or len(measured) != turns:
        sys.exit(f"{len(measured)} turns of {turns}, {len(wrong)} of them without an action or with several messages")
    at_once = [_said_at_once(town) * 1000 for _ in range(_BURSTS)]
    return Measured([turn.whole_s * 1000 for turn in measured], used), quantiles(at_once, n=20, method="inclusive")[-1]


def _said_at_once(town: Town) -> float:
    """Return the seconds of a turn in which a new customer says in one message what others say in five."""
    before, _ = town.answered()
    town.writes(town.customer(), "\n".join(_BURST))
    town.wait_for_turn(before + 1)
    time.sleep(_REST_S)
    return town.turns()[-1].whole_s


def _quick_messages(town: Town, _: Supervisor) -> Turn:
    """Return the middle one of some bursts, each of a customer who writes five messages in a row."""
    _converse(town, 3, _progress("warm-up", 3))
    tell = _progress("bursts", _BURSTS)
    turns = []
    for place in range(_BURSTS):
        turns.append(_burst(town))
        tell(place + 1)
    return sorted(turns, key=lambda turn: turn.after_last_s)[len(turns) // 2]


def _burst(town: Town) -> Turn:
    before, _waiting = town.answered()
    person = town.customer()
    for text in _BURST:
        town.writes(person, text)
    town.wait_for_turn(before + 1)
    time.sleep(2 * WINDOW_S)
    turns = town.turns()[before:]
    if len(turns) != 1 or turns[0].messages != len(_BURST):
        sys.exit(f"five quick messages were answered in {len(turns)} turns")
    return turns[0]


def _baseline(turns: int) -> tuple[Measured, float]:
    """Return what a default bot's custom-action turn takes, and five quick messages of one sender."""
    baseline_bot.prepare()
    with baseline_bot.serving() as (url, pids), httpx.Client(timeout=120) as http:

        def ask(sender: str) -> None:
            answer = http.post(url, json={"sender": sender, "message": _ASKED}).json()
            if not answer or "176" not in answer[0]["text"]:
                sys.exit(f"the default bot answered {answer}")

        for place in range(_WARM_UP):
            ask(f"warm{place}")
        walls = []
        tell = _progress("default bot", turns)
        processes = {name: psutil.Process(pid) for name, pid in zip(("rasa", "actions"), pids, strict=True)}
        with _cpu_of(processes, turns) as used:
            for place in range(turns):
                began = time.monotonic()
                ask(f"sender{place // _PER_CUSTOMER}")
                walls.append((time.monotonic() - began) * 1000)
                tell(place + 1)
        began = time.monotonic()
        with ThreadPoolExecutor(len(_BURST)) as pool:
            list(pool.map(ask, ["burst"] * len(_BURST)))
        return Measured(walls, used), time.monotonic() - began


def _line(duka: Measured, burst: Turn, one_turn_ms: float, other: tuple[Measured, float] | None) -> str:
    cpu = " ".join(f"{name}={value}" for name, value in sorted(duka.cpu_ms.items()))
    parts = [
        f"turn median {duka.median_ms:.1f} ms (bar {BAR_MS:.0f}), p95 {duka.p95_ms:.1f} ms",
        f"CPU {duka.cpu_total_ms:.1f} ms a turn ({cpu})",
        f"five quick messages in one turn {burst.whole_s:.2f} s, {burst.after_last_s:.2f} s after the last",
        f"the same words in one message {one_turn_ms:.0f} ms at the 95th percentile (bar: {WINDOW_S} s later)",
    ]
    if other is not None:
        default, five_s = other
        talk = duka.cpu_ms["rasa"] + duka.cpu_ms["actions"]
        parts.append(
            f"default bot: median {default.median_ms:.1f} ms, CPU {default.cpu_total_ms:.1f} ms, five {five_s:.2f} s; "
            f"its CPU is {default.cpu_total_ms / talk:.1f} times that of our Rasa and actions and "
            f"{default.cpu_total_ms / duka.cpu_total_ms:.1f} times that of the whole of Duka; "
            f"its wall {default.median_ms / duka.median_ms:.1f} times"
        )
    return "bench-turn: " + "; ".join(parts)


def main() -> int:
    """Measure and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=60)
    parser.add_argument("--no-baseline", action="store_true")
    arguments = parser.parse_args()
    other = None if arguments.no_baseline else _baseline(arguments.turns)
    with tempfile.TemporaryDirectory(prefix="duka-bench-") as folder:
        data = Path(folder)
        print("Duka without the burst window", flush=True)
        duka, one_turn_ms = asyncio.run(
            _in_town(data, _NO_WINDOW, lambda town, services: _single_turns(town, services, arguments.turns))
        )
        print("Duka as it runs by default, started warm", flush=True)
        burst = asyncio.run(_in_town(data, {}, _quick_messages))
    print(_line(duka, burst, one_turn_ms, other))
    in_time = burst.after_last_s <= WINDOW_S + one_turn_ms / 1000
    return 0 if duka.median_ms < BAR_MS and in_time else 1


if __name__ == "__main__":
    sys.exit(main())
