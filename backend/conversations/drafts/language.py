"""Which language a customer is answered in: a belief that each message moves by what it can prove."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

LANGUAGES: Final = ("en", "sw", "sheng", "hi", "hi-Latn", "mr", "mr-Latn")
_DEVANAGARI: Final = frozenset({"hi", "mr"})

_KEPT: Final = 0.7  # of the former belief, when a message says something
_PROOF_LETTERS: Final = 18  # letters from which a message counts in full: some four words
_SCRIPT_LETTERS: Final = 3  # a word in the other script shows how the customer wants to read
_LEAD: Final = 0.15  # by which another language must be ahead before the reply changes
_CLEAR: Final = 0.75  # a whole sentence read this surely changes the reply at once


@dataclass(frozen=True, slots=True)
class Belief:
    """The reply's language, and how much speaks for each."""

    language: str
    weights: Mapping[str, float] = field(default_factory=dict)

    def after(self, reading: Mapping[str, Any], text: str) -> "Belief":
        """Return the belief after one more message; short or unsure ones move it little."""
        scores = _scores(reading.get("language") or {})
        if not scores:
            return self
        letters = sum(unicodedata.category(character)[0] in "LM" for character in text)
        proof = min(1.0, letters / _PROOF_LETTERS)
        share = (1 - _KEPT) * proof if self.weights else proof
        weights = {
            name: round(self.weights.get(name, 0.0) * (1 - share) + scores.get(name, 0.0) * share, 4)
            for name in LANGUAGES
        }
        best, score = max(scores.items(), key=lambda pair: pair[1])
        if proof == 1.0 and score >= _CLEAR:
            return Belief(best, {best: score})
        if letters >= _SCRIPT_LETTERS and (best in _DEVANAGARI) != (self.language in _DEVANAGARI):
            return Belief(best, {best: score})
        return Belief(self._leader(weights), weights)

    def _leader(self, weights: Mapping[str, float]) -> str:
        best = max(weights, key=lambda name: weights[name])
        return best if weights[best] >= weights.get(self.language, 0.0) + _LEAD else self.language


def _scores(language: Mapping[str, Any]) -> dict[str, float]:
    """Probabilities of the languages that we answer in; a mixed message speaks for those that are mixed in it."""
    raw = {name: float(p) for name, p in (language.get("scores") or {}).items() if name in LANGUAGES}
    if not raw and language.get("lang") in LANGUAGES:
        raw = {str(language["lang"]): float(language.get("confidence") or 0.0)}
    return _in_script(raw, str(language.get("script") or ""))


def _in_script(scores: dict[str, float], script: str) -> dict[str, float]:
    """Answer in the script that was written: a Devanagari message never speaks for a Latin one."""
    if script == "Deva":
        return {name: p for name, p in scores.items() if name in _DEVANAGARI}
    if script == "Latn":
        return {name: p for name, p in scores.items() if name not in _DEVANAGARI}
    return scores
