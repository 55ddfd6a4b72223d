"""Scores the reading on the plainest sentences there are, with the goods of every shop by their own names.

    PYTHONPATH=. .venv/bin/python scripts/evaluate_plain.py [--seed N] [--each N] [--errors]

The frames of `data/frames/plain.yml` are filled with rows of the shops of `data/`: orders of two goods, and changes of
such an order after its read-back. Each good is called by an alias that no other row of its shop bears, so that what is
wanted is known without a label. Goods by weight or length and scarce ones are left out: of those a question may be
right. A pack whose pieces were counted ("three boxers" of a pack of three) is one pack, as the benchmark has it.
A seed draws the same goods and frames again; one that was not looked at before is an honest one.
"""

import argparse
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from backend.catalog.linking.catalogue import Catalogue, catalogue_from_rows
from backend.conversations.reading.bot_process import BotProcess
from backend.conversations.reading.cases import Case, context_of, region_of, requests_of
from backend.conversations.reading.reader import read_message
from backend.conversations.reading.types import Decision, OrderReading

DATA: Final = Path(__file__).resolve().parents[1] / "data"
FRAMES: Final = DATA / "frames" / "plain.yml"
MEASURED: Final = frozenset(("kg", "g", "litre", "ml", "metre"))
LEAST_STOCK: Final = 12
COUNTS: Final = range(1, 7)
SIGNS: Final = {"KES": "KES", "INR": "₹"}


class Count(int):
    """A count that a frame can write in digits, or in a language's words: `{n:sw}`."""

    words: Mapping[str, Sequence[str]] = {}

    def __format__(self, language: str) -> str:
        return self.words[language][self - 1] if language else str(int(self))


@dataclass(frozen=True, slots=True)
class Good:
    """A row by one of its own names."""

    sku: str
    said: str
    name: str
    pieces: int

    def counts(self, number: int) -> frozenset[int]:
        """What a count may come to: so many of the row, or the packs that hold just so many pieces."""
        packs, rest = divmod(number, self.pieces)
        return frozenset((number,) if rest else (number, packs))


@dataclass(frozen=True, slots=True)
class Wanted:
    """A message with what it asks for."""

    case: Case
    kind: str
    frame: str
    lines: Mapping[str, frozenset[int]]
    removed: frozenset[str]

    def fits(self, reading: OrderReading) -> bool:
        """Whether a reading holds just this; a count that is changed may or may not remove the line before it."""
        got = {line.sku: line.quantity for line in reading.lines}
        spare = set(self.lines) if self.kind == "set" else set()
        return (
            got.keys() == self.lines.keys()
            and all(quantity in self.lines[sku] for sku, quantity in got.items())
            and set(reading.removed) - spare == self.removed
        )


def shops() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """The rows of every shop of ours, held-out ones too: their goods, none of their messages."""
    for path in sorted((*DATA.glob("orders/*.yml"), *DATA.glob("studied/*.yml"), *DATA.glob("held_out/*/*.yml"))):
        raw = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
        yield path.stem, [{name: str(value) for name, value in row.items()} for row in raw["catalog"]]


def goods(rows: Sequence[Mapping[str, str]], catalogue: Catalogue) -> list[Good]:
    """The goods of a shop that are counted and not scarce, by each alias that is theirs alone."""
    bearers = Counter(name.lower() for row in rows for name in {row["name"], *_aliases(row)})
    pieces = {item.sku: item.pieces or 1 for item in catalogue.items}
    return [
        Good(row["sku"], alias, row["name"], pieces[row["sku"]])
        for row in rows
        if row["unit"] not in MEASURED and float(row["stock"]) >= LEAST_STOCK
        for alias in _aliases(row)
        if bearers[alias.lower()] == 1
    ]


def _aliases(row: Mapping[str, str]) -> list[str]:
    return [alias.strip() for alias in row["aliases"].split("|") if alias.strip()]


class Drawer:
    """Draws messages to one shop."""

    def __init__(self, rows: Sequence[Mapping[str, str]], frames: Mapping[str, Any], chance: random.Random) -> None:
        """Take a shop's rows and the frames of its country."""
        currency = rows[0]["currency"]
        self.catalogue: Final = catalogue_from_rows([dict(row) for row in rows])
        self._frames: Final[Mapping[str, Sequence[str]]] = frames[currency]
        self._sign: Final = SIGNS[currency]
        self._chance: Final = chance
        self._goods: Final[dict[str, list[Good]]] = defaultdict(list)
        for good in goods(rows, self.catalogue):
            self._goods[good.sku].append(good)

    def draw(self, name: str) -> Wanted:
        """One message: a frame, goods of three different rows and three different counts."""
        first, second, third = (
            self._chance.choice(self._goods[sku]) for sku in self._chance.sample(list(self._goods), 3)
        )
        new, other, old = (Count(one) for one in self._chance.sample(COUNTS, 3))
        kind = self._chance.choice(list(self._frames))
        frame = self._chance.choice(self._frames[kind])
        text = frame.format(a=first.said, b=second.said, c=third.said, n=new, m=other, old=old)
        history = () if kind == "order" else self._read_back((old, first), (other, second))
        lines = {"order": {first: new, second: other}, "remove": {}, "set": {first: new}}.get(kind, {third: new})
        return Wanted(
            Case(name, text, history),
            kind,
            frame,
            {good.sku: good.counts(count) for good, count in lines.items()},
            frozenset((first.sku,) if kind in ("remove", "swap") else ()),
        )

    def _read_back(self, *ordered: tuple[Count, Good]) -> tuple[tuple[str, str], ...]:
        said = ", ".join(f"{count} {good.said}" for count, good in ordered)
        read = ", ".join(f"{count} {good.name}" for count, good in ordered)
        return ("customer", said), ("bot", f"{read} = {self._sign} 900. Confirm?")


def outcome(wanted: Wanted, reading: OrderReading) -> str:
    """Right, asked about (or handed over), or booked wrong."""
    if reading.decision is not Decision.ACCEPT:
        return "asked"
    return "right" if wanted.fits(reading) else "wrong"


def read_all(seed: int, each: int) -> Iterator[tuple[str, Wanted, OrderReading]]:
    """Draw so many messages a shop and read them."""
    chance = random.Random(seed)  # noqa: S311 - no secret hangs on it
    raw = yaml.safe_load(FRAMES.read_text("utf-8"))
    Count.words = raw["numbers"]
    drawers = {shop: Drawer(rows, raw, chance) for shop, rows in shops()}
    listed = {shop: [drawer.draw(f"{shop}-{place}") for place in range(each)] for shop, drawer in drawers.items()}
    requests = [
        request
        for shop, messages in listed.items()
        for request in requests_of([one.case for one in messages], region_of(drawers[shop].catalogue))
    ]
    with BotProcess() as bot:
        readings = bot.read_all(requests)
    for shop, messages in listed.items():
        for one in messages:
            context = context_of(one.case, readings, None)
            yield shop, one, read_message(readings[one.case.id], drawers[shop].catalogue, context)


def told(shop: str, wanted: Wanted, reading: OrderReading) -> str:
    """What was read otherwise, in one line."""
    got = {line.sku: float(line.quantity) for line in reading.lines}
    asked = {sku: max(counts) for sku, counts in wanted.lines.items()}
    return (
        f"{shop}: {wanted.case.text!r} wants {asked} -{sorted(wanted.removed)}, "
        f"read {got} -{sorted(reading.removed)} {reading.intent} {reading.decision.value} {reading.ask}"
    )


def main() -> int:
    """Print what came out right, was asked about and was booked wrong: by frame, and last by kind."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each", type=int, default=60, help="messages a shop")
    parser.add_argument("--errors", action="store_true")
    options = parser.parse_args()
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    frames: dict[str, Counter[str]] = defaultdict(Counter)
    for shop, wanted, reading in read_all(options.seed, options.each):
        found = outcome(wanted, reading)
        kinds[wanted.kind][found] += 1
        frames[wanted.frame][found] += 1
        if options.errors and found != "right":
            print(found, told(shop, wanted, reading))
    for frame, counts in sorted(frames.items(), key=lambda one: (-one[1]["wrong"], -one[1]["asked"])):
        print(f"{counts['wrong']:4} wrong {counts['asked']:4} asked of {counts.total():4}  {frame!r}")
    print("plain: " + "  ".join(f"{kind} {_shares(counts)}" for kind, counts in kinds.items()))
    return 0


def _shares(counts: Counter[str]) -> str:
    return f"of {counts.total()}: " + " ".join(
        f"{name}={counts[name] / counts.total():.3f}" for name in ("right", "asked", "wrong")
    )


if __name__ == "__main__":
    sys.exit(main())
