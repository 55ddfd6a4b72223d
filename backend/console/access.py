"""Logging in and out."""

from typing import Annotated, Final
from zlib import crc32

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from backend.console.pages import page
from backend.console.routes import HOME, ConsoleRoute, NotLoggedInError, safe_path
from backend.platform.auth.principal import Principal, Role
from backend.platform.auth.sessions import COOKIE, MAX_AGE_S, ConsoleSessions
from backend.platform.auth.staff import log_in
from backend.platform.errors import DukaError, ForbiddenError, TooManyRequestsError
from backend.platform.ratelimit import take_tokens
from backend.platform.settings import Environment, PlatformSettings
from backend.platform.web import SessionDep, provide, registry

router = APIRouter(prefix="/console", include_in_schema=False, route_class=ConsoleRoute)
SessionsDep = Annotated[ConsoleSessions, Depends(provide(ConsoleSessions))]
SettingsDep = Annotated[PlatformSettings, Depends(provide(PlatformSettings))]
STAFF: Final = (Role.AGENT, Role.ADMIN, Role.OWNER, Role.TRAINER)
_TRIES: Final = 6
_SECONDS_A_TRY: Final = 20
# Tries are counted in a fixed number of buckets, so that made-up log-ins don't fill the table.
_BUCKETS: Final = 65_536


async def staff(request: Request) -> Principal:
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


@router.get("/")
async def home() -> Response:
    """Lead to the board."""
    return RedirectResponse(HOME, status_code=303)


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
        await _count_try(session, request, login)
        principal = await log_in(session, login, password)
    except DukaError as error:
        return page(request, "login.html", {"error": error.message, "login": login}, status=error.http_status)
    response = RedirectResponse(safe_path(request.query_params.get("next", "")), status_code=303)
    secure = settings.environment is Environment.PRODUCTION
    response.set_cookie(
        COOKIE, sessions.seal(principal), max_age=MAX_AGE_S, httponly=True, samesite="lax", secure=secure
    )
    return response


async def _count_try(session: AsyncSession, request: Request, login: str) -> None:
    host = request.client.host if request.client else ""
    bucket = crc32(f"{login.lower()}|{host}".encode()) % _BUCKETS
    grant = await take_tokens(session, f"login:{bucket}", wanted=1, rate_per_s=1 / _SECONDS_A_TRY, burst=_TRIES)
    if not grant.granted:
        message = f"Too many tries. Please wait {round(grant.wait_s) + 1} seconds."
        raise TooManyRequestsError(message)


@router.post("/logout")
async def logout(request: Request, sessions: SessionsDep) -> Response:
    """Forget the person."""
    sessions.check_origin(request.headers)
    response = RedirectResponse("/console/login", status_code=303)
    response.delete_cookie(COOKIE)
    return response
