"""The Cloud API over HTTP."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from backend.channels.errors import Action, ChannelRefusedError
from backend.channels.graph import answered, challenge_of, dict_of, dicts, signed, split_entries
from backend.channels.ports import Channel, InboundItem, MediaContent, MediaRef, OutboundKind, OutboundMessage
from backend.channels.providers.whatsapp import mapping, webhook, wire
from backend.channels.providers.whatsapp.errors import classify
from backend.channels.providers.whatsapp.settings import WhatsAppSettings
from backend.platform.errors import OutcomeUnknownError
from backend.platform.http import HttpClient
from backend.platform.inbox import IntakeRow

_MB: Final = 1024 * 1024
_MAX_BYTES: Final = {"image": 5 * _MB, "audio": 16 * _MB, "video": 16 * _MB, "document": 100 * _MB, "sticker": _MB // 2}
_STALE_LINK: Final = frozenset({401, 404})


class WhatsAppChannel:
    """Speaks to the WhatsApp Cloud API for all of the merchants' numbers."""

    channel = Channel.WHATSAPP

    def __init__(self, settings: WhatsAppSettings, http: HttpClient | None = None) -> None:
        """Prepare the client; `http` stands in for the network in tests."""
        self._settings = settings
        self._http = http or HttpClient(settings.api_url, name="whatsapp", timeout_s=settings.timeout_s)

    def verify(self, headers: Mapping[str, str], body: bytes) -> bool:
        """True where the body was signed with the app secret, or the one being retired."""
        secrets = (self._settings.webhook_secret, self._settings.webhook_secret_previous)
        return signed(headers, body, [secret.get_secret_value() for secret in secrets])

    def challenge(self, query: Mapping[str, str]) -> str | None:
        """Return the challenge of the subscription handshake."""
        return challenge_of(query, self._settings.verify_token.get_secret_value())

    def split(self, body: bytes) -> list[IntakeRow]:
        """Cut a webhook into its messages, statuses and events."""
        flat = webhook.flat_row(body, self._settings.phone_number_id)
        return [flat] if flat else split_entries(body, webhook.rows_of)

    def read(self, kind: str, body: bytes) -> Sequence[InboundItem]:
        """Read a stored row in our words."""
        return mapping.read(kind, body)

    def fit(self, message: OutboundMessage) -> tuple[OutboundMessage, ...]:
        """Return the message in the lengths that WhatsApp takes."""
        return wire.fit(message)

    async def send(self, message: OutboundMessage, reference: str) -> str:
        """Send one message; a read mark has no id of its own and returns the id that it marks."""
        response = await self._http.request(
            "POST",
            f"/{message.scope}/messages",
            json=wire.payload_of(message, reference),
            headers=self._authorization(message.scope),
        )
        answer = answered(response, "whatsapp", classify, own_token=message.scope in self._settings.account_tokens)
        if message.kind is OutboundKind.READ:
            return message.target
        sent = next(iter(dicts(answer.get("messages"))), {})
        if not sent.get("id"):
            raise OutcomeUnknownError("whatsapp.no_message_id")
        return str(sent["id"])

    async def fetch_media(self, account: str, media: MediaRef) -> MediaContent:
        """Fetch a file by its id; the link is asked for again where it has gone stale."""
        for _ in range(2):
            described = await self._describe(account, media.id)
            link = str(described.get("url") or "")
            self._check_host(link)
            _check_size(media, int(str(described.get("file_size") or 0)))
            response = await self._http.request("GET", link, headers=self._authorization(account))
            if response.status not in _STALE_LINK:
                break
        if not response.ok:
            raise ChannelRefusedError("whatsapp.media", f"the file answers {response.status}", Action.ASK_PERSON)
        _check_file(media, described, response.content)
        return MediaContent(str(described.get("mime_type") or media.mime_type), response.content)

    async def close(self) -> None:
        """Close the pool."""
        await self._http.close()

    async def _describe(self, account: str, media_id: str) -> dict[str, Any]:
        response = await self._http.request("GET", f"/{media_id}", headers=self._authorization(account))
        return dict_of(answered(response, "whatsapp", classify))

    def _check_host(self, link: str) -> None:
        """Follow links to the provider's own hosts alone, since the token goes along."""
        host, own = urlsplit(link).hostname or "", urlsplit(self._settings.api_url).hostname
        if host != own and host not in self._settings.media_hosts:
            raise ChannelRefusedError("whatsapp.media_host", "the link leads elsewhere", Action.ASK_PERSON)

    def _authorization(self, account: str) -> dict[str, str]:
        token = self._settings.account_tokens.get(account, self._settings.token)
        return {"authorization": f"Bearer {token.get_secret_value()}"}


def _check_size(media: MediaRef, size: int) -> None:
    if size > _MAX_BYTES.get(media.type, _MB):
        raise ChannelRefusedError("whatsapp.media_size", "the file is too large", Action.ASK_PERSON)


def _check_file(media: MediaRef, described: Mapping[str, Any], content: bytes) -> None:
    _check_size(media, len(content))
    wanted = str(described.get("sha256") or media.sha256)
    digest = hashlib.sha256(content)
    if wanted and wanted not in {digest.hexdigest(), base64.b64encode(digest.digest()).decode()}:
        raise ChannelRefusedError("whatsapp.media_checksum", "the file is not what was announced", Action.ASK_PERSON)
