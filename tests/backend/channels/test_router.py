"""Webhooks: signed bytes are stored and acknowledged, everything else is refused; nothing more happens."""

import hashlib
import hmac
import json
from typing import Any

import pytest
from sqlalchemy import text

from backend.channels.graph import signed
from backend.channels.ports import InboundKind, InboundMessage
from backend.channels.providers.whatsapp.client import WhatsAppChannel
from backend.channels.providers.whatsapp.settings import WhatsAppSettings
from backend.channels.providers.whatsapp.webhook import payload_of
from backend.channels.router import MAX_BODY_BYTES, router
from backend.channels.service import ChannelsService
from backend.platform.db.session import Database
from backend.platform.inbox import EventIntake
from backend.platform.web import DirectRoutes
from tests.support.app import Api, serving
from tests.support.clock import FixedClock
from tests.support.town import sandbox_settings, whatsapp_settings

URL = "/webhooks/whatsapp"
SECRET = sandbox_settings().whatsapp_app_secret.get_secret_value()
OLD_SECRET = sandbox_settings().whatsapp_old_app_secret.get_secret_value()


def _body(words: str = "नमस्ते 👋", *ids: str) -> bytes:
    messages = [
        {"from": "254711000222", "id": one, "timestamp": "1795357200", "type": "text", "text": {"body": words}}
        for one in ids or ("wamid.A1",)
    ]
    value = {"metadata": {"phone_number_id": "PN1"}, "messages": messages}
    change = {"field": "messages", "value": value}
    return json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "W", "changes": [change]}]}).encode()


def _signature(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {"x-hub-signature-256": f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"}


async def _stored(database: Database) -> list[str]:
    async with database.transaction() as session:
        return list(await session.scalars(text("SELECT external_id FROM provider_events ORDER BY id")))


@pytest.fixture(params=["direct", "routed"])
async def hooks(database: Database, clock: FixedClock, request: pytest.FixtureRequest) -> Any:
    """The webhook router alone, by the short way and by the framework's; no provider, bot or worker exists here."""
    channel = WhatsAppChannel(whatsapp_settings(api_url="http://127.0.0.1:9"))
    intake = EventIntake(database)
    services: dict[type[Any], Any] = {ChannelsService: ChannelsService([channel]), EventIntake: intake}
    async with serving(database, clock, router, services=services) as api:
        if request.param == "direct":
            api.app.add_middleware(DirectRoutes, router=router)
        yield api
    await intake.close()


@pytest.mark.parametrize("path", [URL, f"{URL}/inbound", f"{URL}/status"])
async def test_a_signed_webhook_is_stored_with_bot_and_provider_down(hooks: Api, database: Database, path: str) -> None:
    """Verify, insert, commit, 200; nothing else is reachable here, so nothing else was asked."""
    body = _body("नमस्ते 👋", "wamid.A1", "wamid.A2", "wamid.A1")
    answer = await hooks.client.post(path, content=body, headers=_signature(body))
    assert (answer.status_code, answer.content) == (200, b"")
    assert await _stored(database) == ["message:wamid.A1", "message:wamid.A2"]


async def test_a_quick_reply_in_paper_twos_form_is_what_its_button_means(hooks: Api, database: Database) -> None:
    """One level, the words of the button, the order beside it; it is to the number that is set for such replies."""
    reply = {
        "msg_id": "wamid.HB1",
        "phone": "+254700000201",
        "template": "Vendor_New_Order",
        "button": "Set Prep 20",
        "order_id": "MW-2025-000123",
        "vendor_id": "V-42",
    }
    body = json.dumps(reply).encode()
    for _ in range(2):
        answer = await hooks.client.post(f"{URL}/inbound", content=body, headers=_signature(body))
        assert answer.status_code == 200
    assert await _stored(database) == ["message:wamid.HB1"]
    channel = WhatsAppChannel(whatsapp_settings(phone_number_id="PN1"))
    [row] = channel.split(body)
    [message] = channel.read(row.kind, row.body)
    assert isinstance(message, InboundMessage)
    assert (message.account, message.sender.phone, message.kind) == ("PN1", "+254700000201", InboundKind.BUTTON)
    assert (message.text, message.payload) == ("Set Prep 20", "vendor_prep:20:MW-2025-000123")
    unsigned = await hooks.client.post(f"{URL}/inbound", content=body)
    assert unsigned.status_code == 401


@pytest.mark.parametrize(
    ("template", "label", "payload"),
    [
        ("Vendor_New_Order", "accept", "vendor_accept:O1"),
        ("Vendor_Ready_Reminder", "Extend 10m", "vendor_extend:O1"),
        ("Rider_Assignment", "Reject", "rider_reject:O1"),
        ("rider_assignment", "Reject", "rider_reject:O1"),
        ("Vendor_New_Order", "Maybe", "Maybe"),
        ("No_Such_Template", "Accept", "Accept"),
    ],
)
def test_a_button_is_known_by_its_words(template: str, label: str, payload: str) -> None:
    assert payload_of(template, label, "O1") == payload


async def test_the_same_id_in_other_bytes_is_stored_once(hooks: Api, database: Database) -> None:
    """Dedupe is by the provider's id, never by the body."""
    for words in ("moja", "mbili"):
        body = _body(words)
        assert (await hooks.client.post(URL, content=body, headers=_signature(body))).status_code == 200
    assert await _stored(database) == ["message:wamid.A1"]


async def test_the_retired_secret_still_opens(hooks: Api, database: Database) -> None:
    """Two secrets are live while one is being replaced."""
    body = _body()
    answer = await hooks.client.post(URL, content=body, headers=_signature(body, OLD_SECRET))
    assert answer.status_code == 200


async def test_wrong_signatures_store_nothing(hooks: Api, database: Database) -> None:
    """Missing, wrong, one bit off, and JSON written anew are all refused."""
    body = _body()
    anew = json.dumps(json.loads(body), ensure_ascii=False).encode()
    flipped = bytes([body[0] ^ 1]) + body[1:]
    for sent, headers in (
        (body, {}),
        (body, _signature(body, "not-the-secret")),
        (body, {"x-hub-signature-256": "sha256=é".encode()}),
        (flipped, _signature(body)),
        (anew, _signature(body)),
    ):
        answer = await hooks.client.post(URL, content=sent, headers=headers)  # type: ignore[arg-type]
        assert (answer.status_code, answer.json()["code"]) == (401, "channels.bad_signature")
    assert await _stored(database) == []


async def test_a_body_larger_than_any_of_theirs_is_refused(hooks: Api, database: Database) -> None:
    """Reading stops at the limit."""
    body = b"x" * (MAX_BODY_BYTES + 1)
    answer = await hooks.client.post(URL, content=body, headers=_signature(body))
    assert answer.status_code == 413


async def test_an_id_that_can_not_be_stored_is_refused_in_words(hooks: Api, database: Database) -> None:
    """A message's id with a NUL, which Postgres has no text for: a problem document, and no row."""
    body = _body("habari", "wamid.A1", "wamid.\x00")
    answer = await hooks.client.post(URL, content=body, headers=_signature(body))
    assert (answer.status_code, answer.json()["code"]) == (400, "webhook.malformed")
    assert await _stored(database) == []


async def test_deep_json_is_kept_and_acknowledged(hooks: Api, database: Database) -> None:
    """A signed body that no parser takes is one row for a person."""
    body = b"[" * 100_000
    assert (await hooks.client.post(URL, content=body, headers=_signature(body))).status_code == 200
    (row,) = await _stored(database)
    assert row.startswith("unreadable:")


async def test_the_subscription_is_confirmed_for_our_token_alone(hooks: Api, database: Database) -> None:
    """The challenge comes back as plain text; a wrong token is refused."""
    token = sandbox_settings().whatsapp_verify_token.get_secret_value()
    query = {"hub.mode": "subscribe", "hub.challenge": "123", "hub.verify_token": token}
    answer = await hooks.client.get(URL, params=query)
    assert (answer.status_code, answer.text, answer.headers["content-type"]) == (
        200,
        "123",
        "text/plain; charset=utf-8",
    )
    wrong = await hooks.client.get(URL, params={**query, "hub.verify_token": "x"})
    assert wrong.status_code == 403


def test_without_a_secret_the_endpoint_is_closed() -> None:
    """An empty secret signs nothing, and an empty token confirms nothing."""
    closed = WhatsAppChannel(WhatsAppSettings())
    body = _body()
    assert not closed.verify(_signature(body, ""), body)
    assert closed.challenge({"hub.mode": "subscribe", "hub.verify_token": "", "hub.challenge": "1"}) is None


def test_the_published_vector() -> None:
    """Meta signs the escaped bytes."""
    body = (
        rb'{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":'
        rb'{"t":"\u0928\u092e\u0938\u094d\u0924\u0947"}}]}]}'
    )
    wanted = "sha256=b28b47fd7da81975f2b029ca07668150e54af28ffb07a4558ae1373f149eeb50"
    assert signed({"x-hub-signature-256": wanted}, body, ["app-secret-1"])
