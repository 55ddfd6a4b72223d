"""The trace id that joins webhook, turn, action, command and send."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_TRACE: ContextVar[str | None] = ContextVar("duka_trace_id", default=None)


def trace_id() -> str:
    """Return the trace id of what is being done now; a new one where none was set."""
    current = _TRACE.get()
    if current is None:
        current = uuid.uuid4().hex
        _TRACE.set(current)
    return current


@contextmanager
def traced(given: str | None = None) -> Iterator[str]:
    """Run a block under the given trace id, or a new one."""
    token = _TRACE.set(given or uuid.uuid4().hex)
    try:
        yield trace_id()
    finally:
        _TRACE.reset(token)
