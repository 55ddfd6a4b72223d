"""What has happened to a merchant's catalogue."""

from dataclasses import dataclass
from typing import ClassVar

from backend.platform.events import Event


@dataclass(frozen=True)
class CatalogueChanged(Event):
    """Items or prices of a merchant have changed; stock that orders take is no such change."""

    topic: ClassVar[str] = "catalogue.changed"

    merchant_id: str
    created: int
    updated: int
    reason: str

    @property
    def key(self) -> str:
        """The merchant's id."""
        return self.merchant_id
