"""Times linking against a catalogue of 5,000 rows, beside a plain search over all its names.

    PYTHONPATH=. .venv/bin/python scripts/bench_link.py [--rows 5000] [--rounds 400]

A mention set is what one message names: three to six goods, typos included. The plain search is
`rapidfuzz.process.extract` over every name and alias for each mention. The last line holds the figures; the command
fails where the 99th percentile of a mention set is not below 10 ms.
"""

import argparse
import random
import sys
import time
from fractions import Fraction

from rapidfuzz import process

from backend.catalog.linking.catalogue import Catalogue, CatalogueItem
from backend.catalog.linking.quantities import Wanted
from backend.catalog.linking.resolve import resolve
from backend.catalog.linking.terms import terms_of

SEED = 5_000
BAR_MS = 10.0
BRANDS = [
    first + last
    for first in ["ba", "de", "fu", "gi", "ko", "lu", "ma", "ne", "pi", "ro", "sa", "ti", "vu", "wa", "ze"]
    for last in ["ra", "mo", "lin", "tex", "vit", "nor", "dan", "kem"]
]
GOODS = [
    "flour",
    "sugar",
    "rice",
    "beans",
    "milk",
    "yoghurt",
    "bread",
    "soap",
    "oil",
    "margarine",
    "salt",
    "tea",
    "coffee",
    "juice",
    "biscuit",
    "noodle",
    "tissue",
    "shampoo",
    "lotion",
    "toothpaste",
    "candle",
    "battery",
    "bulb",
    "pen",
    "notebook",
    "shirt",
    "sandal",
    "charger",
    "cable",
    "paint",
    "nail",
    "cement",
    "fertiliser",
]
SORTS = [
    "red",
    "blue",
    "green",
    "white",
    "brown",
    "strawberry",
    "vanilla",
    "classic",
    "family",
    "premium",
    "light",
    "gold",
    "royal",
    "fresh",
    "super",
]
SIZES = ("250g", "500g", "1kg", "2kg", "5kg", "250ml", "500ml", "1L")


def catalogue_of(count: int, dice: random.Random) -> Catalogue:
    """Rows of invented brands, sorts and sizes, each with two aliases."""
    rows = []
    for number in range(count):
        brand, sort, good, size = dice.choice(BRANDS), dice.choice(SORTS), dice.choice(GOODS), dice.choice(SIZES)
        name = f"{brand.title()} {sort.title()} {good.title()} {size}"
        aliases = (f"{brand} {good} {size}", f"{brand} {sort} {good}")
        rows.append(
            CatalogueItem(
                f"R{number}", name, aliases, "packet", 100 * dice.randint(10, 900), "KES", 50.0, {"size": (size,)}
            )
        )
    return Catalogue(tuple(rows))


def mention(catalogue: Catalogue, dice: random.Random) -> str:
    """A name, an alias or a part of one, one time in three with a slip of the finger."""
    item = dice.choice(catalogue.items)
    words = dice.choice((item.name, *item.aliases)).lower().split()
    text = " ".join(words[: dice.randint(1, len(words))])
    if dice.random() < 1 / 3 and len(text) > 4:  # noqa: PLR2004 - too short to slip in
        place = dice.randrange(1, len(text) - 1)
        text = text[:place] + text[place + 1 :]
    return text


def timed(work, sets: list[list[str]]) -> list[float]:  # noqa: ANN001 - any callable on a mention
    """Milliseconds of processor time for each mention set, so that a busy machine does not count."""
    spent = []
    for mentions in sets:
        begun = time.process_time()
        for text in mentions:
            work(text)
        spent.append(1000 * (time.process_time() - begun))
    return sorted(spent)


def main() -> int:
    """Build, time, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=400)
    options = parser.parse_args()
    dice = random.Random(SEED)  # noqa: S311 - no secret hangs on it
    catalogue = catalogue_of(options.rows, dice)
    begun = time.process_time()
    catalogue.prepared()
    built_ms = 1000 * (time.process_time() - begun)
    sets = [[mention(catalogue, dice) for _ in range(dice.randint(3, 6))] for _ in range(options.rounds)]
    names = [text for item in catalogue.items for text in (item.name, *item.aliases)]
    ours = timed(lambda text: resolve(catalogue, terms_of(text), Wanted(count=Fraction(2))), sets)
    plain = timed(lambda text: process.extract(text, names, limit=5), sets[: max(options.rounds // 10, 1)])
    p50, p99 = ours[len(ours) // 2], ours[int(0.99 * (len(ours) - 1))]
    plain_p50 = plain[len(plain) // 2]
    print(f"rows {options.rows}, mention sets {len(sets)}, index built in {built_ms:.0f} ms")
    print(f"link_p50_ms={p50:.2f}  link_p99_ms={p99:.2f}  plain_p50_ms={plain_p50:.2f}  ratio={p50 / plain_p50:.3f}")
    return int(p99 >= BAR_MS)


if __name__ == "__main__":
    sys.exit(main())
