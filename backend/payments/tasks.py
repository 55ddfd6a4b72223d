"""What payments do on a clock and in the background: send requests, ask about silent ones, read stored callbacks."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.service import OrdersService
from backend.payments import repository
from backend.payments.events import PaymentRequested
from backend.payments.models import PaymentAttempt, PaymentIntent
from backend.payments.ports import Advice, AttemptOutcome, AttemptResult, Feed, PaymentProvider, PaymentRequest
from backend.payments.service.attempts import LIVE, SEND_CHANNEL, AttemptsService, ask_about, unwatch, watch
from backend.payments.service.books import PAYMENTS_ACTOR
from backend.payments.service.pulls import PullsService
from backend.payments.settings import PaymentsSettings
from backend.platform.db.session import Database
from backend.platform.errors import OutcomeUnknownError, ProviderRejectedError, ProviderUnavailableError
from backend.platform.events import publish
from backend.platform.loops import ErrorPause
from backend.platform.sends import (
    ClaimedSend,
    Refused,
    SendOutcome,
    SendPolicy,
    Sent,
    Throttled,
    Unavailable,
    Unknown,
    enqueue,
)
from backend.platform.timers import ClaimedTimer, TimerHandler, TimerKind


async def outcome_of(call: Awaitable[Sent]) -> SendOutcome:
    """Await a provider call and sort its end into the four that a send can have."""
    try:
        return await call
    except ProviderRejectedError as error:
        return Refused(error.code, error.detail)
    except ProviderUnavailableError as error:
        return Throttled(error.retry_after_s) if error.retry_after_s else Unavailable(f"{error.code} {error.detail}")
    except OutcomeUnknownError as error:
        return Unknown(f"{error.code} {error.detail}")


class RequestHandler:
    """Sends prompts, links and codes of one provider; an unknown one is never sent again."""

    policy = SendPolicy(concurrency=4, lease_s=45, rate_per_s=5, burst=10, max_attempts=4, backoff_base_s=5)

    def __init__(
        self,
        channel: str,
        provider: PaymentProvider,
        database: Database,
        orders: OrdersService,
        attempts: AttemptsService,
        settings: PaymentsSettings,
        callback_url: Callable[[str], str],
    ) -> None:
        self.channel = channel
        self._provider = provider
        self._database = database
        self._orders = orders
        self._attempts = attempts
        self._settings = settings
        self._callback_url = callback_url

    async def deliver(self, send: ClaimedSend) -> SendOutcome:
        """Ask the provider for the money."""
        request = await self._request(send)
        return Refused("attempt_closed") if request is None else await outcome_of(self._ask(request))

    async def _ask(self, request: PaymentRequest) -> Sent:
        ref = await self._provider.request_payment(request)
        return Sent(ref.ref, orjson.dumps(asdict(ref)).decode())

    async def _request(self, send: ClaimedSend) -> PaymentRequest | None:
        async with self._database.transaction() as session:
            attempt = await repository.attempt(session, send.payload["attempt_id"])
            if attempt is None or attempt.state not in LIVE:
                return None
            intent = await repository.intent(session, attempt.intent_id)
        return PaymentRequest(
            attempt_id=attempt.id,
            reference=attempt.order_id,
            amount_minor=attempt.amount_minor,
            currency=intent.currency,
            payer_phone=intent.payer_phone,
            description=f"Order {attempt.order_id}"[:13],
            callback_url=self._callback_url(attempt.id),
            expires_at=attempt.expires_at,
            single_use_code=attempt.at_the_door,
        )

    async def investigate(self, send: ClaimedSend) -> SendOutcome:
        """Look for an attempt whose answer was lost; a prompt can only be told by its callback."""
        request = await self._request(send)
        if request is None:
            return Refused("attempt_closed")
        return await outcome_of(self._find(request))

    async def _find(self, request: PaymentRequest) -> Sent:
        ref = await self._provider.find(request)
        if ref is None:
            raise OutcomeUnknownError("payment.not_told")
        return Sent(ref.ref, orjson.dumps(asdict(ref)).decode())

    async def settle(self, session: AsyncSession, send: ClaimedSend, outcome: SendOutcome) -> None:
        """Record what became of the request."""
        attempt_id = send.payload["attempt_id"]
        order = await self._orders.get(session, str(send.order_id), lock=True)
        attempt = await repository.attempt(session, attempt_id, lock=True)
        if attempt is None:
            return
        if isinstance(outcome, Sent):
            intent = await repository.intent(session, attempt.intent_id)
            await self._settle_sent(session, attempt, intent, outcome, order.city)
        elif isinstance(outcome, Unknown):
            await self._settle_unknown(session, attempt)
        elif attempt.state in LIVE:
            await self._attempts.apply_result(session, attempt, _refusal(outcome), Feed.PROMPT)

    async def _settle_sent(
        self, session: AsyncSession, attempt: PaymentAttempt, intent: PaymentIntent, outcome: Sent, city: str
    ) -> None:
        ref = orjson.loads(outcome.detail)
        attempt.provider_ref, attempt.secondary_ref, attempt.url = ref["ref"], ref["secondary_ref"], ref["url"]
        if attempt.state not in {"created", "unknown"}:
            return
        attempt.state = "sent"
        await session.flush()
        await self._watch_anew(session, attempt)
        requested = PaymentRequested(
            order_id=attempt.order_id,
            attempt_id=attempt.id,
            method=intent.method,
            amount_minor=attempt.amount_minor,
            currency=intent.currency,
            url=attempt.url,
            at_the_door=attempt.at_the_door,
        )
        await publish(session, requested, actor=PAYMENTS_ACTOR, city=city)

    async def _settle_unknown(self, session: AsyncSession, attempt: PaymentAttempt) -> None:
        """Begin the wait for news, once: each look that finds nothing would begin it anew, and put off the person."""
        if attempt.state == "created":
            attempt.state = "unknown"
            await self._watch_anew(session, attempt)

    async def _watch_anew(self, session: AsyncSession, attempt: PaymentAttempt) -> None:
        """Count the time of silence from now, where it was counted from the attempt's making."""
        await unwatch(session, attempt, attempt.state)
        await watch(session, attempt, self._settings.query_after_s[0])


def _refusal(outcome: SendOutcome) -> AttemptResult:
    code = outcome.code if isinstance(outcome, Refused) else "unavailable"
    return AttemptResult(AttemptOutcome.FAILED, code, advice=Advice.ASK_AGAIN, reason="prompt_not_sent")


class QueryHandler:
    """Asks what became of an attempt; asking twice does no harm."""

    policy = SendPolicy(concurrency=2, lease_s=45, rate_per_s=2, burst=5, max_attempts=3, resend_after_unknown=True)

    def __init__(
        self,
        channel: str,
        provider: PaymentProvider,
        database: Database,
        orders: OrdersService,
        attempts: AttemptsService,
    ) -> None:
        self.channel = channel
        self._provider = provider
        self._database = database
        self._orders = orders
        self._attempts = attempts

    async def deliver(self, send: ClaimedSend) -> SendOutcome:
        """Ask, and carry the answer to `settle`."""
        async with self._database.transaction() as session:
            attempt = await repository.attempt(session, send.payload["attempt_id"])
        if attempt is None or attempt.provider_ref is None:
            return Unavailable("the provider has not named it yet")
        return await outcome_of(self._ask(attempt.provider_ref))

    async def _ask(self, ref: str) -> Sent:
        return Sent(ref, orjson.dumps(asdict(await self._provider.query(ref))).decode())

    async def investigate(self, send: ClaimedSend) -> SendOutcome:
        """Ask again."""
        return await self.deliver(send)

    async def settle(self, session: AsyncSession, send: ClaimedSend, outcome: SendOutcome) -> None:
        """Apply the answer."""
        if not isinstance(outcome, Sent):
            return
        await self._orders.get(session, str(send.order_id), lock=True)
        attempt = await repository.attempt(session, send.payload["attempt_id"], lock=True)
        if attempt is not None:
            answer = orjson.loads(outcome.detail)
            answer.update(outcome=AttemptOutcome(answer["outcome"]), advice=Advice(answer["advice"]))
            await self._attempts.apply_result(session, attempt, AttemptResult(**answer), Feed.QUERY)


class CloseHandler(QueryHandler):
    """Withdraws a link or code, then asks how it ended: it may have been paid a moment before."""

    async def _ask(self, ref: str) -> Sent:
        # One that has ended already can't be closed; the answer to the query says how it ended.
        with contextlib.suppress(ProviderRejectedError):
            await self._provider.cancel(ref)
        return await super()._ask(ref)


class ReceiptCheckHandler:
    """Asks the provider about a pasted receipt code; the answer comes as a stored result."""

    channel = "daraja.status"
    policy = SendPolicy(concurrency=2, lease_s=45, rate_per_s=1, burst=5, max_attempts=3, resend_after_unknown=True)

    def __init__(self, ask: Callable[[str, str], Awaitable[str]], result_url: Callable[[str], str]) -> None:
        self._ask = ask
        self._result_url = result_url

    async def deliver(self, send: ClaimedSend) -> SendOutcome:
        """Start the look-up."""
        return await outcome_of(self._start(send))

    async def _start(self, send: ClaimedSend) -> Sent:
        return Sent(await self._ask(send.payload["code"], self._result_url(f"{send.order_id}")))

    async def investigate(self, send: ClaimedSend) -> SendOutcome:
        """Start it again; a look-up has no effect."""
        return await self.deliver(send)

    async def settle(self, session: AsyncSession, send: ClaimedSend, outcome: SendOutcome) -> None:
        """Nothing to record: the result arrives by webhook."""


class PullLoop:
    """Reads the shortcodes whose time has come; safe to run in every worker."""

    def __init__(self, pulls: PullsService, shortcodes: Sequence[str], *, every_s: float = 5.0) -> None:
        self._pulls = pulls
        self._shortcodes = shortcodes
        self._every_s = every_s

    async def run(self, stop: asyncio.Event) -> None:
        """Read until told to stop."""
        pause = ErrorPause("payments.pull_failed")
        while not stop.is_set():
            async with pause.around():
                await self.step()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._every_s)

    async def step(self) -> int:
        """Read each shortcode that is due; return how many payments that told of."""
        return sum([await self._pulls.read(shortcode) for shortcode in self._shortcodes])


class PendingPayments:
    """Asks about attempts that stay silent, then gives them to a person."""

    def __init__(self, settings: PaymentsSettings) -> None:
        self._settings = settings

    async def fire(self, session: AsyncSession, timers: Sequence[ClaimedTimer]) -> None:
        """Handle due timers: a query each, and the next timer."""
        for timer in timers:
            attempt_id = timer.meta.get("attempt_id")
            attempt = await repository.attempt(session, str(attempt_id), lock=True) if attempt_id else None
            if attempt is not None and attempt.state in LIVE:
                await self._chase(session, attempt, timer)

    async def _chase(self, session: AsyncSession, attempt: PaymentAttempt, timer: ClaimedTimer) -> None:
        waits = (*self._settings.query_after_s, self._settings.give_up_after_s)
        if timer.step >= len(waits):
            await self._hand_over(session, attempt)
            return
        if attempt.provider_ref is not None:
            await enqueue(
                session,
                f"{SEND_CHANNEL[attempt.provider]}.query",
                {"attempt_id": attempt.id},
                idem=f"query:{attempt.id}:{timer.step}",
                order_id=attempt.order_id,
            )
        following = waits[timer.step + 1] if timer.step + 1 < len(waits) else waits[-1] + 60
        await watch(session, attempt, following - waits[timer.step], timer.step + 1)

    async def _hand_over(self, session: AsyncSession, attempt: PaymentAttempt) -> None:
        attempt.state = "review"
        intent = await repository.intent(session, attempt.intent_id)
        await ask_about(session, attempt, intent)


def timer_handlers(pending: PendingPayments) -> Mapping[TimerKind, TimerHandler]:
    """Return the timers that payments answer for."""
    return {TimerKind.PAYMENT_PENDING: pending.fire}
