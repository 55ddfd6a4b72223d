"""A message with what it means: the unit of training, whichever way it was made."""

from dataclasses import dataclass, field

LABELS = ("item", "quantity", "unit", "option", "address", "phone", "payment", "note", "remove", "receipt")


@dataclass(frozen=True)
class Label:
    """A labelled stretch of text; offsets count code points."""

    start: int
    end: int
    name: str


@dataclass(frozen=True)
class Example:
    """One message, its intent and language, its labelled stretches, and what the bot had said before it.

    Without `spans` it teaches the intent alone: its goods stand where goods of other messages already do.
    """

    text: str
    intent: str
    lang: str
    labels: tuple[Label, ...] = ()
    asked: str = "none"
    bot: str = ""
    weight: float = field(default=1.0, compare=False)
    spans: bool = field(default=True, compare=False)
