"""HTTP to Africa's Talking: place a call. Nothing there can be asked about one."""

from collections.abc import Sequence
from typing import Any, Final, NoReturn

from backend.comms.contexts import ContextSigner
from backend.comms.ports import CallRequest, CallState
from backend.comms.settings import AfricasTalkingSettings
from backend.platform.errors import OutcomeUnknownError, ProviderRejectedError, ProviderUnavailableError
from backend.platform.http import HttpClient, HttpResponse

_QUEUED: Final = "Queued"
_NO_ERROR: Final = "None"
# Its key or its purse: whatever is asked is refused until a person acts.
_NO_KEY: Final = 401
_NO_MONEY: Final = "InsufficientCredit"
_TOO_MANY: Final = 429
_SERVER_ERROR: Final = 500


class AfricasTalkingClient:
    """One application's access to Africa's Talking Voice."""

    def __init__(self, settings: AfricasTalkingSettings, http: HttpClient, context: ContextSigner) -> None:
        self._settings = settings
        self._http = http
        self._context = context

    async def place(self, request: CallRequest) -> str:
        """Place a call. What is said, and who is joined to it, is asked at our address once somebody has picked up."""
        form = {
            "username": self._settings.username,
            "to": request.to,
            "from": request.caller_id,
            "clientRequestId": self._context.sign(request.call_id),
        }
        headers = {"apiKey": self._settings.api_key.get_secret_value(), "accept": "application/json"}
        response = await self._http.request("POST", "/call", data=form, headers=headers)
        if not response.ok:
            _raise_for(response)
        return _session_of(response.json())

    async def state_of(self, call_sid: str) -> CallState:
        """Say that nobody knows: no address tells of a call, only the callback does."""
        del call_sid
        return CallState.UNKNOWN

    async def find(self, request: CallRequest) -> Sequence[str]:
        """Say that nobody knows; a call whose answer was lost is never dialled a second time.

        Its own callback brings our context with it, and so its id.
        """
        raise OutcomeUnknownError("africastalking.cannot_be_asked", request.call_id)


def _session_of(answer: dict[str, Any]) -> str:
    """Return the call's id, or raise with the reason; one number was called, so there is one entry."""
    error, entries = str(answer.get("errorMessage", "")), answer.get("entries") or []
    if error not in {"", _NO_ERROR} or not entries:
        raise ProviderRejectedError("africastalking.refused", error)
    status = str(entries[0].get("status", ""))
    if status == _NO_MONEY:
        raise ProviderUnavailableError(f"africastalking.{status}", error)
    if status != _QUEUED:
        raise ProviderRejectedError(f"africastalking.{status}", error)
    return str(entries[0]["sessionId"])


def _raise_for(response: HttpResponse) -> NoReturn:
    code, words = f"africastalking.{response.status}", response.text[:200]
    if response.status == _TOO_MANY:
        raise ProviderUnavailableError(code, words, float(response.headers.get("retry-after", 5)))
    if response.status == _NO_KEY:
        raise ProviderUnavailableError(code, words)
    if response.status >= _SERVER_ERROR:
        raise OutcomeUnknownError(code, words)
    raise ProviderRejectedError(code, words)
