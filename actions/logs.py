"""The action server's log lines, in the form of the other processes': one JSON object a line, ids and no words."""

import logging
import sys
from typing import Any, Final

import structlog

_NUMERIC_LEVELS: Final = logging.getLevelNamesMapping()


def configure_logging(level: str) -> None:
    """Set up structlog for this process."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_NUMERIC_LEVELS[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process="actions")


def get_logger(name: str) -> Any:
    """Return the structured logger of a module."""
    return structlog.get_logger(module=name)
