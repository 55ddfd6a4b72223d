"""One effect for one intent of a caller: the same request under the same Idempotency-Key is answered as before."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform.auth.dependencies import PrincipalDep
from backend.platform.auth.principal import Principal
from backend.platform.idempotency import (
    IdempotencyScope,
    KeyMissingError,
    StoredResponse,
    begin,
    fingerprint,
    parse_key,
    record,
)


@dataclass(frozen=True, slots=True)
class Intent:
    """One intent of one caller, named by its key; without a key each request is an intent of its own."""

    principal: Principal
    route: str
    key: str | None

    async def once[T: BaseModel](
        self, session: AsyncSession, body: BaseModel | None, answer: type[T], act: Callable[[], Awaitable[object]]
    ) -> T:
        """Act, and keep the answer with the effect; or return the answer that was given before.

        Args:
            session: The request's transaction.
            body: What was posted; None where the route takes nothing.
            answer: The model of the answer.
            act: What is done once; what it returns is shown as `answer`.

        Raises:
            RequestRunningError: The first request under this key still runs.
            KeyReusedError: The key stood for another request.
        """
        if self.key is None:
            return answer.model_validate(await act())
        scope = IdempotencyScope(f"{self.principal.actor}@{self.principal.merchant_id or ''}", self.route, self.key)
        mark = fingerprint(self.route.encode(), body.model_dump_json().encode() if body else b"")
        known = await begin(session, scope, mark)
        if known is not None:
            return answer.model_validate_json(known.body)
        given = answer.model_validate(await act())
        await record(session, scope, mark, StoredResponse(200, {}, given.model_dump_json().encode()))
        return given


def _route(request: Request) -> str:
    """Return method and path, its values filled in."""
    return f"{request.method} {request.url.path}"


async def _intent(
    request: Request,
    principal: PrincipalDep,
    header: Annotated[
        str | None, Header(alias="Idempotency-Key", description="Names one intent; 1 to 255 characters.")
    ] = None,
) -> Intent:
    return Intent(principal, _route(request), parse_key(header))


async def _named_intent(
    request: Request,
    principal: PrincipalDep,
    header: Annotated[
        str | None, Header(alias="Idempotency-Key", description="Names one intent; required, 1 to 255 characters.")
    ] = None,
) -> Intent:
    key = parse_key(header)
    if key is None:
        raise KeyMissingError
    return Intent(principal, _route(request), key)


IntentDep = Annotated[Intent, Depends(_intent)]
NamedIntentDep = Annotated[Intent, Depends(_named_intent)]
