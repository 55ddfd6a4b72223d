"""Reads off the earlier turns what stands: the running order, and the item that the bot has just asked about."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.quantities import Wanted
from backend.catalog.linking.resolve import Resolution, Status
from backend.conversations.reading.choices import numbers_of, price_of, prices_in, told_apart
from backend.conversations.reading.counted_before import counted_before
from backend.conversations.reading.item import Item
from backend.conversations.reading.items import Collector
from backend.conversations.reading.layout import amounts_of
from backend.conversations.reading.pieces import cues
from backend.conversations.reading.read_back import counted_behind, named_in_full
from backend.conversations.reading.recent import Recent
from backend.conversations.reading.segmenter import read_segments
from backend.conversations.reading.types import Turn
from backend.conversations.reading.wants import wanted_of

_CUSTOMER: Final = "customer"
_SEVERAL: Final = 2
_BOT: Final = "bot"
_UNITS_SPOKEN: Final = {"kilo": "kg", "किलो": "kg", "lita": "l", "लिटर": "l", "लीटर": "l"}
_SPOKEN: Final = "|".join(_UNITS_SPOKEN)
_COUNT: Final = re.compile(
    rf"(?<![\d.#(])(\d+)(?![\d.]|\s*(?:kg|g|gm|ml|l|ltr|cl)\b|\s*(?:{_SPOKEN})(?!\w)|\s*%)", re.IGNORECASE
)
_TOTAL: Final = re.compile(r"=.*", re.DOTALL)
_STANDS: Final = re.compile(
    r"=|\bbooked\b|#\s?\d|\btotal\b|\bjumla\b|\bkul\b|कुल|एकूण|[₹€]\s?\d+ (?:for|ka|ke|ki|च)", re.IGNORECASE
)
_MONEY: Final = re.compile(
    r"(?:\b(?:KES|Ksh|INR|Rs)\.?|₹)\s?[\d,]+(?:\.\d+)?|\b[\d,]+\s?(?:/-|bob|rupees)", re.IGNORECASE
)
_NUMBER_OF: Final = re.compile(r"#\s?\d+:?|\b(?:order|oda|booked|ऑर्डर)\b\s*:?", re.IGNORECASE)
# "Sweater (28)", "Sweater (size 28)", of a row whose own name may say it otherwise.
_SIZE: Final = re.compile(r"\((?:size\s+)?(\d{1,3})\)(?=\s*(?:,|$))", re.IGNORECASE)
_TIMES: Final = re.compile(r"(?<=\d)\s*[x×]\s+", re.IGNORECASE)


def running_order(turns: Sequence[Turn], catalogue: Catalogue) -> dict[str, Fraction]:
    """The order as the bot last read it back, by SKU; empty where it never did."""
    for turn in reversed(turns):
        if turn.sender == _BOT:
            order = _RECENT.get((turn.text, catalogue), partial(_read_back, turn.text, catalogue))
            if order:
                return dict(order)
    return {}


_RECENT: Final = Recent[tuple[str, Catalogue], Mapping[str, Fraction]]()  # A few parts of a reading ask for it.


def _read_back(text: str, catalogue: Catalogue) -> dict[str, Fraction]:
    """Items of our own read-back ("2 x Brown Bread, 1 Milk = KES 190. Shall I book it?"); its counts are in digits."""
    if not _STANDS.search(text) or _asks_how_many(text):
        return {}
    listed = _NUMBER_OF.sub(lambda found: " " * len(found.group()), _MONEY.sub(" , ", _TOTAL.sub("", text)))
    listed = _TIMES.sub(lambda found: " " * len(found.group()), listed)
    if whole := counted_behind(listed, catalogue) or named_in_full(listed, catalogue):
        return whole
    order = _listed(listed, catalogue)
    sized = _SIZE.sub(lambda found: f" size {found[1]} ", listed)
    named = _listed(sized, catalogue) if sized != listed else order
    kept = len(named) > len(order) or sorted(named.values()) == sorted(order.values())
    return named if kept else order


def _listed(listed: str, catalogue: Catalogue) -> dict[str, Fraction]:
    """The rows of a list of ours, and how many of each."""
    order: dict[str, Fraction] = {}
    for item in items_of(listed, _counts(listed), catalogue, trusted=True):
        if item.resolution.status is Status.SURE or _is_counted_in_dozens(item, catalogue):
            for sku, quantity in _as_listed(item):
                order[sku] = order.get(sku, Fraction(0)) + quantity
    return order


def _asks_how_many(text: str) -> bool:
    """Whether it only tells a price, and asks for a number ("Large thali = 170. How many?")."""
    sentence = re.split(r"[.!?।]\s+", text.strip())[-1]
    return cues().any_in(cues().many_questions, sentence) and not cues().any_in(cues().hours, sentence)


def _is_counted_in_dozens(item: Item, catalogue: Catalogue) -> bool:
    """Whether an item is of a row that comes by the dozen: our own list counts dozens, and a customer's pieces."""
    row = catalogue.by_sku.get(item.sku or "")
    return item.resolution.status is Status.ODD and row is not None and row.container == "dozen"


def _as_listed(item: Item) -> Sequence[tuple[str, Fraction]]:
    """The lines of an item of our own list, whose counts are of packs and never of what is in them."""
    lines, count = item.resolution.lines, item.wanted.count
    packs = len(lines) <= 1 and item.sku is not None and not item.wanted.measured
    return ((item.sku, count),) if packs and item.sku is not None and count is not None else lines


def _counts(text: str) -> dict[str, Any]:
    measures = _measures(text)
    found = [
        {"start": one.start(), "end": one.end(), "text": one.group(), "value": int(one.group()), "kind": "count"}
        for one in _COUNT.finditer(text)
        if all(one.end() <= each["start"] or each["end"] <= one.start() for each in measures)
    ]
    return {"amounts": [*found, *measures]}


# "2kg", and Swahili's "kilo 2".
_MEASURE: Final = re.compile(
    rf"(\d+(?:\.\d+)?)\s*(?:(kg|g|gm|ml|l|ltr)\b|({_SPOKEN})(?!\w))|\b(kilo|lita)\s+(\d+(?:\.\d+)?)(?![\d.]*\w)",
    re.IGNORECASE,
)


def _measures(text: str) -> list[dict[str, Any]]:
    return [
        {
            "start": one.start(), "end": one.end(), "text": one.group(), "value": float(one[1] or one[5]),
            "unit": _unit(one[2] or one[3] or one[4]), "kind": "measure",
        }
        for one in _MEASURE.finditer(text)
    ]  # fmt: skip


def _unit(said: str) -> str:
    return _UNITS_SPOKEN.get(said.lower(), said.lower())


def items_of(text: str, reading: Mapping[str, Any], catalogue: Catalogue, *, trusted: bool = False) -> list[Item]:
    """The items of any text under a reading of it."""
    segments, pieces = read_segments(text, reading, catalogue, trusted=trusted)
    return Collector(text, reading, catalogue, amounts_of(reading), pieces).collect(segments)


def asked_items(turns: Sequence[Turn], catalogue: Catalogue) -> list[Item]:
    """The items of the customer's last message, the one that the bot's question was about first.

    A question names its item ("white bread: 400g or 800g?"), or else is about the one that was left open.
    """
    said = next((turn for turn in reversed(turns) if turn.sender == _CUSTOMER), None)
    if said is None:
        return []
    reading = said.reading or {}
    items = items_of(said.text, reading, catalogue) or items_of(said.text, reading, catalogue, trusted=True)
    question = next((turn.text for turn in reversed(turns) if turn.sender == _BOT), "")
    named = _named_in(question, catalogue)
    items = [counted_before(item, said.text) for item in items]
    return sorted(items, key=lambda item: (not (_rows(item) & named), item.resolution.status is Status.SURE))


def offered(turns: Sequence[Turn], catalogue: Catalogue) -> list[Item]:
    """What the bot's question names itself, where the customer's own word for it is not known."""
    said = next((turn for turn in reversed(turns) if turn.sender == _CUSTOMER), None)
    question = next((turn.text for turn in reversed(turns) if turn.sender == _BOT), "")
    named = _named_in(question, catalogue)
    rows = tuple(item.sku for item in catalogue.items if item.sku in named)
    rows = rows if len(rows) >= _SEVERAL else _priced_in(question, catalogue)
    if said is None or len(rows) < _SEVERAL:
        return []
    amounts = amounts_of(said.reading or {})
    resolution = Resolution(Status.OPEN, (), rows, 0.0, 0.0, "offered")
    wanted = wanted_of(amounts) if len(amounts) == 1 else Wanted()
    numbers = tuple(range(len(amounts)))
    return [Item(0, len(said.text), said.text, (), frozenset(), numbers, wanted, resolution)]


def _priced_in(question: str, catalogue: Catalogue) -> tuple[str, ...]:
    """The rows of which a question tells a size and the price ("24cm (850) or 28cm (1100)?")."""
    numbers = prices_in(question)
    if len(numbers) <= _SEVERAL:
        return ()
    priced = ((row, price_of(row)) for row in catalogue.items)
    return tuple(row.sku for row, price in priced if price in numbers and numbers_of(row) & numbers - {price})


def as_offered(asked: Sequence[Item], turns: Sequence[Turn], catalogue: Catalogue) -> Item | None:
    """The item that was asked about, open between the rows that the bot's question offers, or None.

    A word may mean one row to the shop ("tea"), and the bot have asked all the same ("tea: 250g or 500g?").
    """
    item = next((one for one in asked if one.resolution.status is Status.OPEN), None)
    if item is not None or not asked or asked[0].sku is None:
        return item
    named = [row for one in offered(turns, catalogue) for row in one.resolution.alternatives]
    same = _of_family(asked[0].sku, named, catalogue)
    if len(same) < _SEVERAL:  # "Green or black?" of grapes may name green peas as well.
        sorts = _sizes_offered(asked[0].sku, turns, catalogue)
        same = tuple(sorts) if asked[0].sku in sorts else ()
    opened = asked[0].resolution._replace(status=Status.OPEN, lines=(), sku=None, alternatives=same)
    return replace(asked[0], resolution=opened) if len(same) >= _SEVERAL else None


def _of_family(sku: str, rows: Sequence[str], catalogue: Catalogue) -> tuple[str, ...]:
    """The rows of one good, where a row of it is among them."""
    family = catalogue.by_sku[sku].family
    return tuple(row for row in rows if catalogue.by_sku[row].family == family) if sku in rows else ()


def _sizes_offered(sku: str, turns: Sequence[Turn], catalogue: Catalogue) -> list[str]:
    """The sizes of a row that the bot's question names without the good ("500ml or 1L?")."""
    question = next((turn.text for turn in reversed(turns) if turn.sender == _BOT), "")
    place = next(number for number, item in enumerate(catalogue.items) if item.sku == sku)
    rows = [catalogue.items[other] for other in sorted({place, *catalogue.siblings(place)})]
    return [row.sku for row in told_apart(rows, question)]


def _named_in(question: str, catalogue: Catalogue) -> set[str]:
    """SKUs that the last sentence of a question can mean."""
    sentence = re.split(r"[.।!]\s+", question.strip())[-1]
    return {
        sku for item in items_of(sentence, _measures_only(sentence), catalogue, trusted=True) for sku in _rows(item)
    }


def _measures_only(text: str) -> dict[str, Any]:
    return {"amounts": _measures(text)}


def _rows(item: Item) -> set[str]:
    found = set(item.resolution.alternatives) | {sku for sku, _ in item.resolution.lines}
    return found | ({item.sku} if item.sku else set())
