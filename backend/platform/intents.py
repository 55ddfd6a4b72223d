"""One effect for one intent of a caller: the same request under the same Idempotency-Key is answered as before."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header
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
    key: str | None

    async def once[T: BaseModel](
        self,
        session: AsyncSession,
        route: str,
        request: BaseModel | None,
        answer: type[T],
        act: Callable[[], Awaitable[T]],
    ) -> T:
        """Act, and keep the answer with the effect; or return the answer that was given before.

        Args:
            session: The request's transaction.
            route: Method and path, its values filled in.
            request: The body; None where the route has none.
            answer: The model of the answer.
            act: What is done once.

        Raises:
            RequestRunningError: The first request under this key still runs.
            KeyReusedError: The key stood for another request.
        """
        if self.key is None:
            return await act()
        scope = IdempotencyScope(f"{self.principal.actor}@{self.principal.merchant_id or ''}", route, self.key)
        mark = fingerprint(route.encode(), request.model_dump_json().encode() if request else b"")
        known = await begin(session, scope, mark)
        if known is not None:
            return answer.model_validate_json(known.body)
        given = await act()
        await record(session, scope, mark, StoredResponse(200, {}, given.model_dump_json().encode()))
        return given


async def _intent(
    principal: PrincipalDep,
    header: Annotated[
        str | None, Header(alias="Idempotency-Key", description="Names one intent; 1 to 255 characters.")
    ] = None,
) -> Intent:
    return Intent(principal, parse_key(header))


async def _needed_key(
    header: Annotated[
        str | None, Header(alias="Idempotency-Key", description="Names one intent; required, 1 to 255 characters.")
    ] = None,
) -> str:
    key = parse_key(header)
    if key is None:
        raise KeyMissingError
    return key


NeededKey = Annotated[str, Depends(_needed_key)]


async def _named_intent(
    principal: PrincipalDep,
    header: Annotated[
        str | None, Header(alias="Idempotency-Key", description="Names one intent; required, 1 to 255 characters.")
    ] = None,
) -> Intent:
    key = parse_key(header)
    if key is None:
        raise KeyMissingError
    return Intent(principal, key)


IntentDep = Annotated[Intent, Depends(_intent)]
NamedIntentDep = Annotated[Intent, Depends(_named_intent)]
