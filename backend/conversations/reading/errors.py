"""What can go wrong while a message is read."""

from backend.platform.errors import DukaError


class ReaderUnavailableError(DukaError):
    """The bot's reader did not start, or ended before it had answered."""

    code = "reading.reader_unavailable"
    http_status = 503
    retryable = True
