"""Faults of a provider: refused, done but denied, done and cut, cut before; over real HTTP where the cut matters."""

import asyncio
import socket
from collections.abc import AsyncIterator

import httpx
import pytest
import uvicorn

from backend.sandbox.app import create_app
from backend.sandbox.settings import SandboxSettings
from tests.backend.sandbox.conftest import Sim

TOKEN = {"authorization": "Bearer development-only-wa-token"}
SEND = "/whatsapp/v25.0/100000000000001/messages"
TEXT = {"messaging_product": "whatsapp", "to": "254711000221", "type": "text", "text": {"body": "Karibu"}}


async def send(sim: Sim) -> httpx.Response:
    return await sim.client.post(SEND, json=TEXT, headers=TOKEN)


async def seen(sim: Sim) -> int:
    """Return how many messages of the shop are on the phone."""
    phone = (await sim.client.get("/sandbox/api/phone/wanjiru")).json()
    return sum(not m["mine"] for m in phone["whatsapp"]["100000000000001"]["messages"])


@pytest.fixture
async def window(sim: Sim) -> Sim:
    await sim.act("whatsapp", "text", **{"from": "wanjiru", "text": "hi"})
    return sim


async def test_refuse_changes_nothing_and_speaks_the_providers_words(window: Sim) -> None:
    await window.control("POST", "faults", {"provider": "whatsapp", "status": 500, "code": "131000", "left": 1})
    answer = await send(window)
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, 131000)
    assert await seen(window) == 0
    assert (await send(window)).status_code == 200


async def test_apply_makes_the_change_and_denies_it(window: Sim) -> None:
    await window.control("POST", "faults", {"mode": "apply", "status": 503, "path": "/messages$"})
    assert (await send(window)).status_code == 503
    assert await seen(window) == 1


async def test_only_the_second_request(window: Sim) -> None:
    await window.control("POST", "faults", {"nth": 2, "method": "POST"})
    assert [(await send(window)).status_code for _ in range(3)] == [200, 503, 200]


async def test_each_provider_answers_a_fault_in_its_own_form(sim: Sim) -> None:
    await sim.control("POST", "faults", {"status": 500})
    keys = {}
    for path in ("/instagram/v25.0/me/messages", "/daraja/mpesa/c2b/v2/simulate", "/upi/v1/payment_links"):
        keys[path.split("/")[1]] = set((await sim.client.post(path)).json())
    keys["exotel"] = set((await sim.client.post("/exotel/v1/Accounts/duka1/Calls/connect.json")).json())
    assert keys == {
        "instagram": {"error"},
        "daraja": {"requestId", "errorCode", "errorMessage"},
        "upi": {"error"},
        "exotel": {"RestException"},
    }


async def test_the_call_log_masks_secrets(window: Sim) -> None:
    await send(window)
    body = {"Password": "hidden", "nested": {"SecurityCredential": "hidden"}, "Amount": 1}
    await window.client.post("/daraja/mpesa/stkpush/v1/processrequest", json=body)
    calls = await window.control("GET", "calls?provider=daraja")
    assert calls[-1]["body"] == {"Password": "***", "nested": {"SecurityCredential": "***"}, "Amount": 1}
    assert calls[-1]["status"] == 404
    assert "hidden" not in str(await window.control("GET", "calls"))


@pytest.fixture
async def served() -> AsyncIterator[str]:
    """The sandbox on a loopback port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(create_app(SandboxSettings()), port=port, log_level="critical")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn offers no event
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await task


@pytest.mark.parametrize(("mode", "messages"), [("drop", 1), ("cut", 0)])
async def test_a_cut_connection_breaks_at_the_client(served: str, mode: str, messages: int) -> None:
    """`drop` has made the change, `cut` has not; the client can't tell them apart."""
    async with httpx.AsyncClient(base_url=served, trust_env=False) as client:
        await client.post("/__sim/actor/whatsapp/text", json={"from": "wanjiru", "text": "hi"})
        await client.post("/__sim/faults", json={"mode": mode, "provider": "whatsapp", "left": 1})
        with pytest.raises(httpx.RemoteProtocolError):
            await client.post(SEND, json=TEXT, headers=TOKEN)
        phone = (await client.get("/sandbox/api/phone/wanjiru")).json()
    shown = [m for m in phone["whatsapp"]["100000000000001"]["messages"] if not m["mine"]]
    assert len(shown) == messages
