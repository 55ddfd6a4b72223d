"""Errors with codes; the codes and statuses are paper two's section 15."""

from typing import Any, ClassVar


class DukaError(Exception):
    """Base of all failures that a caller may be told about.

    Attributes:
        code: Stable name of the failure; never reworded.
        http_status: What the API answers.
        retryable: True where the same request may succeed later.
        keeps_work: True where what the request has written is kept all the same.
        context: Named facts for the log and the problem document; ids, never personal data.
    """

    code: ClassVar[str] = "duka.error"
    http_status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong"
    retryable: ClassVar[bool] = False
    keeps_work: ClassVar[bool] = False

    def __init__(self, message: str = "", **context: Any) -> None:
        self.message = message or self.title
        self.context = context
        super().__init__(self.message)


class NotFoundError(DukaError):
    """There is no such thing, or it is not the caller's to see."""

    code = "not_found"
    http_status = 404
    title = "Not found"


class ConflictError(DukaError):
    """The state of the thing does not allow it."""

    code = "409_CONFLICT"
    http_status = 409
    title = "Not possible in this state"


class UnprocessableError(DukaError):
    """The payload is understood but can't be acted on."""

    code = "422_UNPROCESSABLE_ENTITY"
    http_status = 422
    title = "The request can't be processed"


class BadRequestError(DukaError):
    """The request itself is malformed."""

    code = "400_BAD_REQUEST"
    http_status = 400
    title = "The request is malformed"


class UnauthorizedError(DukaError):
    """Nobody is logged in, or the token is not valid."""

    code = "401_UNAUTHORIZED"
    http_status = 401
    title = "Please log in"


class ForbiddenError(DukaError):
    """The caller's role does not allow it."""

    code = "403_FORBIDDEN"
    http_status = 403
    title = "Not allowed"


class PreconditionFailedError(DukaError):
    """The request speaks another version than we do."""

    code = "412_PRECONDITION_FAILED"
    http_status = 412
    title = "The request does not fit what is here"


class TooLargeError(DukaError):
    """The body is larger than what is taken."""

    code = "413_CONTENT_TOO_LARGE"
    http_status = 413
    title = "The body is too large"


class MediaTypeError(DukaError):
    """The body is of a kind that is not taken here."""

    code = "415_UNSUPPORTED_MEDIA_TYPE"
    http_status = 415
    title = "This kind of body is not taken here"


class TooManyRequestsError(DukaError):
    """A limit was reached."""

    code = "429_TOO_MANY_REQUESTS"
    http_status = 429
    title = "Too many requests"
    retryable = True


class ClientCancelledError(DukaError):
    """The caller hung up before an answer."""

    code = "499_CLIENT_CANCELLED"
    http_status = 499
    title = "The caller hung up"


class UpstreamError(DukaError):
    """A provider failed."""

    code = "502_UPSTREAM_BSP"
    http_status = 502
    title = "A provider failed"
    retryable = True


class UnavailableError(DukaError):
    """We can't take it now."""

    code = "503_UNAVAILABLE"
    http_status = 503
    title = "Busy, please try again"
    retryable = True


class StoreAwayError(UnavailableError):
    """The database can't be reached, or all connections to it are in use."""

    code = "duka.store_away"
    title = "This can't be looked up at the moment, please try again"


class ExotelDownError(UnavailableError):
    """The voice provider is down; the flag falls back to app and WhatsApp."""

    code = "503_EXOTEL_DOWN"
    title = "Calls are not possible at the moment"


class ProviderError(Exception):
    """Base of the three ways in which an outbound call can fail."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code = code
        self.detail = detail
        super().__init__(f"{code}: {detail}" if detail else code)


class ProviderRejectedError(ProviderError):
    """The provider refused; final, nothing happened."""


class ProviderUnavailableError(ProviderError):
    """Nothing was sent, or the provider said to come back; may be retried.

    `of_account` where the provider works and only the account that asked is stopped: others may go on.
    """

    def __init__(
        self, code: str, detail: str = "", retry_after_s: float | None = None, *, of_account: bool = False
    ) -> None:
        self.retry_after_s = retry_after_s
        self.of_account = of_account
        super().__init__(code, detail)


class OutcomeUnknownError(ProviderError):
    """It was sent and no answer came: ask, reconcile, never resend blindly."""
