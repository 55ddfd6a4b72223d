"""What import-linter can't say: what one domain may know of another, and who may open a connection."""

from collections.abc import Iterator
from typing import Final

import grimp
import pytest

DOMAINS: Final = {
    "catalog", "channels", "comms", "conversations", "customers", "dispatch", "geo", "orders", "payments", "vendors"
}  # fmt: skip
READERS: Final = {"console", "reports"}
PUBLIC: Final = {"service", "commands", "events", "errors", "ports"}
ROWS: Final = {"models", "repository", "lifecycle"}
# Pure libraries that stand in a domain and hold no row of it.
LIBRARIES: Final = ("backend.catalog.linking.", "backend.channels.templates", "backend.geo.geometry")
HTTPX_USERS: Final = ("backend.platform.http", "backend.sandbox", "actions.client")


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    """All imports, those for type checkers alone included."""
    return grimp.build_graph("backend", "bot", "actions", include_external_packages=True, cache_dir=None)


def _domain(module: str) -> str:
    return module.split(".")[1] if module.count(".") else ""


def _public(imported: str) -> bool:
    roles = imported.split(".")[2:]
    return imported.startswith(LIBRARIES) or (bool(roles) and roles[0] in PUBLIC and not ROWS.intersection(roles))


def _breaches(graph: grimp.ImportGraph, importers: set[str]) -> Iterator[tuple[str, str]]:
    for importer in sorted(graph.modules):
        if _domain(importer) in importers:
            for imported in sorted(graph.find_modules_directly_imported_by(importer)):
                if _domain(imported) in DOMAINS - {_domain(importer)} and not _public(imported):
                    yield importer, imported


def test_a_domain_knows_only_the_public_files_of_another(graph: grimp.ImportGraph) -> None:
    assert list(_breaches(graph, DOMAINS)) == []


def test_screens_and_reports_read_rows_across_and_nothing_else(graph: grimp.ImportGraph) -> None:
    """They read rows as they stand; they take no decision of a domain."""
    kinds = {imported.rpartition(".")[2] for _, imported in _breaches(graph, READERS)}
    assert kinds <= {"models", "repository"}


def test_httpx_is_imported_in_one_place_and_by_what_stands_outside(graph: grimp.ImportGraph) -> None:
    users = graph.find_modules_that_directly_import("httpx")
    assert sorted(user for user in users if not user.startswith(HTTPX_USERS)) == []
