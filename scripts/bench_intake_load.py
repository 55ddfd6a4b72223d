"""Posts signed webhooks over many connections: `bench_intake_load.py PORT SECONDS CONNECTIONS PREFIX [POISON]`.

Prints JSON: how many were answered 200, their times at the 50th and 99th percent, the ids that were acknowledged (in a
file, one a line), and how the poisoned ones were answered. A connection that breaks is opened anew, and its request,
which nobody acknowledged, is forgotten.
"""

import asyncio
import json
import re
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any, Final

import uvloop

from backend.sandbox.signing import meta_signature

SECRET: Final = "bench-secret"  # noqa: S105 - shared with the server of the same bench
POISON: Final = "#poisoned"
_LENGTH: Final = re.compile(rb"content-length: ?(\d+)")
_NOTHING: Final = ("", "0")
_REPEAT_EVERY: Final = 10  # One in ten comes twice, as providers do.
_POISON_EVERY: Final = 20


@dataclass
class Tally:
    """What the load has seen."""

    acknowledged: list[str] = field(default_factory=list)
    times_s: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    poison: Counter[int] = field(default_factory=Counter)


_ID: Final = "IDENTITY"


def _body() -> bytes:
    message = {
        "from": "919900000011",
        "id": _ID,
        "timestamp": "1795357200",
        "type": "text",
        "text": {"body": "2 poha aur ek chai"},
    }
    value = {"metadata": {"phone_number_id": "100000000000002"}, "messages": [message]}
    return json.dumps({"entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]}).encode()


_BEFORE, _AFTER = _body().split(_ID.encode())  # Written once: what the load takes is missing to what is measured.


def request(identity: str, *, poisoned: bool) -> bytes:
    """Return one signed webhook as it goes over the wire; the bench's Postgres takes no id that ends as a poisoned."""
    body = _BEFORE + (f"{identity}{POISON}" if poisoned else identity).encode() + _AFTER
    head = (
        "POST /webhooks/whatsapp HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n"
        f"x-hub-signature-256: {meta_signature(SECRET, body)}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Wire(asyncio.Protocol):
    """One connection: a request goes out, and `answered` is called with the status of what comes back."""

    def __init__(self) -> None:
        self._buffer = b""
        self._waiting: asyncio.Future[int] | None = None
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way out."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Take what has come; the answer is whole once its body is."""
        self._buffer += data
        head, ended, body = self._buffer.partition(b"\r\n\r\n")
        if not ended or len(body) < int((_LENGTH.search(head.lower()) or _NOTHING)[1]):
            return
        self._buffer = b""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(int(head[9:12]))

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell who waits that no answer will come."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(exc or ConnectionResetError())

    async def post(self, wire: bytes) -> int:
        """Send a request; return the status of its answer."""
        self._waiting = asyncio.get_running_loop().create_future()
        if self._transport.is_closing():
            raise ConnectionResetError
        self._transport.write(wire)
        return await self._waiting

    def close(self) -> None:
        """Hang up."""
        self._transport.close()


class Connection:
    """Posts one webhook after another until the time is over."""

    def __init__(self, port: int, name: str, tally: Tally, *, poison: bool) -> None:
        self._port = port
        self._name = name
        self._tally = tally
        self._poison = poison
        self._sent = 0

    async def run(self, until: float) -> None:
        """Connect, post, connect again where the connection broke."""
        loop = asyncio.get_running_loop()
        while time.monotonic() < until:
            try:
                _, wire = await loop.create_connection(Wire, "127.0.0.1", self._port)
                await self._post(wire, until)
            except OSError:
                await asyncio.sleep(0.005)
            else:
                wire.close()

    async def _post(self, wire: Wire, until: float) -> None:
        while time.monotonic() < until:
            self._sent += 1
            poisoned = self._poison and self._sent % _POISON_EVERY == 0
            repeated = self._sent % _REPEAT_EVERY == 0
            identity = f"{self._name}-{self._sent - repeated}"
            sent = request(identity, poisoned=poisoned)
            started = time.perf_counter()
            status = await wire.post(sent)
            self._note(identity, status, time.perf_counter() - started, poisoned=poisoned)

    def _note(self, identity: str, status: int, seconds: float, *, poisoned: bool) -> None:
        if poisoned:
            self._tally.poison[status] += 1
            return
        self._tally.statuses[status] += 1
        if status == 200:  # noqa: PLR2004 - acknowledged
            self._tally.acknowledged.append(identity)
            self._tally.times_s.append(seconds)


async def main(port: int, seconds: float, connections: int, prefix: str, file: str, *, poison: bool) -> None:
    """Post for so long, then tell."""
    tally = Tally()
    until = time.monotonic() + seconds
    people = [Connection(port, f"{prefix}-{n}", tally, poison=poison) for n in range(connections)]
    await asyncio.gather(*(person.run(until) for person in people))
    cuts = quantiles(tally.times_s, n=100, method="inclusive")
    await asyncio.to_thread(Path(file).write_text, "\n".join(tally.acknowledged), "utf-8")
    figures = {
        "per_s": len(tally.times_s) / seconds,
        "p50_ms": 1000 * cuts[49],
        "p99_ms": 1000 * cuts[98],
        "statuses": tally.statuses,
        "poison": tally.poison,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    _, a_port, a_time, many, a_prefix, a_file, *rest = sys.argv
    uvloop.run(main(int(a_port), float(a_time), int(many), a_prefix, a_file, poison=bool(rest)))
