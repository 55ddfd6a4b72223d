"""FastAPI dependencies that let a route say who may call it."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from backend.platform.auth.principal import Principal, Role
from backend.platform.auth.sessions import ConsoleSessions
from backend.platform.auth.tokens import TokenIssuer
from backend.platform.errors import UnauthorizedError
from backend.platform.web import registry

_bearer = HTTPBearer(auto_error=False, description="A Duka token (JWT, Ed25519).")


async def current_principal(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Principal:
    """Return the caller by bearer token, or by console session.

    Raises:
        UnauthorizedError: Neither is there, or it is not valid.
    """
    if credentials is not None:
        return registry(request).get(TokenIssuer).verify(credentials.credentials)
    principal = registry(request).get(ConsoleSessions).principal_of(request.cookies)
    if principal is None:
        raise UnauthorizedError
    if request.method not in {"GET", "HEAD", "OPTIONS"}:
        registry(request).get(ConsoleSessions).check_origin(request.headers)
    return principal


PrincipalDep = Annotated[Principal, Depends(current_principal)]


def require(*roles: Role) -> Callable[..., Any]:
    """Make a dependency that returns the caller, who has at least one of the roles."""

    async def dependency(principal: PrincipalDep) -> Principal:
        principal.check_role(*roles)
        return principal

    return dependency
