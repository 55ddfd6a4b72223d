"""HTTP of the providers' webhooks: check, store, acknowledge."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request

from backend.payments.ports import Callbacks, HandNews
from backend.payments.service.hand_payments import HandPaymentsService
from backend.platform.errors import NotFoundError, UnauthorizedError
from backend.platform.inbox import EventIntake, IntakeRow
from backend.platform.observability.metrics import WEBHOOKS
from backend.platform.web import SessionDep, provide

_ACCEPTED: Final = {"ResultCode": "0", "ResultDesc": "Accepted"}
_WRONG_ACCOUNT: Final = {"ResultCode": "C2B00012", "ResultDesc": "Rejected"}
webhooks = APIRouter(prefix="/webhooks", tags=["webhooks"])


class PaymentCallbacks(dict[str, Callbacks]):
    """The callbacks of each provider, by name."""


IntakeDep = Annotated[EventIntake, Depends(provide(EventIntake))]
HandPaymentsDep = Annotated[HandPaymentsService, Depends(provide(HandPaymentsService))]
CallbacksDep = Annotated[PaymentCallbacks, Depends(provide(PaymentCallbacks))]


async def _take(request: Request, intake: EventIntake, callbacks: Callbacks, kind: str, subject: str) -> dict[str, str]:
    """Store a checked webhook and acknowledge it; a body that is none of theirs is counted and dropped."""
    body = await request.body()
    if not callbacks.is_genuine(body, request.headers.get("x-razorpay-signature", "")):
        WEBHOOKS.labels(callbacks.provider, "refused").inc()
        message = "The signature does not match the body."
        raise UnauthorizedError(message)
    try:
        event_id = callbacks.event_id(kind, body, request.headers.get("x-razorpay-event-id", ""))
    except ValueError:
        WEBHOOKS.labels(callbacks.provider, "unreadable").inc()
        return _ACCEPTED
    await intake.store(callbacks.provider, [IntakeRow(event_id, kind, body, {"subject": subject}, lane=subject)])
    WEBHOOKS.labels(callbacks.provider, "stored").inc()
    return _ACCEPTED


@webhooks.post("/daraja/{kind}/{token}")
async def daraja_callback(
    kind: str, token: str, request: Request, intake: IntakeDep, payments: CallbacksDep
) -> dict[str, str]:
    """Take a prompt's result, a payment made by hand, what became of a payout, or the result of a look-up."""
    callbacks = payments["daraja"]
    subject = callbacks.subject_of(token)
    if subject is None or kind not in callbacks.kinds:
        WEBHOOKS.labels("daraja", "refused").inc()
        raise NotFoundError
    return await _take(request, intake, callbacks, kind, subject)


@webhooks.post("/daraja/c2b/{token}/confirmation")
async def daraja_confirmation(
    token: str, request: Request, intake: IntakeDep, payments: CallbacksDep
) -> dict[str, str]:
    """Take a payment made by hand, at the address registered for confirmations."""
    return await daraja_callback("c2b", token, request, intake, payments)


@webhooks.post("/daraja/c2b/{token}/validation")
async def daraja_validation(
    token: str, request: Request, session: SessionDep, payments: CallbacksDep, by_hand: HandPaymentsDep
) -> dict[str, str]:
    """Say before a payment made by hand moves whether its order wants it; what is not sure is let through."""
    callbacks = payments["daraja"]
    subject = callbacks.subject_of(token)
    if subject is None:
        raise NotFoundError
    try:
        news = callbacks.read("c2b", subject, await request.body())
    except ValueError:
        return _ACCEPTED
    if isinstance(news, HandNews) and not await by_hand.is_wanted(session, news.payment.reference):
        return _WRONG_ACCOUNT
    return _ACCEPTED


@webhooks.post("/upi")
async def upi_webhook(request: Request, intake: IntakeDep, payments: CallbacksDep) -> dict[str, str]:
    """Take what became of a payment link or code."""
    return await _take(request, intake, payments["upi"], "link", "")
