"""Refusals of dispatch."""

from backend.platform.errors import (
    ConflictError,
    MediaTypeError,
    NotFoundError,
    PreconditionFailedError,
    TooLargeError,
    UnprocessableError,
)


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


class RiderCashFullError(ConflictError):
    """The rider carries so much cash that they are to hand it in first."""

    code = "dispatch.rider_cash_full"
    title = "This rider has to hand in cash first"


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


class ProofNotFoundError(NotFoundError):
    """There is no such proof, or it was not finished in time."""

    code = "proof.not_found"
    title = "There is no such photo or signature; begin it again"


class ProofOffsetError(ConflictError):
    """The part does not begin where the one before ended; `offset` in the context says where that is."""

    code = "proof.wrong_offset"
    title = "Go on where the last part ended; HEAD says where"


class ProofTooLargeError(TooLargeError):
    """More than is taken, or more than was announced."""

    code = "proof.too_large"
    title = "The picture is too large"


class TooManyProofsError(ConflictError):
    """So many were begun for the order that one of them must do."""

    code = "proof.too_many"
    title = "There are enough photos of this order"


class NotAPictureError(UnprocessableError):
    """What came is no picture that can be shown."""

    code = "proof.not_a_picture"
    title = "This is no JPEG, PNG or WebP picture, or not all of one"


class ProofVersionError(PreconditionFailedError):
    """The upload speaks another version of tus."""

    code = "proof.version"
    title = "Send the header Tus-Resumable: 1.0.0"


class ProofMediaTypeError(MediaTypeError):
    """The part is not marked as one."""

    code = "proof.media_type"
    title = "Send parts as application/offset+octet-stream"
