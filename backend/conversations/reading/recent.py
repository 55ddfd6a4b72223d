"""The last results of a question that is asked of one message many times over."""

from collections.abc import Callable
from typing import Final

_KEPT: Final = 12


class Recent[Key, Value]:
    """Keeps the last dozen results by their arguments, which are compared and not hashed: readings are dictionaries."""

    def __init__(self) -> None:
        self._known: tuple[tuple[Key, Value], ...] = ()  # Replaced as a whole, so that threads may share it.

    def get(self, key: Key, work_out: Callable[[], Value]) -> Value:
        """Return what these arguments gave, or work it out; who asks must change neither."""
        for known, value in self._known:
            if known == key:
                return value
        value = work_out()
        self._known = ((key, value), *self._known[: _KEPT - 1])
        return value


class Last[Key, Value]:
    """Keeps the last result by the very object that it was worked out from, which nobody changes afterwards."""

    def __init__(self, work_out: Callable[[Key], Value]) -> None:
        self._work_out = work_out
        self._known: tuple[Key, Value] | None = None  # Replaced as a whole, so that threads may share it.

    def __call__(self, key: Key) -> Value:
        """Return what this object gave, or work it out; who asks must change neither."""
        known = self._known
        if known is None or known[0] is not key:
            known = self._known = (key, self._work_out(key))
        return known[1]
