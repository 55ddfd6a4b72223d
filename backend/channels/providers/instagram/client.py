"""Instagram messaging over HTTP."""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from backend.channels.errors import Action, ChannelRefusedError
from backend.channels.graph import answered, challenge_of, signed, split_entries
from backend.channels.ports import Channel, InboundItem, MediaContent, MediaRef, OutboundMessage
from backend.channels.providers.instagram import mapping, webhook, wire
from backend.channels.providers.instagram.errors import classify
from backend.channels.providers.instagram.settings import InstagramSettings
from backend.platform.errors import OutcomeUnknownError
from backend.platform.http import HttpClient
from backend.platform.inbox import IntakeRow

_MAX_BYTES: Final = 25 * 1024 * 1024


class InstagramChannel:
    """Speaks to Instagram for all of the merchants' accounts."""

    channel = Channel.INSTAGRAM

    def __init__(self, settings: InstagramSettings, http: HttpClient | None = None) -> None:
        """Prepare the client; `http` stands in for the network in tests."""
        self._settings = settings
        self._http = http or HttpClient(settings.api_url, name="instagram", timeout_s=settings.timeout_s)

    def verify(self, headers: Mapping[str, str], body: bytes) -> bool:
        """True where the body was signed with the app secret, or the one being retired."""
        secrets = (self._settings.webhook_secret, self._settings.webhook_secret_previous)
        return signed(headers, body, [secret.get_secret_value() for secret in secrets])

    def challenge(self, query: Mapping[str, str]) -> str | None:
        """Return the challenge of the subscription handshake."""
        return challenge_of(query, self._settings.verify_token.get_secret_value())

    def split(self, body: bytes) -> list[IntakeRow]:
        """Cut a webhook into its items."""
        return split_entries(body, webhook.rows_of)

    def read(self, kind: str, body: bytes) -> Sequence[InboundItem]:
        """Read a stored row in our words."""
        return mapping.read(kind, body)

    def fit(self, message: OutboundMessage) -> tuple[OutboundMessage, ...]:
        """Return the message in the parts that Instagram takes."""
        return wire.fit(message)

    async def send(self, message: OutboundMessage, reference: str) -> str:  # noqa: ARG002 - Instagram has no such field
        """Send one message; actions have no id of their own and return the id that they concern.

        Raises:
            ChannelRefusedError: Refused, or the human agent tag is not ours to use.
        """
        if message.by_person and not self._settings.human_agent:
            raise ChannelRefusedError(
                "instagram.human_agent", "the human agent tag is not approved", Action.OTHER_CHANNEL
            )
        body = wire.payload_of(message)
        response = await self._http.request(
            "POST", "/me/messages", json=body, headers=self._authorization(message.scope)
        )
        answer = answered(response, "instagram", classify, own_token=message.scope in self._settings.account_tokens)
        if "sender_action" in body:
            return message.target
        if not answer.get("message_id"):
            raise OutcomeUnknownError("instagram.no_message_id")
        return str(answer["message_id"])

    async def fetch_media(self, account: str, media: MediaRef) -> MediaContent:  # noqa: ARG002 - links need no token
        """Fetch a file by its link, which works for some hours and from Instagram's own hosts alone."""
        self._check_host(media.url)
        response = await self._http.request("GET", media.url)
        if not response.ok:
            raise ChannelRefusedError("instagram.media", f"the file answers {response.status}", Action.ASK_PERSON)
        if len(response.content) > _MAX_BYTES:
            raise ChannelRefusedError("instagram.media_size", "the file is too large", Action.ASK_PERSON)
        return MediaContent(response.headers.get("content-type", "application/octet-stream"), response.content)

    async def close(self) -> None:
        """Close the pool."""
        await self._http.close()

    def _check_host(self, link: str) -> None:
        host, own = urlsplit(link).hostname or "", urlsplit(self._settings.api_url).hostname
        allowed = any(host == known or host.endswith(f".{known}") for known in self._settings.media_hosts)
        if host != own and not allowed:
            raise ChannelRefusedError("instagram.media_host", "the link leads elsewhere", Action.ASK_PERSON)

    def _authorization(self, account: str) -> dict[str, str]:
        token = self._settings.account_tokens.get(account)
        return {"authorization": f"Bearer {token.get_secret_value()}"} if token else {}
