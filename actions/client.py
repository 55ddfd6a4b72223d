"""The backend's API as the actions use it; paths and shapes as in docs/openapi.json."""

from typing import Any, Final, TypedDict

import httpx

TURN_PATH: Final = "/api/v1/bot/conversations/{conversation_id}/turns"
TURN_OPERATION: Final = "bot_apply_turn"


class TurnBody(TypedDict):
    """What is sent for one message."""

    turn_id: str
    text: str
    intent: str
    reading: dict[str, Any]
    history: list[dict[str, str]]
    button: str | None
    attachments: list[dict[str, Any]]


class SayBody(TypedDict):
    """One message to say."""

    response: str
    params: dict[str, str]
    buttons: list[dict[str, str]]


class StepBody(TypedDict):
    """What comes back."""

    say: list[SayBody]
    asked: str | None
    slots: dict[str, str | None]
    handoff: dict[str, str | None] | None
    order_id: str | None


class TurnFailedError(Exception):
    """The backend gave no usable answer; the turn fails where everybody sees it. Holds no words of the customer."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class BackendClient:
    """Calls the backend over one pool of connections."""

    def __init__(self, base_url: str, timeout_s: float, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._client = httpx.AsyncClient(base_url=base_url, timeout=timeout_s, transport=transport)

    async def apply_turn(self, conversation_id: str, turn: TurnBody, *, token: str, trace_id: str) -> StepBody:
        """Hand one message over.

        Raises:
            TurnFailedError: No answer in time, a refusal, or an answer that says nothing.
        """
        headers = {"authorization": f"Bearer {token}", "x-trace-id": trace_id}
        path = TURN_PATH.format(conversation_id=conversation_id)
        try:
            response = await self._client.post(path, json=turn, headers=headers)
        except httpx.HTTPError as error:
            raise TurnFailedError(f"backend.{type(error).__name__}") from None
        if response.status_code != httpx.codes.OK:
            raise TurnFailedError(f"backend.http_{response.status_code}")
        step: StepBody = response.json()
        if not step.get("say"):
            raise TurnFailedError("backend.said_nothing")
        return step

    async def close(self) -> None:
        """Close the pool."""
        await self._client.aclose()
