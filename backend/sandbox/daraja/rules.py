"""What Daraja demands and what its codes mean, as rows."""

import base64
import binascii
from typing import Final
from urllib.parse import urlsplit

from backend.sandbox.base import Json
from backend.sandbox.checks import Rule, first_breach

PHONE: Final = r"254[17][0-9]{8}"
_WHOLE: Final = r"[1-9][0-9]*"
_STAMP: Final = r"20[0-9]{12}"
_NUMBER = (int, str)

RESULTS: Final = {
    0: "The service request is processed successfully.",
    1: "The balance is insufficient for the transaction.",
    2: "Declined due to limit rule: less than the minimum transaction amount.",
    3: "Declined due to limit rule: greater than the maximum transaction amount.",
    4: "Declined due to limit rule: would exceed daily transfer limit.",
    8: "Declined due to limit rule: would exceed the maximum balance.",
    11: "The DebitParty is in an invalid state.",
    17: "Rule limited: a similar transaction was made within the last two minutes.",
    26: "System busy. The service request is rejected.",
    1001: "Unable to lock subscriber, a transaction is already in process for the current subscriber.",
    1019: "Transaction has expired.",
    1025: "An error occurred while sending a push request.",
    1032: "Request Cancelled by user.",
    1037: "DS timeout user cannot be reached.",
    2001: "The initiator information is invalid.",
    2006: "The account status does not allow this transaction.",
    2028: "The request is not permitted according to product assignment.",
    8006: "The security credential is locked.",
    9999: "An error occurred while sending a push request.",
}
OUTCOMES: Final = {
    "wrong_pin": 2001,
    "cancel": 1032,
    "ignore": 1037,
    "insufficient": 1,
    "expire": 1019,
    "busy": 26,
    "not_sent": 1025,
}
MOST_AMOUNT: Final = 250_000
SAME_PAYMENT_S: Final = 120

STK_PUSH: Final = (
    Rule("BusinessShortCode", _NUMBER, pattern=r"[0-9]{5,7}"),
    Rule("Password", pattern=r"[A-Za-z0-9+/=]+"),
    Rule("Timestamp", _NUMBER, pattern=_STAMP),
    Rule("TransactionType", one_of=("CustomerPayBillOnline", "CustomerBuyGoodsOnline")),
    Rule("Amount", _NUMBER, pattern=_WHOLE),
    Rule("PartyA", _NUMBER, pattern=PHONE),
    Rule("PartyB", _NUMBER, pattern=r"[0-9]{5,7}"),
    Rule("PhoneNumber", _NUMBER, pattern=PHONE),
    Rule("CallBackURL", pattern=r"https?://.+"),
    Rule("AccountReference", longest=12, pattern=r"[A-Za-z0-9 ]+"),
    Rule("TransactionDesc", longest=13),
)
STK_QUERY: Final = (
    Rule("BusinessShortCode", _NUMBER, pattern=r"[0-9]{5,7}"),
    Rule("Password", pattern=r"[A-Za-z0-9+/=]+"),
    Rule("Timestamp", _NUMBER, pattern=_STAMP),
    Rule("CheckoutRequestID"),
)
C2B_REGISTER: Final = (
    Rule("ShortCode", _NUMBER, pattern=r"[0-9]{5,7}"),
    Rule("ResponseType", one_of=("Completed", "Cancelled")),
    Rule("ConfirmationURL", pattern=r"https?://.+"),
    Rule("ValidationURL", pattern=r"https?://.+"),
)
C2B_SIMULATE: Final = (
    Rule("ShortCode", _NUMBER, pattern=r"[0-9]{5,7}"),
    Rule("CommandID", one_of=("CustomerPayBillOnline", "CustomerBuyGoodsOnline")),
    Rule("Amount", _NUMBER, pattern=_WHOLE),
    Rule("Msisdn", _NUMBER, pattern=PHONE),
    Rule("BillRefNumber", required=False, shortest=0, longest=20),
)
PULL_REGISTER: Final = (
    Rule("ShortCode", _NUMBER, pattern=r"[0-9]{5,7}"),
    Rule("RequestType", one_of=("Pull",)),
    Rule("NominatedNumber", _NUMBER),
    Rule("CallBackURL", pattern=r"https?://.+"),
)
_DAY_TIME: Final = r"20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}"
PULL_QUERY: Final = (
    Rule("ShortCode", _NUMBER, pattern=r"[0-9]{5,7}"),
    Rule("StartDate", pattern=_DAY_TIME),
    Rule("EndDate", pattern=_DAY_TIME),
    Rule("OffSetValue", _NUMBER, pattern=r"[0-9]+"),
)
_RESULT_URLS: Final = (
    Rule("ResultURL", pattern=r"https?://.+"),
    Rule("QueueTimeOutURL", pattern=r"https?://.+"),
    Rule("SecurityCredential"),
)
STATUS: Final = (
    Rule("Initiator"),
    *_RESULT_URLS,
    Rule("CommandID", one_of=("TransactionStatusQuery",)),
    Rule("TransactionID", required=False),
    Rule("OriginalConversationID", required=False),
    Rule("PartyA", _NUMBER, pattern=r"[0-9]{5,7}"),
    Rule("IdentifierType", _NUMBER, pattern=r"[124]"),
    Rule("Remarks", longest=100),
    Rule("Occasion", required=False, shortest=0, longest=100),
)
REVERSAL: Final = (
    Rule("Initiator"),
    *_RESULT_URLS,
    Rule("CommandID", one_of=("TransactionReversal",)),
    Rule("TransactionID", pattern=r"[A-Z0-9]{10}"),
    Rule("Amount", _NUMBER, pattern=_WHOLE),
    Rule("ReceiverParty", _NUMBER, pattern=r"[0-9]{5,7}"),
    Rule("RecieverIdentifierType", _NUMBER, pattern="11"),
    Rule("Remarks", longest=100),
    Rule("Occasion", required=False, shortest=0, longest=100),
)
B2C: Final = (
    Rule("OriginatorConversationID", longest=100),
    Rule("InitiatorName"),
    *_RESULT_URLS,
    Rule("CommandID", one_of=("BusinessPayment", "SalaryPayment", "PromotionPayment")),
    Rule("Amount", _NUMBER, pattern=_WHOLE),
    Rule("PartyA", _NUMBER, pattern=r"[0-9]{5,7}"),
    Rule("PartyB", _NUMBER, pattern=PHONE),
    Rule("Remarks", shortest=2, longest=100),
    Rule("Occassion", required=False, shortest=0, longest=100),
)
_FORBIDDEN: Final = ("mpesa", "m-pesa", "safaricom", "exe", "exec", "cmd", "sql", "query")
_TUNNELS: Final = ("ngrok", "mockbin", "requestbin")


class DarajaError(Exception):
    """A refusal in the form that Daraja gives."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    def body(self, request_id: str) -> Json:
        """Return the error body."""
        return {"requestId": request_id, "errorCode": self.code, "errorMessage": self.message}


def demand(payload: Json, rules: tuple[Rule, ...]) -> None:
    """Refuse a payload with a field at fault.

    Raises:
        DarajaError: 400.002.02, naming the field.
    """
    breach = first_breach(payload, rules)
    if breach:
        raise invalid(breach.path)


def invalid(field: str) -> DarajaError:
    """Return the refusal of a field."""
    return DarajaError(400, "400.002.02", f"Bad Request - Invalid {field}")


def demand_url(field: str, url: str, *, https_only: bool, guarded: bool = False) -> None:
    """Refuse an address that Daraja would not call; C2B addresses may not hold certain words either."""
    parts = urlsplit(url)
    if https_only and parts.scheme != "https":
        raise invalid(field)
    words = url.lower()
    host = (parts.hostname or "").lower()
    if guarded and (any(w in words for w in _FORBIDDEN) or any(t in host for t in _TUNNELS)):
        raise invalid(field)


def demand_credential(payload: Json) -> None:
    """Refuse a security credential that is not base64."""
    try:
        base64.b64decode(payload["SecurityCredential"], validate=True)
    except (binascii.Error, ValueError):
        raise invalid("SecurityCredential") from None


def password(shortcode: str, passkey: str, timestamp: str) -> str:
    """Return the password that belongs to a shortcode at a time."""
    return base64.b64encode(f"{shortcode}{passkey}{timestamp}".encode()).decode()
