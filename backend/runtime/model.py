"""Trains the model where the data has changed, and names it by what it was trained on."""

import hashlib
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from backend.runtime.settings import ROOT, RuntimeSettings

_RASA_DATA: Final = ("data/nlu", "data/rules", "data/stories")
_INPUTS: Final = ("config.yml", "domain.yml", *_RASA_DATA, "data/context", "bot")


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


def model_of(settings: RuntimeSettings) -> Path:
    """Return the model to run: the one that was named, or the data's own, trained where the data has changed."""
    return settings.model.absolute() if settings.model else train(settings.bot_python)


def training_command(bot_python: Path, model: Path) -> list[str]:
    """Return the command that trains a model and writes it to this path; it runs in the project's folder."""
    return [
        *(str(bot_python), "-m", "bot", "train", "--out", str(model.parent), "--force", "--skip-validation"),
        *("--fixed-model-name", model.name.removesuffix(".tar.gz"), "--data", *_RASA_DATA),
    ]


def train(bot_python: Path) -> Path:
    """Train the model unless it is there; return its path.

    Raises:
        subprocess.CalledProcessError: The training failed; its output is in `.duka/logs/train.log`.
    """
    path = model_path()
    if not path.exists():
        log = ROOT / ".duka" / "logs" / "train.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as kept:
            subprocess.run(  # noqa: S603 - our own interpreter and arguments
                training_command(bot_python, path), cwd=ROOT, check=True, stdout=kept, stderr=subprocess.STDOUT
            )
        for old in path.parent.glob("duka-*.tar.gz"):
            if old != path:
                old.unlink()
    return path
