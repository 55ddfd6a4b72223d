"""Reads benchmark cases and runs them through the one reading path; gold fields are never looked at."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.conversations.reading.bot_process import BotProcess, ReadRequest
from backend.conversations.reading.reader import read_message
from backend.conversations.reading.types import OrderReading, ReadingContext, Thresholds, Turn

_REGIONS: Final = {"KES": "KE", "INR": "IN"}


@dataclass(frozen=True, slots=True)
class Case:
    """What a case gives to the reader: an id, the message and the turns before it."""

    id: str
    text: str
    history: tuple[tuple[str, str], ...] = ()
    merchant: str | None = None


def load_cases(path: Path, merchant: str | None = None) -> list[Case]:
    """Read cases from JSON lines; with a merchant, those of others are left out."""
    with path.open(encoding="utf-8-sig") as file:
        cases = [_case(json.loads(line)) for line in file if line.strip()]
    return [case for case in cases if merchant is None or case.merchant == merchant]


def _case(raw: Mapping[str, Any]) -> Case:
    turns = tuple((str(turn["from"]), str(turn["text"])) for turn in raw.get("history") or ())
    return Case(str(raw["id"]), str(raw["text"]), turns, raw.get("merchant"))


def region_of(catalogue: Catalogue) -> str | None:
    """The merchant's country by the currency of its rows."""
    return next((_REGIONS[item.currency] for item in catalogue.items if item.currency in _REGIONS), None)


def requests_of(cases: Iterable[Case], region: str | None) -> Iterator[ReadRequest]:
    """The reader's requests: each case, and before it each of its customer's earlier messages."""
    for case in cases:
        for place, (sender, text) in enumerate(case.history):
            if sender == "customer":
                yield _request(turn_id(case, place), text, case.history[:place], region)
        yield _request(case.id, case.text, case.history, region)


def turn_id(case: Case, place: int) -> str:
    """The request id of an earlier turn of a case."""
    return f"{case.id}#{place}"


def _request(name: str, text: str, history: tuple[tuple[str, str], ...], region: str | None) -> ReadRequest:
    turns = [{"from": sender, "text": said} for sender, said in history[-6:]]
    return ReadRequest(name, text, {"history": turns, "asked": None, "language": None, "region": region})


def read_cases(
    cases: Iterable[Case], catalogue: Catalogue, bot: BotProcess, thresholds: Thresholds | None = None
) -> Iterator[tuple[Case, OrderReading]]:
    """Read cases one by one, each with its history."""
    listed = list(cases)
    readings = bot.read_all(requests_of(listed, region_of(catalogue)))
    for case in listed:
        yield case, read_message(readings[case.id], catalogue, context_of(case, readings, thresholds))


def context_of(case: Case, readings: Mapping[str, Any], thresholds: Thresholds | None) -> ReadingContext:
    """What a case's message stands in."""
    turns = [
        Turn(sender, text, readings.get(turn_id(case, place))) for place, (sender, text) in enumerate(case.history)
    ]
    return ReadingContext(text=case.text, history=turns, thresholds=thresholds)
