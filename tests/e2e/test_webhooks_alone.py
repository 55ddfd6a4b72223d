"""A webhook is verified and stored, and that is all: no worker, no dialogue and no provider is there."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import event, text

from backend.app import create_app
from backend.bootstrap import Built, build
from backend.channels.providers.instagram.settings import InstagramSettings
from backend.channels.providers.whatsapp.settings import WhatsAppSettings
from backend.comms.contexts import ContextSigner
from backend.comms.settings import ExotelSettings
from backend.payments.router import PaymentCallbacks
from backend.payments.settings import UpiSettings
from backend.platform.db.session import Database
from backend.platform.inbox import EventIntake
from backend.platform.settings import PlatformSettings
from backend.sandbox.signing import hex_hmac, meta_signature
from tests.support.house import enter_house

type Hook = tuple[str, dict[str, Any], Callable[[bytes], dict[str, str]]]

_WORK = ("messages", "turns", "outbound_send", "outbox", "sla_timer", "orders", "receipts", "comms_log")


@pytest.fixture
async def built(fresh_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Built]:
    """All that an application is built of; nobody listens at the addresses of Rasa and of the providers."""
    enter_house(monkeypatch, fresh_database_url, tmp_path, {})
    parts = build(PlatformSettings(), application="alone")
    yield parts
    await parts.registry.get(EventIntake).close()
    await parts.close()


def _whatsapp(_: Built) -> Hook:
    message = {
        "from": "919900000011",
        "id": "wamid.1",
        "timestamp": "1795357200",
        "type": "text",
        "text": {"body": "hi"},
    }
    value = {"metadata": {"phone_number_id": "100000000000002"}, "messages": [message]}
    body = {"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": value}]}]}
    secret = WhatsAppSettings().webhook_secret.get_secret_value()
    return "/webhooks/whatsapp", body, lambda raw: {"x-hub-signature-256": meta_signature(secret, raw)}


def _instagram(_: Built) -> Hook:
    account = "17841400000000002"
    message = {"sender": {"id": "7001"}, "recipient": {"id": account}, "message": {"mid": "mid.1", "text": "hi"}}
    body = {"object": "instagram", "entry": [{"id": account, "messaging": [message | {"timestamp": 1795357200000}]}]}
    secret = InstagramSettings().webhook_secret.get_secret_value()
    return "/webhooks/instagram", body, lambda raw: {"x-hub-signature-256": meta_signature(secret, raw)}


def _daraja(built: Built) -> Hook:
    result = {"MerchantRequestID": "M1", "CheckoutRequestID": "ws_CO_1", "ResultCode": 1032, "ResultDesc": "Cancelled"}
    address = built.registry.get(PaymentCallbacks)["daraja"].address("stk", "attempt-1")
    return httpx.URL(address).path, {"Body": {"stkCallback": result}}, lambda _: {}


def _upi(_: Built) -> Hook:
    link = {"entity": {"id": "plink_1", "status": "paid", "amount": 3500, "amount_paid": 3500}}
    secret = UpiSettings().webhook_secret.get_secret_value()
    body = {"event": "payment_link.paid", "payload": {"payment_link": link}}
    return (
        "/webhooks/upi",
        body,
        lambda raw: {"x-razorpay-signature": hex_hmac(secret, raw), "x-razorpay-event-id": "evt_1"},
    )


def _exotel(_: Built) -> Hook:
    context = ContextSigner(ExotelSettings().webhook_secret.get_secret_value()).sign("call-1")
    return f"/webhooks/exotel/call-status/{context}", {"CallSid": "sid-1", "Status": "no-answer"}, lambda _: {}


@contextmanager
def _statements(built: Built) -> Iterator[list[str]]:
    """Listen to what the database is told; a commit that is asked for is one of them."""
    engine, heard = built.registry.get(Database).engine.sync_engine, list[str]()

    def on_statement(*arguments: Any) -> None:
        heard.append(" ".join(str(arguments[2]).split()[:3]))

    def on_commit(_: Any) -> None:
        heard.append("COMMIT")

    event.listen(engine, "before_cursor_execute", on_statement)
    event.listen(engine, "commit", on_commit)
    yield heard
    event.remove(engine, "before_cursor_execute", on_statement)
    event.remove(engine, "commit", on_commit)


@pytest.mark.parametrize("make", [_whatsapp, _instagram, _daraja, _upi, _exotel])
async def test_a_webhook_is_verified_inserted_and_committed(built: Built, make: Callable[[Built], Hook]) -> None:
    """One insert, which commits by itself before the answer; the event waits, and nothing was done about it."""
    path, payload, sign = make(built)
    body = json.dumps(payload).encode()
    headers = {"content-type": "application/json", **sign(body)}
    transport = httpx.ASGITransport(create_app(built))
    async with httpx.AsyncClient(transport=transport, base_url="http://duka.test") as client:
        with _statements(built) as heard:
            answer = await client.post(path, content=body, headers=headers)
        assert answer.status_code == 200, answer.text
        assert heard == ["INSERT INTO provider_events"]
    async with built.registry.get(Database).transaction() as session:
        assert (await session.execute(text("SELECT state, attempts FROM provider_events"))).all() == [("pending", 0)]
        for table in _WORK:
            assert await session.scalar(text(f"SELECT count(*) FROM {table}")) == 0
