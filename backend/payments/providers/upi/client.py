"""HTTP to the UPI link provider: links, single-use codes, query, cancel."""

from typing import Any, Final

from backend.payments.ports import AttemptResult, PaymentRequest, ProviderRef
from backend.payments.providers.upi.mapping import result_of_link
from backend.platform.errors import OutcomeUnknownError, ProviderRejectedError, ProviderUnavailableError
from backend.platform.http import HttpClient, HttpResponse

_TOO_MANY: Final = 429
_SERVER_ERROR: Final = 500
_QR_PREFIX: Final = "qr_"


class UpiLinkClient:
    """Collects by a payment link, or at the door by a single-use code."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    async def request_payment(self, request: PaymentRequest) -> ProviderRef:
        """Make a link, or a code where the request is for the door."""
        if request.single_use_code:
            answer = await self._call("POST", "/v1/payments/qr_codes", _code_body(request))
            return ProviderRef(str(answer["id"]), url=str(answer["image_url"]))
        answer = await self._call("POST", "/v1/payment_links", _link_body(request))
        return ProviderRef(str(answer["id"]), url=str(answer["short_url"]))

    async def query(self, ref: str) -> AttemptResult:
        """Read a link's or code's state, and its payment where it has one."""
        answer = await self._call("GET", _path(ref))
        payments = answer.get("payments") or []
        return result_of_link(answer, payments[0] if payments else None)

    async def find(self, request: PaymentRequest) -> ProviderRef | None:
        """Look for a link whose answer was lost, by our reference."""
        if request.single_use_code:
            return None
        answer = await self._call("GET", "/v1/payment_links", params={"reference_id": request.attempt_id})
        links = answer.get("payment_links") or answer.get("items") or []
        return ProviderRef(str(links[0]["id"]), url=str(links[0]["short_url"])) if links else None

    async def cancel(self, ref: str) -> None:
        """Close a link or code, so that it can't be paid any more."""
        await self._call("POST", _path(ref) + ("/close" if ref.startswith(_QR_PREFIX) else "/cancel"))

    async def _call(
        self, method: str, path: str, body: dict[str, Any] | None = None, params: dict[str, str] | None = None
    ) -> dict[str, Any]:
        response = await self._http.request(method, path, json=body, params=params)
        if not response.ok:
            _raise_for(response)
        answer: dict[str, Any] = response.json()
        return answer


def _path(ref: str) -> str:
    return f"/v1/payments/qr_codes/{ref}" if ref.startswith(_QR_PREFIX) else f"/v1/payment_links/{ref}"


def _expiry(request: PaymentRequest) -> int:
    return int(request.expires_at.timestamp()) if request.expires_at else 0


def _link_body(request: PaymentRequest) -> dict[str, Any]:
    return {
        "upi_link": True,
        "amount": request.amount_minor,
        "currency": request.currency,
        "reference_id": request.attempt_id,
        "description": request.description,
        "customer": {"contact": request.payer_phone} if request.payer_phone else {},
        "notify": {"sms": False, "email": False},
        "reminder_enable": False,
        "expire_by": _expiry(request),
        "notes": {"order": request.reference},
    }


def _code_body(request: PaymentRequest) -> dict[str, Any]:
    return {
        "type": "upi_qr",
        "usage": "single_use",
        "fixed_amount": True,
        "payment_amount": request.amount_minor,
        "description": request.description,
        "close_by": _expiry(request),
        "notes": {"order": request.reference, "attempt": request.attempt_id},
    }


def _raise_for(response: HttpResponse) -> None:
    try:
        error = response.json().get("error", {})
    except ValueError:
        error = {}
    code, words = str(error.get("code", response.status)), str(error.get("description", ""))
    if response.status == _TOO_MANY:
        raise ProviderUnavailableError(f"upi.{code}", words, float(response.headers.get("retry-after", 5)))
    if response.status >= _SERVER_ERROR:
        raise OutcomeUnknownError(f"upi.{code}", words)
    raise ProviderRejectedError(f"upi.{code}", words)
