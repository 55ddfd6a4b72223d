"""A voice provider that refuses our account has taken nothing, and takes nothing more until a person acts."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from backend.comms.contexts import ContextSigner
from backend.comms.ports import CallRequest
from backend.comms.providers.africastalking.client import AfricasTalkingClient
from backend.comms.providers.exotel.client import ExotelClient
from backend.comms.settings import AfricasTalkingSettings, ExotelSettings
from backend.platform.errors import ProviderRejectedError, ProviderUnavailableError
from backend.platform.http import HttpClient
from backend.sandbox.app import create_app
from backend.sandbox.settings import SandboxSettings

SIGNER = ContextSigner("a secret of tests")


@pytest.fixture
async def sandbox() -> AsyncIterator[Any]:
    app = create_app(SandboxSettings())
    yield app
    await app.state.world.close()


async def control(sandbox: Any, path: str, body: dict[str, Any]) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(sandbox), base_url="http://sandbox.test") as client:
        assert (await client.post(f"/__sim{path}", json=body)).status_code == 200


def exotel(sandbox: Any, settings: ExotelSettings, token: str | None = None) -> ExotelClient:
    auth = (settings.api_key.get_secret_value(), token or settings.api_token.get_secret_value())
    http = HttpClient("http://sandbox.test/exotel", name="exotel", auth=auth, app=sandbox)
    return ExotelClient(settings, http, "http://duka.test", SIGNER)


def talking(sandbox: Any, settings: AfricasTalkingSettings) -> AfricasTalkingClient:
    http = HttpClient("http://sandbox.test/africastalking", name="africastalking", app=sandbox)
    return AfricasTalkingClient(settings, http, SIGNER)


async def test_exotels_empty_wallet_and_wrong_key_are_of_the_account(sandbox: Any) -> None:
    settings = ExotelSettings()
    call = CallRequest("CL-1", "+254700000201", settings.did_new_order, 20)
    await control(sandbox, "/accounts/exotel/wallet", {"empty": True})
    for client, code in ((exotel(sandbox, settings), "exotel.402"), (exotel(sandbox, settings, "wrong"), "exotel.401")):
        with pytest.raises(ProviderUnavailableError) as stopped:
            await client.place(call)
        assert (stopped.value.code, stopped.value.retry_after_s) == (code, None)


async def test_a_caller_id_that_is_not_ours_is_of_the_call_alone(sandbox: Any) -> None:
    settings = ExotelSettings()
    with pytest.raises(ProviderRejectedError) as refused:
        await exotel(sandbox, settings).place(CallRequest("CL-1", "+254700000201", "08047000000", 20))
    assert refused.value.code == "exotel.403"


async def test_africas_talkings_empty_purse_and_wrong_key_are_of_the_account(sandbox: Any) -> None:
    settings = AfricasTalkingSettings()
    call = CallRequest("CL-1", "+254700000201", settings.did_new_order, 20)
    await control(sandbox, "/accounts/africastalking/purse", {"empty": True})
    wrong = settings.model_copy(update={"api_key": SecretStr("wrong")})
    for given, code in ((settings, "africastalking.InsufficientCredit"), (wrong, "africastalking.401")):
        with pytest.raises(ProviderUnavailableError) as stopped:
            await talking(sandbox, given).place(call)
        assert (stopped.value.code, stopped.value.retry_after_s) == (code, None)
