"""What payouts do in the background: send them, ask about silent ones, begin those of approved refunds."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.payments.models import Payout
from backend.payments.ports import PayoutProvider, PayoutRequest
from backend.payments.repository import payouts
from backend.payments.service.payouts import CHANNEL, STATUS_CHANNEL, PayoutsService
from backend.payments.tasks import outcome_of
from backend.platform.db.session import Database
from backend.platform.events import StoredEvent, Subscription
from backend.platform.sends import ClaimedSend, Refused, SendOutcome, SendPolicy, Sent, Unknown
from backend.platform.timers import ClaimedTimer, TimerHandler, TimerKind

_CLOSED: Final = "payout_closed"
type Address = Callable[[str, str], str]


def _request(payout: Payout, address: Address) -> PayoutRequest:
    status = "reversal-status" if payout.way == "reversal" else "payout-status"
    return PayoutRequest(
        payout_id=payout.id,
        way=payout.way,
        amount_minor=payout.amount_minor,
        payee=payout.payee,
        receipt_code=payout.receipt_code,
        result_url=address("payout", payout.id),
        timeout_url=address("payout-timeout", payout.id),
        status_url=address(status, payout.id),
    )


class PayoutHandler:
    """Sends payouts. An unknown one is asked about by its timers, and is never sent again by itself."""

    channel = CHANNEL
    policy = SendPolicy(
        concurrency=2, lease_s=45, rate_per_s=1, burst=5, max_attempts=4, backoff_base_s=5, investigate_after_s=()
    )

    def __init__(self, provider: PayoutProvider, database: Database, service: PayoutsService, address: Address) -> None:
        self._provider = provider
        self._database = database
        self._service = service
        self._address = address

    async def deliver(self, send: ClaimedSend) -> SendOutcome:
        """Ask the provider to pay."""
        async with self._database.transaction() as session:
            payout = await payouts.payout(session, send.payload["payout_id"])
        if payout is None or payout.state != "created":
            return Refused(_CLOSED)
        return await outcome_of(self._pay(_request(payout, self._address)))

    async def _pay(self, request: PayoutRequest) -> Sent:
        return Sent(await self._provider.pay_out(request))

    async def investigate(self, send: ClaimedSend) -> SendOutcome:
        """Leave it to the payout's own timers."""
        del send
        return Unknown("asked about by its timers")

    async def settle(self, session: AsyncSession, send: ClaimedSend, outcome: SendOutcome) -> None:
        """Record what became of the request."""
        payout_id = send.payload["payout_id"]
        if isinstance(outcome, Sent):
            await self._service.accepted(session, payout_id, outcome.provider_ref)
        elif isinstance(outcome, Unknown):
            await self._service.unanswered(session, payout_id)
        else:
            refusal = outcome if isinstance(outcome, Refused) else Refused("unavailable")
            if refusal.code != _CLOSED:
                await self._service.not_sent(session, payout_id, refusal.code, refusal.detail)


class PayoutStatusHandler:
    """Asks what became of a payout; the answer comes as a stored result, and asking twice does no harm."""

    channel = STATUS_CHANNEL
    policy = SendPolicy(concurrency=2, lease_s=45, rate_per_s=1, burst=5, max_attempts=3, resend_after_unknown=True)

    def __init__(self, provider: PayoutProvider, database: Database, address: Address) -> None:
        self._provider = provider
        self._database = database
        self._address = address

    async def deliver(self, send: ClaimedSend) -> SendOutcome:
        """Start the query."""
        async with self._database.transaction() as session:
            payout = await payouts.payout(session, send.payload["payout_id"])
        if payout is None or payout.state not in payouts.UNDER_WAY:
            return Refused(_CLOSED)
        return await outcome_of(self._ask(_request(payout, self._address)))

    async def _ask(self, request: PayoutRequest) -> Sent:
        return Sent(await self._provider.ask_about_payout(request))

    async def investigate(self, send: ClaimedSend) -> SendOutcome:
        """Ask again."""
        return await self.deliver(send)

    async def settle(self, session: AsyncSession, send: ClaimedSend, outcome: SendOutcome) -> None:
        """Nothing to record: the result arrives by webhook."""


class PendingPayouts:
    """Asks about payouts that stay silent, then gives them to a person."""

    def __init__(self, service: PayoutsService) -> None:
        self._service = service

    async def fire(self, session: AsyncSession, timers: Sequence[ClaimedTimer]) -> None:
        """Handle due timers: a query each, and the next timer."""
        for timer in sorted(timers, key=lambda one: one.subject_id):
            await self._service.chase(session, timer.subject_id, timer.step)


def timer_handlers(pending: PendingPayouts) -> Mapping[TimerKind, TimerHandler]:
    """Return the timers that payouts answer for."""
    return {TimerKind.PAYOUT_PENDING: pending.fire}


def subscriptions(service: PayoutsService) -> tuple[Subscription, ...]:
    """Return what payouts listen to."""

    async def on_approved(session: AsyncSession, event: StoredEvent) -> None:
        await service.begin_by_itself(session, event.payload["refund_id"])

    return (Subscription("payments.payouts", ("payment.refund.approved",), on_approved),)
