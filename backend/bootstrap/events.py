"""All events there are, for the broker and for the document that describes it."""

import inspect
from types import ModuleType
from typing import Final

from backend.catalog import events as catalog
from backend.comms import events as comms
from backend.conversations import events as conversations
from backend.dispatch import events as dispatch
from backend.orders import events as orders
from backend.payments import events as payments
from backend.platform.events import Event
from backend.vendors import events as vendors

_MODULES: Final[tuple[ModuleType, ...]] = (catalog, comms, conversations, dispatch, orders, payments, vendors)


def all_events() -> tuple[type[Event], ...]:
    """Return the classes of all events, by topic; those that others only build on are none."""
    found = [
        kind
        for module in _MODULES
        for kind in vars(module).values()
        if inspect.isclass(kind) and issubclass(kind, Event) and kind.__module__ == module.__name__
    ]
    return tuple(sorted((kind for kind in found if not kind.__subclasses__()), key=lambda kind: kind.topic))
