"""Who acts, and through which door."""

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    """The kinds of people and parts that may change something."""

    CUSTOMER = "customer"
    VENDOR = "vendor"
    RIDER = "rider"
    AGENT = "agent"
    ADMIN = "admin"
    OWNER = "owner"
    TRAINER = "trainer"
    BOT = "bot"
    PAYMENTS = "payments"
    DISPATCH = "dispatch"
    TIMER = "timer"
    SYSTEM = "system"
    SERVICE = "service"


class Source(StrEnum):
    """The door that a command came through."""

    API = "api"
    APP = "app"
    WHATSAPP = "whatsapp"
    INSTAGRAM = "instagram"
    IVR = "ivr"
    CONSOLE = "console"
    BOT = "bot"
    TIMER = "timer"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True)
class Actor:
    """One person or part, written `vendor:V-42`."""

    kind: ActorKind
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Actor":
        """Read `kind:id` back.

        Raises:
            ValueError: The text has no such form, or the kind is unknown.
        """
        kind, _, actor_id = text.partition(":")
        return cls(ActorKind(kind), actor_id)


SYSTEM = Actor(ActorKind.SYSTEM, "duka")
