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


class DeskRefusedError(ConflictError):
    """A step that the assignment or the order does not allow now; `reason` in the context says why."""

    title = "This step is not possible now"


class UnknownAreaError(UnprocessableError):
    """The area is no city or quarter that we know."""

    code = "dispatch.unknown_area"
    title = "We know no such area; name a city or a quarter"


class NowhereToGoError(ConflictError):
    """The rider's position or the address has no coordinates."""

    code = "dispatch.no_coordinates"
    title = "The position or the address has no coordinates, so no way can be planned"
