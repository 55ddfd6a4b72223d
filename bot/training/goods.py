"""The invented shops' goods and the places their customers live in, by language."""

import random
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

_HERE = Path(__file__).parent
_COLUMNS = ("en", "sw", "hi", "hi-Latn", "mr", "mr-Latn")
_ORDINALS = {
    "ord": ("1st", "2nd", "3rd", "first", "second", "third", "top"),
    "sword": ("kwanza", "pili", "tatu", "nne", "mwisho"),
    "swd": ("kwanza", "pili", "tatu", "nne", "tano"), "ihord": ("pehli", "dusri", "teesri"),
    "mhord": ("pahila", "dusra", "tisra"),
    "hord": ("पहली", "दूसरी", "तीसरी", "चौथी"), "mord": ("पहिला", "दुसरा", "तिसरा", "चौथा"),
}  # fmt: skip
SCRIPTS = {"hi": "DEVA", "mr": "DEVA", "hi-Latn": "IN", "mr-Latn": "IN", "sw": "KE", "sheng": "KE"}


@dataclass(frozen=True)
class Good:
    """A thing for sale: its names by language, the way it is counted, its own choices."""

    names: dict[str, str]
    sale: str
    choices: tuple[str, ...]

    def name(self, lang: str, rng: random.Random) -> str:
        """Call the good as a speaker of the language would; English names are used everywhere at times."""
        column = {"sheng": "sw"}.get(lang, lang)
        borrowed = lang in {"sheng", "hi-Latn", "mr-Latn", "sw"} and rng.random() < (0.5 if lang == "sheng" else 0.15)
        return (None if borrowed else self.names.get(column)) or self.names["en"]


@lru_cache(maxsize=32)
def load(name: str) -> Any:
    """Read one of this package's YAML files."""
    return yaml.load((_HERE / name).read_text("utf-8"), yaml.CSafeLoader)


@lru_cache(maxsize=1)
def shops() -> dict[str, list[Good]]:
    """Return the goods by trade."""
    return {trade: [_good(row) for row in rows] for trade, rows in load("goods.yml").items()}


def _good(row: str) -> Good:
    names, sale, choices = (part.strip() for part in row.split(";"))
    spoken = {lang: name.strip() for lang, name in zip(_COLUMNS, names.split("|"), strict=True) if name.strip()}
    return Good(spoken, sale, tuple(choice.strip() for choice in choices.split(",") if choice.strip()))


@lru_cache(maxsize=1)
def places() -> dict[str, Any]:
    """Return what addresses are made of."""
    found: dict[str, Any] = load("places.yml")
    return found


def country_of(lang: str, rng: random.Random) -> str:
    """Choose whose addresses a message in the language uses: Kenya's, India's, or India's in Devanagari."""
    if lang in {"hi", "mr"} and rng.random() < 0.2:  # noqa: PLR2004 - some write their address in English
        return "IN"
    return SCRIPTS.get(lang) or rng.choice(("KE", "IN"))


def area(country: str, rng: random.Random) -> str:
    """Name a part of town."""
    return str(rng.choice(places()[country]["areas"]))


def address(country: str, rng: random.Random) -> str:
    """Make up an address as people type it: parts, a door, a landmark, in a loose order."""
    shape = places()["shapes"][country]
    parts = [_fill(text, country, rng) for text in rng.sample(shape["parts"], rng.choice((1, 1, 1, 2, 2, 3)))]
    doors = [_fill(text, country, rng) for text in rng.sample(shape["doors"], rng.choice((0, 1, 1, 1, 2)))]
    marks = [_fill(text, country, rng) for text in rng.sample(shape["marks"], rng.choice((0, 0, 1, 1)))]
    if len(parts) == 1 and not doors and not marks:
        doors = [_fill(rng.choice(shape["doors"]), country, rng)]
    order = [*doors, *parts, *marks] if rng.random() < (0.3 if country == "KE" else 0.55) else [*parts, *doors, *marks]
    if rng.random() < 0.2:  # noqa: PLR2004 - some begin with the landmark
        order = [*marks, *parts, *doors]
    text = rng.choice((", ", ", ", ", ", " ", ",", " - ", ". ", "\n")).join(order)
    return text.lower() if rng.random() < 0.25 else text  # noqa: PLR2004


def _fill(text: str, country: str, rng: random.Random) -> str:
    rows = places()[country]
    people = rows["people"]
    fills = {
        "area": rng.choice(rows["areas"]), "road": rng.choice(rows["roads"]), "named": rng.choice(rows["named"]),
        "person": rng.choice(people), "n": rng.choice((rng.randint(1, 30), rng.randint(1, 999))),
        "d": rng.randint(1, 9),
        "L": rng.choice("ABCDEFG"), **{key: rng.choice(words) for key, words in _ORDINALS.items()},
    }  # fmt: skip
    return text.format(**fills)
