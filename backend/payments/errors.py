"""Refusals of the payments domain."""

from backend.platform.errors import ConflictError, ForbiddenError, NotFoundError, UnprocessableError


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


class ReceiptStaysError(ConflictError):
    """It can't be taken away from its order any more, or not in this way; the message says why."""

    code = "payment.receipt_stays"
    title = "That receipt can't be taken from its order"


class SplitSumError(UnprocessableError):
    """The parts are more than the receipt, one of them is the whole of it, or an order is named twice."""

    code = "payment.split_sum"
    title = "The parts must be of different orders, each less than the payment and together no more than it"


class RefundNotFoundError(NotFoundError):
    """There is no such refund."""

    code = "payment.refund_not_found"


class RefundDecidedError(ConflictError):
    """Somebody has decided on it before, or it is not at that step."""

    code = "payment.refund_decided"
    title = "That refund was decided already"


class RefundKnownError(ConflictError):
    """The receipt has a refund of this cause."""

    code = "payment.refund_known"
    title = "There is a refund for this already"


class NoPayoutWayError(ConflictError):
    """No way of paying out is switched on for it, or it is not known whom to pay."""

    code = "payment.no_payout_way"
    title = "This refund has to be paid out by hand"


class PayoutRunningError(ConflictError):
    """The refund is being paid out by API, so it can't be recorded as paid by hand."""

    code = "payment.payout_running"
    title = "This refund is being paid out already"


class RefundTooLargeError(UnprocessableError):
    """More than is left of the receipt."""

    code = "payment.refund_too_large"
    title = "A refund can't be more than what is left of the payment"


class OwnRefundError(ForbiddenError):
    """Who asked for a refund does not approve it."""

    code = "payment.own_refund"
    title = "Somebody else has to approve it"


class OwnerNeededError(ForbiddenError):
    """A refund of this size is the owner's to approve."""

    code = "payment.owner_needed"
    title = "A refund of this size needs the owner"


class NothingToSettleError(ConflictError):
    """No delivered order's money waits for this merchant, or no more than went back to payers meanwhile."""

    code = "payment.nothing_to_settle"
    title = "There is nothing to settle"


class SettlementCodeUsedError(ConflictError):
    """Another settlement was paid out under this code."""

    code = "payment.settlement_code_used"
    title = "Another settlement was paid under that code"


class SettlementNotFoundError(NotFoundError):
    """There is no such settlement."""

    code = "payment.settlement_not_found"


class OutflowDiffersError(ConflictError):
    """Another amount is booked under this code already."""

    code = "payment.outflow_differs"
    title = "Another amount is booked under that code"


class MoreThanHeldError(UnprocessableError):
    """More than the provider, or our till, holds for us."""

    code = "payment.more_than_held"
    title = "That is more than is held for us there"


class StatementFormatError(UnprocessableError):
    """The file is no statement of ours."""

    code = "payment.statement_format"
    title = "That file can't be read as our M-Pesa statement"


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


class NotTheirOrderError(UnprocessableError):
    """The rider does not carry that order, or it is in another currency."""

    code = "payment.not_their_order"
    title = "That order is not this rider's"


class CountedMeanwhileError(ConflictError):
    """The rider's cash was taken or counted since the page was opened."""

    code = "payment.counted_meanwhile"
    title = "This rider's cash has changed meanwhile; look at the sum again"


class WriteOffTooLargeError(UnprocessableError):
    """More than the rider's books are out by."""

    code = "payment.write_off_too_large"
    title = "A write-off can't be more than what is open"


class CodLimitError(ConflictError):
    """The city takes no cash for an order of this size."""

    code = "payment.cod_limit"
    title = "This order is too large to be paid in cash here"


class NothingDueError(ConflictError):
    """The order is paid already, or closed."""

    code = "payment.nothing_due"
    title = "Nothing is due on this order"
