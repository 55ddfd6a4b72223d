"""What all routers share: sessions, services, problem documents, pages of lists."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Annotated, Any, Final, cast

from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.platform.db.session import Database
from backend.platform.errors import ClientCancelledError, DukaError, ProviderError, StoreAwayError, UpstreamError
from backend.platform.observability.logging import get_logger
from backend.platform.observability.trace import trace_id, traced
from backend.platform.registry import Registry

log = get_logger(__name__)
PROBLEM_JSON = "application/problem+json"
MAX_PAGE = 200
MAX_OFFSET = 1_000_000


def registry(request: Request) -> Registry:
    """Return what bootstrap has built."""
    return cast("Registry", request.app.state.registry)


class Provider[T]:
    """A dependency that returns the instance of a type; what that may refuse with is its `refuses_with`."""

    def __init__(self, kind: type[T]) -> None:
        self.kind = kind

    async def __call__(self, request: Request) -> T:  # Not a plain function: that would cost a thread each time.
        """Return it."""
        return registry(request).get(self.kind)


def provide[T](kind: type[T]) -> Any:
    """Make a dependency that returns the instance of this type, for `Annotated[T, Depends(provide(T))]`."""
    return Provider(kind)


def refuses[**P, T](*kinds: type[DukaError]) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Mark a route, or what one depends on, with what it may refuse with beside what that can be told from."""

    def marked(call: Callable[P, T]) -> Callable[P, T]:
        call.refuses_with = kinds  # type: ignore[attr-defined]
        return call

    return marked


async def request_session(request: Request) -> AsyncIterator[AsyncSession]:
    """Open the request's one transaction; it commits before the response leaves, or rolls back, as the error says."""
    refusal: DukaError | None = None
    async with registry(request).get(Database).transaction() as session:
        try:
            yield session
        except DukaError as error:
            if not error.keeps_work:
                raise
            refusal = error
    if refusal is not None:
        raise refusal


async def unhurried_session(request: Request) -> AsyncIterator[AsyncSession]:
    """Open the transaction of a request that its sender repeats until it hears the answer, and after a crash too."""
    async with registry(request).get(Database).transaction(durable=False) as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(request_session, scope="function")]
UnhurriedSessionDep = Annotated[AsyncSession, Depends(unhurried_session, scope="function")]


class PageParams(BaseModel):
    """Which part of a list is wanted."""

    limit: int = Field(default=50, ge=1, le=MAX_PAGE, description="Rows a page.")
    offset: int = Field(default=0, ge=0, le=MAX_OFFSET, description="Rows to skip.")


async def page_params(
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE, description="Rows a page.")] = 50,
    offset: Annotated[int, Query(ge=0, le=MAX_OFFSET, description="Rows to skip.")] = 0,
) -> PageParams:
    """Read the page from the query string."""
    return PageParams(limit=limit, offset=offset)


PageDep = Annotated[PageParams, Depends(page_params)]


class Page[T](BaseModel):
    """One page of a list."""

    items: list[T] = Field(description="The rows of this page.")
    total: int = Field(description="Rows in the whole list.")
    limit: int = Field(description="Rows a page.")
    offset: int = Field(description="Rows skipped.")


class Problem(BaseModel):
    """A problem document (RFC 9457) with Duka's extension members."""

    type: str = Field(default="about:blank", description="URI of the kind of problem.")
    title: str = Field(description="What kind of problem it is, in a few words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What happened, and what to do next.")
    code: str = Field(description="Stable name of the problem.")
    trace_id: str = Field(description="Quote this when asking for help.")
    errors: list[dict[str, Any]] = Field(default_factory=list, description="One entry a faulty field.")
    context: dict[str, Any] = Field(default_factory=dict, description="Named facts of this problem.")


def problem_response(problem: Problem, headers: dict[str, str] | None = None) -> JSONResponse:
    """Render a problem document."""
    return JSONResponse(problem.model_dump(), status_code=problem.status, media_type=PROBLEM_JSON, headers=headers)


def _of_duka(error: DukaError) -> Problem:
    return Problem(
        title=error.title,
        status=error.http_status,
        detail=error.message,
        code=error.code,
        trace_id=trace_id(),
        context=jsonable_encoder(error.context),
    )


async def _on_duka_error(_request: Request, error: Exception) -> JSONResponse:
    known = cast("DukaError", error)
    return problem_response(_of_duka(known), {"retry-after": "5"} if known.retryable else None)


async def _on_validation_error(_request: Request, error: Exception) -> JSONResponse:
    faults = cast("RequestValidationError", error).errors()
    errors = [{"at": ".".join(str(part) for part in fault["loc"]), "message": fault["msg"]} for fault in faults]
    detail = "; ".join(f"{fault['at']}: {fault['message']}" for fault in errors[:3])
    return problem_response(
        Problem(
            title="The request can't be processed",
            status=422,
            detail=detail,
            code="422_UNPROCESSABLE_ENTITY",
            trace_id=trace_id(),
            errors=errors,
        )
    )


async def _on_http_exception(_request: Request, error: Exception) -> JSONResponse:
    known = cast("HTTPException", error)
    return problem_response(
        Problem(
            title=str(known.detail),
            status=known.status_code,
            detail=str(known.detail),
            code=f"http.{known.status_code}",
            trace_id=trace_id(),
        ),
        dict(known.headers or {}),
    )


async def _on_store_away(request: Request, error: Exception) -> JSONResponse:
    """Tell of a database that is away or busy; an error of another kind is ours."""
    if isinstance(error, DBAPIError) and not (isinstance(error, OperationalError) or error.connection_invalidated):
        return await _on_unexpected(request, error)
    log.warning("request.store_away", error=type(error).__name__)
    return await _on_duka_error(request, StoreAwayError())


async def _on_provider_error(request: Request, error: Exception) -> JSONResponse:
    """Tell of a provider that failed a request which had to wait for it."""
    code = cast("ProviderError", error).code
    log.warning("request.provider_failed", code=code)
    return await _on_duka_error(request, UpstreamError(provider_code=code))


async def _on_hung_up(request: Request, _error: Exception) -> JSONResponse:
    """Note that a caller went away while its body was read; nobody hears the answer, and nothing was done."""
    log.info("request.hung_up", method=request.method)
    return await _on_duka_error(request, ClientCancelledError())


async def _on_unexpected(_request: Request, error: Exception) -> JSONResponse:
    log.error("request.failed", exc_info=error)
    return problem_response(
        Problem(
            title="Something went wrong",
            status=500,
            detail="We have noted it. Please try again, and quote the trace id if it stays.",
            code="duka.unexpected",
            trace_id=trace_id(),
        )
    )


_ON_ERROR: Final[Mapping[type[Exception], Callable[[Request, Exception], Awaitable[JSONResponse]]]] = {
    DukaError: _on_duka_error,
    RequestValidationError: _on_validation_error,
    HTTPException: _on_http_exception,
    ClientDisconnect: _on_hung_up,
    ProviderError: _on_provider_error,
    DBAPIError: _on_store_away,
    PoolTimeoutError: _on_store_away,
    Exception: _on_unexpected,
}


def install_problem_handlers(app: FastAPI) -> None:
    """Make every error of the application a problem document."""
    for kind, handler in _ON_ERROR.items():
        app.add_exception_handler(kind, handler)


class DirectRoutes:
    """Takes the `POST` routes of a router the short way: straight to the endpoint, which gets the request alone.

    For webhooks, of which a provider sends thousands a second: matching, dependencies and the exit stacks of a route
    take three times as long as verifying and reading the body (`make bench-intake`). The router stays included, for
    the document and the other methods.
    """

    def __init__(self, app: ASGIApp, router: APIRouter) -> None:
        """Prepare the short way; `app` serves everything else."""
        self._app = app
        self._endpoints = {
            route.path: route.endpoint
            for route in router.routes
            if isinstance(route, APIRoute) and "POST" in (route.methods or ())
        }
        self._direct = ExceptionMiddleware(self._serve, handlers=_ON_ERROR)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        direct = scope["type"] == "http" and scope["method"] == "POST" and scope["path"] in self._endpoints
        await (self._direct if direct else self._app)(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        response: Response = await self._endpoints[scope["path"]](Request(scope, receive, send))
        await response(scope, receive, send)


class TraceMiddleware:
    """Runs each request under a trace id, taken from `x-trace-id` or `traceparent` where one is sent."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        with traced(_given_trace(scope)) as current:

            async def send_with_trace(message: Message) -> None:
                if message["type"] == "http.response.start":
                    message.setdefault("headers", []).append((b"x-trace-id", current.encode()))
                await send(message)

            await self.app(scope, receive, send_with_trace)


def _given_trace(scope: Scope) -> str | None:
    headers: dict[bytes, bytes] = dict(scope["headers"])
    parent = headers.get(b"traceparent", b"").decode("latin-1").split("-")
    given = parent[1] if len(parent) == 4 else headers.get(b"x-trace-id", b"").decode("latin-1")  # noqa: PLR2004 - W3C
    return given if given.isalnum() and len(given) <= 64 else None  # noqa: PLR2004 - a sane length


def picture_response(content: bytes, media_type: str | None, sha256: str | None) -> Response:
    """Answer with a picture that never changes, which a browser may keep, and must take for nothing but a picture."""
    headers = {
        "etag": f'"{sha256}"',
        "cache-control": "private, max-age=86400, immutable",
        "x-content-type-options": "nosniff",
    }
    return Response(content, media_type=media_type, headers=headers)
