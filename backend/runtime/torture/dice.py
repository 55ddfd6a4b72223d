"""What a seed decides: who orders what where, who answers how and when, what fails, and when."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final


class Answer(StrEnum):
    """What an outlet does about a new order."""

    BUTTON = "button"
    APP = "app"
    REJECT = "reject"
    CROSS = "cross"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Wish:
    """One order and what its people will do; times in seconds of the moved clock.

    Attributes:
        number: Names the order; its idempotency key is made of it.
        in_kenya: Paid by M-Pesa; else cash at the door.
        outlet: Which outlet of the shop.
        buyer: Which customer of the shop.
        answer_s: From the confirmation to the outlet's answer.
        pack_s: From the answer to packed goods.
        rider_accepts: Whether the rider who is offered it takes it, or says nothing.
    """

    number: int
    in_kenya: bool
    outlet: int
    buyer: int
    answer: Answer
    answer_s: float
    pack_s: float
    rider_accepts: bool


@dataclass(frozen=True, slots=True)
class Blow:
    """One process to end after a real pause; `number` is the signal's name."""

    after_s: float
    target: str
    signal: str


OUTLETS: Final = 24
BUYERS: Final = 60
_ANSWERS: Final = {Answer.BUTTON: 50, Answer.APP: 12, Answer.REJECT: 6, Answer.CROSS: 6, Answer.NONE: 26}
_CALLS: Final[tuple[dict[str, Any], ...]] = (
    *({"outcome": "ignore"},) * 4,
    *({"outcome": "answer", "after_s": 4, "digits": ["1"]},) * 2,
    {"outcome": "answer", "after_s": 6, "digits": ["3", "2"]},
    {"outcome": "answer", "after_s": 4, "digits": ["9", "2"]},
    {"outcome": "answer", "after_s": 4, "digits": []},
    {"outcome": "busy"},
    {"outcome": "reject"},
    {"outcome": "failed"},
)
_PAYERS: Final[tuple[dict[str, Any], ...]] = (
    *({"outcome": "pay", "after_s": 8},) * 7,
    {"outcome": "wrong_pin", "after_s": 8},
    {"outcome": "cancel", "after_s": 8},
    {"outcome": "ignore"},
)
# Modes whose record at the simulator tells whether the change was made.
_FAULTS: Final[tuple[dict[str, Any], ...]] = (
    {"provider": "whatsapp", "path": "/messages", "mode": "drop", "left": 2},
    {"provider": "whatsapp", "path": "/messages", "mode": "refuse", "status": 503, "left": 5},
    {"provider": "exotel", "path": "connect", "mode": "drop", "left": 1},
    {"provider": "exotel", "path": "connect", "mode": "refuse", "status": 503, "left": 3},
    {"provider": "exotel", "mode": None, "delay_s": 2.0, "left": 3},
    {"provider": "daraja", "path": "stkpush", "mode": "drop", "left": 1},
    {"provider": "daraja", "path": "stkpush", "mode": "refuse", "status": 503, "left": 2},
    {"provider": "daraja", "mode": None, "delay_s": 2.0, "left": 3},
)
_ACCIDENTS: Final[tuple[dict[str, Any], ...]] = (
    {"what": "duplicate", "left": 6},
    {"what": "delay", "seconds": 45, "left": 4},
    {"what": "hold", "left": 5},
    {"what": "drop", "provider": "daraja", "left": 1},
    {"what": "drop", "provider": "exotel", "left": 2},
    {"what": "drop", "provider": "whatsapp", "kind": "status.delivered", "left": 3},
)
_TROUBLES: Final = (
    ("/faults", _FAULTS),
    ("/webhooks/accidents", _ACCIDENTS),
    ("/webhooks/release", ({"order": "reversed"}, {"order": "fifo"})),
)


class Dice:
    """Everything that the seed decides, each kind from a stream of its own, so that none shifts another."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def _stream(self, what: str) -> random.Random:
        return random.Random(f"{self.seed}:{what}")  # noqa: S311 - a test's dice

    def wishes(self) -> Iterator[Wish]:
        """Yield orders without end."""
        number = 0
        while True:
            number += 1
            yield self._wish(number, self._stream(f"wish:{number}"))

    def _wish(self, number: int, dice: random.Random) -> Wish:
        return Wish(
            number=number,
            in_kenya=dice.random() < 0.6,  # noqa: PLR2004 - more than half
            outlet=dice.randrange(OUTLETS),
            buyer=dice.randrange(BUYERS),
            answer=dice.choices(list(_ANSWERS), list(_ANSWERS.values()))[0],
            answer_s=dice.choice((dice.uniform(0, 20), dice.uniform(20, 330))),
            pack_s=dice.uniform(30, 400),
            rider_accepts=dice.random() < 0.8,  # noqa: PLR2004 - most
        )

    def calls(self, count: int) -> list[dict[str, Any]]:
        """Return what each outlet does when its phone rings."""
        return self._stream("calls").choices(_CALLS, k=count)

    def payers(self, count: int) -> list[dict[str, Any]]:
        """Return what each customer does about a prompt."""
        return self._stream("payers").choices(_PAYERS, k=count)

    def blows(self, kills: int, restarts: int, targets: Sequence[tuple[str, int]]) -> list[Blow]:
        """Return what is ended and when: the kills, weighted by target, and the database's restarts among them."""
        dice = self._stream("blows")
        names, weights = zip(*targets, strict=True)
        found = [Blow(dice.uniform(0.3, 2.2), name, "SIGKILL") for name in dice.choices(names, weights, k=kills)]
        for place in range(restarts):
            blow = Blow(dice.uniform(0.3, 2.2), "postgres", dice.choice(("SIGKILL", "SIGQUIT", "SIGINT")))
            found.insert(round((place + dice.uniform(0.2, 0.8)) * len(found) / restarts), blow)
        return found

    def troubles(self) -> Iterator[tuple[float, str, dict[str, Any]]]:
        """Yield what befalls providers, without end: the pause before it, the control path, its body."""
        dice = self._stream("troubles")
        while True:
            path, rows = dice.choice(_TROUBLES)
            yield dice.uniform(0.5, 4.0), path, dice.choice(rows)
