"""Idempotency keys: the same request under the same key has one effect and one answer."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform.db.driver import run_sql, to_json
from backend.platform.errors import BadRequestError, ConflictError, UnprocessableError

_MAX_KEY: Final = 255
RETENTION: Final = timedelta(hours=24)

# The lock is held to the end of the request's transaction, so a second request sees either the lock or the record.
_LOCK: Final = "SELECT pg_try_advisory_xact_lock(hashtextextended(%(name)s, 0))"
_FIND: Final = """
SELECT fingerprint, status, headers, body FROM idempotency_record
WHERE principal = %(principal)s AND route = %(route)s AND key = %(key)s AND expires_at > duka_now()
"""
_RECORD: Final = """
INSERT INTO idempotency_record (principal, route, key, fingerprint, status, headers, body, expires_at)
VALUES (%(principal)s, %(route)s, %(key)s, %(fingerprint)s, %(status)s, %(headers)s::jsonb, %(body)s,
    duka_now() + %(retention)s)
ON CONFLICT (principal, route, key) DO UPDATE SET fingerprint = EXCLUDED.fingerprint, status = EXCLUDED.status,
    headers = EXCLUDED.headers, body = EXCLUDED.body, created_at = duka_now(), expires_at = EXCLUDED.expires_at
"""
_PRUNE: Final = "DELETE FROM idempotency_record WHERE expires_at <= duka_now()"


class KeyMissingError(BadRequestError):
    """The route needs an idempotency key and none was sent."""

    code: ClassVar[str] = "idempotency.key_missing"
    title: ClassVar[str] = "Please send an Idempotency-Key header"


class KeyReusedError(UnprocessableError):
    """The key was used for another request before."""

    code: ClassVar[str] = "idempotency.key_reused"
    title: ClassVar[str] = "This Idempotency-Key was used for a different request"


class RequestRunningError(ConflictError):
    """The first request under this key is still running."""

    code: ClassVar[str] = "idempotency.running"
    title: ClassVar[str] = "The same request is still being worked on"
    retryable: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class IdempotencyScope:
    """Whose key it is, and for which route.

    Attributes:
        principal: The caller, as `str(actor)`, with the merchant where one caller serves several.
        route: Method and path template.
        key: As the caller sent it, unquoted.
    """

    principal: str
    route: str
    key: str


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """An answer that was given, to be given again."""

    status: int
    headers: dict[str, str]
    body: bytes


def parse_key(header: str | None) -> str | None:
    """Read the header's value, which may be a quoted structured-field string or bare.

    Raises:
        BadRequestError: It is empty or longer than 255 characters.
    """
    if header is None:
        return None
    key = header.strip()
    if len(key) >= len('""') and key[0] == key[-1] == '"':
        key = key[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    if not key or len(key) > _MAX_KEY:
        message = f"Idempotency-Key must have 1 to {_MAX_KEY} characters."
        raise BadRequestError(message)
    return key


def fingerprint(*parts: bytes) -> bytes:
    """Return a digest of what makes two requests the same: the path with its values, the query, the body."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()


async def begin(session: AsyncSession, scope: IdempotencyScope, request: bytes) -> StoredResponse | None:
    """Claim the key for the caller's transaction, or return the answer that was given before.

    Args:
        session: The transaction in which the request's effect happens.
        scope: Whose key, for which route.
        request: Its fingerprint.

    Raises:
        RequestRunningError: The first request is still running.
        KeyReusedError: The key stands for another request.
    """
    name = f"idempotency:{scope.principal}\n{scope.route}\n{scope.key}"
    if not (await run_sql(session, _LOCK, {"name": name})).scalar_one():
        raise RequestRunningError
    row = (await run_sql(session, _FIND, _columns(scope))).first()
    if row is None:
        return None
    if bytes(row.fingerprint) != request:
        raise KeyReusedError
    return StoredResponse(row.status, row.headers, bytes(row.body))


async def record(session: AsyncSession, scope: IdempotencyScope, request: bytes, response: StoredResponse) -> None:
    """Keep the answer, in the transaction of the effect, for 24 hours."""
    parameters = {
        **_columns(scope),
        "fingerprint": request,
        "status": response.status,
        "headers": to_json(response.headers),
        "body": response.body,
        "retention": RETENTION,
    }
    await run_sql(session, _RECORD, parameters)


async def prune(session: AsyncSession) -> int:
    """Forget the answers whose time is over; return how many."""
    return (await run_sql(session, _PRUNE)).rowcount


def _columns(scope: IdempotencyScope) -> Mapping[str, str]:
    return {"principal": scope.principal, "route": scope.route, "key": scope.key}
