"""The shape of the code: short functions, small files, docstrings, and nothing of any one machine in it."""

import ast
import re
import statistics
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MEDIAN_BELOW = 15
LINES_AT_MOST = 400
PACKAGES = ("backend", "actions", "bot", "scripts")
# What draws on our own page may name: places inside XML, which nobody fetches.
NAMESPACES = ("http://www.w3.org/",)


def _listed(*patterns: str) -> list[Path]:
    """Files that git knows, or would take up; what is installed or built is not among them."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    return [ROOT / name for name in sorted(set(names)) if (ROOT / name).is_file()]


def _python(*packages: str) -> list[Path]:
    return _listed(*(f"{package}/**.py" for package in packages))


def _functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def _name(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("packages", [("backend",), ("actions",), ("bot",), PACKAGES])
def test_the_median_function_is_short(packages: tuple[str, ...]) -> None:
    lengths = [_length(function) for file in _python(*packages) for function in _functions(file)]
    assert statistics.median(lengths) < MEDIAN_BELOW


def test_no_file_of_code_is_long() -> None:
    long = {
        _name(file): lines
        for file in _python(*PACKAGES, "tests")
        if (lines := len(file.read_text(encoding="utf-8").splitlines())) > LINES_AT_MOST
    }
    assert long == {}


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        _name(file) for file in _python(*PACKAGES) if not ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_every_package_says_what_it_owns() -> None:
    folders = {file.parent for file in _python("backend", "actions", "bot")}
    without = [_name(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()]
    # alembic loads these by their path.
    assert without == ["backend/platform/db/migrations", "backend/platform/db/migrations/versions"]


def test_no_file_names_a_place_on_one_machine() -> None:
    found = [
        f"{_name(file)}: {match.group()}"
        for file in _listed(".")
        for match in re.finditer(r"/(?:work|home|root|Users)/\w+", file.read_text(encoding="utf-8", errors="ignore"))
    ]
    assert found == []


def test_pages_fetch_nothing_from_elsewhere() -> None:
    pages = [
        file
        for file in _listed("backend/**.html", "backend/**.css", "backend/**.js", "backend/**.svg")
        if "templates" in file.parts or "static" in file.parts
    ]
    assert pages
    foreign = [
        f"{_name(file)}: {url}"
        for file in pages
        for url in re.findall(r"""(?:https?:|wss?:)?//[\w.-]+\.\w[^\s"'<>)]*""", file.read_text(encoding="utf-8"))
        if not url.startswith(NAMESPACES)
    ]
    assert foreign == []
