"""Trains the model where the data has changed, and names it by what it was trained on."""

import hashlib
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from backend.runtime.settings import ROOT, RuntimeSettings

_COMPONENT: Final = re.compile(rb"Starting to train component '(\w+)'")
_DATA: Final = Path("data")
_RASA_DATA: Final = ("nlu", "rules", "stories")
_INPUTS: Final = (
    *("config.yml", "domain.yml", "bot"),
    *(f"{_DATA}/{name}" for name in (*_RASA_DATA, "context", "intents", "marked")),
)


def _files() -> Iterator[Path]:
    for name in _INPUTS:
        path = ROOT / name
        yield from sorted(file for file in path.rglob("*") if _counts(file)) if path.is_dir() else [path]


def _counts(file: Path) -> bool:
    skipped = {"__pycache__", ".venv", ".mypy_cache", ".pytest_cache"}
    return file.is_file() and skipped.isdisjoint(file.relative_to(ROOT).parts)


def fingerprint() -> str:
    """Return a short name of everything that the model is trained on."""
    digest = hashlib.sha256()
    for file in _files():
        digest.update(str(file.relative_to(ROOT)).encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def model_path() -> Path:
    """Return where the model of the present data is, trained or not."""
    return ROOT / "models" / f"duka-{fingerprint()}.tar.gz"


def _unheard(_what: str) -> None:
    """Tell nobody."""


def model_of(settings: RuntimeSettings, tell: Callable[[str], None] = _unheard) -> Path:
    """Return the model to run: the one that was named, or the data's own, trained where the data has changed.

    Args:
        settings: Names the model, or the interpreter to train with.
        tell: Is told of each part whose training begins; from whatever thread this runs in.
    """
    return settings.model.absolute() if settings.model else train(settings.bot_python, tell)


def training_command(bot_python: Path, model: Path, data: Path = _DATA) -> list[str]:
    """Return the command that trains a model and writes it to this path; it runs in the project's folder."""
    return [
        *(str(bot_python), "-m", "bot", "train", "--out", str(model.parent), "--force", "--skip-validation"),
        *("--fixed-model-name", model.name.removesuffix(".tar.gz"), "--data"),
        *(str(data / name) for name in _RASA_DATA),
    ]


def train(bot_python: Path, tell: Callable[[str], None] = _unheard) -> Path:
    """Train the model unless it is there; return its path.

    Raises:
        subprocess.CalledProcessError: The training failed; its output is in `.duka/logs/train.log`.
    """
    path = model_path()
    if not path.exists():
        tell("training the model, since its data has changed (some minutes)")
        _train(training_command(bot_python, path), tell)
        for old in path.parent.glob("duka-*.tar.gz"):
            if old != path:
                old.unlink()
    return path


def _train(command: list[str], tell: Callable[[str], None]) -> None:
    log = ROOT / ".duka" / "logs" / "train.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with (
        log.open("wb") as kept,
        subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as process,
    ):
        for line in process.stdout or ():
            kept.write(line)
            if begun := _COMPONENT.search(line):
                tell(f"training {begun[1].decode()}")
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
