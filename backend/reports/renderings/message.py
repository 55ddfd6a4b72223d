"""A report as a WhatsApp text: what is not nothing, and why."""

from collections.abc import Iterator, Sequence
from typing import Final

from backend.reports.telling import Part, Row, Sentence, Told

MAX_CHARACTERS: Final = 4096
_PARTNERS: Final = frozenset({"vendors", "riders"})


def message(told: Told) -> str:
    """Return the text, at most 4,096 characters.

    Each sentence has the link to its orders below it. Where that is too long for one message the links are left out,
    and then sentences, the last first.
    """
    figures = "\n\n".join([f"*{told.title}*\n{told.when}", *_parts(told)])
    text = _with_sentences(figures, [_linked(told, one) for one in told.sentences])
    if text is None:
        sentences = [f"• {one.text}" for one in told.sentences]
        fitting = (_with_sentences(figures, sentences[:most]) for most in range(len(sentences), -1, -1))
        text = next((one for one in fitting if one is not None), figures)
    return text


def _linked(told: Told, sentence: Sentence) -> str:
    return "\n".join(filter(None, [f"• {sentence.text}", told.link(sentence.selection)]))


def _with_sentences(figures: str, sentences: Sequence[str]) -> str | None:
    """Return figures and sentences as one text; None where they are too long for a message."""
    text = "\n\n".join([figures, "\n".join(sentences)] if sentences else [figures])
    return text if len(text) <= MAX_CHARACTERS else None


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
