"""Collecting: begin a payment, switch the way of paying, take cash, look a pasted code up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.commands import ApproveCod, PaymentMethod, PaymentMode, SwitchPayment
from backend.orders.ports import OrderView
from backend.orders.service import OrdersService
from backend.payments import repository
from backend.payments.errors import CodLimitError, MethodNotOfferedError, NothingDueError, PayerPhoneNeededError
from backend.payments.models import PaymentAttempt, PaymentIntent, Receipt
from backend.payments.ports import Advice, AttemptOutcome, AttemptResult, Feed, Method
from backend.payments.service.attempts import AttemptsService
from backend.payments.service.books import PAYMENTS_ACTOR
from backend.payments.service.pasted import ClaimResult, PastedCodes
from backend.payments.service.rider_cash import RiderCashService
from backend.payments.service.watches import SEND_CHANNEL
from backend.payments.settings import PaymentsSettings
from backend.platform.actors import Actor, Source
from backend.platform.clock import Clock
from backend.platform.db.types import blind_index
from backend.platform.ids import new_id
from backend.platform.sends import enqueue

_PROVIDER: Final = {Method.MPESA: "daraja", Method.UPI: "upi_link"}
_CURRENCY: Final = {Method.MPESA: "KES", Method.UPI: "INR"}
WITHDRAWN: Final = AttemptResult(AttemptOutcome.FAILED, "withdrawn", advice=Advice.CHANGE_METHOD, reason="withdrawn")


@dataclass(frozen=True, slots=True)
class IntentView:
    """How an order is being paid."""

    order_id: str
    method: str
    state: str
    amount_minor: int
    paid_minor: int
    due_minor: int
    currency: str
    attempt_id: str | None = None
    attempt_state: str | None = None
    url: str | None = None
    reason: str | None = None
    already_open: bool = False


class PaymentsService:
    """Collects money for orders; a provider is only ever asked by the sender loops."""

    def __init__(
        self,
        orders: OrdersService,
        attempts: AttemptsService,
        pasted: PastedCodes,
        cash: RiderCashService,
        clock: Clock,
        settings: PaymentsSettings,
    ) -> None:
        self._orders = orders
        self._attempts = attempts
        self._pasted = pasted
        self._cash = cash
        self._clock = clock
        self._settings = settings

    @property
    def cod_limits_minor(self) -> Mapping[str, int]:
        """The largest order by city, in lower case, that may be paid in cash; no limit where a city has none."""
        return self._settings.cod_limit_minor

    async def begin(
        self, session: AsyncSession, order_id: str, method: Method, payer_phone: str | None = None
    ) -> IntentView:
        """Start to collect what is due, or return what is under way.

        Raises:
            NothingDueError: The order is paid or closed.
            MethodNotOfferedError: The rail does not carry the order's currency.
            CodLimitError: It is too large for cash in its city.
            PayerPhoneNeededError: M-Pesa without a number.
        """
        order = await self._orders.get(session, order_id, lock=True)
        _check_rail(order, method)
        due = await self._due(session, order)
        live = await repository.live_attempt(session, order.id)
        if live is not None:
            return await self._view(session, order, live, already_open=True)
        if method is Method.COD:
            return await self._begin_cod(session, order, due)
        if method is Method.MPESA and payer_phone is None:
            raise PayerPhoneNeededError
        intent = await self._new_intent(session, order, method, due, payer_phone)
        attempt = await self._new_attempt(session, intent, _PROVIDER[method])
        return await self._view(session, order, attempt)

    async def _due(self, session: AsyncSession, order: OrderView) -> int:
        due = await repository.due_minor(session, order)
        if not due:
            raise NothingDueError(order_id=order.id)
        return due

    def _check_cod_limit(self, order: OrderView) -> None:
        limit = self._settings.cod_limit_minor.get(order.city.lower())
        if limit is not None and order.amount_minor > limit:
            raise CodLimitError(order_id=order.id, limit_minor=limit)

    async def _begin_cod(self, session: AsyncSession, order: OrderView, due: int) -> IntentView:
        self._check_cod_limit(order)
        await self._new_intent(session, order, Method.COD, due, None)
        await self._orders.handle(
            session,
            order.id,
            ApproveCod(),
            actor=PAYMENTS_ACTOR,
            source=Source.BOT,
            command_id=f"cod:{order.id}",
        )
        return await self.status(session, order.id)

    async def _new_intent(
        self, session: AsyncSession, order: OrderView, method: Method, due: int, payer_phone: str | None
    ) -> PaymentIntent:
        former = await repository.open_intent(session, order.id)
        if former is not None:
            former.state = "superseded"
            await session.flush()
        intent = PaymentIntent(
            id=new_id("PI", 10),
            order_id=order.id,
            merchant_id=order.merchant_id,
            method=method.value,
            amount_minor=due,
            currency=order.currency,
            payer_phone=payer_phone,
            payer_index=blind_index(payer_phone) if payer_phone else None,
            state="open",
        )
        session.add(intent)
        await session.flush()
        return intent

    async def _new_attempt(
        self, session: AsyncSession, intent: PaymentIntent, provider: str, *, at_the_door: bool = False
    ) -> PaymentAttempt:
        return await self._attempts.open(
            session,
            intent,
            provider,
            expires_at=self._clock.now() + timedelta(seconds=self._settings.link_expiry_s),
            at_the_door=at_the_door,
        )

    async def status(self, session: AsyncSession, order_id: str) -> IntentView:
        """Say how an order is being paid."""
        order = await self._orders.get(session, order_id)
        attempts = await repository.attempts_of(session, order_id)
        return await self._view(session, order, attempts[0] if attempts else None)

    async def _view(
        self, session: AsyncSession, order: OrderView, attempt: PaymentAttempt | None, *, already_open: bool = False
    ) -> IntentView:
        paid = await repository.paid_minor(session, order.id)
        method = order.payment_method if attempt is None else PaymentMethod(_method_of(attempt.provider))
        return IntentView(
            order_id=order.id,
            method=(method or PaymentMethod.COD).value,
            state=order.payment_status.value,
            amount_minor=order.amount_minor,
            paid_minor=paid,
            due_minor=max(order.amount_minor - paid, 0),
            currency=order.currency,
            attempt_id=attempt.id if attempt else None,
            attempt_state=attempt.state if attempt else None,
            url=attempt.url if attempt else None,
            reason=attempt.result_reason if attempt else None,
            already_open=already_open,
        )

    async def switch_to_upi(self, session: AsyncSession, order_id: str, *, actor: Actor, source: Source) -> IntentView:
        """Ask for UPI at the door in place of cash; cash can't be booked while the code is open.

        Raises:
            NothingDueError: The order is paid or closed.
            MethodNotOfferedError: The order is not in rupees.
        """
        order = await self._orders.get(session, order_id, lock=True)
        _check_rail(order, Method.UPI)
        due = await self._due(session, order)
        live = await repository.live_attempt(session, order.id)
        if live is not None:
            return await self._view(session, order, live, already_open=True)
        switched = await self._orders.handle(
            session,
            order.id,
            SwitchPayment(mode=PaymentMode.PREPAID, method=PaymentMethod.UPI),
            actor=actor,
            source=source,
            command_id=f"switch:{order.id}:{order.version}",
        )
        if not switched.accepted:
            raise NothingDueError(order_id=order.id, reason=switched.code)
        intent = await self._new_intent(session, order, Method.UPI, due, None)
        attempt = await self._new_attempt(session, intent, "upi_code", at_the_door=True)
        return await self._view(session, order, attempt)

    async def return_to_cash(self, session: AsyncSession, order_id: str, *, actor: Actor, source: Source) -> IntentView:
        """Take cash at the door after all; cash stays locked until the open code is closed at the provider.

        Raises:
            NothingDueError: The order is paid or closed.
            CodLimitError: It is too large for cash in its city.
        """
        del actor, source
        order = await self._orders.get(session, order_id, lock=True)
        self._check_cod_limit(order)
        await self._due(session, order)
        live = await repository.live_attempt(session, order.id)
        if live is None or not live.at_the_door:
            return await self._view(session, order, live, already_open=True)
        if live.provider_ref is None and live.state == "created":
            # It has not left us, so nobody can have paid it; the sender finds it closed.
            await self._attempts.apply_result(session, live, WITHDRAWN, Feed.PROMPT)
        else:
            await enqueue(
                session,
                f"{SEND_CHANNEL[live.provider]}.close",
                {"attempt_id": live.id},
                idem=f"close:{live.id}",
                scope=order.merchant_id,
                order_id=order.id,
                priority=1,
            )
        return await self._view(session, await self._orders.get(session, order.id), live)

    async def record_cash(self, session: AsyncSession, order_id: str, amount_minor: int, rider_id: str) -> Receipt:
        """Book cash that a rider has taken at a door; told again it changes nothing.

        Raises:
            CashLockedError: A UPI code is open for this delivery.
        """
        return await self._cash.collect(session, order_id, amount_minor, rider_id)

    async def claim_receipt(self, session: AsyncSession, order_id: str, code: str) -> ClaimResult:
        """Look up a receipt code that a customer pasted; it is proof of nothing until we find the money."""
        return await self._pasted.claim(session, order_id, code)


def _check_rail(order: OrderView, method: Method) -> None:
    if _CURRENCY.get(method, order.currency) != order.currency:
        raise MethodNotOfferedError(method=method, currency=order.currency)


def _method_of(provider: str) -> str:
    return {"daraja": Method.MPESA.value}.get(provider, Method.UPI.value)
