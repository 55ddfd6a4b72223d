"""Refusals of geography."""

from backend.platform.errors import NotFoundError, UnprocessableError


class UnknownPlaceError(NotFoundError):
    """No place that we know is near, or bears the name."""

    code = "geo.unknown_place"
    title = "We know no place there"


class BadLineError(UnprocessableError):
    """The polyline can't be decoded, or is empty."""

    code = "geo.bad_polyline"
    title = "The polyline can't be read"
