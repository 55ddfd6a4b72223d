"""The prompt: what is demanded of a push, one prompt per phone, each outcome, the query, the token."""

import pytest

from tests.backend.sandbox.conftest import Sim
from tests.backend.sandbox.daraja.conftest import Merchant

FIELDS = [
    ("Amount", 0),
    ("Amount", "4.20"),
    ("Amount", 4.5),
    ("PhoneNumber", "+254711000221"),
    ("PhoneNumber", "0711000221"),
    ("PhoneNumber", "254211000221"),
    ("PartyB", "600998"),
    ("TransactionType", "CustomerPayBill"),
    ("AccountReference", "ORD7K2M-00013"),
    ("AccountReference", "ORD#7"),
    ("TransactionDesc", "fourteen chars"),
    ("CallBackURL", "backend.test/cb"),
    ("Timestamp", "2026-11-22"),
]


@pytest.mark.parametrize(("field", "value"), FIELDS)
async def test_a_field_at_fault_is_named(merchant: Merchant, field: str, value: object) -> None:
    status, body = await merchant.push(**{field: value})
    assert (status, body["errorCode"], body["errorMessage"]) == (400, "400.002.02", f"Bad Request - Invalid {field}")


async def test_credentials_and_merchant(merchant: Merchant) -> None:
    wrong = await merchant.push(Password="bm8=")
    unknown = await merchant.push(BusinessShortCode="600998")
    till = await merchant.push(BusinessShortCode="5600999", TransactionType="CustomerBuyGoodsOnline", PartyB="5600999")
    assert [(s, b["errorCode"], b["errorMessage"]) for s, b in (wrong, unknown, till)] == [
        (500, "500.001.1001", "Wrong credentials"),
        (500, "500.001.1001", "Merchant does not exist"),
        (500, "500.001.1001", "Merchant does not exist"),
    ]


async def test_a_new_token_makes_the_former_one_invalid_and_tokens_age(merchant: Merchant) -> None:
    former = merchant.token
    await merchant.log_in()
    latest, merchant.token = merchant.token, former
    status, body = await merchant.push()
    assert (status, body["errorCode"]) == (404, "404.001.03")
    merchant.token = latest
    await merchant.sim.settle(3598)
    assert (await merchant.push())[0] == 200
    await merchant.sim.settle(1)
    assert (await merchant.push())[0] == 404


async def test_token_requests(sim: Sim) -> None:
    path = "/daraja/oauth/v1/generate"
    pair = ("development-only-key", "development-only-secret")
    kind = await sim.client.get(f"{path}?grant_type=password", auth=pair)
    key = await sim.client.get(f"{path}?grant_type=client_credentials", auth=("x", "y"))
    assert [kind.json()["errorCode"], key.json()["errorCode"]] == ["400.008.01", "400.008.02"]
    assert (await sim.client.post(path)).json()["errorCode"] == "405.001"
    assert (await sim.client.get("/daraja/none")).json()["errorCode"] == "404.001.01"


async def test_one_prompt_per_phone(merchant: Merchant) -> None:
    assert (await merchant.push())[0] == 200
    status, body = await merchant.push(Amount=100)
    assert (status, body["errorCode"]) == (500, "500.001.1001")
    assert body["errorMessage"].startswith("Unable to lock subscriber")
    assert (await merchant.push(PhoneNumber="254711000222", PartyA="254711000222"))[0] == 200
    await merchant.sim.act("daraja", "answer", **{"from": "wanjiru", "outcome": "cancel"})
    assert (await merchant.push())[0] == 200


async def test_paid(merchant: Merchant) -> None:
    _, accepted = await merchant.push()
    assert accepted["CheckoutRequestID"] == "ws_CO_22112026172000_1"
    answer = await merchant.sim.act("daraja", "answer", **{"from": "wanjiru", "outcome": "pay"})
    [callback] = await merchant.callbacks()
    assert callback["ResultCode"] == 0
    assert callback["CallbackMetadata"]["Item"] == [
        {"Name": "Amount", "Value": 420.0},
        {"Name": "MpesaReceiptNumber", "Value": answer["receipt"]},
        {"Name": "Balance"},
        {"Name": "TransactionDate", "Value": 20261122172000},
        {"Name": "PhoneNumber", "Value": 254711000221},
    ]
    assert answer["receipt"].startswith("UKM")
    assert (await merchant.query(accepted["CheckoutRequestID"]))[1]["ResultCode"] == "0"
    phone = (await merchant.sim.client.get("/sandbox/api/phone/wanjiru")).json()
    assert phone["wallet"] == 20_000 - 420
    assert phone["daraja"]["sms"][0]["text"].startswith(
        f"{answer['receipt']} Confirmed. Ksh420.00 sent to NAIROBI GROCER for account ORD7K2M on 22/11/26 at 5:20 PM"
    )


OUTCOMES = [
    ("wrong_pin", 2001),
    ("cancel", 1032),
    ("ignore", 1037),
    ("insufficient", 1),
    ("busy", 26),
    ("not_sent", 1025),
]


@pytest.mark.parametrize(("outcome", "code"), OUTCOMES)
async def test_each_way_not_to_pay(merchant: Merchant, outcome: str, code: int) -> None:
    _, accepted = await merchant.push()
    await merchant.sim.act("daraja", "answer", **{"from": "wanjiru", "outcome": outcome})
    [callback] = await merchant.callbacks()
    assert callback["ResultCode"] == code
    assert "CallbackMetadata" not in callback
    assert (await merchant.query(accepted["CheckoutRequestID"]))[1]["ResultCode"] == str(code)
    assert merchant.sim.world.people.get("wanjiru").wallet == 20_000


async def test_silence_ends_after_a_minute_and_the_query_says_pending_before(merchant: Merchant) -> None:
    _, accepted = await merchant.push()
    await merchant.sim.settle(59)
    status, body = await merchant.query(accepted["CheckoutRequestID"])
    assert (status, body["errorCode"], body["errorMessage"]) == (
        500,
        "500.001.1001",
        "The transaction is being processed",
    )
    await merchant.sim.settle(1)
    [callback] = await merchant.callbacks()
    assert callback["ResultCode"] == 1037
    await merchant.sim.act("daraja", "answer", status=404, **{"from": "wanjiru", "outcome": "pay"})


async def test_an_empty_wallet_and_the_two_minute_rule(merchant: Merchant) -> None:
    merchant.sim.world.people.get("wanjiru").wallet = 1_000
    codes = []
    for amount in (420, 420, 999):
        await merchant.push(Amount=amount)
        answer = await merchant.sim.act("daraja", "answer", **{"from": "wanjiru", "outcome": "pay"})
        codes.append(answer["code"])
    assert codes == [0, 17, 1]
    await merchant.sim.settle(120)
    await merchant.push(Amount=420)
    assert (await merchant.sim.act("daraja", "answer", **{"from": "wanjiru", "outcome": "pay"}))["code"] == 0


async def test_people_may_act_by_themselves(merchant: Merchant) -> None:
    policy = {"provider": "daraja", "outcome": "pay", "after_s": 5}
    await merchant.sim.control("POST", "actor/policy", policy)
    await merchant.sim.control("POST", "actor/policy", policy | {"person": "otieno", "outcome": "wrong_pin"})
    await merchant.push()
    await merchant.push(PhoneNumber="254711000222", PartyA="254711000222")
    await merchant.sim.settle(5)
    assert sorted(c["ResultCode"] for c in await merchant.callbacks()) == [0, 2001]


async def test_a_lost_and_a_doubled_callback(merchant: Merchant) -> None:
    lost = await merchant.sim.control("POST", "webhooks/accidents", {"what": "drop", "kind": "stk.callback"})
    await merchant.push()
    await merchant.sim.act("daraja", "answer", **{"from": "wanjiru", "outcome": "cancel"})
    assert await merchant.callbacks() == []
    await merchant.sim.control("DELETE", "webhooks/accidents", {"id": lost["id"]})
    await merchant.sim.control("POST", "webhooks/accidents", {"what": "duplicate"})
    await merchant.push()
    await merchant.sim.act("daraja", "answer", **{"from": "wanjiru", "outcome": "cancel"})
    first, second = await merchant.callbacks()
    assert first == second


async def test_a_till_takes_goods_and_a_paybill_bills(merchant: Merchant) -> None:
    """The number that is paid has to be of the kind that the request says."""
    pairs = (("CustomerBuyGoodsOnline", "600999"), ("CustomerPayBillOnline", "5600999"))
    answers = [await merchant.push(TransactionType=kind, PartyB=number) for kind, number in pairs]
    assert [body["errorMessage"] for _, body in answers] == ["Bad Request - Invalid PartyB"] * 2


async def test_till_and_spike_arrest(merchant: Merchant) -> None:
    goods = {"TransactionType": "CustomerBuyGoodsOnline", "PartyB": "5600999"}
    assert (await merchant.push(**goods))[0] == 200
    merchant.sim.world.settings.daraja_spike_arrest_per_s = 1
    status, body = await merchant.push()
    assert (status, body["errorCode"]) == (500, "500.003.02")
    assert body["errorMessage"].startswith("Spike arrest")
