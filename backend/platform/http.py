"""Outbound HTTP; the only module that imports the HTTP client library."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx
import orjson

from backend.platform.errors import OutcomeUnknownError, ProviderUnavailableError
from backend.platform.observability.trace import trace_id

DEFAULT_TIMEOUT_S = 10.0
_NOTHING_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@cache
def _trusted() -> ssl.SSLContext:
    """Return the authorities that we trust, read once for a process: reading them is most of a client's making."""
    return httpx.create_ssl_context()


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """What a provider answered."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def ok(self) -> bool:
        """True for a 2xx status."""
        return 200 <= self.status < 300  # noqa: PLR2004 - the HTTP class of success

    @property
    def text(self) -> str:
        """The body as text; what is not UTF-8 is replaced."""
        return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            ValueError: The body is not JSON.
        """
        return orjson.loads(self.content)


class HttpClient:
    """A pooled client for one provider's host, with a timeout on every call."""

    def __init__(
        self,
        base_url: str,
        *,
        name: str,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        app: Any = None,
    ) -> None:
        """Prepare the client.

        Args:
            base_url: Scheme, host and path prefix of the provider.
            name: The provider's name, for errors and logs.
            timeout_s: Seconds for each of connect, write, read and pool.
            headers: Sent with each request.
            auth: User and password for Basic authentication.
            app: An ASGI application to call in place of the network; for tests.
        """
        self.name = name
        transport = httpx.ASGITransport(app=app) if app is not None else None
        self._client = httpx.AsyncClient(
            base_url=base_url,
            timeout=timeout_s,
            headers=dict(headers or {}),
            auth=auth,
            transport=transport,
            verify=_trusted(),
        )

    async def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        data: Mapping[str, Any] | None = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        auth: tuple[str, str] | None = None,
        timeout_s: float | None = None,
    ) -> HttpResponse:
        """Send one request and read the whole answer.

        Raises:
            ProviderUnavailableError: No connection was made; nothing was sent.
            OutcomeUnknownError: The request left, and no whole answer came.
        """
        sent_headers = {"x-trace-id": trace_id(), **(headers or {})}
        extra: dict[str, Any] = {} if auth is None else {"auth": auth}
        if timeout_s is not None:
            extra["timeout"] = timeout_s
        if json is not None:
            content, sent_headers["content-type"] = orjson.dumps(json), "application/json"
        try:
            response = await self._client.request(
                method, path, data=data, params=params, headers=sent_headers, content=content, **extra
            )
        except _NOTHING_SENT as error:
            raise ProviderUnavailableError(f"{self.name}.unreachable", type(error).__name__) from error
        except httpx.HTTPError as error:
            raise OutcomeUnknownError(f"{self.name}.no_answer", type(error).__name__) from error
        return HttpResponse(response.status_code, dict(response.headers), response.content)

    async def close(self) -> None:
        """Close the pool."""
        await self._client.aclose()
