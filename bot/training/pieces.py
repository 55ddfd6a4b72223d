"""Text built from labelled pieces, so that offsets are never counted by hand."""

import random
from collections.abc import Iterable
from dataclasses import dataclass

import regex

from bot.nlu.annotated import Label

_MARKED = regex.compile(r"\[([^\]]+)\]")
_NOISE_FREE = frozenset({"phone", "receipt", "quantity", "unit"})


@dataclass(frozen=True)
class Piece:
    """A stretch of text and its label, if any."""

    text: str
    label: str | None = None


def marked(text: str, label: str) -> list[Piece]:
    """Split "pay by [gpay]" into pieces, the bracketed part labelled."""
    out: list[Piece] = []
    at = 0
    for found in _MARKED.finditer(text):
        out += [Piece(text[at : found.start()]), Piece(found[1], label)]
        at = found.end()
    return [piece for piece in [*out, Piece(text[at:])] if piece.text]


def joined(pieces: Iterable[Piece]) -> tuple[str, tuple[Label, ...]]:
    """Give the whole text and its labels; touching pieces of one label stay apart."""
    text, labels = "", []
    for piece in pieces:
        if piece.label and piece.text.strip():
            lead = len(piece.text) - len(piece.text.lstrip())
            start = len(text) + lead
            labels.append(Label(start, start + len(piece.text.strip()), piece.label))
        text += piece.text
    lead = len(text) - len(text.lstrip())
    return text.strip(), tuple(Label(item.start - lead, item.end - lead, item.name) for item in labels)


def noisy(pieces: list[Piece], rng: random.Random) -> list[Piece]:
    """Spoil one word's spelling, the way thumbs do, in a piece that is not a number."""
    targets = [at for at, piece in enumerate(pieces) if piece.label not in _NOISE_FREE and len(piece.text.strip()) > 4]  # noqa: PLR2004
    if not targets:
        return pieces
    at = rng.choice(targets)
    spoiled = _slip(pieces[at].text, rng)
    return [*pieces[:at], Piece(spoiled, pieces[at].label), *pieces[at + 1 :]]


def _slip(text: str, rng: random.Random) -> str:
    places = [at for at in range(1, len(text) - 1) if text[at].isalpha() and text[at - 1].isalpha()]
    if not places:
        return text
    at = rng.choice(places)
    kind = rng.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    if kind == 2:  # noqa: PLR2004 - the third of four slips
        return text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :]
    return text[:at] + text[at + 1 :].lstrip(text[at])
