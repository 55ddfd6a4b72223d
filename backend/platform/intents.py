"""One effect for one intent: routes that need an Idempotency-Key, and answer the same again."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

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
    """One intent of one caller, named by its Idempotency-Key; the same again has no second effect."""

    principal: Principal
    key: str

    async def once[T: BaseModel](
        self, session: AsyncSession, route: str, request: BaseModel, answer: type[T], act: Callable[[], Awaitable[T]]
    ) -> T:
        """Act, and keep the answer with the effect; or return the answer that was given before.

        Raises:
            RequestRunningError: The first request under this key still runs.
            KeyReusedError: The key stood for another request.
        """
        scope = IdempotencyScope(str(self.principal.actor), route, self.key)
        mark = fingerprint(route.encode(), request.model_dump_json().encode())
        known = await begin(session, scope, mark)
        if known is not None:
            return answer.model_validate_json(known.body)
        given = await act()
        await record(session, scope, mark, StoredResponse(200, {}, given.model_dump_json().encode()))
        return given


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
