"""Two tasks of the training at once, on two processors: threads would wait for each other."""

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, TypeVar

First = TypeVar("First")
Second = TypeVar("Second")


def at_once(first: Callable[[], First], second: Callable[[], Second]) -> tuple[First, Second]:
    """Run one task in a forked process, which sees all that this one holds, and the other here.

    Args:
        first: Its result is pickled on its way back.
        second: Runs in this process.

    Raises:
        Exception: Whatever a task raised.
        EOFError: The forked process died.
    """
    forking = multiprocessing.get_context("fork")
    receiver, sender = forking.Pipe(duplex=False)
    child = forking.Process(target=_tell, args=(sender, first))
    child.start()
    sender.close()
    try:
        own = second()
        fine, found = receiver.recv()
    except BaseException:
        child.terminate()
        raise
    finally:
        child.join()
        receiver.close()
    if not fine:
        raise found
    return found, own


def _tell(sender: Connection, task: Callable[[], Any]) -> None:
    try:
        result = (True, task())
    except Exception as error:  # noqa: BLE001 - it is raised again where the result is awaited
        result = (False, error)
    sender.send(result)
