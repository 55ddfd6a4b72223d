"""The refund queue: what is owed back, and who decided."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from backend.payments import repository
from backend.payments.errors import IntentNotFoundError, NothingDueError
from backend.payments.models import Refund
from backend.platform.actors import Actor


class RefundsService:
    """Lists refunds and records decisions; one decision a refund."""

    async def page(
        self,
        session: AsyncSession,
        *,
        state: str | None,
        merchant_id: str | None,
        cities: frozenset[str] | None = None,
        limit: int,
        offset: int,
    ) -> tuple[Sequence[Refund], int]:
        """Return a page of refunds, oldest first, and how many there are; of orders in `cities`, or of all."""
        return await repository.refunds(
            session, state=state, merchant_id=merchant_id, cities=cities, limit=limit, offset=offset
        )

    async def order_of(self, session: AsyncSession, refund_id: str) -> str | None:
        """Return the order that a refund is about.

        Raises:
            IntentNotFoundError: There is no such refund.
        """
        refund = await repository.refund(session, refund_id)
        if refund is None:
            raise IntentNotFoundError(refund_id=refund_id)
        return refund.order_id

    async def decide(self, session: AsyncSession, refund_id: str, *, approve: bool, note: str, actor: Actor) -> Refund:
        """Record a decision.

        Raises:
            IntentNotFoundError: There is no such refund.
            NothingDueError: It was decided already.
        """
        refund = await repository.refund(session, refund_id)
        if refund is None:
            raise IntentNotFoundError(refund_id=refund_id)
        if refund.state != "due":
            raise NothingDueError(refund_id=refund_id)
        refund.state = "approved" if approve else "rejected"
        refund.decided_by, refund.note = str(actor), note
        await session.flush()
        return refund
