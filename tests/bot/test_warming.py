"""What is kept of a word is worked out before anybody writes it, and only once."""

from pathlib import Path

from bot.nlu.annotated import Example, Label
from bot.nlu.features import prepare, word_features
from bot.nlu.intents import language_features, word_and_letters
from bot.nlu.spans import SpanTagger
from bot.nlu.training import train_spans
from bot.nlu.warming import meet

_WRITTEN = [
    Example(f"Leta {good} {count}", "place_order", "sw", (Label(5, 5 + len(good), "item"),), weight=2.0)
    for good in ("mkate", "maziwa")
    for count in range(1, 5)
]


def test_a_tagger_keeps_the_words_that_people_write_most_as_they_write_them(tmp_path: Path) -> None:
    tagger = train_spans([*_WRITTEN, Example("leta zawadi", "place_order", "sw", weight=2.0)])
    assert tagger.common == ("Leta", "mkate", "maziwa")
    tagger.save(tmp_path)
    assert SpanTagger.load(tmp_path).common == tagger.common


def test_a_word_that_was_met_is_not_worked_out_again() -> None:
    meet(["Namkeen", "नमकीन"])
    described, lettered = word_features.cache_info().misses, word_and_letters.cache_info().misses
    message = prepare("Namkeen नमकीन")
    for token in message.tokens:
        word_features(token.norm, token.sound, token.text)
    language_features(message)
    assert (word_features.cache_info().misses, word_and_letters.cache_info().misses) == (described, lettered)
