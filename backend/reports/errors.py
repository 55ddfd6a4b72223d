"""What can go wrong with a report."""

from backend.platform.errors import NotFoundError, UnprocessableError


class NotBegunError(UnprocessableError):
    """The day, week or month lies ahead."""

    code = "reports.not_begun"
    title = "That has not begun yet"


class UnknownFigureError(UnprocessableError):
    """A report has no figure of this name."""

    code = "reports.unknown_figure"
    title = "A report has no such figure"


class NotKeptError(NotFoundError):
    """No report of that time was kept; one that is over can be made anew."""

    code = "reports.not_kept"
    title = "No report of that time was kept"
