"""What has happened to an outlet."""

from dataclasses import dataclass
from typing import ClassVar

from backend.platform.events import Event


@dataclass(frozen=True)
class VendorEvent(Event):
    """Base: the events of one outlet are kept in sequence."""

    topic: ClassVar[str] = "vendor"

    vendor_id: str

    @property
    def key(self) -> str:
        """The outlet's id."""
        return self.vendor_id


@dataclass(frozen=True)
class VendorDeactivated(VendorEvent):
    """The outlet takes no orders until it is activated again."""

    topic: ClassVar[str] = "vendor.deactivated"

    reason: str
    by: str


@dataclass(frozen=True)
class VendorActivated(VendorEvent):
    """The outlet takes orders again."""

    topic: ClassVar[str] = "vendor.activated"

    by: str
