"""Trains bots that have not seen some of the studied shops, so that these are read as a new shop would be."""

import shutil
import subprocess
import zlib
from pathlib import Path
from typing import Final

import yaml

from backend.conversations.reading.settings import ReadingSettings
from backend.runtime.model import training_command

ROOT: Final = Path(__file__).resolve().parents[1]
DATA: Final = ROOT / "data"
PARTS: Final = 2
MARKED: Final = "marked"
TRAINED_ON: Final = ("nlu", "rules", "stories", "context", "intents", MARKED)


def part_of(shop: str) -> int:
    """The part, 0 to `PARTS` - 1, that a shop falls in by its name."""
    return zlib.crc32(shop.encode()) % PARTS


def trained_without(part: int, folder: Path) -> Path:
    """Train a bot on all messages but those to the shops of a part; the model is written under `folder`.

    Raises:
        subprocess.CalledProcessError: The training failed.
    """
    data = folder / f"data-{part}"
    for name in TRAINED_ON:
        shutil.copytree(DATA / name, data / name)
    for path in (data / MARKED).glob("*.yml"):
        kept = [row for row in yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)["messages"] if _is_other(row, part)]
        path.write_text(yaml.dump({"messages": kept}, Dumper=yaml.CSafeDumper, allow_unicode=True), "utf-8")
    model = folder / f"part-{part}.tar.gz"
    python = ROOT / ReadingSettings().bot_python
    subprocess.run(training_command(python, model, data), cwd=ROOT, check=True, capture_output=True)
    return model


def _is_other(row: dict[str, str], part: int) -> bool:
    return part_of(row["shop"]) != part
