"""Starts Rasa 3.6.21 as Duka needs it: without TensorFlow, without repeated work, without messages in the logs.

Each patch is small, guarded by Rasa's version, has a test of its own, and is left out where `DUKA_RASA_STOCK=1` is set.
"""

import importlib.abc
import importlib.machinery
import importlib.metadata
import logging
import os
import sys
import types
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

RASA_VERSION = "3.6.21"
STOCK_VARIABLE = "DUKA_RASA_STOCK"
_UNUSED_PACKAGES = frozenset(
    {"tensorflow", "tensorflow_addons", "tensorflow_hub", "tensorflow_text", "tensorflow_probability", "keras"}
)
_PERSONAL_KEYS = frozenset(
    [
        "text",
        "user_text",
        "message",
        "messages",
        "parse_data",
        "parse_data_entities",
        "entities",
        "events",
        "tracker",
        "query",
        "rasa_events",
        "predicted_events",
        "responses",
        "metadata",
        "sender_id",
        "action_metadata",
        "slot_values",
        "current_states",
        "states",
        "user_message",
        "prediction_events",
        "extracted_value",
        "event",
        "reading",
    ]
)
_LOG_PREFIXES = ("rasa", "duka", "model_", "processor", "server", "agent", "cli")


class UnsupportedRasaError(RuntimeError):
    """The installed Rasa is not the one these patches were written for."""


def wanted() -> bool:
    """Tell whether the patches are switched on."""
    return os.environ.get(STOCK_VARIABLE, "") not in {"1", "true", "yes"}


def boot() -> bool:
    """Apply every patch, once; return whether they are applied.

    Raises:
        UnsupportedRasaError: Another version of Rasa is installed.
    """
    _quiet_environment()
    if not wanted():
        return False
    installed = importlib.metadata.version("rasa")
    if installed != RASA_VERSION:
        raise UnsupportedRasaError(
            f"these patches are for Rasa {RASA_VERSION}, not {installed}; set {STOCK_VARIABLE}=1 to run it unpatched"
        )
    stand_in_for_tensorflow()
    from bot.shortcuts import SHORTCUTS

    for patch in (*SHORTCUTS, serve_no_empty_bot, keep_messages_out_of_logs):
        patch()
    return True


def _quiet_environment() -> None:
    """Switch telemetry off and silence deprecation notes of Rasa's own old pins."""
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    os.environ.setdefault("LOG_LEVEL", "INFO")


# --- TensorFlow


class _Absent(type):
    """A class that any attribute access, call or subclassing of an absent package can meet at import time."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Absent(name, (), {})

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        """Act as a decorator; anything else of an absent package that is called gives another stand-in."""
        if len(args) == 1 and not kwargs and isinstance(args[0], types.FunctionType | type):
            return args[0]
        return _Absent(cls.__name__, (), {})


class _AbsentModule(types.ModuleType):
    """A module of an absent package."""

    __path__: list[str] = []  # noqa: RUF012 - the import system reads it as a plain attribute

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Absent(name, (), {})


class _AbsentFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the packages that Rasa imports and none of our components uses."""

    def find_spec(
        self,
        fullname: str,
        _path: Sequence[str] | None = None,
        _target: types.ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        """Answer for the unused packages alone."""
        ours = fullname.partition(".")[0] in _UNUSED_PACKAGES
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True) if ours else None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """Make a module whose every name is a stand-in."""
        return _AbsentModule(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Do nothing: a stand-in has no code."""


def stand_in_for_tensorflow() -> None:
    """Let Rasa's modules import without TensorFlow, which is half of their import time and most of their memory."""
    if not any(isinstance(finder, _AbsentFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _AbsentFinder())


# --- readiness


def serve_no_empty_bot() -> None:
    """End the server where its model can't be loaded; Rasa would pass every check and answer nothing."""
    from rasa.core import run

    stock = run.load_agent_on_start
    if getattr(stock, "is_strict", False):
        return

    async def load_agent_on_start(*args: Any, **kwargs: Any) -> Any:
        agent = await stock(*args, **kwargs)
        if not agent.is_ready():
            raise SystemExit("The model can't be loaded; train it anew (make train).")
        return agent

    load_agent_on_start.is_strict = True  # type: ignore[attr-defined]
    run.load_agent_on_start = load_agent_on_start


# --- logs


def without_messages(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Replace what could hold a customer's words or number by its kind and size."""
    for key in event.keys() & _PERSONAL_KEYS:
        if key != "event" or not str(event[key]).startswith(_LOG_PREFIXES):
            event[key] = _sized(event[key])
    return event


def _sized(value: Any) -> str:
    size = len(value) if hasattr(value, "__len__") else 1
    return f"<{type(value).__name__}, {size}>"


def keep_messages_out_of_logs() -> None:
    """Put our filter first in structlog's chain, and let nothing below INFO be written."""
    import structlog
    from rasa.utils import log_utils

    stock = log_utils.configure_structlog
    if getattr(stock, "is_filtered", False):
        return

    def configure_structlog(log_level: int | None = None) -> None:
        stock(max(log_level if log_level is not None else logging.INFO, logging.INFO))
        processors = structlog.get_config()["processors"]
        if without_messages not in processors:
            structlog.configure(processors=[without_messages, *processors])

    configure_structlog.is_filtered = True  # type: ignore[attr-defined]
    log_utils.configure_structlog = configure_structlog
