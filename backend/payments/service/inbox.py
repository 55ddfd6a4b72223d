"""Applies stored callbacks of the payment providers, each in one transaction."""

from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.service import OrdersService
from backend.payments import repository
from backend.payments.models import PaymentAttempt
from backend.payments.ports import AttemptNews, Callbacks, HandNews
from backend.payments.service.evidence import EvidenceService, Money
from backend.platform.inbox import StoredProviderEvent
from backend.platform.observability.logging import get_logger

log = get_logger(__name__)


class PaymentsInbox:
    """Reads one provider's stored events in our words and records what they prove."""

    def __init__(self, callbacks: Callbacks, orders: OrdersService, evidence: EvidenceService) -> None:
        self._callbacks = callbacks
        self._orders = orders
        self._evidence = evidence

    async def handle(self, session: AsyncSession, event: StoredProviderEvent) -> None:
        """Apply one stored event."""
        news = self._callbacks.read(event.kind, event.headers.get("subject", ""), event.body)
        if isinstance(news, AttemptNews):
            await self._on_attempt(session, news, event)
        elif isinstance(news, HandNews):
            await self._on_hand_payment(session, news)

    async def _on_attempt(self, session: AsyncSession, news: AttemptNews, event: StoredProviderEvent) -> None:
        attempt = await self._locked_attempt(session, news)
        if attempt is None:
            log.warning("payment.news_without_attempt", provider=event.provider, external_id=event.external_id)
            return
        attempt.provider_ref = attempt.provider_ref or news.provider_ref
        await self._evidence.apply_result(session, attempt, news.result, event.kind)

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
        currency, rail = self._callbacks.currency, self._callbacks.rail
        if news.order_id is None:
            await self._evidence.record_hand_payment(session, news.payment, currency, rail)
            return
        order = await self._orders.get(session, news.order_id, lock=True)
        money = Money(
            provider=rail,
            code=news.payment.receipt,
            amount_minor=news.payment.amount_minor,
            currency=currency,
            evidence="look_up",
            payer_hint=news.payment.payer_hint,
        )
        await self._evidence.record(session, order, money)
