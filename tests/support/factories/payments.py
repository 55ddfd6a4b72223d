"""Payments for tests: the services, and what providers report."""

from typing import Any

import orjson

from backend.comms.service.payment_watches import PaymentWatches
from backend.comms.service.versions import LadderVersions
from backend.payments.providers.daraja.webhook import DarajaCallbacks
from backend.payments.providers.upi.webhook import UpiCallbacks
from backend.payments.service import PaymentsService
from backend.payments.service.attempts import AttemptsService
from backend.payments.service.books import Books
from backend.payments.service.candidates import Candidates
from backend.payments.service.parts import PartsService
from backend.payments.service.pasted import PastedCodes
from backend.payments.service.payouts import PayoutsService
from backend.payments.service.receipts import ReceiptsService
from backend.payments.service.refunds import RefundsService
from backend.payments.service.rider_cash import RiderCashService
from backend.payments.service.taken_back import TakenBackService
from backend.payments.service.watches import AttemptWatches
from backend.payments.settings import DarajaSettings, PaymentsSettings
from backend.platform.clock import Clock
from tests.support.factories.orders import orders_service
from tests.support.factories.vendors import vendors_service

BASE_URL = "http://duka.test"
PAYER = "+254711000221"


def daraja_callbacks() -> DarajaCallbacks:
    """The callbacks as bootstrap builds them."""
    return DarajaCallbacks(BASE_URL, PaymentsSettings().callback_secret.get_secret_value())


def upi_callbacks() -> UpiCallbacks:
    """The callbacks with a secret of the test and an older one."""
    return UpiCallbacks(["development-only-upi-webhook", "development-only-upi-webhook-old"])


def receipts_service(clock: Clock) -> ReceiptsService:
    """The matcher over real orders."""
    orders = orders_service()
    return ReceiptsService(orders, Candidates(orders, clock), Books(orders))


def parts_service(clock: Clock) -> PartsService:
    """What people take apart, over real orders."""
    orders = orders_service()
    return PartsService(orders, receipts_service(clock), Candidates(orders, clock), Books(orders))


def watches() -> AttemptWatches:
    """Who watches silent attempts, by the real rows of their ladder."""
    return AttemptWatches(orders_service(), PaymentWatches(vendors_service(), LadderVersions()))


def attempts_service(clock: Clock) -> AttemptsService:
    """What becomes of attempts, over real orders."""
    daraja, receipts = DarajaSettings(), receipts_service(clock)
    return AttemptsService(
        orders_service(), receipts, watches(), PaymentsSettings(), paybill=daraja.paybill, till=daraja.till
    )


def cash_service(clock: Clock, **settings: Any) -> RiderCashService:
    """Riders' cash, over the matcher."""
    return RiderCashService(orders_service(), receipts_service(clock), PaymentsSettings(**settings))


def refunds_service(clock: Clock) -> RefundsService:
    """The refund queue, over real orders."""
    return RefundsService(orders_service(), clock, PaymentsSettings())


def payouts_service(clock: Clock) -> PayoutsService:
    """Refunds that are paid out by API, by the ways that the environment names."""
    return PayoutsService(refunds_service(clock), PaymentsSettings())


def taken_back_service(clock: Clock) -> TakenBackService:
    """What providers say goes back, over the matcher and the refund queue."""
    return TakenBackService(orders_service(), receipts_service(clock), refunds_service(clock))


def payments_service(clock: Clock) -> PaymentsService:
    """The service with its neighbours, all real."""
    settings = PaymentsSettings()
    return PaymentsService(
        orders_service(), attempts_service(clock), pasted_codes(clock), cash_service(clock), clock, settings
    )


def pasted_codes(clock: Clock) -> PastedCodes:
    """Codes that customers paste, over the matcher."""
    return PastedCodes(orders_service(), receipts_service(clock), PaymentsSettings())


def stk_callback(
    checkout_id: str, code: int | str, *, amount: float | None = None, receipt: str | None = None
) -> bytes:
    """A prompt's result as Daraja posts it; a success carries amount and receipt."""
    callback: dict[str, Any] = {
        "MerchantRequestID": "29115-1",
        "CheckoutRequestID": checkout_id,
        "ResultCode": code,
        "ResultDesc": "as composed for a test",
    }
    if receipt is not None:
        callback["CallbackMetadata"] = {
            "Item": [
                {"Name": "Amount", "Value": amount},
                {"Name": "MpesaReceiptNumber", "Value": receipt},
                {"Name": "Balance"},
                {"Name": "TransactionDate", "Value": 20261122201433},
                {"Name": "PhoneNumber", "Value": 254711000221},
            ]
        }
    return orjson.dumps({"Body": {"stkCallback": callback}})


def confirmation(receipt: str, amount: str, reference: str) -> bytes:
    """A payment made by hand as Daraja confirms it."""
    return orjson.dumps(
        {
            "TransactionType": "Pay Bill",
            "TransID": receipt,
            "TransTime": "20261122201433",
            "TransAmount": amount,
            "BusinessShortCode": "600999",
            "BillRefNumber": reference,
            "InvoiceNumber": "",
            "OrgAccountBalance": "5120.00",
            "ThirdPartyTransID": "",
            "MSISDN": "2547 ***** 221",
            "FirstName": "WANJIRU",
            "MiddleName": "",
            "LastName": "",
        }
    )
