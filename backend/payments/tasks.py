"""What payments do on a clock and in the background: send requests, ask about silent ones, read stored callbacks."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Final

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.service import OrdersService
from backend.payments import repository
from backend.payments.events import PaymentRequested
from backend.payments.models import PaymentAttempt, PaymentIntent
from backend.payments.ports import Advice, AttemptOutcome, AttemptResult, Feed, PaymentProvider, PaymentRequest
from backend.payments.service.attempts import AttemptsService
from backend.payments.service.books import PAYMENTS_ACTOR
from backend.payments.service.pulls import PullsService
from backend.payments.service.watches import LIVE, AttemptWatches
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
)
from backend.platform.timers import ClaimedTimer, TimerHandler, TimerKind

_CLOSED: Final = "attempt_closed"
_CLAIM_AGAIN_S: Final = 15.0  # A prompt ends within a minute or so; its watch ends this, too.


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
        watches: AttemptWatches,
        callback_url: Callable[[str], str],
    ) -> None:
        self.channel = channel
        self._provider = provider
        self._database = database
        self._orders = orders
        self._attempts = attempts
        self._watches = watches
        self._callback_url = callback_url

    async def deliver(self, send: ClaimedSend) -> SendOutcome:
        """Ask the provider for the money."""
        request = await self._request(send, must_be_due=True)
        return Refused(_CLOSED) if request is None else await outcome_of(self._ask(request))

    async def _ask(self, request: PaymentRequest) -> Sent:
        ref = await self._provider.request_payment(request)
        return Sent(ref.ref, orjson.dumps(asdict(ref)).decode())

    async def _request(self, send: ClaimedSend, *, must_be_due: bool = False) -> PaymentRequest | None:
        """Return what to ask for; None where the attempt has ended, or its order does not owe so much any more."""
        async with self._database.transaction() as session:
            attempt = await repository.attempt(session, send.payload["attempt_id"])
            if attempt is None or attempt.state not in LIVE:
                return None
            order = await self._orders.get(session, attempt.order_id)
            if must_be_due and await repository.due_minor(session, order) < attempt.amount_minor:
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
            return Refused(_CLOSED)
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
        await self._watches.anew(session, attempt)
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
            await self._watches.anew(session, attempt)


def _refusal(outcome: SendOutcome) -> AttemptResult:
    """Say what a request that was not made is to its order: over, a person's to mend, or to be tried again."""
    if not isinstance(outcome, Refused):
        return AttemptResult(AttemptOutcome.FAILED, "unavailable", advice=Advice.ASK_AGAIN, reason="system_busy")
    if outcome.code == _CLOSED:
        return AttemptResult(AttemptOutcome.FAILED, _CLOSED, advice=Advice.WAIT, reason="nothing_due")
    return AttemptResult(AttemptOutcome.FAILED, outcome.code, advice=Advice.PERSON, reason="prompt_refused")


class QueryHandler:
    """Asks what became of an attempt, or whether a callback tells the truth; asking twice does no harm."""

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
        if "claim" in send.payload and attempt.state == "paid":
            return Refused(_CLOSED)
        outcome = await outcome_of(self._ask(attempt.provider_ref))
        if "claim" in send.payload and isinstance(outcome, Sent) and not _is_end(outcome):
            is_watched = attempt.state in LIVE  # A person has what is not any more; asked a few times, it stays theirs.
            return Throttled(_CLAIM_AGAIN_S) if is_watched else Unavailable("the provider has not told yet")
        return outcome

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
            result, claim = AttemptResult(**answer), send.payload.get("claim")
            if claim is None:
                await self._attempts.apply_result(session, attempt, result, Feed.QUERY)
            else:
                await self._attempts.confirm(session, attempt, result, claim)


def _is_end(outcome: Sent) -> bool:
    return orjson.loads(outcome.detail)["outcome"] in {AttemptOutcome.PAID, AttemptOutcome.FAILED}


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

    def __init__(self, watches: AttemptWatches) -> None:
        self._watches = watches

    async def fire(self, session: AsyncSession, timers: Sequence[ClaimedTimer]) -> None:
        """Handle due timers: a query each, and the next timer."""
        for timer in timers:
            attempt_id = timer.meta.get("attempt_id")
            attempt = await repository.attempt(session, str(attempt_id), lock=True) if attempt_id else None
            if attempt is not None and attempt.state in LIVE:
                await self._watches.look(session, attempt, timer)


def timer_handlers(pending: PendingPayments) -> Mapping[TimerKind, TimerHandler]:
    """Return the timers that payments answer for."""
    return {TimerKind.PAYMENT_PENDING: pending.fire}
