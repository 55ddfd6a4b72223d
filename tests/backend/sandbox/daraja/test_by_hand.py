"""Payments by hand, and the requests whose result comes later."""

import base64
from typing import Any

import pytest

from tests.backend.sandbox.conftest import Sim
from tests.backend.sandbox.daraja.conftest import Merchant

CREDENTIAL = base64.b64encode(b"x" * 256).decode()
LATER: dict[str, Any] = {
    "SecurityCredential": CREDENTIAL,
    "ResultURL": "http://backend.test/result/1",
    "QueueTimeOutURL": "http://backend.test/timeout/1",
    "Remarks": "Order 7K2M",
}


async def pay(sim: Sim, **more: Any) -> Any:
    return await sim.act("daraja", "pay_by_hand", **{"from": "wanjiru", "amount": 420, "reference": "ord 7k2m", **more})


def status_body(receipt: str, **more: Any) -> dict[str, Any]:
    command = {"Initiator": "duka", "CommandID": "TransactionStatusQuery", "TransactionID": receipt}
    return LATER | command | {"PartyA": "600999", "IdentifierType": "4"} | more


def reversal_body(receipt: str, amount: int = 420) -> dict[str, Any]:
    command = {"Initiator": "duka", "CommandID": "TransactionReversal", "TransactionID": receipt, "Amount": amount}
    return LATER | command | {"ReceiverParty": "600999", "RecieverIdentifierType": "11"}


def b2c_body(key: str) -> dict[str, Any]:
    command = {"InitiatorName": "duka", "CommandID": "BusinessPayment", "Amount": 100, "OriginatorConversationID": key}
    return LATER | command | {"PartyA": "600999", "PartyB": "254711000221"}


async def result(sim: Sim) -> Any:
    await sim.settle(1)
    return sim.hooks("/result/1")[-1].json["Result"]


async def test_confirmation_with_what_the_person_typed(merchant: Merchant) -> None:
    assert (await merchant.register())[1]["ResponseCode"] == "0"
    receipt = (await pay(merchant.sim))["receipt"]
    await merchant.sim.settle()
    [hook] = merchant.sim.hooks("/c2b/confirm")
    assert hook.json == {
        "TransactionType": "Pay Bill",
        "TransID": receipt,
        "TransTime": "20261122172000",
        "TransAmount": "420.00",
        "BusinessShortCode": "600999",
        "BillRefNumber": "ord 7k2m",
        "InvoiceNumber": "",
        "OrgAccountBalance": "420.00",
        "ThirdPartyTransID": "",
        "MSISDN": "2547 ***** 221",
        "FirstName": "WANJIRU",
        "MiddleName": "",
        "LastName": "",
    }


WORDS = ["http://mpesa.example/c", "http://x.example/sql/c", "http://x.example/cmd", "http://a.ngrok.example/c"]


@pytest.mark.parametrize("url", WORDS)
async def test_addresses_with_forbidden_words(merchant: Merchant, url: str) -> None:
    assert (await merchant.register(ConfirmationURL=url))[1]["errorMessage"] == "Bad Request - Invalid ConfirmationURL"


async def test_addresses_are_registered_once_and_only_https_where_demanded(merchant: Merchant) -> None:
    merchant.sim.world.settings.daraja_https_only = True
    assert (await merchant.register())[1]["errorCode"] == "400.002.02"
    merchant.sim.world.settings.daraja_https_only = False
    assert (await merchant.register())[0] == 200
    assert (await merchant.register())[1]["errorCode"] == "500.003.1001"
    await merchant.sim.account("daraja", "forget_urls", shortcode="600999")
    assert (await merchant.register())[0] == 200


async def test_validation_accepts_refuses_and_times_out(merchant: Merchant) -> None:
    await merchant.register()
    await merchant.sim.account("daraja", "validation", shortcode="600999", on=True)
    answers = merchant.sim.backend.answers
    answers["/c2b/ask"] = (200, "application/json", b'{"ResultCode":"C2B00012","ResultDesc":"Rejected"}')
    assert await pay(merchant.sim) == {"refused": "C2B00012"}
    answers["/c2b/ask"] = (200, "application/json", b'{"ResultCode":"0","ResultDesc":"Accepted"}')
    assert "receipt" in await pay(merchant.sim)
    answers["/c2b/ask"] = (500, "text/plain", b"oops")
    assert "receipt" in await pay(merchant.sim)
    await merchant.sim.account("daraja", "forget_urls", shortcode="600999")
    await merchant.register(ResponseType="Cancelled")
    assert await pay(merchant.sim) == {"refused": "C2B00016"}
    assert merchant.sim.hooks("/c2b/ask")[0].json["OrgAccountBalance"] == ""


async def test_the_pull_feed_shows_what_no_confirmation_told(merchant: Merchant) -> None:
    receipt = (await pay(merchant.sim))["receipt"]
    span = {"ShortCode": "600999", "StartDate": "2026-11-22 00:00:00", "EndDate": "2026-11-23 23:59:59"}
    query = span | {"OffSetValue": "0"}
    assert (await merchant.post("/pulltransactions/v1/query", query))[1]["errorCode"] == "500.003.1001"
    register = {
        "ShortCode": "600999",
        "RequestType": "Pull",
        "NominatedNumber": "0711",
        "CallBackURL": "http://x.example",
    }
    for status in ("1000", "1001"):
        assert (await merchant.post("/pulltransactions/v1/register", register))[1]["ResponseStatus"] == status
    for wrong in ({"EndDate": "2026-11-21 00:00:00"}, {"StartDate": "2026-11-21 00:00:00"}, {"StartDate": "yesterday"}):
        assert (await merchant.post("/pulltransactions/v1/query", query | wrong))[1]["errorCode"] == "400.002.02"
    _, body = await merchant.post("/pulltransactions/v1/query", query)
    assert (body["ResponseCode"], body["Response"][0][0]["transactionId"]) == ("1000", receipt)
    await merchant.sim.settle(48 * 3600 + 1)
    await merchant.log_in()
    assert (await merchant.post("/pulltransactions/v1/query", query))[1]["ResponseCode"] == "1001"


async def test_a_receipt_is_proved_by_transaction_status(merchant: Merchant) -> None:
    receipt = (await pay(merchant.sim))["receipt"]
    _, accepted = await merchant.post("/mpesa/transactionstatus/v1/query", status_body(receipt))
    told = await result(merchant.sim)
    items = {i["Key"]: i.get("Value") for i in told["ResultParameters"]["ResultParameter"]}
    assert told["ConversationID"] == accepted["ConversationID"]
    assert (told["ResultCode"], items["ReceiptNo"], items["Amount"]) == (0, receipt, 420.0)
    await merchant.post("/mpesa/transactionstatus/v1/query", status_body("UKM0000000"))
    assert (await result(merchant.sim))["ResultCode"] == "R000002"
    await merchant.post("/mpesa/transactionstatus/v1/query", status_body(receipt, Initiator="else"))
    assert (await result(merchant.sim))["ResultCode"] == 2001
    status, body = await merchant.post(
        "/mpesa/transactionstatus/v1/query", status_body(receipt, SecurityCredential="-")
    )
    assert (status, body["errorMessage"]) == (400, "Bad Request - Invalid SecurityCredential")


async def test_money_sent_to_a_person_is_no_receipt_of_the_business(merchant: Merchant) -> None:
    sent = await merchant.sim.act("daraja", "pay_person", **{"from": "wanjiru", "to": "otieno", "amount": 420})
    await merchant.post("/mpesa/transactionstatus/v1/query", status_body(sent["receipt"]))
    assert (await result(merchant.sim))["ResultCode"] == "R000002"


async def test_a_reversal_happens_once(merchant: Merchant) -> None:
    receipt = (await pay(merchant.sim))["receipt"]
    for body, code in (
        (reversal_body(receipt, 400), 11),
        (reversal_body(receipt), 0),
        (reversal_body(receipt), "R000001"),
    ):
        assert (await merchant.post("/mpesa/reversal/v1/request", body))[0] == 200
        assert (await result(merchant.sim))["ResultCode"] == code
    assert merchant.sim.world.people.get("wanjiru").wallet == 20_000


async def test_a_payout_is_made_once_per_conversation_id(merchant: Merchant) -> None:
    assert (await merchant.post("/mpesa/b2c/v3/paymentrequest", b2c_body("refund-1")))[0] == 200
    assert (await result(merchant.sim))["ResultCode"] == 0
    status, body = await merchant.post("/mpesa/b2c/v3/paymentrequest", b2c_body("refund-1"))
    assert (status, body["errorCode"]) == (500, "500.002.1001")
    assert merchant.sim.world.people.get("wanjiru").wallet == 20_100


async def test_prompts_may_echo_as_confirmations(merchant: Merchant) -> None:
    merchant.sim.world.settings.daraja_stk_echoes_c2b = True
    await merchant.register()
    await merchant.push()
    receipt = (await merchant.sim.act("daraja", "answer", **{"from": "wanjiru", "outcome": "pay"}))["receipt"]
    await merchant.callbacks()
    assert [hook.json["TransID"] for hook in merchant.sim.hooks("/c2b/confirm")] == [receipt]


async def test_the_providers_own_simulate(merchant: Merchant) -> None:
    await merchant.register()
    body = {"ShortCode": "600999", "CommandID": "CustomerPayBillOnline", "Amount": 50, "Msisdn": "254711000222"}
    assert (await merchant.post("/mpesa/c2b/v2/simulate", body | {"BillRefNumber": "0RD7"}))[0] == 200
    await merchant.sim.settle()
    assert merchant.sim.hooks("/c2b/confirm")[0].json["BillRefNumber"] == "0RD7"
