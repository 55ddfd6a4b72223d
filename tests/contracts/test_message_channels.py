"""What every messaging adapter must do, run against the simulators over their wire."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from backend.channels.errors import ChannelRefusedError
from backend.channels.ports import (
    Channel,
    Choice,
    InboundKind,
    InboundMessage,
    MessageChannel,
    OutboundKind,
    OutboundMessage,
)
from backend.channels.providers.instagram.client import InstagramChannel
from backend.channels.providers.whatsapp.client import WhatsAppChannel
from backend.platform.errors import OutcomeUnknownError, ProviderUnavailableError
from backend.sandbox.app import create_app
from tests.support.sockets import served
from tests.support.town import KENYA_INSTAGRAM, KENYA_NUMBER, instagram_settings, sandbox_settings, whatsapp_settings


@dataclass
class Wire:
    """An adapter, the simulator behind it, and a customer who has just written."""

    adapter: MessageChannel
    client: httpx.AsyncClient
    message: OutboundMessage
    webhook: bytes
    headers: dict[str, str]

    async def control(self, path: str, **body: Any) -> Any:
        answer = await self.client.post(f"/__sim/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()


class _Hook:
    """Keeps the last webhook."""

    def __init__(self) -> None:
        self.body, self.headers = b"", dict[str, str]()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            part = await receive()
            body, more = body + part.get("body", b""), part.get("more_body", False)
        self.body, self.headers = body, {key.decode(): value.decode() for key, value in scope["headers"]}
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def _adapter(name: str, url: str, **changes: Any) -> tuple[MessageChannel, str]:
    api_url = f"{url}/{name}/v25.0"
    if name == "whatsapp":
        return WhatsAppChannel(whatsapp_settings(api_url=api_url, **changes)), KENYA_NUMBER
    return InstagramChannel(instagram_settings(api_url=api_url, **changes)), KENYA_INSTAGRAM


@pytest.fixture(params=["whatsapp", "instagram"])
async def wire(request: pytest.FixtureRequest) -> AsyncIterator[Wire]:
    hook = _Hook()
    sandbox = create_app(sandbox_settings(), transport=httpx.ASGITransport(hook))
    async with served(sandbox) as url, httpx.AsyncClient(base_url=url, trust_env=False) as client:
        adapter, account = _adapter(request.param, url)
        wire = Wire(adapter, client, OutboundMessage(adapter.channel, account, "", OutboundKind.TEXT), b"", {})
        await wire.control(f"actor/{request.param}/text", **{"from": "wanjiru"}, text="habari")
        await wire.control("webhooks/flush")
        wire.webhook, wire.headers = hook.body, hook.headers
        (row,) = adapter.split(hook.body)
        (item,) = adapter.read(row.kind, row.body)
        assert isinstance(item, InboundMessage)
        wire.message = replace(wire.message, to=item.sender.address, body="Karibu")
        yield wire
        await adapter.close()
    await sandbox.state.world.close()


async def test_a_webhook_is_verified_cut_and_read(wire: Wire) -> None:
    """The provider's own bytes pass; others do not; the item is a text in our words."""
    assert wire.adapter.verify(wire.headers, wire.webhook)
    assert not wire.adapter.verify(wire.headers, wire.webhook + b" ")
    (row,) = wire.adapter.split(wire.webhook)
    (item,) = wire.adapter.read(row.kind, row.body)
    assert isinstance(item, InboundMessage)
    assert (item.kind, item.text, item.account) == (InboundKind.TEXT, "habari", wire.message.scope)
    assert item.id in row.external_id


async def test_each_fitted_kind_is_taken(wire: Wire) -> None:
    """Whatever `fit` returns is accepted by a provider as strict as the real one."""
    choices = tuple(Choice(f"pick:{number}", f"Chaguo namba {number} नमस्ते दुकान") for number in range(12))
    messages = [
        wire.message,
        replace(wire.message, body="नमस्ते दुकान " * 400),
        replace(wire.message, kind=OutboundKind.BUTTONS, choices=choices[:2]),
        replace(wire.message, kind=OutboundKind.BUTTONS, choices=choices[:2], body="neno " * 500),
        replace(wire.message, kind=OutboundKind.LIST, choices=choices, label="Orodha ya bidhaa zetu zote"),
        replace(wire.message, kind=OutboundKind.LOCATION_REQUEST),
        replace(wire.message, kind=OutboundKind.CONTACT_REQUEST),
    ]
    references = [await wire.adapter.send(part, "msg:1") for message in messages for part in wire.adapter.fit(message)]
    assert len(set(references)) == len(references) >= len(messages)


async def test_an_unknown_person_is_refused_for_good(wire: Wire) -> None:
    """A final refusal, not a doubt."""
    stranger = "KE.NOBODY" if wire.adapter.channel is Channel.WHATSAPP else "999"
    with pytest.raises(ChannelRefusedError):
        await wire.adapter.send(replace(wire.message, to=stranger), "msg:1")


async def test_a_closed_window_asks_for_a_template(wire: Wire) -> None:
    """After a day the refusal says what to use."""
    await wire.control("clock", advance_s=86_500)
    with pytest.raises(ChannelRefusedError) as refused:
        await wire.adapter.send(wire.message, "msg:1")
    assert str(refused.value.action) == "use_template"


async def test_a_throttle_names_a_time(wire: Wire) -> None:
    """Nothing was done, and we know when to come back."""
    code = "130429" if wire.adapter.channel is Channel.WHATSAPP else "613"
    await wire.control("faults", provider=str(wire.adapter.channel), mode="refuse", status=429, code=code)
    with pytest.raises(ProviderUnavailableError) as throttled:
        await wire.adapter.send(wire.message, "msg:1")
    assert throttled.value.retry_after_s == 6


@pytest.mark.parametrize(("mode", "status"), [("apply", 503), ("refuse", 500), ("drop", 200), ("cut", 200)])
async def test_no_clear_answer_is_an_open_outcome(wire: Wire, mode: str, status: int) -> None:
    """Server errors and broken lines are never taken for refusals."""
    await wire.control("faults", provider=str(wire.adapter.channel), mode=mode, status=status)
    with pytest.raises(OutcomeUnknownError):
        await wire.adapter.send(wire.message, "msg:1")


async def test_a_dead_token_stops_the_channel_not_the_message(wire: Wire) -> None:
    """Nothing was sent; it may go out when the account works again."""
    dead = SecretStr("revoked")
    shared = wire.adapter.channel is Channel.WHATSAPP
    changes = {"token": dead} if shared else {"account_tokens": {KENYA_INSTAGRAM: dead}}
    adapter, _ = _adapter(str(wire.adapter.channel), str(wire.client.base_url).rstrip("/"), **changes)
    with pytest.raises(ProviderUnavailableError) as stopped:
        await adapter.send(wire.message, "msg:1")
    assert (stopped.value.retry_after_s, stopped.value.of_account) == (None, not shared)
    await adapter.close()


async def test_an_account_with_a_token_of_its_own_stops_no_other(wire: Wire) -> None:
    """What the provider says of this account says nothing against the provider."""
    tokens = {wire.message.scope: SecretStr("revoked")}
    adapter, _ = _adapter(str(wire.adapter.channel), str(wire.client.base_url).rstrip("/"), account_tokens=tokens)
    with pytest.raises(ProviderUnavailableError) as stopped:
        await adapter.send(wire.message, "msg:1")
    assert stopped.value.of_account
    await adapter.close()


@pytest.mark.parametrize("wire", [Channel.WHATSAPP], indirect=True)  # Instagram's codes speak of tokens alone.
async def test_an_account_that_is_locked_stops_no_other_whoever_has_the_token(wire: Wire) -> None:
    """WhatsApp names the business or its number: the token that all share is good."""
    await wire.control("faults", provider="whatsapp", mode="refuse", status=400, code="131031")
    with pytest.raises(ProviderUnavailableError) as stopped:
        await wire.adapter.send(wire.message, "msg:1")
    assert (stopped.value.retry_after_s, stopped.value.of_account) == (None, True)


async def test_a_host_that_is_down_has_taken_nothing(wire: Wire) -> None:
    """No connection: it may be tried again."""
    adapter, _ = _adapter(str(wire.adapter.channel), "http://127.0.0.1:9")
    with pytest.raises(ProviderUnavailableError):
        await adapter.send(wire.message, "msg:1")
    await adapter.close()
