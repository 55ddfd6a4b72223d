"""Finds a trained model and takes the reader's parts out of it, without starting Rasa."""

import gc
import tarfile
import tempfile
from pathlib import Path

from bot.nlu.reader import PARTS, Reader


class NoModelError(FileNotFoundError):
    """There is no trained model to read with."""


def newest_model(models: Path) -> Path:
    """Return the newest trained model in a folder.

    Raises:
        NoModelError: The folder holds none.
    """
    found = sorted(models.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime_ns)
    if not found:
        raise NoModelError(f"no trained model in {models}; train one with: python -m bot train")
    return found[-1]


def load_reader(model: Path) -> Reader:
    """Load the parts that `rasa train` stored in a model: the very files its components load.

    They stay for the life of the process: no collection of garbage walks them again, which took a tenth of a reading.
    """
    with tempfile.TemporaryDirectory() as folder, tarfile.open(model) as archive:
        for member in archive:
            name = Path(member.name).name
            if member.isfile() and name in PARTS:
                stored = archive.extractfile(member)
                if stored is not None:
                    (Path(folder) / name).write_bytes(stored.read())
        missing = [name for name in PARTS if not (Path(folder) / name).exists()]
        if missing:
            raise NoModelError(f"{model} holds no {', '.join(missing)}; it was trained with another pipeline")
        reader = Reader.load(Path(folder))
    gc.collect()
    gc.freeze()
    return reader
