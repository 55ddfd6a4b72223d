"""The rules and the form lead every dialogue of tests/conversations to the use case that it names.

What the reader makes of the words is `rasa test`'s to judge, on a trained model; here the intents are given.
"""

import asyncio
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.boot import boot

boot()

import rasa.core.test  # noqa: E402 - Rasa imports only after the patches
from rasa.core.agent import Agent  # noqa: E402
from rasa.model_training import train_core  # noqa: E402

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tests" / "conversations"
FILES = sorted(FOLDER.glob("test_*.yml"))
LANGUAGES = {"english", "swahili", "sheng", "hindi", "hindi_latin", "marathi", "marathi_latin"}


def stories_of(path: Path) -> list[dict[str, Any]]:
    """The dialogues of a file."""
    return list(yaml.safe_load(path.read_text(encoding="utf-8"))["stories"])


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A model of the policies alone, as config.yml has them."""
    folder = tmp_path_factory.mktemp("core")
    config = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    config["pipeline"] = [{"name": "KeywordIntentClassifier"}]
    del config["importers"]
    (folder / "config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    stories = folder / "data"
    stories.mkdir()
    for source in [*(ROOT / "data/rules").glob("*.yml"), *(ROOT / "data/stories").glob("*.yml")]:
        (stories / f"{source.parent.name}_{source.name}").write_bytes(source.read_bytes())
    trained = train_core(str(ROOT / "domain.yml"), str(folder / "config.yml"), str(stories), output=str(folder))
    assert trained is not None
    return str(trained)


def test_there_are_dialogues_in_every_language_and_on_every_intent() -> None:
    """At least 150, six or more in each language; no intent is left out but the fallback and chatter."""
    assert {path.stem.removesuffix("_more") for path in FILES} == {f"test_{language}" for language in LANGUAGES}
    assert all(len(stories_of(path)) >= 6 for path in FILES)
    assert sum(len(stories_of(path)) for path in FILES) >= 150
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    known = {next(iter(intent)) for intent in domain["intents"]}
    used = {
        step["intent"] for path in FILES for story in stories_of(path) for step in story["steps"] if "intent" in step
    }
    assert known - used <= {"nlu_fallback", "out_of_scope", "deny"}


@pytest.mark.training
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_rules_lead_where_the_dialogue_goes(model: str, path: Path, tmp_path: Path) -> None:
    """Every action of every dialogue is the one predicted."""

    async def run() -> dict[str, Any]:
        agent = Agent.load(model)
        report: dict[str, Any] = await rasa.core.test.test(str(path), agent, out_directory=str(tmp_path), e2e=False)
        return report

    report = asyncio.run(run())
    assert report["report"]["conversation_accuracy"]["accuracy"] == 1.0, (
        tmp_path / "failed_test_stories.yml"
    ).read_text()
