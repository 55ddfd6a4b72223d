"""No training text comes from the benchmark: neither a message of it nor one that differs by a word or two."""

import json
from difflib import SequenceMatcher
from pathlib import Path

import pytest
import regex

from bot.nlu.normalise import fold
from bot.training.corpus import hand_written, in_context, intents_alone, to_shops
from bot.training.goods import load
from bot.training.writer import phrases

_ROOT = Path(__file__).resolve().parents[2]
_BENCHMARK = _ROOT.parent / "shared" / "eval" / "dev.jsonl"
_SLOT = regex.compile(r"\{\w+\}|[\[\]]")
_SHORT, _NEAR = 5, 0.86
LANGUAGES = ("en", "sw", "sheng", "hi", "hi-Latn", "mr", "mr-Latn")


def _key(text: str) -> str:
    return " ".join(regex.findall(r"[\p{L}\p{M}\d]+", fold(text)))


def _templates() -> list[str]:
    found: list[str] = []
    for lang in LANGUAGES:
        for value in phrases(lang).values():
            rows = value if isinstance(value, list) else [text for part in value.values() for text in part]
            found += [_SLOT.sub("", str(text)) for text in rows]
    shapes = load("places.yml")["shapes"]
    return found + [_SLOT.sub("", text) for country in shapes.values() for rows in country.values() for text in rows]


def _training_texts() -> set[str]:
    sources = (hand_written, in_context, intents_alone, to_shops)
    written = [example.text for source in sources for example in source(_ROOT / "data")]
    return {_key(text) for text in [*written, *_templates()]}


def _near(one: str, other: str) -> bool:
    words, others = set(one.split()), set(other.split())
    if len(words & others) < 0.6 * max(len(words), len(others)):
        return False
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= _NEAR


@pytest.mark.skipif(not _BENCHMARK.exists(), reason="the benchmark is not beside this checkout")
def test_no_training_text_is_a_benchmark_message_or_close_to_one() -> None:
    rows = [json.loads(line) for line in _BENCHMARK.read_text("utf-8").splitlines()]
    benchmark = {_key(text) for row in rows for text in [row["text"], *(turn["text"] for turn in row["history"])]}
    # A bare "yes", "thank you" or "cash" is nobody's sentence.
    telling = {text for text in benchmark if len(text.split()) >= _SHORT}
    training = {text for text in _training_texts() if len(text.split()) >= _SHORT - 1}
    close = [(mine, theirs) for mine in training for theirs in telling if _near(mine, theirs)]
    assert not telling & training
    assert close == []
