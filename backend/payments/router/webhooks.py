"""HTTP of the providers' webhooks: check, store, acknowledge."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from backend.payments.ports import Callbacks
from backend.platform.errors import NotFoundError, UnauthorizedError
from backend.platform.inbox import EventIntake, IntakeRow
from backend.platform.observability.metrics import WEBHOOKS
from backend.platform.web import provide

webhooks = APIRouter(prefix="/webhooks", tags=["webhooks"])


class PaymentCallbacks(dict[str, Callbacks]):
    """The callbacks of each provider, by name."""


IntakeDep = Annotated[EventIntake, Depends(provide(EventIntake))]
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
        return {"ResultCode": "0", "ResultDesc": "Accepted"}
    await intake.store(callbacks.provider, [IntakeRow(event_id, kind, body, {"subject": subject}, lane=subject)])
    WEBHOOKS.labels(callbacks.provider, "stored").inc()
    return {"ResultCode": "0", "ResultDesc": "Accepted"}


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
async def daraja_validation(token: str, payments: CallbacksDep) -> dict[str, str]:
    """Accept a payment made by hand before it moves; what it is for is decided once it has."""
    if payments["daraja"].subject_of(token) is None:
        raise NotFoundError
    return {"ResultCode": "0", "ResultDesc": "Accepted"}


@webhooks.post("/upi")
async def upi_webhook(request: Request, intake: IntakeDep, payments: CallbacksDep) -> dict[str, str]:
    """Take what became of a payment link or code."""
    return await _take(request, intake, payments["upi"], "link", "")
