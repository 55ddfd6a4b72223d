"""The word lists of linking: goods and their synonyms, kinds of goods, sizes, containers, joints and filler."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Final

from backend.catalog.linking.folding import bare, fold, stems, words

LONGEST_GOOD: Final = 3


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Folded word lists; `senses` and `kinds` are keyed by folded words joined with a space.

    `starts` are the first words of goods that have several.
    """

    senses: Mapping[str, frozenset[str]]
    properties: frozenset[str]
    kinds: Mapping[str, frozenset[str]]
    sizes: Mapping[str, str]
    size_means: Mapping[str, tuple[str, ...]]
    containers: Mapping[str, str]
    vessels: frozenset[str]
    paired: frozenset[str]
    joints_after: frozenset[str]
    joints_before: frozenset[str]
    starts: frozenset[str]
    filler: frozenset[str]
    optional: frozenset[str]

    def is_joint(self, key: str) -> bool:
        """Whether a word only joins the parts of a name ("unga ya ugali", "gud ki chai")."""
        return key in self.joints_after or key in self.joints_before


def _other_vowels(key: str) -> list[str]:
    """The same word in another case, as Hindi and Marathi decline it; short words would meet strangers that way."""
    stem = bare(key)
    return [stem + vowel for vowel in "aei"] if len(stem) > 3 else []  # noqa: PLR2004


def _read(name: str) -> dict[str, object]:
    return tomllib.loads(resources.files("backend.catalog.linking").joinpath("words", name).read_text("utf-8"))


def phrase_key(text: str, joints: frozenset[str] = frozenset()) -> str:
    """The folded words of a text joined with a space, joints left out where others remain."""
    keys = [fold(word) for _, _, word in words(text)]
    kept = [key for key in keys if key and key not in joints]
    return " ".join(kept or keys)


def _inverted(table: Mapping[str, Iterable[str]]) -> dict[str, str]:
    return {phrase_key(word): label for label, listed in reversed(list(table.items())) for word in (label, *listed)}


def _senses(groups: Iterable[Iterable[str]], joints: frozenset[str]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for group in groups:
        names = list(group)
        for name in names:
            found.setdefault(phrase_key(name, joints), set()).add(names[0])
    return {key: frozenset(goods) for key, goods in found.items()}


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The word lists, read once from `words/*.toml`."""
    goods, grammar = _read("goods.toml"), _read("grammar.toml")
    joints: Mapping[str, list[str]] = grammar["joints"]  # type: ignore[assignment]
    after, before = (frozenset(fold(word) for word in joints[side]) for side in ("after", "before"))
    kinds: Mapping[str, list[str]] = goods["kinds"]  # type: ignore[assignment]
    senses = _senses([*goods["goods"], *goods["properties"]], after | before)  # type: ignore[misc]
    return Lexicon(
        senses=senses,
        starts=frozenset(key.split(" ", 1)[0] for key in senses if " " in key),
        properties=frozenset(listed[0] for listed in goods["properties"]),  # type: ignore[attr-defined]
        kinds={phrase_key(kind): frozenset(map(phrase_key, members)) for kind, members in kinds.items()},
        sizes=_inverted(grammar["sizes"]),  # type: ignore[arg-type]
        size_means={label: tuple(means) for label, means in grammar["size_means"].items()},  # type: ignore[attr-defined]
        containers=_inverted(grammar["containers"]),  # type: ignore[arg-type]
        vessels=frozenset(grammar["vessels"]["words"]),  # type: ignore[index]
        paired=frozenset(map(fold, grammar["paired"]["words"])),  # type: ignore[index]
        joints_after=after,
        joints_before=before,
        filler=frozenset(fold(word) for word in grammar["filler"]["words"]),  # type: ignore[index]
        optional=frozenset(fold(word) for word in grammar["filler"]["optional"]),  # type: ignore[index]
    )


@lru_cache(maxsize=65536)
def sense_of(key: str) -> frozenset[str]:
    """The goods that a folded word, or several joined with a space, can name; plural and case forms included."""
    senses = lexicon().senses
    found = senses.get(key)
    if found is not None or len(key) < 4:  # noqa: PLR2004 - short words have too many accidental stems
        return found or frozenset()
    near = {other for stem in stems(key) for other in (stem, *_other_vowels(stem))}
    return frozenset().union(*(senses.get(other, frozenset()) for other in near if len(other) > 3))  # noqa: PLR2004
