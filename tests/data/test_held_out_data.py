"""The held-out shops stay held out: well formed, and in nothing that is trained or fitted on."""

from pathlib import Path

import pytest
from rapidfuzz import fuzz, process

from tests.data.test_orders_data import COLUMNS, FIELDS, INTENTS, LANGUAGES, SLOTS, all_texts, fold, load

ROOT = Path(__file__).resolve().parents[2]
SHOPS = sorted((ROOT / "data" / "held_out").glob("*/*.yml"))
STUDIED = sorted((ROOT / "data" / "studied").glob("*.yml"))
TRAINERS = (*ROOT.glob("bot/training/**/*.py"), ROOT / "scripts" / "calibrate_reading.py")


@pytest.mark.parametrize("path", [*SHOPS, *STUDIED], ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_held_out_catalogue_is_legal(path: Path) -> None:
    """A held-out catalogue could be uploaded as it stands."""
    rows = load(path)["catalog"]
    aliases = [alias for row in rows for alias in row["aliases"].split("|")]
    assert 30 <= len(rows) <= 80
    assert all(list(row) == COLUMNS for row in rows)
    assert len({row["sku"] for row in rows}) == len(rows)
    assert len(set(aliases)) == len(aliases)
    assert any(row["stock"] == 0 for row in rows)


@pytest.mark.parametrize("path", [*SHOPS, *STUDIED], ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_held_out_labels_are_legal(path: Path) -> None:
    """Labels name rows of the shop, and a question always names its slot."""
    raw = load(path)
    skus = {row["sku"] for row in raw["catalog"]}
    for case in raw["cases"]:
        assert set(case) <= FIELDS, case
        assert case["lang"] in LANGUAGES, case
        assert case["intent"] in INTENTS, case
        assert {*(line["sku"] for line in case["lines"]), *case["removed"]} <= skus, case
        assert (case["expect"] == "clarify") == ("ask" in case), case
        assert case.get("ask") in {None, *SLOTS}, case


def test_no_held_out_message_is_near_what_is_trained_or_fitted_on() -> None:
    """Equal texts of three words or more, and near-equal longer ones, would make the held-out figures worthless."""
    known = {fold(text) for text in all_texts()}
    known |= {fold(case["text"]) for path in STUDIED for case in load(path)["cases"]}
    copied = []
    for path in SHOPS:
        for case in load(path)["cases"]:
            folded = fold(case["text"])
            near = process.extractOne(folded, known, scorer=fuzz.token_sort_ratio, score_cutoff=90)
            if (len(folded) >= 20 and near) or (len(folded.split()) > 2 and folded in known):
                copied.append((case["text"], near))
    assert copied == []


def test_no_trade_is_both_held_out_and_fitted_on() -> None:
    """A trade that the confidence is fitted on says nothing of unseen shops."""
    fitted = {path.stem for path in (*(ROOT / "data" / "orders").glob("*.yml"), *STUDIED)}
    assert not {path.stem for path in SHOPS} & fitted


@pytest.mark.parametrize("path", TRAINERS, ids=lambda path: path.name)
def test_no_trainer_knows_of_held_out_data(path: Path) -> None:
    """What trains or fits must not read the folder at all."""
    assert "held_out" not in path.read_text("utf-8")
