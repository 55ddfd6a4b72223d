"""The background process: turns, events, timers, sends and stored webhooks, until told to stop."""

import asyncio
import contextlib
import gc
import signal
from pathlib import Path

import uvloop
from prometheus_client import start_http_server

from backend.bootstrap import Built, build
from backend.platform.observability.logging import configure_logging, get_logger
from backend.platform.settings import PlatformSettings

log = get_logger(__name__)


async def beat(path: Path, stop: asyncio.Event, every_s: float = 2.0) -> None:
    """Touch a file as long as the event loop turns, so that whoever watches can tell a worker that hangs."""
    while not stop.is_set():
        path.touch()  # noqa: ASYNC240 - it must be the event loop that touches it
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), every_s)


async def run(built: Built, stop: asyncio.Event, heartbeat: Path | None = None) -> None:
    """Run all loops; one that fails ends the process, which its supervisor starts again."""
    log.info("worker.started")
    try:
        async with asyncio.TaskGroup() as group:
            for loop in (*built.app_loops, *built.worker_loops):
                group.create_task(loop(stop))
            if heartbeat is not None:
                group.create_task(beat(heartbeat, stop))
    finally:
        await built.close()
        log.info("worker.stopped")


async def _main() -> None:
    settings = PlatformSettings()
    configure_logging(settings.log_level, as_json=settings.log_json, process="worker")
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    built = build(settings, application="worker")
    if settings.metrics_port is not None:
        start_http_server(settings.metrics_port, addr=settings.metrics_host)
    gc.freeze()  # What was built stays for the process's life; no collection need walk it again.
    await run(built, stop, settings.heartbeat_file)


def main() -> None:
    """Run a worker with the settings of the environment, until told to stop."""
    asyncio.run(_main(), loop_factory=uvloop.new_event_loop)


if __name__ == "__main__":
    main()
