"""Why an order refuses a command, each with its code and the key of the words for whoever tried."""

from typing import ClassVar

from backend.platform.errors import ConflictError, NotFoundError, UnprocessableError


class OrderNotFoundError(NotFoundError):
    """There is no such order, or it is not the caller's to see."""

    code = "order.not_found"
    title = "There is no such order"


class EmptyOrderError(UnprocessableError):
    """An order needs at least one line."""

    code = "order.empty"
    title = "An order needs at least one line"


class VendorUnavailableError(ConflictError):
    """No outlet can take the order now."""

    code = "order.vendor_unavailable"
    title = "The shop is not taking orders at the moment"


class CommandIdReusedError(UnprocessableError):
    """The same idempotency key came with another request."""

    code = "order.command_id_reused"
    title = "This Idempotency-Key was used for another request"


class NoteFileUnknownError(UnprocessableError):
    """The order's customer sent no such file, it is not here yet, or it was taken back."""

    code = "order.note_file_unknown"
    title = "The order's customer sent no such file"


class NoteFileGoneError(NotFoundError):
    """The remark names no file that is kept."""

    code = "order.note_file_gone"
    title = "There is no such file any more"


class CommandRefusedError(ConflictError):
    """The API's answer to a refused command; the context holds the refusal's own code as `reason`.

    The order is as it was, and what the refusal tells the desk stays.
    """

    keeps_work = True


class OrderRefusedError(ConflictError):
    """Base of all refusals by the lifecycle.

    Attributes:
        message_key: Names the words that tell the person who tried, on the channel that they used.
    """

    code = "order.refused"
    message_key: ClassVar[str] = "order.refused"


class InvalidTransitionError(OrderRefusedError):
    """The state has no row for the command."""

    code = "order.invalid_transition"
    message_key = "order.refused.state"
    title = "The order has moved on; this step does not fit its state"


class ActorNotAllowedError(OrderRefusedError):
    """The row is there, and not for this kind of actor."""

    code = "order.actor_not_allowed"
    message_key = "order.refused.actor"
    title = "This step is for someone else to take"


class NotYoursError(OrderRefusedError):
    """The order is another vendor's, rider's or customer's."""

    code = "order.not_yours"
    message_key = "order.refused.not_yours"
    title = "The order is with someone else"


class NotFullyPaidError(OrderRefusedError):
    """What was received does not cover the order."""

    code = "order.not_fully_paid"
    message_key = "order.refused.not_fully_paid"
    title = "The payment does not cover the order yet"


class NothingPaidError(OrderRefusedError):
    """A part payment that adds nothing, or covers all."""

    code = "order.not_a_part_payment"
    message_key = "order.refused.amount"
    title = "That amount is not a part payment of this order"


class RefundTooLargeError(OrderRefusedError):
    """More would be given back than came in."""

    code = "order.refund_too_large"
    message_key = "order.refused.amount"
    title = "No more can be given back than was paid"


class NotWithdrawnError(OrderRefusedError):
    """What would stay is no less than before, nothing, or less than was given back."""

    code = "order.not_withdrawn"
    message_key = "order.refused.amount"
    title = "That does not leave a part of what was paid"


class PaymentDueError(OrderRefusedError):
    """A prepaid order can't be handed over unpaid."""

    code = "order.payment_due"
    message_key = "order.refused.payment_due"
    title = "The payment is not in yet; collect it before handing over"


class AlreadyPaidError(OrderRefusedError):
    """A paid order does not change its way of paying."""

    code = "order.already_paid"
    message_key = "order.refused.already_paid"
    title = "The order is paid already"


class NothingToSwitchError(OrderRefusedError):
    """The order is paid that way already."""

    code = "order.payment_unchanged"
    message_key = "order.refused.payment_unchanged"
    title = "The order is to be paid that way already"


class PreparationOutOfRangeError(OrderRefusedError):
    """Nobody waits that long, or the minutes are not positive."""

    code = "order.preparation_out_of_range"
    message_key = "order.refused.preparation"
    title = "The preparation time must be between 1 and 240 minutes"


class GivenTooOftenError(OrderRefusedError):
    """The row has a limit for one order, and it is reached."""

    code = "order.given_too_often"
    message_key = "order.refused.too_often"
    title = "This was done too often for one order; speak to the desk"


class NoRiderError(OrderRefusedError):
    """The step needs a rider, and none is assigned."""

    code = "order.no_rider"
    message_key = "order.refused.no_rider"
    title = "No rider is assigned to the order"


class RiderTakenError(OrderRefusedError):
    """Another rider has the order."""

    code = "order.rider_taken"
    message_key = "order.refused.rider_taken"
    title = "A rider is assigned already; release them first"


class ProofMissingError(OrderRefusedError):
    """A delivery needs its proof."""

    code = "order.proof_missing"
    message_key = "order.refused.proof"
    title = "A delivery needs the customer's code, a photo or a signature"


class ReasonMissingError(OrderRefusedError):
    """This step is kept with its reason."""

    code = "order.reason_missing"
    message_key = "order.refused.reason"
    title = "Say why, in a few words"


class StaleAddressError(OrderRefusedError):
    """The address has changed since the version that was confirmed."""

    code = "order.stale_address"
    message_key = "order.refused.stale_address"
    title = "The address has changed again; confirm the newest one"


class EmptyTextError(OrderRefusedError):
    """A note or an address without words."""

    code = "order.empty_text"
    message_key = "order.refused.empty_text"
    title = "Write at least a word"
