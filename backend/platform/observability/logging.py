"""Structured logs that carry ids and never a phone number, a code or a message's text."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog

from backend.platform.observability.trace import trace_id

_PHONE: Final = re.compile(r"\+?\d[\d\s-]{7,}\d")
_HIDDEN_KEYS: Final = frozenset({"phone", "msisdn", "text", "body", "token", "password", "pin", "address", "otp"})
_OPEN_KEYS: Final = frozenset({"timestamp", "trace_id", "order_id", "event_id", "turn_id", "send_id", "level", "event"})


def _mask(value: Any) -> Any:
    return _PHONE.sub("[number]", value) if isinstance(value, str) else value


def mask_personal_data(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Hide known keys and anything shaped like a phone number."""
    for key, value in event.items():
        if key in _HIDDEN_KEYS:
            event[key] = "[hidden]"
        elif key not in _OPEN_KEYS:
            event[key] = _mask(value)
    return event


def _add_trace(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event.setdefault("trace_id", trace_id())
    return event


def configure_logging(level: str = "INFO", *, as_json: bool = True, process: str = "duka") -> None:
    """Set up structlog and the standard library's loggers for one process."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
        mask_personal_data,
        structlog.processors.format_exc_info,
    ]
    renderer: Any = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
            foreign_pre_chain=[*shared[:-1], structlog.processors.format_exc_info],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    logging.getLogger("uvicorn.access").setLevel(logging.WARNING)
    logging.getLogger("httpx").setLevel(logging.WARNING)


def get_logger(name: str) -> Any:
    """Return the structured logger of a module."""
    return structlog.get_logger(module=name)
