"""Each import contract is seen to fail: on a copy of the code with one file added that breaks it, and no other."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("backend", "bot", "actions")
LINT = [str(Path(sys.executable).with_name("lint-imports")), "--config", "pyproject.toml"]

# The contract, the file that is added, and what it says.
BREACHES = [
    ("1", "backend/vendors/planted.py", "import backend.orders.commands"),
    ("2", "backend/vendors/lifecycle.py", "import backend.vendors.schemas"),
    ("3", "backend/vendors/commands.py", "import sqlalchemy"),
    ("4", "backend/geo/repository.py", "import fastapi"),
    ("5", "backend/sandbox/planted.py", "import backend.platform.clock"),
    ("6", "backend/runtime/planted.py", "import backend.payments.providers.upi.mapping"),
    ("7", "actions/planted.py", "import backend.platform.ids"),
    ("8", "backend/payments/providers/upi/planted.py", "import backend.payments.providers.daraja.wire"),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages and their contracts, apart from the work tree."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns(".*", "__pycache__", "static"))
    return folder


@pytest.fixture
def planted(copy: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """The copy with one file added for the length of a test."""
    name, words = request.param
    file = copy / name
    assert not file.exists(), f"{name} is a file of ours now; plant the breach elsewhere"
    file.write_text(f'"""A breach."""\n\n{words}\n')
    yield copy
    file.unlink()


def _broken(folder: Path) -> list[str]:
    """The numbers of the contracts that are reported broken; all eight are reported one way or the other."""
    answer = subprocess.run(LINT, cwd=folder, capture_output=True, text=True, check=False)
    verdicts = re.findall(r"^(\d) .* (KEPT|BROKEN)$", answer.stdout, flags=re.MULTILINE)
    assert len(verdicts) == len(BREACHES), answer.stdout + answer.stderr
    return [number for number, verdict in verdicts if verdict == "BROKEN"]


def test_the_code_as_it_stands_keeps_all_eight(copy: Path) -> None:
    assert _broken(copy) == []


@pytest.mark.parametrize(
    ("contract", "planted"),
    [(contract, (file, words)) for contract, file, words in BREACHES],
    indirect=["planted"],
    ids=[contract for contract, _, _ in BREACHES],
)
def test_a_planted_breach_breaks_its_contract_alone(contract: str, planted: Path) -> None:
    assert _broken(planted) == [contract]
