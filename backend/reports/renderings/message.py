"""A report as a WhatsApp text: what is not nothing, and why."""

from collections.abc import Iterator
from typing import Final

from backend.reports.telling import Part, Row, Told

MAX_CHARACTERS: Final = 4096
_PARTNERS: Final = frozenset({"vendors", "riders"})


def message(told: Told) -> str:
    """Return the text, at most 4,096 characters; sentences that don't fit are left out, the last first."""
    figures = "\n\n".join([f"*{told.title}*\n{told.when}", *_parts(told)])
    text = figures
    for sentence in told.sentences:
        longer = f"{text}{_gap(text, figures)}• {sentence.text}"
        if len(longer) > MAX_CHARACTERS:
            break
        text = longer
    return text


def _gap(text: str, figures: str) -> str:
    return "\n\n" if text == figures else "\n"


def _parts(told: Told) -> Iterator[str]:
    shown = [part for part in told.parts if part.key not in _PARTNERS and any(row.figure.orders for row in part.rows)]
    for part in shown:
        yield _part(told, part)
    if not shown:
        yield told.nothing


def _part(told: Told, part: Part) -> str:
    lines = [_line(told, row) for row in part.rows if row.figure.orders]
    return "\n".join([f"*{part.title}*", *lines])


def _line(told: Told, row: Row) -> str:
    before = f" ({told.columns['before']} {told.numbers(row.before)})" if row.before else ""
    return f"{row.label}: {told.numbers(row.figure)}{before}"
