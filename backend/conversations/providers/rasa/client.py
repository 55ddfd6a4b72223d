"""The dialogue over Rasa's REST channel."""

import zlib
from collections.abc import Sequence
from typing import Any, Final

from backend.conversations.errors import DialogueFailedError
from backend.conversations.ports import DialogueReply, DialogueRequest, ReplyButton
from backend.conversations.settings import DialogueSettings
from backend.platform.errors import ProviderError
from backend.platform.http import HttpClient

_WEBHOOK: Final = "/webhooks/rest/webhook"


class RasaClient:
    """Asks one of the Rasa servers; a session stays with its server, a second attempt goes to the next."""

    def __init__(self, settings: DialogueSettings, clients: Sequence[HttpClient] | None = None) -> None:
        """Prepare a client for each address; `clients` stand in for them in tests."""
        urls = [url.strip() for url in settings.rasa_url.split(",") if url.strip()]
        self._timeout_s = settings.rasa_timeout_s
        self._clients = list(clients or (HttpClient(url, name="rasa", timeout_s=self._timeout_s) for url in urls))

    async def respond(self, request: DialogueRequest, attempt: int) -> Sequence[DialogueReply]:
        """Return what the bot says; an empty list is a failure, as it is how a dead action server looks.

        Raises:
            DialogueFailedError: No answer in time, an error, or nothing said.
        """
        body = {"sender": request.session_id, "message": request.text, "metadata": dict(request.metadata)}
        place = zlib.crc32(request.session_id.encode()) + attempt
        try:
            response = await self._clients[place % len(self._clients)].request("POST", _WEBHOOK, json=body)
        except ProviderError as error:
            raise DialogueFailedError(error.code) from error
        if not response.ok:
            raise DialogueFailedError(f"rasa.{response.status}")
        try:
            replies = [_reply(item) for item in response.json()]
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise DialogueFailedError("rasa.unreadable") from error
        if not any(reply.text or reply.image for reply in replies):
            raise DialogueFailedError("rasa.silent")
        return replies

    async def close(self) -> None:
        """Close the pools."""
        for client in self._clients:
            await client.close()


def _reply(item: dict[str, Any]) -> DialogueReply:
    buttons = tuple(ReplyButton(str(b["title"]), str(b["payload"])) for b in item.get("buttons") or ())
    return DialogueReply(
        str(item.get("text") or ""), buttons, str(item.get("image") or ""), dict(item.get("custom") or {})
    )
