"""Refusals of the payments domain."""

from backend.platform.errors import ConflictError, NotFoundError, UnprocessableError


class IntentNotFoundError(NotFoundError):
    """There is no such payment."""

    code = "payment.not_found"


class ReceiptNotFoundError(NotFoundError):
    """There is no such receipt."""

    code = "payment.receipt_not_found"


class ReceiptSettledError(ConflictError):
    """The receipt is an order's already, was taken back, or is in another currency than the order."""

    code = "payment.receipt_settled"
    title = "That receipt can't be given to this order"


class PayerPhoneNeededError(UnprocessableError):
    """M-Pesa needs the number that will pay."""

    code = "payment.phone_needed"
    title = "Which M-Pesa number will pay?"


class MethodNotOfferedError(UnprocessableError):
    """This merchant does not take that way of paying."""

    code = "payment.method_not_offered"
    title = "That way of paying is not offered here"


class CashLockedError(ConflictError):
    """A link or code is open for this delivery, so cash can't be booked."""

    code = "payment.cash_locked"
    title = "A UPI request is open; close it before taking cash"


class NothingDueError(ConflictError):
    """The order is paid already, or closed."""

    code = "payment.nothing_due"
    title = "Nothing is due on this order"
