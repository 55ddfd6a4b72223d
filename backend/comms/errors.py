"""Refusals of comms."""

from backend.platform.errors import ClientCancelledError, ConflictError, NotFoundError, UnprocessableError


class MissingDigitError(UnprocessableError):
    """A DTMF webhook without a digit."""

    code = "422_UNPROCESSABLE_ENTITY"
    title = "The digit is missing"


class HungUpError(ClientCancelledError):
    """The caller hung up before a digit."""


class CardStillNeededError(ConflictError):
    """The money that it is about waits, and nothing else would remind anybody of it."""

    code = "ops.card_still_needed"
    title = "Decide what becomes of the money first; the card then closes by itself"


class CardNotFoundError(NotFoundError):
    """There is no such exception card."""

    code = "ops.card_not_found"


class LadderRefusedError(ConflictError):
    """The ladder can't be steered like this; `reason` in the context says why."""

    title = "The ladder can't do that now"


class NobodyToChaseError(UnprocessableError):
    """The ladder chases a rider and the order has none."""

    title = "No rider is assigned to this order yet"
