"""Says why a message was read as it was: words to fields, a score for each part, the runner-up and the rule."""

from collections.abc import Mapping
from typing import Any

from backend.catalog.linking.catalogue import Catalogue
from backend.conversations.reading.confidence import calibration
from backend.conversations.reading.types import Found, OrderReading, as_number


def explanation(reading: Mapping[str, Any], result: OrderReading, catalogue: Catalogue) -> dict[str, Any]:
    """The reasons of a reading as plain data, stored with the message and shown in the inbox.

    Args:
        reading: The bot's reading.
        result: What it came to.
        catalogue: The merchant's rows, for their names.
    """
    return {
        "parts": [_part(found, catalogue) for found in result.found],
        "slots": {name: _slot(slot) for name, slot in (reading.get("slots") or {}).items() if slot},
        "intent": _intent(reading),
        "language": reading.get("language"),
        "decision": {"decision": result.decision.value, "ask": result.ask, "rule": result.rule},
        "confidence": {"value": round(result.confidence, 4), "because": _weighed(result)},
    }


def _part(found: Found, catalogue: Catalogue) -> dict[str, Any]:
    resolution = found.resolution
    names = {sku: catalogue.by_sku[sku].name for sku in resolution.alternatives[:3] if sku in catalogue.by_sku}
    return {
        "words": found.text,
        "start": found.start,
        "end": found.end,
        "role": found.role,
        "status": resolution.status.value,
        "lines": [{"sku": sku, "qty": as_number(quantity)} for sku, quantity in resolution.lines],
        "score": round(resolution.score, 3),
        "margin": round(resolution.margin, 3),
        "rule": resolution.rule,
        "runners_up": names,
    }


def _slot(slot: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: slot[key] for key in ("text", "value", "e164", "confidence", "vague", "valid", "supported") if key in slot
    }


def _intent(reading: Mapping[str, Any]) -> dict[str, Any]:
    ranking = list(reading.get("intent_ranking") or ())
    return {"best": reading.get("intent"), "runner_up": ranking[1] if len(ranking) > 1 else None}


def _weighed(result: OrderReading) -> dict[str, float]:
    """What each feature adds to the log-odds of being right, the heaviest first."""
    order = result.intent in {"place_order", "modify_order"}
    weights = calibration().model(result.decision, order=order).weights
    added = {name: round(weights[name] * value, 3) for name, value in result.features.items() if name in weights}
    return dict(sorted(added.items(), key=lambda pair: -abs(pair[1])))
