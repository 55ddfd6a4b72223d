"""Reads the hand-written data.

`data/nlu/<lang>/<topic>.yml` and `data/context/*.yml` mark what messages name, and so do `data/marked/*.yml` for those
to the shops of `data/studied`; `data/intents/<lang>/<topic>.yml`, in Rasa's form as well, marks nothing and teaches the
intent alone. Where the metadata of a block say what was `asked`, its lines answer that question of the bot.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import regex
import yaml

from bot.nlu.annotated import LABELS, Example, Label
from bot.nlu.asked import settled

_MARKUP = regex.compile(r"\[(?P<text>[^\]\[]+)\](?:\((?P<name>[\w]+)\)|\{[^}]*\"entity\":\s*\"(?P<long>\w+)\"[^}]*\})")


def plain(markup: str) -> tuple[str, tuple[Label, ...]]:
    """Take Rasa's entity markup off a line; unknown entity names are an error."""
    text, labels, at = "", [], 0
    for found in _MARKUP.finditer(markup):
        text += markup[at : found.start()]
        name = found["name"] or found["long"]
        if name not in LABELS:
            raise ValueError(f"unknown entity {name!r} in {markup!r}")
        labels.append(Label(len(text), len(text) + len(found["text"]), name))
        text += found["text"]
        at = found.end()
    return text + markup[at:], tuple(labels)


def hand_written(data: Path) -> Iterator[Example]:
    """Yield the examples of every file under `nlu`, the folder's name being the language."""
    for path in sorted((data / "nlu").glob("*/*.yml")):
        for block in _read(path).get("nlu") or ():
            for line in _lines(block.get("examples")):
                text, labels = plain(line)
                yield Example(text, block["intent"], path.parent.name, labels)


def in_context(data: Path) -> Iterator[Example]:
    """Yield the examples that answer a bot's message; the file's name is the language."""
    for path in sorted((data / "context").glob("*.yml")):
        for row in _read(path).get("replies") or ():
            text, labels = plain(str(row["text"]))
            yield Example(
                text,
                row["intent"],
                path.stem,
                labels,
                settled(row.get("asked"), row.get("bot") or ""),
                row.get("bot") or "",
            )


def to_shops(data: Path) -> Iterator[Example]:
    """Yield the messages to the studied shops, marked or for their intent alone; the file's name is the language."""
    for path in sorted((data / "marked").glob("*.yml")):
        for row in _read(path)["messages"]:
            text, labels = plain(str(row["text"]))
            bot = row.get("bot") or ""
            spans = row.get("marks", True)
            yield Example(text, row["intent"], path.stem, labels, settled(None, bot), bot, spans=spans)


def intents_alone(data: Path) -> Iterator[Example]:
    """Yield the examples of every file under `intents`; what answers a question has it in `asked`, without words."""
    for path in sorted((data / "intents").glob("*/*.yml")):
        for block in _read(path)["nlu"]:
            asked = (block.get("metadata") or {}).get("asked", "none")
            for text in _lines(block["examples"]):
                yield Example(text, block["intent"], path.parent.name, asked=asked, spans=False)


def _lines(examples: Any) -> list[str]:
    if isinstance(examples, str):
        return [line.strip()[2:].strip() for line in examples.splitlines() if line.strip().startswith("- ")]
    return [
        str(item["text"] if isinstance(item, dict) else item).strip().replace("\\n", "\n") for item in examples or ()
    ]


def _read(path: Path) -> Any:
    return yaml.load(path.read_text("utf-8"), yaml.CSafeLoader) or {}
