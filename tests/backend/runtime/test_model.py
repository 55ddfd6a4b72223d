"""Training where the data has changed: each part is told of, and what was trained before is let go."""

import subprocess
from pathlib import Path

import pytest

from backend.runtime import model

_TRAINER = """#!/bin/sh
echo "INFO rasa.engine.training.hooks  - Starting to train component 'LanguageIdentifier'."
echo "INFO rasa.engine.training.hooks  - Finished training component 'LanguageIdentifier'."
echo "INFO rasa.engine.training.hooks  - Starting to train component 'SpanExtractor'."
{end}
"""


@pytest.fixture
def wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the model of the present data belongs; an older one lies beside it."""
    path = tmp_path / "models" / "duka-new.tar.gz"
    path.parent.mkdir()
    (path.parent / "duka-old.tar.gz").touch()
    monkeypatch.setattr(model, "ROOT", tmp_path)
    monkeypatch.setattr(model, "model_path", lambda: path)
    return path


def _trainer(folder: Path, end: str) -> Path:
    script = folder / "python"
    script.write_text(_TRAINER.format(end=end))
    script.chmod(0o755)
    return script


def test_a_person_can_follow_the_training(wanted: Path, tmp_path: Path) -> None:
    """Each part as it begins; all of it in the log; a second start trains nothing."""
    told: list[str] = []
    trainer = _trainer(tmp_path, f"touch {wanted}")
    assert model.train(trainer, told.append) == wanted
    why, *parts = told
    assert why.startswith("training the model, since its data has changed")
    assert parts == ["training LanguageIdentifier", "training SpanExtractor"]
    assert [path.name for path in wanted.parent.iterdir()] == [wanted.name]
    assert len((tmp_path / ".duka/logs/train.log").read_text().splitlines()) == 3
    assert model.train(trainer, told.append) == wanted
    assert len(told) == 3  # Nothing was added.


def test_a_training_that_fails_keeps_the_model_that_there_is(wanted: Path, tmp_path: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        model.train(_trainer(tmp_path, "exit 3"))
    assert [path.name for path in wanted.parent.iterdir()] == ["duka-old.tar.gz"]
