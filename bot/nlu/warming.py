"""Works out at the start what is kept of each word, so that the first messages wait for it as little as later ones."""

from collections.abc import Iterable

from bot.nlu.amounts import may_begin
from bot.nlu.features import near_features, seen_from, word_features
from bot.nlu.intents import letters_of, word_and_letters
from bot.nlu.tokens import tokenise


def meet(words: Iterable[str]) -> None:
    """Meet words before anybody writes them; some two hundred microseconds of CPU each."""
    for word in words:
        for token in tokenise(word):
            word_features(token.norm, token.sound, token.text)
            seen_from(near_features(token.norm, token.sound))
            may_begin(token.norm)
            letters_of(token)
            word_and_letters(token.norm)
