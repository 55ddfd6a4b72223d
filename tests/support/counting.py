"""What metrics have gained since a test began; the registry is one for the whole process."""

from collections.abc import Mapping

from prometheus_client import REGISTRY


class Gains:
    """Remembers where every series stood when it was made."""

    def __init__(self) -> None:
        self._before = _all()

    def of(self, name: str, **labels: str) -> dict[tuple[str, ...], float]:
        """What the series of a name gained, by the values of the labels that were not given, in the labels' order."""
        gained: dict[tuple[str, ...], float] = {}
        for (series, items), value in _all().items():
            risen = value - self._before.get((series, items), 0)
            if series == name and risen and labels.items() <= dict(items).items():
                gained[tuple(value for label, value in items if label not in labels)] = risen
        return gained

    def total(self, name: str, **labels: str) -> float:
        """What all series of a name gained together."""
        return sum(self.of(name, **labels).values())


def _all() -> Mapping[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sample.labels.items())): sample.value
        for family in REGISTRY.collect()
        for sample in family.samples
    }
