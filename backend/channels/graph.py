"""What WhatsApp and Instagram share, both being Meta's Graph API: signatures, verification, items, error answers."""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

import orjson

from backend.channels.errors import Action, ChannelRefusedError
from backend.platform.errors import OutcomeUnknownError, ProviderUnavailableError
from backend.platform.http import HttpResponse
from backend.platform.ids import new_uuid
from backend.platform.inbox import IntakeRow

UNREADABLE: Final = "unreadable"
SIGNATURE_HEADER: Final = "x-hub-signature-256"
_MILLISECONDS_FROM: Final = 100_000_000_000
_SERVER_ERROR: Final = 500
_THROTTLED: Final = 429

type Json = dict[str, Any]


def signed(headers: Mapping[str, str], body: bytes, secrets: Iterable[str]) -> bool:
    """True where the signature over these very bytes is by one of the secrets; constant time for each."""
    given = headers.get(SIGNATURE_HEADER, "")
    known = [f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}" for secret in secrets if secret]
    return any(hmac.compare_digest(given.encode(), wanted.encode()) for wanted in known)


def challenge_of(query: Mapping[str, str], token: str) -> str | None:
    """Return the challenge of a subscription where its token is ours; None also while we have no token."""
    given = query.get("hub.verify_token", "")
    if query.get("hub.mode") != "subscribe" or not token or not hmac.compare_digest(given.encode(), token.encode()):
        return None
    return query.get("hub.challenge", "")


def instant(value: Any) -> datetime:
    """Read a time in seconds or milliseconds, number or text, as Meta sends both.

    Raises:
        ValueError: It is neither.
    """
    seconds = float(value)
    return datetime.fromtimestamp(seconds / 1000 if seconds > _MILLISECONDS_FROM else seconds, UTC)


def dicts(value: Any) -> list[Json]:
    """Return the objects of a list; anything else counts as an empty list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def dict_of(value: Any) -> Json:
    """Return an object as it is; anything else counts as an empty one."""
    return value if isinstance(value, dict) else {}


def intake_row(kind: str, key: str, item: Json, *, lane: str = "") -> IntakeRow:
    """Make the row of one item; where the provider gave it no id, it gets one of ours and may come twice."""
    return IntakeRow(f"{kind}:{key or new_uuid()}", kind, orjson.dumps(item), {}, lane)


def unreadable_row(body: bytes) -> IntakeRow:
    """Keep a body whole that no item can be read from; a person will look at it."""
    return IntakeRow(f"{UNREADABLE}:{new_uuid()}", UNREADABLE, body, {})


def split_entries(body: bytes, rows_of: Callable[[Json], list[IntakeRow]]) -> list[IntakeRow]:
    """Cut a signed body to rows, entry by entry; what does not look like a Meta webhook is kept whole."""
    try:
        payload = orjson.loads(body)
    except orjson.JSONDecodeError:
        return [unreadable_row(body)]
    entries = dicts(dict_of(payload).get("entry"))
    rows = [row for entry in entries for row in rows_of(entry)]
    return rows or [unreadable_row(body)]


class ErrorClass(StrEnum):
    """Kinds of refusal, after `docs/providers`."""

    THROTTLE = "throttle"
    TRANSIENT = "transient"
    WAIT_LONG = "wait_long"
    NEEDS_TEMPLATE = "needs_template"
    OTHER_CHANNEL = "other_channel"
    USER_SAID_NO = "user_said_no"
    OUR_BUG = "our_bug"
    SANDBOX = "sandbox"
    EXPERIMENT = "experiment"
    TEMPLATE = "template"
    STOP_ACCOUNT = "stop_account"
    STOP_CHANNEL = "stop_channel"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Handling:
    """What a class of refusal means for us.

    Attributes:
        final: The same message will be refused again.
        retry_after_s: When to come back, where the provider sets the pace; else the sender's own back-off applies.
    """

    action: Action
    final: bool = True
    retry_after_s: float | None = None


HANDLING: Final = {
    ErrorClass.THROTTLE: Handling(Action.BACK_OFF, final=False, retry_after_s=6),
    ErrorClass.TRANSIENT: Handling(Action.RETRY, final=False),
    ErrorClass.WAIT_LONG: Handling(Action.OTHER_CHANNEL),
    ErrorClass.NEEDS_TEMPLATE: Handling(Action.USE_TEMPLATE),
    ErrorClass.OTHER_CHANNEL: Handling(Action.OTHER_CHANNEL),
    ErrorClass.USER_SAID_NO: Handling(Action.STOP_MARKETING),
    ErrorClass.OUR_BUG: Handling(Action.FIX_CODE),
    ErrorClass.SANDBOX: Handling(Action.FIX_SETTINGS),
    ErrorClass.EXPERIMENT: Handling(Action.GIVE_UP),
    ErrorClass.TEMPLATE: Handling(Action.USE_FALLBACK_TEMPLATE),
    ErrorClass.STOP_ACCOUNT: Handling(Action.STOP_CHANNEL, final=False),
    ErrorClass.STOP_CHANNEL: Handling(Action.STOP_CHANNEL, final=False),
    ErrorClass.UNKNOWN: Handling(Action.ASK_PERSON),
}


def answered(
    response: HttpResponse, provider: str, classify: Callable[[Json], ErrorClass], *, own_token: bool = False
) -> Json:
    """Return the answer of a successful call, or raise what a failed one means.

    Args:
        response: The provider's.
        provider: Names it in codes.
        classify: Its classes of refusals.
        own_token: The account has a token of its own, so that what stops its token stops no other.

    Raises:
        ChannelRefusedError: Refused for good.
        ProviderUnavailableError: Throttled or stopped; nothing was done.
        OutcomeUnknownError: A server error or an unreadable answer; it may have been done.
    """
    try:
        answer = dict_of(response.json())
    except ValueError:
        answer = {}
    if response.ok and "error" not in answer:
        return answer
    error = dict_of(answer.get("error"))
    kind = classify(error) if error else ErrorClass.UNKNOWN
    throttled = kind is ErrorClass.THROTTLE or response.status == _THROTTLED
    if response.status >= _SERVER_ERROR and not throttled:
        raise OutcomeUnknownError(f"{provider}.{response.status}", _words(error))
    handling = HANDLING[ErrorClass.THROTTLE if throttled else kind]
    code = f"{provider}.{error.get('code', response.status)}"
    if handling.final:
        raise ChannelRefusedError(code, _words(error), handling.action)
    wait_s = _seconds(response.headers.get("retry-after")) or handling.retry_after_s
    stopped = kind is ErrorClass.STOP_ACCOUNT or (own_token and kind is ErrorClass.STOP_CHANNEL)
    raise ProviderUnavailableError(code, _words(error), wait_s, of_account=stopped)


def _words(error: Json) -> str:
    details = dict_of(error.get("error_data")).get("details")
    return str(details or error.get("message", ""))[:300]


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.isdigit() else None
