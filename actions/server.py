"""The action server: Rasa's SDK around our actions, on one process and one event loop."""

import warnings
from typing import TYPE_CHECKING, Any

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor
from sanic.response import json

from actions.client import BackendClient, TurnFailedError
from actions.logs import configure_logging
from actions.tokens import TokenSource
from actions.turns import ACTION_NAMES, TurnAction

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from sanic import Sanic
    from sanic.request import Request
    from sanic.response import HTTPResponse

    from actions.settings import ActionSettings


class DomainFreeExecutor(ActionExecutor):  # type: ignore[misc]  # the SDK has no types
    """Runs actions without the bot's domain, which none of ours reads; it would be half of each request."""

    def update_and_return_domain(self, payload: dict[str, Any], action_name: str) -> dict[str, Any]:  # noqa: ARG002
        """Accept a call that carries no domain."""
        return {}


def build_executor(client: BackendClient, tokens: TokenSource) -> ActionExecutor:
    """Register every action under its name."""
    executor = DomainFreeExecutor()
    for name in ACTION_NAMES:
        executor.register_action(TurnAction(name, client, tokens))
    return executor


def build_app(settings: "ActionSettings") -> "Sanic[Any, Any]":
    """Build the server; a failed turn is a 503 that repeats nothing of what the customer wrote."""
    client = BackendClient(settings.backend_url, settings.timeout_s)
    app: Sanic[Any, Any] = create_app(build_executor(client, TokenSource(settings)))
    app.error_handler.add(TurnFailedError, _turn_failed)
    app.register_listener(_closing(client), "after_server_stop")
    return app


async def _turn_failed(_request: "Request", error: TurnFailedError) -> "HTTPResponse":
    return json({"error": error.reason}, status=503)


def _closing(client: BackendClient) -> "Callable[[Sanic[Any, Any]], Coroutine[Any, Any, None]]":
    async def close(_app: "Sanic[Any, Any]") -> None:
        await client.close()

    return close


def serve(settings: "ActionSettings") -> None:
    """Serve until told to stop."""
    # The SDK is newer than the last open Rasa on purpose; tests hold the two together.
    warnings.filterwarnings("ignore", message="Your versions of rasa and rasa_sdk")
    configure_logging(settings.log_level)
    app = build_app(settings)
    app.run(settings.host, settings.port, single_process=True, access_log=False, motd=False)
