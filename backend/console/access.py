"""Logging in and out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from backend.console.pages import page
from backend.platform.auth.principal import Principal, Role
from backend.platform.auth.sessions import COOKIE, MAX_AGE_S, ConsoleSessions
from backend.platform.auth.staff import log_in
from backend.platform.errors import ForbiddenError, UnauthorizedError
from backend.platform.settings import Environment, PlatformSettings
from backend.platform.web import SessionDep, provide, registry

router = APIRouter(prefix="/console", include_in_schema=False)
SessionsDep = Annotated[ConsoleSessions, Depends(provide(ConsoleSessions))]
SettingsDep = Annotated[PlatformSettings, Depends(provide(PlatformSettings))]
STAFF = (Role.AGENT, Role.ADMIN, Role.OWNER, Role.TRAINER)


class NotLoggedInError(Exception):
    """Nobody is logged in; the page leads to the log-in."""


def staff(request: Request) -> Principal:
    """Return the person of the console's cookie; a write must come from our own pages."""
    sessions = registry(request).get(ConsoleSessions)
    principal = sessions.principal_of(request.cookies)
    if principal is None:
        raise NotLoggedInError
    if request.method not in {"GET", "HEAD"}:
        sessions.check_origin(request.headers)
    if principal.roles.isdisjoint(STAFF):
        raise ForbiddenError
    return principal


StaffDep = Annotated[Principal, Depends(staff)]


async def to_login(request: Request, _error: Exception) -> Response:
    """Lead somebody who is not logged in to the log-in, and back afterwards."""
    return RedirectResponse(f"/console/login?next={request.url.path}", status_code=303)


def _safe(path: str) -> str:
    return path if path.startswith("/console/") and "//" not in path and "\\" not in path else "/console/orders"


@router.get("/")
async def home() -> Response:
    """Lead to the board."""
    return RedirectResponse("/console/orders", status_code=303)


@router.get("/login")
async def login_page(request: Request) -> Response:
    """Show the log-in."""
    return page(request, "login.html", {"error": "", "login": ""})


@router.post("/login")
async def login(
    request: Request,
    session: SessionDep,
    sessions: SessionsDep,
    settings: SettingsDep,
    login: Annotated[str, Form(max_length=100)],
    password: Annotated[str, Form(max_length=200)],
) -> Response:
    """Check a log-in and set the cookie."""
    sessions.check_origin(request.headers)
    try:
        principal = await log_in(session, login, password)
    except UnauthorizedError as error:
        return page(request, "login.html", {"error": error.message, "login": login}, status=401)
    response = RedirectResponse(_safe(request.query_params.get("next", "")), status_code=303)
    secure = settings.environment is Environment.PRODUCTION
    response.set_cookie(
        COOKIE, sessions.seal(principal), max_age=MAX_AGE_S, httponly=True, samesite="lax", secure=secure
    )
    return response


@router.post("/logout")
async def logout(request: Request, sessions: SessionsDep) -> Response:
    """Forget the person."""
    sessions.check_origin(request.headers)
    response = RedirectResponse("/console/login", status_code=303)
    response.delete_cookie(COOKIE)
    return response
