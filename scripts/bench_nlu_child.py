"""Reads messages with one of the two readers, in the interpreter that runs it; JSON lines in, JSON lines out.

    PYTHON scripts/bench_nlu_child.py {ours,stock} MODEL FIRST_MESSAGE

Its first line tells the CPU seconds to its first answer. For each list of messages that it is given, it tells how many
milliseconds each took, and the memory that it holds. Needs no package of the project but `bot`, and of a stock
environment only Rasa.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

STARTED = time.process_time()
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))


def ours(model: str) -> Callable[[str], Any]:
    """Our reader, as `python -m bot.read` serves it."""
    from bot.model import load_reader

    reader = load_reader(Path(model))
    return lambda text: reader.read(text, {})


def stock(model: str) -> Callable[[str], Any]:
    """A default pipeline, through Rasa's own agent."""
    from rasa.core.agent import load_agent

    loop = asyncio.new_event_loop()
    agent = loop.run_until_complete(load_agent(model_path=model))
    return lambda text: loop.run_until_complete(agent.parse_message(text))


def resident_mb() -> float:
    """The memory that this process holds, in megabytes."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def main() -> None:
    """Start, then read every message that comes."""
    kind, model, first = sys.argv[1:4]
    parse = {"ours": ours, "stock": stock}[kind](model)
    parse(first)
    print(json.dumps({"cold_cpu_s": time.process_time() - STARTED}), flush=True)
    for line in sys.stdin:
        walls = []
        for text in json.loads(line):
            began = time.perf_counter()
            parse(text)
            walls.append((time.perf_counter() - began) * 1000)
        print(json.dumps({"resident_mb": resident_mb(), "walls_ms": walls}), flush=True)


if __name__ == "__main__":
    main()
