"""Runs the timers of other engines, in an environment that holds them: the baselines of `bench_timers.py`.

    python scripts/baseline_timers.py procrastinate|dbos|pgqueuer DATABASE_URL JOBS PER_S

Prints one number. `procrastinate` and `dbos`: jobs without effect done a second, of those that were all due at once.
`pgqueuer`: runs until every delayed job has left its row in `bench_effect`, whose commit times tell the lag.
"""

import asyncio
import json
import logging
import sys
import time
from datetime import timedelta
from typing import Any

logging.disable(logging.WARNING)


async def procrastinate_rate(url: str, jobs: int) -> float:
    """Return the jobs that one worker with its documented concurrency does a second."""
    import procrastinate

    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url, max_size=20))

    @app.task(queue="bench")
    async def nothing(number: int) -> None:
        del number

    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        await nothing.batch_defer_async(*({"number": number} for number in range(jobs)))
        started = time.perf_counter()
        await app.run_worker_async(
            queues=["bench"], concurrency=20, wait=False, install_signal_handlers=False, delete_jobs="never"
        )
        return jobs / (time.perf_counter() - started)


def dbos_rate(url: str, jobs: int) -> float:
    """Return the workflows without a step that one executor does a second from a queue."""
    from dbos import DBOS, SetWorkflowID

    DBOS(config={"name": "bench", "system_database_url": url, "console_log_level": "ERROR", "run_admin_server": False})

    @DBOS.workflow()
    def nothing(number: int) -> int:
        return number

    DBOS.launch()
    queue = DBOS.register_queue("bench", polling_interval_sec=0.1)
    started = time.perf_counter()
    handles = []
    for number in range(jobs):
        with SetWorkflowID(f"bench-{number}"):
            handles.append(queue.enqueue(nothing, number))
    for handle in handles:
        handle.get_result()
    rate = jobs / (time.perf_counter() - started)
    DBOS.destroy()
    return rate


async def pgqueuer_lag(url: str, jobs: int, per_s: int) -> float:
    """Let jobs come due at a rate; return how many were done within a minute after the last."""
    import asyncpg
    from pgqueuer import PgQueuer
    from pgqueuer.db import AsyncpgDriver

    connection = await asyncpg.connect(url)
    pool = await asyncpg.create_pool(url, min_size=4, max_size=10)
    engine = PgQueuer(AsyncpgDriver(connection))
    await engine.qm.queries.install()

    @engine.entrypoint("bench")
    async def effect(job: Any) -> None:
        timer_id, due_at = json.loads(job.payload)
        await pool.execute("INSERT INTO bench_effect VALUES ($1, to_timestamp($2))", timer_id, due_at)

    await _enqueue(engine.qm.queries, jobs, per_s)
    running = asyncio.create_task(engine.run(dequeue_timeout=timedelta(milliseconds=100), batch_size=10))
    last = time.monotonic() + jobs / per_s + 60
    done = 0
    while done < jobs and time.monotonic() < last:
        await asyncio.sleep(0.5)
        done = await pool.fetchval("SELECT count(*) FROM bench_effect")
    engine.shutdown.set()
    await asyncio.gather(running, return_exceptions=True)
    return float(done)


async def _enqueue(queries: Any, jobs: int, per_s: int) -> None:
    """Queue all jobs, the first due in eight seconds, so that queueing is over by then."""
    first = time.time() + 8
    for start in range(0, jobs, 1000):
        numbers = range(start, min(start + 1000, jobs))
        dues = [first + number / per_s for number in numbers]
        payloads = [json.dumps([number, due]).encode() for number, due in zip(numbers, dues, strict=True)]
        delays = [timedelta(seconds=due - time.time()) for due in dues]
        await queries.enqueue(["bench"] * len(dues), payloads, [0] * len(dues), delays)


def main() -> None:
    """Run the engine that is named."""
    engine, url, jobs, per_s = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    if engine == "dbos":
        print(dbos_rate(url, jobs))
    elif engine == "procrastinate":
        print(asyncio.run(procrastinate_rate(url, jobs)))
    else:
        print(asyncio.run(pgqueuer_lag(url, jobs, per_s)))


if __name__ == "__main__":
    main()
