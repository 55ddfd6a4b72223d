"""The server's own answers: what Rasa sees when a turn fails, and which actions there are."""

import asyncio
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from actions.settings import ActionSettings
from actions.tokens import TokenSource
from actions.turns import ACTION_NAMES
from backend.platform.auth.principal import Role
from backend.platform.auth.tokens import TokenIssuer
from backend.platform.clock import SystemClock
from backend.platform.settings import PlatformSettings

ROOT = Path(__file__).parents[2]
SECRET_WORDS = "maziwa ya siri 0700000101"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def call(**message: Any) -> dict[str, Any]:
    """An action call as Rasa 3.6.21 sends it without the domain."""
    tracker = {
        "sender_id": "s",
        "slots": {},
        "latest_message": message,
        "events": [],
        "paused": False,
        "followup_action": None,
        "active_loop": {},
        "latest_action_name": "action_listen",
        "latest_input_channel": "rest",
    }
    return {"next_action": "validate_order_form", "sender_id": "s", "tracker": tracker, "version": "3.6.21"}


def test_every_action_of_the_domain_is_served() -> None:
    """Neither side knows an action that the other lacks."""
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    assert sorted(domain["actions"]) == sorted(ACTION_NAMES)


async def test_a_failed_turn_is_a_503_that_repeats_nothing() -> None:
    """With the backend away the answer names the reason and holds none of the customer's words."""
    port = free_port()
    environment = {"ACTIONS_PORT": str(port), "DUKA_BACKEND_URL": f"http://127.0.0.1:{free_port()}", "PATH": ""}
    server = subprocess.Popen(  # noqa: ASYNC220 - nothing else runs while it starts
        [sys.executable, "-m", "actions"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            await _until_up(client)
            body = call(text=SECRET_WORDS, intent={"name": "greet"}, metadata={"turn_id": "T"}, reading={"version": 1})
            response = await client.post("/webhook", json=body)
    finally:
        server.terminate()
        out, _ = server.communicate(timeout=20)
    assert (response.status_code, response.json()) == (503, {"error": "backend.ConnectError"})
    assert not re.search("siri|0700000101", out.decode())


async def _until_up(client: httpx.AsyncClient) -> None:
    for _ in range(200):
        try:
            if (await client.get("/health")).status_code == 200:
                return
        except httpx.TransportError:
            await asyncio.sleep(0.1)
    pytest.fail("the action server did not start")


def test_the_backend_takes_the_tokens_that_the_server_signs() -> None:
    """Both derive the same key from the same secret; the token says bot and nothing more."""
    source = TokenSource(ActionSettings(JWT_INTERNAL_SECRET="a secret of this test"))
    issuer = TokenIssuer(PlatformSettings(JWT_INTERNAL_SECRET="a secret of this test"), SystemClock())
    principal = issuer.verify(source.token())
    assert (str(principal.actor), principal.roles) == ("bot:actions", frozenset({Role.BOT}))


def test_a_token_is_renewed_a_minute_before_it_ends() -> None:
    """Tokens live ten minutes; the ninth brings a new one."""
    now = [1_000_000.0]
    source = TokenSource(ActionSettings(JWT_INTERNAL_SECRET="x"), now=lambda: now[0])
    first = source.token()
    now[0] += 530
    assert source.token() == first
    now[0] += 20
    assert source.token() != first
