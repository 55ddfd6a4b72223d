"""HTTP to Exotel: place a call, ask about it, find one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from backend.comms.ports import CallRequest, CallState
from backend.comms.providers.exotel.mapping import state_of
from backend.comms.settings import ExotelSettings
from backend.platform.errors import OutcomeUnknownError, ProviderRejectedError, ProviderUnavailableError
from backend.platform.http import HttpClient, HttpResponse

if TYPE_CHECKING:
    from backend.comms.contexts import ContextSigner

_OF_ACCOUNT: Final = frozenset({401, 402})  # Its key or its wallet: whatever is asked is refused until a person acts.
_TOO_MANY: Final = 429
_SERVER_ERROR: Final = 500


class ExotelClient:
    """One account's access to Exotel."""

    def __init__(
        self, settings: ExotelSettings, http: HttpClient, public_base_url: str, context: "ContextSigner"
    ) -> None:
        self._settings = settings
        self._http = http
        self._base = public_base_url.rstrip("/")
        self._context = context

    async def place(self, request: CallRequest) -> str:
        """Place a menu call, or a bridge between two people."""
        token = self._context.sign(request.call_id)
        form = {
            "From": request.to,
            "CallerId": request.caller_id,
            "TimeOut": str(request.ring_s),
            "CustomField": token,
            "StatusCallback": f"{self._base}/webhooks/exotel/call-status/{token}",
            "StatusCallbackContentType": "application/json",
            "StatusCallbackEvents[0]": "terminal",
            "StatusCallbackEvents[1]": "answered",
        }
        if request.then_to:
            form |= {"To": request.then_to, "CallType": "trans"}
        else:
            flow = f"http://my.exotel.com/{self._settings.account_sid}/exoml/start_voice/{self._settings.app_id}"
            form["Url"] = flow
        answer = _call(await self._http.request("POST", self._path("Calls/connect.json"), data=form))
        return str(answer["Sid"])

    async def state_of(self, call_sid: str) -> CallState:
        """Read a call's details."""
        response = await self._http.request("GET", self._path(f"Calls/{call_sid}.json"), params={"details": "true"})
        return state_of(str(_call(response).get("Status", "")))

    async def find(self, request: CallRequest) -> Sequence[str]:
        """List the calls to this person from this number, the newest first.

        The list carries no `CustomField`, so our context can't be looked for.
        """
        response = await self._http.request("GET", self._path("Calls.json"), params={"From": request.to})
        if not response.ok:
            _raise_for(response)
        calls = [row.get("Call", row) for row in response.json().get("Calls", [])]
        ours = [call for call in calls if call.get("PhoneNumberSid") == request.caller_id]
        return [str(call["Sid"]) for call in sorted(ours, key=lambda call: str(call.get("DateCreated")), reverse=True)]

    def _path(self, rest: str) -> str:
        return f"/v1/Accounts/{self._settings.account_sid}/{rest}"


def _call(response: HttpResponse) -> dict[str, Any]:
    if not response.ok:
        _raise_for(response)
    call: dict[str, Any] = response.json()["Call"]
    return call


def _raise_for(response: HttpResponse) -> None:
    try:
        words = str(response.json().get("RestException", {}).get("Message", ""))
    except ValueError:
        words = ""
    code = f"exotel.{response.status}"
    if response.status == _TOO_MANY:
        raise ProviderUnavailableError(code, words, float(response.headers.get("retry-after", 5)))
    if response.status in _OF_ACCOUNT:
        raise ProviderUnavailableError(code, words)
    if response.status >= _SERVER_ERROR:
        raise OutcomeUnknownError(code, words)
    raise ProviderRejectedError(code, words)
