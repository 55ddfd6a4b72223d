"""Payment links and QR codes: rules, states, signed events, refunds."""

from typing import Any

import pytest

from backend.sandbox.signing import hex_hmac
from tests.backend.sandbox.conftest import START, Sim

AUTH = ("rzp_test_duka", "development-only-upi-key")
LINK: dict[str, Any] = {
    "upi_link": True,
    "amount": 42000,
    "currency": "INR",
    "reference_id": "ORD7K2M-1",
    "description": "Order 7K2M",
    "customer": {"name": "Asha", "contact": "+919900000011"},
    "expire_by": int(START) + 3600,
}
QR: dict[str, Any] = {
    "type": "upi_qr",
    "usage": "single_use",
    "fixed_amount": True,
    "payment_amount": 42000,
    "close_by": int(START) + 900,
}


async def call(sim: Sim, path: str, body: dict[str, Any] | None = None, method: str = "POST") -> tuple[int, Any]:
    answer = await sim.client.request(method, f"/upi/v1/{path}", json=body, auth=AUTH)
    return answer.status_code, answer.json()


async def events(sim: Sim) -> list[tuple[str, str | None]]:
    await sim.settle()
    return [(hook.json["event"], hook.headers.get("x-razorpay-event-id")) for hook in sim.hooks("/webhooks/upi")]


REFUSED = [
    ("amount", 99),
    ("amount", 420.5),
    ("amount", "42000"),
    ("currency", "KES"),
    ("reference_id", "x" * 41),
    ("description", "x" * 2049),
    ("expire_by", int(START) + 899),
    ("expire_by", int(START) + 200 * 86_400),
    ("notes", {str(i): "x" for i in range(16)}),
    ("notes", {"a": "x" * 257}),
    ("callback_method", "post"),
    ("accept_partial", True),
]


@pytest.mark.parametrize(("field", "value"), REFUSED)
async def test_a_field_at_fault_is_named(sim: Sim, field: str, value: object) -> None:
    status, body = await call(sim, "payment_links", LINK | {field: value})
    assert (status, body["error"]["code"], body["error"]["field"]) == (400, "BAD_REQUEST_ERROR", field)


async def test_the_key_is_demanded(sim: Sim) -> None:
    answer = await sim.client.post("/upi/v1/payment_links", json=LINK, auth=("x", "y"))
    assert answer.status_code == 401
    await sim.account("upi", "key", revoked=True)
    assert (await call(sim, "payment_links", LINK))[0] == 401


async def test_a_reference_is_used_once_and_finds_its_link(sim: Sim) -> None:
    _, first = await call(sim, "payment_links", LINK)
    status, body = await call(sim, "payment_links", LINK)
    assert (status, body["error"]["field"]) == (400, "reference_id")
    _, found = await call(sim, "payment_links?reference_id=ORD7K2M-1", method="GET")
    assert [row["id"] for row in found["payment_links"]] == [first["id"]]


async def test_paid_is_told_once_signed_over_the_raw_bytes(sim: Sim) -> None:
    _, link = await call(sim, "payment_links", LINK)
    await sim.act("upi", "pay", id=link["id"])
    await sim.settle()
    [hook] = sim.hooks("/webhooks/upi")
    assert hook.headers["x-razorpay-signature"] == hex_hmac("development-only-upi-webhook", hook.body)
    payload = hook.json["payload"]
    assert payload["payment_link"]["entity"]["status"] == "paid"
    assert payload["payment"]["entity"]["amount"] == 42000
    assert len(payload["payment"]["entity"]["acquirer_data"]["rrn"]) == 12
    await sim.act("upi", "pay", status=409, id=link["id"])
    assert (await call(sim, f"payment_links/{link['id']}", method="GET"))[1]["amount_paid"] == 42000
    assert (await call(sim, f"payment_links/{link['id']}/cancel"))[0] == 400


async def test_a_doubled_event_keeps_its_id(sim: Sim) -> None:
    await sim.control("POST", "webhooks/accidents", {"what": "duplicate", "provider": "upi"})
    _, link = await call(sim, "payment_links", LINK)
    await sim.act("upi", "pay", id=link["id"])
    first, second = await events(sim)
    assert first == second


async def test_fail_cancel_and_expire(sim: Sim) -> None:
    for number, outcome in enumerate(("fail", "cancel", "expire", "wait")):
        _, link = await call(sim, "payment_links", LINK | {"reference_id": f"R{number}"})
        if outcome == "cancel":
            assert (await call(sim, f"payment_links/{link['id']}/cancel"))[1]["status"] == "cancelled"
        elif outcome != "wait":
            await sim.act("upi", "pay", id=link["id"], outcome=outcome)
    await sim.settle(3600)
    told = sorted(name for name, _ in await events(sim))
    assert told == ["payment.failed", *["payment_link.cancelled"], *["payment_link.expired"] * 3]


async def test_a_code_at_the_door_is_credited_and_closes(sim: Sim) -> None:
    _, code = await call(sim, "payments/qr_codes", QR)
    picture = await sim.client.get(f"/upi/q/{code['id']}")
    assert picture.headers["content-type"] == "image/svg+xml"
    await sim.act("upi", "scan", **{"from": "asha", "id": code["id"]})
    await sim.act("upi", "pay", id=code["id"])
    assert [name for name, _ in await events(sim)] == ["qr_code.created", "qr_code.credited", "qr_code.closed"]
    assert (await call(sim, f"payments/qr_codes/{code['id']}/close"))[0] == 400


async def test_closed_before_cash_but_credited_all_the_same(sim: Sim) -> None:
    _, code = await call(sim, "payments/qr_codes", QR)
    assert (await call(sim, f"payments/qr_codes/{code['id']}/close"))[1]["status"] == "closed"
    await sim.act("upi", "pay", status=409, **{"id": code["id"], "from": "asha"})
    await sim.act("upi", "pay", **{"id": code["id"], "from": "asha", "late": True})
    assert (await events(sim))[-1][0] == "qr_code.credited"


async def test_refunds_never_exceed_the_payment(sim: Sim) -> None:
    _, link = await call(sim, "payment_links", LINK)
    payment = (await sim.act("upi", "pay", id=link["id"]))["payment_id"]
    assert (await call(sim, f"payments/{payment}/refund", {"amount": 40000}))[1]["status"] == "pending"
    assert (await call(sim, f"payments/{payment}/refund", {"amount": 2001}))[0] == 400
    assert (await call(sim, f"payments/{payment}/refund", {}))[0] == 200
    assert (await call(sim, f"payments/{payment}", method="GET"))[1]["status"] == "refunded"
    await sim.settle(2)
    assert [name for name, _ in await events(sim)].count("refund.processed") == 2


async def test_people_may_pay_by_themselves(sim: Sim) -> None:
    await sim.control("POST", "actor/policy", {"provider": "upi", "outcome": "pay", "after_s": 2})
    await call(sim, "payment_links", LINK)
    await sim.settle(2)
    assert [name for name, _ in await events(sim)] == ["payment_link.paid"]
