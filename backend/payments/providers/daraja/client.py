"""HTTP to Daraja: token, prompt, query, transaction status, payouts, pull feed."""

import asyncio
import base64
from datetime import datetime, timedelta
from typing import Any, Final

from backend.payments.ports import AttemptResult, PaymentRequest, PayoutRequest, ProviderRef, PulledPage
from backend.payments.providers.daraja.mapping import NAIROBI, pulled_page, result_of_query
from backend.payments.providers.daraja.wire import PulledRows
from backend.payments.settings import DarajaSettings
from backend.platform.clock import Clock
from backend.platform.errors import OutcomeUnknownError, ProviderRejectedError, ProviderUnavailableError
from backend.platform.http import HttpClient, HttpResponse

REFERENCE_MAX: Final = 12
DESCRIPTION_MAX: Final = 13
_BAD_TOKEN: Final = "404.001.03"  # noqa: S105 - Daraja's error code
_BUSY: Final = frozenset({"500.003.02", "500.003.03"})
_CONFIGURATION: Final = ("merchant does not exist", "wrong credentials")
_KNOWN_ALREADY: Final = "500.002.1001"  # This OriginatorConversationID was used before.
_ALREADY_REGISTERED: Final = "already registered"  # Its code means more than this.
_PULL_ON: Final = frozenset({"0", "1000", "1001"})  # 1001: it is registered already.
_PULLED: Final = frozenset({"0", "1000", "1001"})  # 1001: no transactions.
_NOT_READY: Final = "500.001.1001"
_RENEW_EARLY_S: Final = 60
_LOCK_WAIT_S: Final = 60.0
_SERVER_ERROR: Final = 500


class DarajaClient:
    """One paybill's access to Daraja, or one till's by the number of its store.

    A new token cancels the former one, so one client shares one token and renews it behind a lock.
    """

    def __init__(self, settings: DarajaSettings, http: HttpClient, clock: Clock, pull_callback: str = "") -> None:
        self._settings = settings
        self._http = http
        self._clock = clock
        self._pull_callback = pull_callback
        self._token: tuple[str, datetime] | None = None
        self._lock = asyncio.Lock()

    async def request_payment(self, request: PaymentRequest) -> ProviderRef:
        """Send a prompt to the payer's phone.

        Raises:
            ProviderRejectedError: Daraja refused; no prompt was sent.
            ProviderUnavailableError: Nothing was sent; try again after a while.
            OutcomeUnknownError: The prompt may be on the phone.
        """
        if request.amount_minor % 100 or request.payer_phone is None:
            raise ProviderRejectedError("daraja.not_whole_shillings", "M-Pesa takes whole shillings from a phone")
        phone = request.payer_phone.lstrip("+")
        body = {
            **self._signed(),
            "TransactionType": "CustomerBuyGoodsOnline" if self._settings.till else "CustomerPayBillOnline",
            "Amount": request.amount_minor // 100,
            "PartyA": phone,
            "PartyB": self._settings.paid_to,
            "PhoneNumber": phone,
            "CallBackURL": request.callback_url,
            "AccountReference": request.reference[:REFERENCE_MAX],
            "TransactionDesc": request.description[:DESCRIPTION_MAX],
        }
        answer = _accepted(await self._post("/mpesa/stkpush/v1/processrequest", body))
        return ProviderRef(str(answer["CheckoutRequestID"]), str(answer.get("MerchantRequestID", "")))

    async def query(self, ref: str) -> AttemptResult:
        """Ask what became of a prompt; `ref` is its CheckoutRequestID."""
        response = await self._post("/mpesa/stkpushquery/v1/query", {**self._signed(), "CheckoutRequestID": ref})
        if not response.ok:
            error = _error(response)
            if error["errorCode"] == _NOT_READY:
                return result_of_query("4999", error["errorMessage"])
            _raise_for(response)
        answer = response.json()
        return result_of_query(str(answer.get("ResultCode", "")), str(answer.get("ResultDesc", "")))

    async def find(self, request: PaymentRequest) -> ProviderRef | None:
        """Daraja can't look an attempt up by our reference; only its callback can tell."""
        del request
        return None

    async def cancel(self, ref: str) -> None:
        """A prompt can't be withdrawn; it ends by itself within a minute or so."""
        del ref

    async def ask_about_receipt(self, receipt: str, result_url: str) -> str:
        """Start a transaction status query for one receipt; the result comes to `result_url`."""
        return await self._ask_status({"TransactionID": receipt}, result_url)

    async def _ask_status(self, asked: dict[str, str], result_url: str) -> str:
        body = {
            **asked,
            "Initiator": self._settings.initiator,
            "CommandID": "TransactionStatusQuery",
            "PartyA": self._settings.shortcode,
            "IdentifierType": "4",
            "Remarks": "Receipt check",
            "Occasion": "",
            **self._answered_at(result_url, result_url),
        }
        return str(_accepted(await self._post("/mpesa/transactionstatus/v1/query", body)).get("ConversationID", ""))

    def _answered_at(self, result_url: str, timeout_url: str) -> dict[str, str]:
        """What every request carries whose result comes later."""
        return {
            "SecurityCredential": self._settings.security_credential.get_secret_value(),
            "ResultURL": result_url,
            "QueueTimeOutURL": timeout_url,
        }

    async def register_urls(self, confirmation_url: str, validation_url: str) -> bool:
        """Tell Daraja where payments made by hand are confirmed, once; False where it knows addresses already."""
        body = {
            "ShortCode": self._settings.paid_to,
            "ResponseType": "Completed",
            "ConfirmationURL": confirmation_url,
            "ValidationURL": validation_url,
        }
        response = await self._post("/mpesa/c2b/v2/registerurl", body)
        if not response.ok and _ALREADY_REGISTERED in _error(response)["errorMessage"].lower():
            return False
        _accepted(response)
        return True

    async def pay_out(self, request: PayoutRequest) -> str:
        """Pay a customer, or undo their payment; the result comes to the request's addresses.

        Daraja makes a payout once under one `OriginatorConversationID`, which is our id, and reverses a payment once.
        """
        if request.amount_minor % 100:
            raise ProviderRejectedError("daraja.not_whole_shillings", "M-Pesa pays whole shillings")
        path, body = self._reversal(request) if request.way == "reversal" else self._b2c(request)
        response = await self._post(path, body)
        if not response.ok and _error(response)["errorCode"] == _KNOWN_ALREADY:
            return request.payout_id
        return str(_accepted(response).get("ConversationID", request.payout_id))

    def _b2c(self, request: PayoutRequest) -> tuple[str, dict[str, Any]]:
        body = {
            "OriginatorConversationID": request.payout_id,
            "InitiatorName": self._settings.initiator,
            "CommandID": "BusinessPayment",
            "Amount": request.amount_minor // 100,
            "PartyA": self._settings.shortcode,
            "PartyB": (request.payee or "").lstrip("+"),
            "Remarks": "Refund",
            "Occassion": "",
        }
        return "/mpesa/b2c/v3/paymentrequest", body | self._answered_at(request.result_url, request.timeout_url)

    def _reversal(self, request: PayoutRequest) -> tuple[str, dict[str, Any]]:
        body = {
            "Initiator": self._settings.initiator,
            "CommandID": "TransactionReversal",
            "TransactionID": request.receipt_code,
            "Amount": request.amount_minor // 100,
            "ReceiverParty": self._settings.shortcode,
            "RecieverIdentifierType": "11",
            "Remarks": "Refund",
            "Occasion": "",
        }
        return "/mpesa/reversal/v1/request", body | self._answered_at(request.result_url, request.timeout_url)

    async def ask_about_payout(self, request: PayoutRequest) -> str:
        """Start a transaction status query for a payout by our id, or for the payment that is to be undone."""
        asked = {"OriginalConversationID": request.payout_id}
        if request.way == "reversal":
            asked = {"TransactionID": request.receipt_code}
        return await self._ask_status(asked, request.status_url)

    async def register_pull(self, shortcode: str) -> None:
        """Turn the pull feed of a shortcode on; that it is on already is no refusal."""
        body = {
            "ShortCode": shortcode,
            "RequestType": "Pull",
            "NominatedNumber": self._settings.pull_nominated_number,
            "CallBackURL": self._pull_callback,
        }
        response = await self._post("/pulltransactions/v1/register", body)
        if not response.ok:
            _raise_for(response)
        answer = response.json()
        status = str(answer.get("ResponseStatus") or answer.get("ResponseCode", ""))
        if status not in _PULL_ON:
            raise ProviderRejectedError(f"daraja.pull.{status}", str(answer.get("ResponseDescription", "")))

    async def pull(self, shortcode: str, since: datetime, until: datetime, offset: int) -> PulledPage:
        """Return the transactions of a span from the `offset`th on; it knows the last 48 hours."""
        body = {
            "ShortCode": shortcode,
            "StartDate": _local(since),
            "EndDate": _local(until),
            "OffSetValue": str(offset),
        }
        response = await self._post("/pulltransactions/v1/query", body)
        if not response.ok:
            _raise_for(response)
        try:
            answer = PulledRows.model_validate_json(response.content)
        except ValueError as error:
            raise OutcomeUnknownError("daraja.pull.unreadable", str(error)[:200]) from error
        if answer.code not in _PULLED:
            raise ProviderRejectedError(f"daraja.pull.{answer.code}", answer.message)
        return pulled_page(answer)

    def _signed(self) -> dict[str, str]:
        stamp = self._clock.now().astimezone(NAIROBI).strftime("%Y%m%d%H%M%S")
        secret = f"{self._settings.shortcode}{self._settings.passkey.get_secret_value()}{stamp}"
        password = base64.b64encode(secret.encode()).decode()
        return {"BusinessShortCode": self._settings.shortcode, "Password": password, "Timestamp": stamp}

    async def _post(self, path: str, body: dict[str, Any]) -> HttpResponse:
        """Post with the shared token; a token that was cancelled is renewed once (nothing was executed)."""
        response = await self._send(path, body, await self._valid_token())
        if not response.ok and _error(response)["errorCode"] == _BAD_TOKEN:
            response = await self._send(path, body, await self._valid_token(renew=True))
        return response

    async def _send(self, path: str, body: dict[str, Any], token: str) -> HttpResponse:
        return await self._http.request("POST", path, json=body, headers={"authorization": f"Bearer {token}"})

    async def _valid_token(self, *, renew: bool = False) -> str:
        async with self._lock:
            now = self._clock.now()
            if not renew and self._token is not None and self._token[1] > now:
                return self._token[0]
            self._token = await self._new_token(now)
            return self._token[0]

    async def _new_token(self, now: datetime) -> tuple[str, datetime]:
        secret = self._settings
        response = await self._http.request(
            "GET",
            "/oauth/v1/generate",
            params={"grant_type": "client_credentials"},
            auth=(secret.consumer_key.get_secret_value(), secret.consumer_secret.get_secret_value()),
        )
        if not response.ok:
            raise ProviderUnavailableError("daraja.token_refused", f"HTTP {response.status}")
        answer = response.json()
        lives_s = float(answer["expires_in"]) - _RENEW_EARLY_S
        return str(answer["access_token"]), now + timedelta(seconds=lives_s)


def _local(at: datetime) -> str:
    return at.astimezone(NAIROBI).strftime("%Y-%m-%d %H:%M:%S")


def _error(response: HttpResponse) -> dict[str, str]:
    try:
        body = response.json()
    except ValueError:
        body = {}
    return {key: str(body.get(key, "")) for key in ("errorCode", "errorMessage")}


def _accepted(response: HttpResponse) -> dict[str, Any]:
    if not response.ok:
        _raise_for(response)
    answer: dict[str, Any] = response.json()
    if str(answer.get("ResponseCode")) != "0":
        raise ProviderRejectedError(f"daraja.{answer.get('ResponseCode')}", str(answer.get("ResponseDescription", "")))
    return answer


def _raise_for(response: HttpResponse) -> None:
    """Sort a refusal: the same code may mean several things, so its words count too."""
    error = _error(response)
    code, words = error["errorCode"], error["errorMessage"]
    lowered = words.lower()
    if "unable to lock subscriber" in lowered:
        raise ProviderUnavailableError("daraja.another_prompt_open", words, _LOCK_WAIT_S)
    if code in _BUSY:
        raise ProviderUnavailableError(f"daraja.{code}", words, _LOCK_WAIT_S)
    if response.status < _SERVER_ERROR or any(known in lowered for known in _CONFIGURATION):
        raise ProviderRejectedError(f"daraja.{code or response.status}", words)
    raise OutcomeUnknownError(f"daraja.{code or response.status}", words)
