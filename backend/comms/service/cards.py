"""Exception cards: what needs a person of the city, with an owner and an end."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms import repository, rows
from backend.comms.errors import CardNotFoundError, CardStillNeededError
from backend.comms.events import OpsExceptionRaised
from backend.comms.models import OpsException
from backend.comms.next_steps import next_steps
from backend.comms.ports import NewCard, NextStep
from backend.platform.actors import SYSTEM, Actor
from backend.platform.auth.principal import ALL_CITIES, Principal
from backend.platform.clock import Clock
from backend.platform.events import Notice, publish_notices
from backend.platform.ids import new_id


class CardsService:
    """Opens, owns and closes exception cards."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def open(
        self,
        session: AsyncSession,
        kind: str,
        subject_id: str,
        *,
        order_id: str | None = None,
        city: str | None = None,
        merchant_id: str | None = None,
        money_minor: int = 0,
        currency: str = "",
        owner: str | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Open a card, its owner's from the start where there is one; a live one of this kind and subject stays."""
        card = NewCard(
            kind, subject_id, order_id, city, merchant_id, money_minor, currency, owner=owner, detail=detail or {}
        )
        await self.open_many(session, [card])

    async def open_many(self, session: AsyncSession, cards: Sequence[NewCard]) -> None:
        """Open several; the same holds for each."""
        if not cards:
            return
        named = {new_id("EX", 8): card for card in cards}
        opened = await rows.open_cards(session, named)
        raised = [
            Notice(OpsExceptionRaised(card_id, card.kind, card.order_id, card.city), SYSTEM, card.city, card.trace_id)
            for card_id, card in named.items()
            if card_id in opened
        ]
        await publish_notices(session, raised)

    async def own(
        self, session: AsyncSession, kind: str, order_id: str, actor: Actor, *, subject_id: str, **values: Any
    ) -> None:
        """Give an order's card of this kind to somebody, opened where none is live; `values` as `open` takes them."""
        await self.open(session, kind, subject_id, order_id=order_id, **values)
        for card in await repository.live_cards_of(session, order_id, (kind,)):
            card.state, card.owner = "owned", str(actor)
        await session.flush()

    async def release(self, session: AsyncSession, kind: str, order_ids: Sequence[str]) -> None:
        """Take the cards of this kind of some orders from their owners, so that somebody else looks."""
        if order_ids:
            await rows.free_cards(session, kind, order_ids)

    async def page(
        self, session: AsyncSession, principal: Principal, *, live: bool, limit: int, offset: int
    ) -> tuple[Sequence[OpsException], int]:
        """Return a page of the cards that the caller may see, oldest first, and how many there are."""
        cities = None if principal.cities == ALL_CITIES else principal.cities
        return await repository.cards(
            session, cities=cities, merchant_id=principal.merchant_id, live=live, limit=limit, offset=offset
        )

    async def take(self, session: AsyncSession, card_id: str, principal: Principal) -> OpsException:
        """Make the caller the owner of a card."""
        card = await self._visible(session, card_id, principal)
        if card.state == "open":
            card.state, card.owner = "owned", str(principal.actor)
            await session.flush()
        return card

    async def resolve(self, session: AsyncSession, card_id: str, principal: Principal, resolution: str) -> OpsException:
        """Close a card with what was done.

        Raises:
            CardNotFoundError: There is no such card.
            CardStillNeededError: It is about money that still waits for a decision.
        """
        card = await self._visible(session, card_id, principal)
        if card.state != "resolved" and await repository.money_waits(session, card.subject_id):
            raise CardStillNeededError(card_id=card_id)
        self._close(card, str(principal.actor), resolution)
        await session.flush()
        return card

    async def resolve_for_order(
        self, session: AsyncSession, order_id: str, kinds: Sequence[str], actor: Actor, resolution: str
    ) -> None:
        """Close an order's cards of some kinds, since what they waited for has happened."""
        for card in await repository.live_cards_of(session, order_id, kinds):
            self._close(card, str(actor), resolution)
        await session.flush()

    async def resolve_for_subject(self, session: AsyncSession, subject_id: str, actor: Actor, resolution: str) -> None:
        """Close the cards about one thing, since it has come to its end."""
        for card in await repository.live_cards_about(session, subject_id):
            self._close(card, str(actor), resolution)
        await session.flush()

    @staticmethod
    def steps(card: OpsException) -> tuple[NextStep, ...]:
        """Return what may be done about a card, the likeliest first."""
        return next_steps(card.kind, card.order_id, card.subject_id)

    def _close(self, card: OpsException, who: str, resolution: str) -> None:
        card.state, card.owner, card.resolution = "resolved", card.owner or who, resolution
        card.resolved_at = self._clock.now()

    async def _visible(self, session: AsyncSession, card_id: str, principal: Principal) -> OpsException:
        card = await repository.card(session, card_id)
        if card is None:
            raise CardNotFoundError(card_id=card_id)
        if card.city:
            principal.check_city(card.city)
        if card.merchant_id:
            principal.check_merchant(card.merchant_id)
        return card
