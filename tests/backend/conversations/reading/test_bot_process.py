"""The client of the bot's reader survives full pipes, early ends and lines that are no answer."""

import sys
from pathlib import Path

import pytest

from backend.conversations.reading.bot_process import BotProcess, ReadRequest
from backend.conversations.reading.errors import ReaderUnavailableError
from backend.conversations.reading.settings import ReadingSettings

ECHO = """
import json, sys
print("loading")
for line in sys.stdin:
    asked = json.loads(line)
    print(json.dumps({"id": asked["id"], "reading": [asked["text"], asked["metadata"].get("region")]}))
    sys.stdout.flush()
"""


def settings(folder: Path, program: str) -> ReadingSettings:
    (folder / "stand_in.py").write_text(program, "utf-8")
    return ReadingSettings(bot_python=Path(sys.executable), bot_reader="stand_in", project_root=folder)


def test_every_text_gets_its_own_reading(tmp_path: Path) -> None:
    with BotProcess(settings(tmp_path, ECHO)) as bot:
        readings = bot.read_all([ReadRequest("a", "दो चाय", {"region": "IN"}), ReadRequest("b", "two teas")])
    assert readings == {"a": ["दो चाय", "IN"], "b": ["two teas", None]}


def test_more_than_a_pipe_holds_goes_both_ways(tmp_path: Path) -> None:
    requests = [ReadRequest(str(number), "x" * 900) for number in range(400)]
    with BotProcess(settings(tmp_path, ECHO)) as bot:
        assert len(bot.read_all(requests)) == 400


def test_a_reader_that_ends_early_is_told(tmp_path: Path) -> None:
    with BotProcess(settings(tmp_path, "import sys; sys.exit(2)")) as bot, pytest.raises(ReaderUnavailableError):
        bot.read_all([ReadRequest("a", "two teas")])


def test_a_reader_that_is_not_there_is_told(tmp_path: Path) -> None:
    absent = ReadingSettings(bot_python=tmp_path / "no-python", project_root=tmp_path)
    with pytest.raises(ReaderUnavailableError), BotProcess(absent):
        pass
