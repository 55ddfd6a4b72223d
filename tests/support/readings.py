"""Readings as the bot would send them, written by hand for tests."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

_WORD = re.compile(r"\w+|[^\w\s]")


def amount(text: str, value: float, *, kind: str = "count", unit: str | None = None) -> dict[str, Any]:
    """An amount whose place is found in the message."""
    return {"text": text, "value": value, "high": None, "unit": unit, "kind": kind, "currency": None, "repeat": False}


def reading(
    text: str,
    intent: str,
    *,
    items: Sequence[tuple[str, int | None]] = (),
    amounts: Sequence[dict[str, Any]] = (),
    role: str = "add",
    slots: Mapping[str, Any] | None = None,
    flags: Mapping[str, bool] | None = None,
    lang: str = "en",
) -> dict[str, Any]:
    """A reading of `text`; `items` are words with the index of their amount, `slots` words by slot."""
    placed = [{**one, **_span(text, one["text"])} for one in amounts]
    script = "Deva" if re.search(r"[ऀ-ॿ]", text) else "Latn"
    found = {name: _slot(text, name, value) for name, value in (slots or {}).items()}
    return {
        "version": 1,
        "language": {"lang": lang, "script": script, "confidence": 0.95, "scores": {lang: 0.95}},
        "intent": {"name": intent, "confidence": 0.97},
        "intent_ranking": [{"name": intent, "confidence": 0.97}],
        "amounts": placed,
        "mentions": [
            {
                **_span(text, words),
                "text": words,
                "role": role,
                "confidence": 0.97,
                "amounts": [] if index is None else [index],
                "options": [],
            }
            for words, index in items
        ],
        "slots": {name: found.get(name) for name in ("address", "phone", "payment", "note", "receipt")},
        "flags": dict(flags or {}),
        "tokens": _tokens(text, [words for words, _ in items], placed, found),
    }


def _span(text: str, words: str) -> dict[str, int]:
    start = text.index(words)
    return {"start": start, "end": start + len(words)}


def _slot(text: str, name: str, value: Any) -> dict[str, Any]:
    words = value if isinstance(value, str) else value["text"]
    base: dict[str, Any] = {"text": words, **_span(text, words), "confidence": 0.95}
    extra: dict[str, dict[str, Any]] = {
        "address": {"vague": False},
        "phone": {"e164": words, "valid": True},
        "payment": {"value": words, "supported": True},
        "receipt": {"code": words, "kind": "mpesa", "amount_minor": None},
    }
    return {**base, **extra.get(name, {}), **({} if isinstance(value, str) else value)}


def _tokens(
    text: str, items: Sequence[str], amounts: Sequence[dict[str, Any]], slots: Mapping[str, Any]
) -> list[dict[str, Any]]:
    spans = [(*_span(text, words).values(), "ITEM") for words in items]
    spans += [(one["start"], one["end"], "AMOUNT") for one in amounts]
    spans += [(slot["start"], slot["end"], name.upper()) for name, slot in slots.items() if slot]
    tokens = []
    for word in _WORD.finditer(text):
        tag = next((tag for start, end, tag in spans if start <= word.start() < end), "O")
        tokens.append(
            {
                "start": word.start(),
                "end": word.end(),
                "text": word.group(),
                "norm": word.group().lower(),
                "tag": tag,
                "p": 0.97,
            }
        )
    return tokens
