"""Reads messages as JSON lines: `{"id", "text", "metadata"}` in, `{"id", "reading"}` out, one answer a line, in order.

    python -m bot.read [--model MODEL.tar.gz] [--models FOLDER]

It reads with the newest model that `python -m bot train` wrote. Nothing is written but the answers.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from bot.model import NoModelError, load_reader, newest_model
from bot.nlu.reader import Reader

DEFAULT_MODELS = Path(__file__).resolve().parents[1] / "models"


def answers(reader: Reader, lines: TextIO) -> Iterator[dict[str, Any]]:
    """Answer every line; a line that is no message gets an error instead of a reading."""
    for line in lines:
        if not line.strip():
            continue
        try:
            asked = json.loads(line)
            yield {"id": asked.get("id"), "reading": reader.read(str(asked["text"]), asked.get("metadata"))}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            yield {"id": None, "error": f"not a message: {type(error).__name__}"}


def main() -> int:
    """Serve standard input."""
    parser = argparse.ArgumentParser(
        prog="python -m bot.read", description=__doc__.splitlines()[0] if __doc__ else None
    )
    parser.add_argument("--model", type=Path, help="the model to read with")
    parser.add_argument("--models", type=Path, default=DEFAULT_MODELS, help="the folder whose newest model is used")
    options = parser.parse_args()
    try:
        reader = load_reader(options.model or newest_model(options.models))
    except NoModelError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for answer in answers(reader, sys.stdin):
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
