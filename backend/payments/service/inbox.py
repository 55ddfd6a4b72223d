"""Applies stored callbacks of the payment providers, each in one transaction."""

from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.service import OrdersService
from backend.payments import repository
from backend.payments.models import PaymentAttempt
from backend.payments.ports import (
    AttemptNews,
    Callbacks,
    Evidence,
    Feed,
    HandNews,
    NoSuchPayment,
    PayoutNews,
    TakenBack,
)
from backend.payments.service.attempts import AttemptsService
from backend.payments.service.pasted import PastedCodes
from backend.payments.service.payouts import PayoutsService
from backend.payments.service.receipts import ReceiptsService
from backend.payments.service.taken_back import TakenBackService
from backend.platform.inbox import StoredProviderEvent
from backend.platform.observability.logging import get_logger

log = get_logger(__name__)


class PaymentsInbox:
    """Reads one provider's stored events in our words and records what they prove."""

    def __init__(
        self,
        callbacks: Callbacks,
        orders: OrdersService,
        attempts: AttemptsService,
        receipts: ReceiptsService,
        payouts: PayoutsService,
        pasted: PastedCodes,
        taken_back: TakenBackService,
    ) -> None:
        self._callbacks = callbacks
        self._orders = orders
        self._attempts = attempts
        self._receipts = receipts
        self._payouts = payouts
        self._pasted = pasted
        self._taken_back = taken_back

    async def handle(self, session: AsyncSession, event: StoredProviderEvent) -> None:
        """Apply one stored event."""
        news = self._callbacks.read(event.kind, event.headers.get("subject", ""), event.body)
        if isinstance(news, AttemptNews):
            await self._on_attempt(session, news, event)
        elif isinstance(news, HandNews):
            await self._on_hand_payment(session, news)
        elif isinstance(news, PayoutNews):
            await self._payouts.apply(session, news.payout_id, news.result)
        elif isinstance(news, NoSuchPayment):
            await self._pasted.disproved(session, news.order_id, news.status)
        elif isinstance(news, TakenBack):
            await self._taken_back.apply(session, self._callbacks.rail, news)

    async def _on_attempt(self, session: AsyncSession, news: AttemptNews, event: StoredProviderEvent) -> None:
        attempt = await self._locked_attempt(session, news)
        if attempt is None:
            log.warning("payment.news_without_attempt", provider=event.provider, external_id=event.external_id)
            return
        attempt.provider_ref = attempt.provider_ref or news.provider_ref
        await self._attempts.hear(session, attempt, news.result)

    async def _locked_attempt(self, session: AsyncSession, news: AttemptNews) -> PaymentAttempt | None:
        """Lock the order, then the attempt, as every writer does."""
        found = (
            await repository.attempt(session, news.attempt_id)
            if news.attempt_id
            else await repository.attempt_by_ref(session, news.provider_ref or "")
        )
        if found is None:
            return None
        await self._orders.get(session, found.order_id, lock=True)
        return await repository.attempt(session, found.id, lock=True)

    async def _on_hand_payment(self, session: AsyncSession, news: HandNews) -> None:
        paid = news.payment
        told = Evidence(
            feed=Feed.CONFIRMATION if news.order_id is None else Feed.LOOK_UP,
            rail=self._callbacks.rail,
            code=paid.receipt,
            amount_minor=paid.amount_minor,
            currency=self._callbacks.currency,
            reference=paid.reference,
            payer=paid.payer,
            paid_at=paid.paid_at,
            order_id=news.order_id,
        )
        if news.order_id is None:
            await self._receipts.take(session, told)
            return
        await self._orders.get(session, news.order_id, lock=True)
        await self._receipts.take(session, told)
        await self._pasted.proved(session, news.order_id)
