"""The linear models: a block of features weighs the same however many it holds, and nothing said is no error."""

import numpy as np
import pytest

from bot.nlu.features import prepare
from bot.nlu.intents import intent_features, language_features
from bot.nlu.linear import LinearModel, hashed, in_blocks, lettered


def test_a_block_is_as_long_as_its_weight() -> None:
    few, many = hashed(["a", "b"]), hashed(f"w{number}" for number in range(50))
    features = in_blocks([(2.0, [few]), (1.0, [many, few])])
    assert np.isclose(np.linalg.norm(features.values[: len(few)]), 2.0)
    assert np.isclose(np.linalg.norm(features.values[len(few) :]), 1.0)
    assert features.columns.tolist() == [*few, *many, *few]


def test_a_message_without_a_word_is_described_and_ranked() -> None:
    message = prepare("")
    rows = [(in_blocks([(1.0, [hashed([word])])]), label, 1.0) for word, label in (("jambo", "sw"), ("hello", "en"))]
    model = LinearModel.train(rows * 3)
    assert {ranked.name for ranked in model.rank(language_features(message))} == {"sw", "en"}
    assert np.isclose(sum(ranked.p for ranked in model.rank(intent_features(message, []))), 1.0)


def test_what_a_feature_was_learned_for_outranks_the_rest() -> None:
    rows = [(in_blocks([(1.0, [hashed([word])])]), label, 1.0) for word, label in (("jambo", "sw"), ("hello", "en"))]
    model = LinearModel.train(rows * 3)
    assert model.rank(in_blocks([(1.0, [hashed(["jambo"])])]))[0].name == "sw"


@pytest.mark.parametrize("word", ["", "a", "sukari", "साखर", "café"])
def test_the_letters_of_a_word_are_hashed_as_features_of_their_own(word: str) -> None:
    padded = f" {word} "
    grams = [padded[at : at + size] for size in (1, 2, 3, 4) for at in range(len(padded) - size + 1)]
    expected = hashed([f"lw={word}", *(f"l={gram}" for gram in grams)])
    assert lettered("l=", word, 1, 4, f"lw={word}").tolist() == expected.tolist()
