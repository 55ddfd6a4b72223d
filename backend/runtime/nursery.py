"""Forks processes whose code was imported once, so that one that is killed is back within a blink."""

import ctypes
import gc
import importlib
import os
import select
import signal
import sys
import traceback
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Final

import orjson

_PAUSE_S: Final = 0.1
_PR_SET_PDEATHSIG: Final = 1


@dataclass(frozen=True, slots=True)
class Child:
    """A process to keep alive: a function of a module, with its arguments.

    Attributes:
        name: Names the file that holds its process id.
        needs: Modules that are imported before the first fork.
    """

    name: str
    module: str
    function: str
    arguments: dict[str, Any] = field(default_factory=dict)
    needs: tuple[str, ...] = ()


def command(folder: Path, *children: Child) -> list[str]:
    """Return the command of a nursery that keeps these children, their ids as files in the folder."""
    rows = orjson.dumps([asdict(child) for child in children]).decode()
    return [sys.executable, "-m", "backend.runtime.nursery", str(folder), rows]


def pid_of(folder: Path, name: str) -> int | None:
    """Return the process id of a child; None while it is down."""
    try:
        return int((folder / f"{name}.pid").read_text())
    except (FileNotFoundError, ValueError):
        return None


def keep(folder: Path, children: list[Child]) -> None:
    """Fork the children, and again whichever ends, until told to stop."""
    for child in children:
        for name in (child.module, *child.needs):
            importlib.import_module(name)
    gc.freeze()  # What was imported stays shared with the children.
    folder.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, _leave)
    living: dict[int, Child] = {}
    try:
        for child in children:
            living[_fork(folder, child)] = child
        while True:
            ended, _ = os.wait()
            child = living.pop(ended)
            (folder / f"{child.name}.pid").unlink(missing_ok=True)
            select.select([], [], [], _PAUSE_S)
            living[_fork(folder, child)] = child
    finally:
        _end(living)


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit


def _end(living: dict[int, Child]) -> None:
    for pid in living:
        os.kill(pid, signal.SIGTERM)
    for pid in living:
        os.waitpid(pid, 0)


def _fork(folder: Path, child: Child) -> int:
    """Return the id of the new process; in the child, live and end."""
    pid = os.fork()
    if pid:
        (folder / f"{child.name}.pid").write_text(str(pid))
        return pid
    status = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        getattr(importlib.import_module(child.module), child.function)(**child.arguments)
        status = 0
    except BaseException:  # noqa: BLE001 - whatever ends it is told, since nobody is left to raise to
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def main() -> None:
    """Keep the children of the command line."""
    keep(Path(sys.argv[1]), [Child(**row) for row in orjson.loads(sys.argv[2])])


if __name__ == "__main__":
    main()
