"""One turn, with everything that a use case may look at."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from backend.conversations.drafts.shared import SharedCart, SharedPlace
from backend.conversations.drafts.state import Draft
from backend.conversations.drafts.step import Step
from backend.conversations.reading.types import Decision
from backend.platform.money import Money

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from backend.catalog.linking.catalogue import Catalogue
    from backend.conversations.drafts.ports import Shop, ThreadFacts
    from backend.conversations.reading.types import OrderReading
    from backend.customers.ports import CustomerView
    from backend.vendors.ports import MerchantView


@dataclass(slots=True)
class Scene:
    """A message that was read, the draft it belongs to, and the people and goods around it.

    Attributes:
        reading: The bot's reading, with offsets into `text`.
        understood: What it means for this shop.
        weights: The belief about the customer's language, of each language.
        button: What a tapped button carries; None where the customer typed.
        place: A place on the map that came with the message; its words are the address.
        cart: Goods that were picked from the channel's catalogue.
        failed_turns: Turns in a row before this one that we could not use.
        cash_limit_minor: The largest order that may be paid in cash; None where there is no limit.
    """

    session: "AsyncSession"
    shop: "Shop"
    turn_id: str
    thread: "ThreadFacts"
    merchant: "MerchantView"
    customer: "CustomerView"
    catalogue: "Catalogue"
    draft: Draft
    text: str
    reading: Mapping[str, Any]
    understood: "OrderReading"
    language: str
    weights: Mapping[str, float]
    button: str | None = None
    place: SharedPlace | None = None
    cart: SharedCart | None = None
    failed_turns: int = 0
    cash_limit_minor: int | None = None

    @property
    def intent(self) -> str:
        """What the customer wants."""
        return self.understood.intent

    @property
    def intent_confidence(self) -> float:
        """How sure the bot is of the intent, in [0, 1]."""
        return float((self.reading.get("intent") or {}).get("confidence") or 0.0)

    @property
    def wants_person(self) -> bool:
        """True where the reading says that a person must take it."""
        return self.understood.decision is Decision.HANDOFF

    @property
    def flags(self) -> Mapping[str, bool]:
        """What else the message is: angry, bulk, credit, usual_place, ..."""
        flags: Mapping[str, bool] = self.reading.get("flags") or {}
        return flags

    def step(self) -> Step:
        """Begin an answer in the customer's language."""
        return Step(language=self.language)

    def money(self, minor: int) -> str:
        """Write an amount in the merchant's currency."""
        return Money(minor, self.merchant.currency).format()

    def spoken_count(self) -> Decimal | None:
        """The one number that the message says, where it says just one."""
        amounts = self.reading.get("amounts") or []
        values = [amount["value"] for amount in amounts if amount.get("value") is not None]
        return Decimal(str(values[0])) if len(values) == 1 else None
