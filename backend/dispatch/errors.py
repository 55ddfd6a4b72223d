"""Refusals of dispatch."""

from backend.platform.errors import ConflictError, NotFoundError, UnprocessableError


class RiderNotFoundError(NotFoundError):
    """There is no such rider."""

    code = "rider.not_found"
    title = "There is no such rider"


class NoRiderFreeError(ConflictError):
    """Nobody on shift can carry it now."""

    code = "dispatch.no_rider_free"
    title = "No rider is free at the moment"


class RiderFullError(ConflictError):
    """The rider carries as much as they can."""

    code = "dispatch.rider_full"
    title = "This rider carries as many orders as they can"


class UnknownExceptionKindError(UnprocessableError):
    """The kind of trouble is none that we know."""

    code = "dispatch.unknown_exception"
    title = "Say cant_find_customer, safety or cod_issue"
