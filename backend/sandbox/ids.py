"""Ids that look like the providers' and come out the same for the same seed."""

import random
import string

_BASE36 = string.digits + string.ascii_uppercase


class Ids:
    """A seeded source of ids."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.reset()

    def reset(self) -> None:
        """Start again from the seed."""
        self._random = random.Random(self._seed)
        self._counts: dict[str, int] = {}

    def next(self, prefix: str) -> str:
        """Return `prefix_1`, `prefix_2` and so on."""
        return f"{prefix}_{self.number(prefix)}"

    def number(self, name: str) -> int:
        """Return the next whole number of a named series."""
        self._counts[name] = self._counts.get(name, 0) + 1
        return self._counts[name]

    def letters(self, length: int, alphabet: str = _BASE36) -> str:
        """Return random characters."""
        return "".join(self._random.choices(alphabet, k=length))

    def hex(self, length: int = 32) -> str:
        """Return random lower-case hexadecimal digits."""
        return self.letters(length, "0123456789abcdef")
