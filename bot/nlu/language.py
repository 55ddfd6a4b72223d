"""Names a message's language and script, leaning on the conversation's language where the words say little."""

from typing import Any

import regex

from bot.nlu.features import Message
from bot.nlu.intents import language_features
from bot.nlu.linear import LinearModel

_LATIN = regex.compile(r"\p{Latin}{2,}")
_DEVANAGARI = regex.compile(r"\p{Devanagari}")
_DEVANAGARI_LANGUAGES = frozenset({"hi", "mr", "mixed"})
_LATIN_LANGUAGES = frozenset({"en", "sw", "sheng", "hi-Latn", "mr-Latn", "mixed"})
_TELLING_LETTERS = 12


def script_of(text: str) -> str:
    """Name the script: Latn, Deva or mixed; text without letters counts as Latin."""
    latin, devanagari = _LATIN.search(text) is not None, _DEVANAGARI.search(text) is not None
    return "mixed" if latin and devanagari else "Deva" if devanagari else "Latn"


def language_of(message: Message, model: LinearModel) -> dict[str, Any]:
    """Return language, script, confidence and the scores of all languages."""
    script = script_of(message.text)
    scores = {ranked.name: ranked.p for ranked in model.rank(language_features(message))}
    allowed = {"Deva": _DEVANAGARI_LANGUAGES, "Latn": _LATIN_LANGUAGES}.get(script)
    if allowed:
        scores = {name: p if name in allowed else p * 1e-3 for name, p in scores.items()}
    belief = message.context.language
    letters = sum(map(str.isalpha, message.text))
    if belief in scores and letters < _TELLING_LETTERS:
        scores[belief] += (1 - letters / _TELLING_LETTERS) * (0.0 if allowed and belief not in allowed else 1.5)
    total = sum(scores.values()) or 1.0
    scores = {name: round(p / total, 4) for name, p in sorted(scores.items(), key=lambda item: -item[1])}
    best = next(iter(scores))
    return {"lang": best, "script": script, "confidence": scores[best], "scores": scores}
