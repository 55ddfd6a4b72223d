"""The table of reliability cases names tests that are there, and says of each case whether one proves it."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "reliability-cases.md"
_ROW = re.compile(r"^\| (\d+) \|.*\| ([^|]+) \|$", re.MULTILINE)
_NAMED = re.compile(r"`(test_\w+)`")


def _tests() -> set[str]:
    return {
        node.name
        for file in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    }


def test_each_named_test_exists() -> None:
    named = set(_NAMED.findall(TABLE.read_text(encoding="utf-8")))
    assert len(named) > 40
    assert named - _tests() == set()


def test_each_case_is_proven_or_says_that_it_is_open() -> None:
    rows = _ROW.findall(TABLE.read_text(encoding="utf-8"))
    assert len(rows) > 40
    assert [case for case, proof in rows if not _NAMED.search(proof) and proof.strip() != "open"] == []
