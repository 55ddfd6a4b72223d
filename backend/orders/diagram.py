"""Prints the lifecycle as a page, from the rows themselves: a state diagram and a table of every row."""

import re
import sys
from collections.abc import Iterable
from typing import Final

from backend.orders.events import OrderState
from backend.orders.lifecycle import TRANSITIONS, Transition

_HEAD: Final = """# How an order moves

This page is printed from `backend/orders/lifecycle.py`; a test fails where the two differ. To print it again:
`python -m backend.orders.diagram > docs/order-lifecycle.md`.
"""
_COLUMNS: Final = ("command", "in", "leads to", "by", "guards", "arms", "disarms", "stock", "at most")
_STAYS: Final = "A command that stays changes the order and not its state."
_ENDS: Final = (OrderState.DELIVERED, OrderState.CANCELLED, OrderState.RETURNED)


def mermaid() -> str:
    """Return the states and the commands between them as a Mermaid diagram."""
    arrows: dict[tuple[OrderState, OrderState], list[str]] = {}
    for row in TRANSITIONS:
        for source in row.sources:
            if row.target is not None and row.target is not source:
                arrows.setdefault((source, row.target), []).append(row.on.__name__)
    lines = [f"    {source} --> {target}: {', '.join(names)}" for (source, target), names in arrows.items()]
    ends = [f"    {state} --> [*]" for state in _ENDS]
    return "\n".join(["stateDiagram-v2", "    [*] --> pending: PlaceOrder", *lines, *ends])


def table() -> str:
    """Return every row as a Markdown table."""
    head = f"| {' | '.join(_COLUMNS)} |"
    rule = f"|{' --- |' * len(_COLUMNS)}"
    return "\n".join([head, rule, *(_line(row) for row in TRANSITIONS)])


def _line(row: Transition) -> str:
    cells = (
        row.on.__name__,
        _list(row.sources) if len(row.sources) < len(OrderState) else "any",
        row.target or "(stays)",
        _list(row.actors),
        _list(guard.__name__ for guard in row.guards),
        _list(row.arms),
        _list(row.disarms),
        row.stock if row.stock != "none" else "",
        "" if row.at_most is None else str(row.at_most),
    )
    return f"| {' | '.join(cells)} |".replace("|  |", "| |")


def _list(words: Iterable[str]) -> str:
    return ", ".join(words)


def page() -> str:
    """Return the whole page."""
    text = f"{_HEAD}\n```mermaid\n{mermaid()}\n```\n\n{_STAYS}\n\n{table()}\n"
    return re.sub(r" +\|", " |", text)


if __name__ == "__main__":
    sys.stdout.write(page())
