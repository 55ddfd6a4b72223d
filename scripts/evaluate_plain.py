"""Scores the reading on the plainest sentences there are, with the goods of every shop by their own names.

    PYTHONPATH=. .venv/bin/python scripts/evaluate_plain.py [--seed N] [--each N] [--errors] [--kind KIND ...]

The frames of `data/frames/plain.yml` are filled with rows of the shops of `data/`: orders of a good or more, with what
people say around them, and changes of an order after its read-back. Each good is called by an alias that no other row
of its shop bears, or by a part of its name that tells it, so that what is wanted is known without a label. Goods by
weight or length are only ordered by weight, and scarce ones are left out: of those a question may be right. A pack
whose pieces were counted ("three boxers" of a pack of three) is one pack, as the benchmark has it.
A message is right, asked about (or handed over), lost (right, but for an address, way of paying or number), or wrong.
A seed draws the same goods and frames again; one that was not looked at before is an honest one.
"""

import argparse
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import yaml

from backend.conversations.reading.bot_process import BotProcess
from backend.conversations.reading.cases import context_of, region_of, requests_of
from backend.conversations.reading.reader import read_message
from backend.conversations.reading.types import Decision, OrderReading
from scripts.plain_messages import BARE, Count, Drawer, Wanted

DATA: Final = Path(__file__).resolve().parents[1] / "data"
FRAMES: Final = DATA / "frames" / "plain.yml"
OUTCOMES: Final = ("right", "asked", "lost", "wrong")


def shops() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """The rows of every shop of ours, held-out ones too: their goods, none of their messages."""
    for path in sorted((*DATA.glob("orders/*.yml"), *DATA.glob("studied/*.yml"), *DATA.glob("held_out/*/*.yml"))):
        raw = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
        yield path.stem, [{name: str(value) for name, value in row.items()} for row in raw["catalog"]]


def outcome(wanted: Wanted, reading: OrderReading) -> str:
    """Right, asked about (or handed over), right but for what was said besides, or booked wrong."""
    if wanted.kind == BARE:
        return "wrong" if reading.decision is Decision.ACCEPT else "right"
    if reading.decision is not Decision.ACCEPT:
        return "asked"
    if not wanted.fits(reading):
        return "wrong"
    return "right" if wanted.keeps(reading) else "lost"


def read_all(seed: int, each: int, kinds: Sequence[str]) -> Iterator[tuple[str, Wanted, OrderReading]]:
    """Draw so many messages a shop and read them."""
    chance = random.Random(seed)  # noqa: S311 - no secret hangs on it
    raw = yaml.safe_load(FRAMES.read_text("utf-8"))
    Count.words = raw["numbers"]
    drawers = {shop: Drawer(rows, raw, chance, kinds) for shop, rows in shops()}
    drawn = {shop: [drawer.draw(f"{shop}-{place}") for place in range(each)] for shop, drawer in drawers.items()}
    listed = {shop: [one for one in messages if one] for shop, messages in drawn.items()}
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
    asked = {sku: float(max(counts)) for sku, counts in wanted.lines.items()}
    besides = [slot for slot in (reading.address, reading.payment, reading.phone) if slot]
    return (
        f"{shop}: {wanted.case.text!r} wants {asked} -{sorted(wanted.removed)}, "
        f"read {got} -{sorted(reading.removed)} {besides} {reading.intent} {reading.decision.value} {reading.ask}"
    )


def main() -> int:
    """Print what came out right, was asked about, lost something or was booked wrong: by frame, and last by kind."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each", type=int, default=60, help="messages a shop")
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--kind", nargs="*", default=(), help="only frames of these kinds")
    options = parser.parse_args()
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    frames: dict[str, Counter[str]] = defaultdict(Counter)
    for shop, wanted, reading in read_all(options.seed, options.each, options.kind):
        found = outcome(wanted, reading)
        kinds[wanted.kind][found] += 1
        frames[f"{wanted.kind}: {wanted.frame!r}"][found] += 1
        if options.errors and found != "right":
            print(found, wanted.kind, told(shop, wanted, reading))
    for frame, counts in sorted(frames.items(), key=lambda one: [-one[1][name] for name in ("wrong", "lost", "asked")]):
        missed = "  ".join(f"{counts[name]:4} {name}" for name in ("wrong", "lost", "asked"))
        print(f"{missed} of {counts.total():4}  {frame}")
    for kind, counts in sorted(kinds.items()):
        shares = "  ".join(f"{name}={counts[name] / counts.total():.3f}" for name in OUTCOMES)
        print(f"plain {kind:8} of {counts.total():4}: {shares}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
