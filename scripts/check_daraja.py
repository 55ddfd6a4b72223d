"""Sends what our Daraja adapter sends to daraja-mock, somebody else's idea of Daraja, and says what it took.

    .venv/bin/python scripts/check_daraja.py [--version 1.0.5]

The package's licence (CC BY-NC-ND 4.0) keeps it out of our lock files: it is installed into an environment that is
thrown away, run as a process of its own, and spoken to over HTTP. It checks no fields and sends no results, so this
proves the paths, the token and that its answers can be read; our own simulator is the strict one. Fails where it
refuses a call that it offers, or answers what we can't read.
"""

import argparse
import asyncio
import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Final

from backend.payments.ports import PaymentRequest, PayoutRequest
from backend.payments.providers.daraja.client import DarajaClient
from backend.payments.settings import DarajaSettings
from backend.platform.clock import HostClock
from backend.platform.db.embedded import free_port
from backend.platform.errors import OutcomeUnknownError, ProviderRejectedError, ProviderUnavailableError
from backend.platform.http import HttpClient

_UV: Final = Path(__file__).parents[1] / ".tools" / "bin" / "uv"
_PATIENCE_S: Final = 20.0
_AT: Final = "https://pay.example.co.ke/cb/k3Y9"
_PROMPT: Final = PaymentRequest("PA-1", "ORD7K2M", 42000, "KES", "+254711000222", "Order 7K2M", _AT)
type Call = Callable[[DarajaClient], Awaitable[object]]


def _payout(way: str) -> PayoutRequest:
    return PayoutRequest("PO-1", way, 42000, "+254711000222", "UKM4X9Q2RT", _AT, _AT, _AT)


CALLS: Final[tuple[tuple[str, str, Call], ...]] = (
    ("token and STK push", "/mpesa/stkpush/v1/processrequest", lambda daraja: daraja.request_payment(_PROMPT)),
    ("STK query", "/mpesa/stkpushquery/v1/query", lambda daraja: daraja.query("ws_CO_22112026201406_1")),
    (
        "transaction status of a receipt",
        "/mpesa/transactionstatus/v1/query",
        lambda daraja: daraja.ask_about_receipt("UKM4X9Q2RT", _AT),
    ),
    ("B2C payout", "/mpesa/b2c/v3/paymentrequest", lambda daraja: daraja.pay_out(_payout("b2c"))),
    (
        "transaction status of a payout",
        "/mpesa/transactionstatus/v1/query",
        lambda daraja: daraja.ask_about_payout(_payout("b2c")),
    ),
    ("reversal", "/mpesa/reversal/v1/request", lambda daraja: daraja.pay_out(_payout("reversal"))),
    ("C2B addresses", "/mpesa/c2b/v2/registerurl", lambda daraja: daraja.register_urls(_AT, _AT)),
    ("pull registration", "/pulltransactions/v1/register", lambda daraja: daraja.register_pull("600999")),
)


@contextlib.contextmanager
def _mock(version: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Install and start the mock; give its address and the paths that it offers."""
    with tempfile.TemporaryDirectory() as folder:
        python, port = Path(folder) / "venv" / "bin" / "python", free_port()
        for command in (
            [_UV, "venv", "--quiet", "--python", sys.executable, python.parents[1]],
            [_UV, "pip", "install", "--quiet", "--python", python, f"daraja-mock=={version}"],
        ):
            subprocess.run(command, check=True)
        command = [python, "-u", "-m", "daraja_mock", "--port", str(port)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
            try:
                yield f"http://127.0.0.1:{port}", _offered(process)
            finally:
                process.terminate()


def _offered(process: subprocess.Popen[str]) -> frozenset[str]:
    """Read the paths that it prints before it listens."""
    paths = set[str]()
    for line in process.stdout or ():
        if line.startswith("Press"):
            break
        if line.startswith("  /"):
            paths.add(line.strip())
    return frozenset(paths)


async def _ready(http: HttpClient) -> None:
    async with asyncio.timeout(_PATIENCE_S):
        while True:
            with contextlib.suppress(ProviderUnavailableError):
                await http.request("GET", "/health")
                return
            await asyncio.sleep(0.1)


async def _try(call: Call, daraja: DarajaClient) -> str:
    """Make one call; return why it was refused, or nothing."""
    try:
        await call(daraja)
    except (ProviderRejectedError, ProviderUnavailableError, OutcomeUnknownError) as error:
        return str(error) or error.code
    except (KeyError, ValueError) as error:
        return f"its answer can't be read: {error!r}"
    return ""


async def _check(url: str, offered: frozenset[str]) -> int:
    http = HttpClient(url, name="daraja")
    daraja = DarajaClient(DarajaSettings(pull_nominated_number="254711000299"), http, HostClock(), _AT)
    try:
        await _ready(http)
        refused = 0
        for name, path, call in CALLS:
            why = await _try(call, daraja) if path in offered else "not offered"
            refused += bool(why) and path in offered
            sys.stdout.write(f"{why or 'accepted':<12} {name} ({path})\n")
    finally:
        await http.close()
    taken = sum(path in offered for _, path, _ in CALLS) - refused
    sys.stdout.write(f"daraja-mock: {taken} accepted, {refused} refused, {len(CALLS) - taken - refused} not offered\n")
    return 1 if refused else 0


def main() -> int:
    """Run the check; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--version", default="1.0.5")
    with _mock(parser.parse_args().version) as (url, offered):
        return asyncio.run(_check(url, offered))


if __name__ == "__main__":
    sys.exit(main())
