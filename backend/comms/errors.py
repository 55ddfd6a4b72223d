"""Refusals of comms."""

from backend.platform.errors import ClientCancelledError, NotFoundError, UnprocessableError


class MissingDigitError(UnprocessableError):
    """A DTMF webhook without a digit."""

    code = "422_UNPROCESSABLE_ENTITY"
    title = "The digit is missing"


class HungUpError(ClientCancelledError):
    """The caller hung up before a digit."""


class CardNotFoundError(NotFoundError):
    """There is no such exception card."""

    code = "ops.card_not_found"
