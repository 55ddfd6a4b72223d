"""The documents lead to each other, and name only what is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DECISIONS = sorted((ROOT / "docs" / "adr").glob("0*.md"))
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def test_every_decision_is_in_the_list_under_its_number_and_title() -> None:
    """Numbers follow each other, and a title in the list is the one on the page."""
    pages = [(page.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# "), page.name) for page in DECISIONS]
    assert [title.partition(".")[0] for title, _ in pages] == [str(number) for number in range(1, len(pages) + 1)]
    listed = re.findall(
        r"^(\d+\.) \[(.+)\]\((.+)\)$", (ROOT / "docs/adr/README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert [(f"{number} {title}", name) for number, title, name in listed] == pages


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_links_to_is_there(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    gone = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert gone == []


def test_every_make_target_that_a_page_names_is_there() -> None:
    """Also those in the tables of the README."""
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs" / "runbooks").glob("*.md")):
        named = re.findall(r"`make ([a-z][a-z-]*)", page.read_text(encoding="utf-8"))
        assert set(named) <= targets, page.name


def test_every_command_that_the_readme_names_is_there() -> None:
    """As `duka` itself lists them."""
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "backend").rglob("*cli*.py"))
    for name in set(re.findall(r"\bduka ([a-z][a-z-]*)", (ROOT / "README.md").read_text(encoding="utf-8"))):
        assert re.search(rf'def {name.replace("-", "_")}\b|"{name}"', source), name
