"""The client of the bot's reader: one child process, JSON lines in, JSON lines out."""

import json
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Thread
from types import TracebackType
from typing import Any, Self

from backend.conversations.reading.errors import ReaderUnavailableError
from backend.conversations.reading.settings import ReadingSettings


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """A text to be read; `metadata` holds history, asked, language and region as the live channel sends them."""

    id: str
    text: str
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def to_line(self) -> str:
        """The request as one line of JSON."""
        return (
            json.dumps({"id": self.id, "text": self.text, "metadata": dict(self.metadata)}, ensure_ascii=False) + "\n"
        )


class BotProcess:
    """A running reader; use it as a context manager, so that the child always ends with its caller."""

    def __init__(self, settings: ReadingSettings | None = None) -> None:
        self._settings = settings or ReadingSettings()
        self._child: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        try:
            self._child = subprocess.Popen(  # noqa: S603 - the command is our own setting
                self._settings.command(),
                cwd=self._settings.project_root,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
            )
        except OSError as error:
            raise ReaderUnavailableError(f"the bot's reader did not start: {error}") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._child is None:
            return
        for stream in (self._child.stdin, self._child.stdout):
            with suppress(BrokenPipeError):  # The child may have ended with our words still in the pipe.
                if stream is not None:
                    stream.close()
        self._child.terminate()
        self._child.wait()

    def read_all(self, requests: Iterable[ReadRequest]) -> dict[str, dict[str, Any]]:
        """Read all requests.

        Returns:
            Readings by request id.

        Raises:
            ReaderUnavailableError: The child ended before it had answered all.
        """
        listed = list(requests)
        readings = dict(self._exchange(listed))
        missing = len({request.id for request in listed} - set(readings))
        if missing:
            raise ReaderUnavailableError(f"the bot's reader left {missing} of {len(listed)} texts unread")
        return readings

    def _exchange(self, requests: list[ReadRequest]) -> Iterator[tuple[str, dict[str, Any]]]:
        child = self._child
        if child is None or child.stdin is None or child.stdout is None:
            raise ReaderUnavailableError("the bot's reader is not running")
        writer = Thread(target=_write, args=(child, requests), daemon=True)
        writer.start()
        for line in child.stdout:
            if line.startswith("{"):
                answer = json.loads(line)
                if "reading" in answer:
                    yield str(answer["id"]), answer["reading"]
        writer.join()


def _write(child: subprocess.Popen[str], requests: list[ReadRequest]) -> None:
    """Write in a thread of its own: a full pipe one way must not stop the other."""
    stream = child.stdin
    if stream is None:
        return
    try:
        stream.writelines(request.to_line() for request in requests)
        stream.close()
    except BrokenPipeError:
        return  # The child has ended; the reading side reports what is missing.
