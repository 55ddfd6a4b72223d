"""The table of reliability cases names tests that are there."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "reliability-cases.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def _tests(file: Path) -> set[str]:
    found = ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if file.is_file() else ()
    return {node.name for node in found if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_named_test_is_there() -> None:
    named = NAMED.findall(TABLE.read_text(encoding="utf-8"))
    assert named
    assert [f"{file}::{test}" for file, test in named if test not in _tests(ROOT / file)] == []


def test_every_row_names_a_test_or_what_is_missing() -> None:
    rows = [row for row in TABLE.read_text(encoding="utf-8").splitlines() if re.match(r"\| \d", row)]
    assert rows
    assert [row for row in rows if not NAMED.search(row) and "missing:" not in row] == []
