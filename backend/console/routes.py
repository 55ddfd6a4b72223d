"""How the console's routes fail: as a page in words, or without touching what an open page shows."""

from collections.abc import Callable, Coroutine
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from fastapi.routing import APIRoute

from backend.console.pages import is_fetch, page
from backend.platform.auth.sessions import ConsoleSessions
from backend.platform.errors import DukaError
from backend.platform.web import registry

HOME: Final = "/console/orders"
_LOGIN: Final = "/console/login"


class NotLoggedInError(Exception):
    """Nobody is logged in; the page leads to the log-in."""


def safe_path(path: str) -> str:
    """Return a path of the console as it is, and the board's for anything else."""
    own = path.startswith("/console/") and "//" not in path and "\\" not in path and path.isprintable()
    return path if own else HOME


class ConsoleRoute(APIRoute):
    """Answers failures with a page; a region that an open page fetches is left as it was."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the route, outside of its transaction, which has rolled back by then."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await handler(request)
            except NotLoggedInError:
                return _to_login(request)
            except DukaError as error:
                return _problem(request, error.http_status, error.title, error.message)
            except RequestValidationError:
                return _problem(request, 422, "That could not be read", "Go back, look at what you entered, try again.")

        return handle


def _to_login(request: Request) -> Response:
    """Lead to the log-in, and back afterwards to the page that was open."""
    came_from = urlsplit(request.headers.get("referer", "")).path
    shown = request.url.path if request.method == "GET" and not is_fetch(request) else came_from
    target = f"{_LOGIN}?{urlencode({'next': safe_path(shown)})}"
    if is_fetch(request):
        return Response(status_code=401, headers={"hx-redirect": target})
    return RedirectResponse(target, status_code=303)


def _problem(request: Request, status: int, title: str, message: str) -> Response:
    principal = registry(request).get(ConsoleSessions).principal_of(request.cookies)
    values = {"title": title, "message": message if message != title else "", "status": status}
    response = page(request, "problem.html", values, principal=principal, status=status)
    if is_fetch(request):
        response.headers["hx-reswap"] = "none"
    return response
