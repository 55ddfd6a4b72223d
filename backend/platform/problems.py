"""The errors in the API's document: which route may answer which, told from what the route asks for."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext, iter_route_contexts

from backend.platform.auth.dependencies import current_principal
from backend.platform.errors import (
    BadRequestError,
    ConflictError,
    DukaError,
    ForbiddenError,
    MediaTypeError,
    NotFoundError,
    PreconditionFailedError,
    TooLargeError,
    TooManyRequestsError,
    UnauthorizedError,
    UnavailableError,
    UnprocessableError,
    UpstreamError,
)
from backend.platform.web import PROBLEM_JSON, Problem, Provider, request_session, unhurried_session

type Refusals = tuple[type[DukaError], ...]
_KEY: Final = "Idempotency-Key"
_KEYED: Final = (BadRequestError, ConflictError)
# What is changed may not be there, or not in a state for it; also where the body names it.
_WRITE: Final = (NotFoundError, ConflictError)
_WEBHOOK: Final = (BadRequestError, UnauthorizedError, UnavailableError)
_BASES: Final = {
    kind.http_status: kind
    for kind in (
        *(*_KEYED, *_WRITE, *_WEBHOOK),
        *(ForbiddenError, PreconditionFailedError, TooLargeError, MediaTypeError, UnprocessableError),
        *(TooManyRequestsError, UpstreamError),
    )
}
_WRITES: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})


# What a dependency of a route may answer in the route's place.
_OF: Final[Mapping[Any, Refusals]] = {
    current_principal: (UnauthorizedError, ForbiddenError),
    request_session: (UnavailableError,),
    unhurried_session: (UnavailableError,),
}


def describe_problems(app: FastAPI) -> None:
    """Let the document name each route's errors, each as a problem with its codes."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _described(app, plain())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def refusals(route: RouteContext) -> frozenset[int]:
    """Return the statuses that a route may refuse with."""
    asked = [route.dependant, *_below(route.dependant)]
    kinds = {kind for one in asked for kind in _of(one.call)}
    if "{" in str(route.path):
        kinds.add(NotFoundError)
    if _WRITES.intersection(route.methods or ()) and UnauthorizedError in kinds:
        kinds.update(_WRITE)
    if any(header.alias == _KEY for one in asked for header in one.header_params):
        kinds.update(_KEYED)
    if str(route.path).startswith("/webhooks/"):
        kinds.update(_WEBHOOK)
    return frozenset(kind.http_status for kind in kinds)


def _of(call: Any) -> Refusals:
    """Return what a call says of itself, by `refuses`, or what the type says that it provides."""
    marked: Refusals = getattr(call.kind if isinstance(call, Provider) else call, "refuses_with", ())
    return (*marked, *_OF.get(call, ()))


def _below(dependant: Dependant) -> Iterator[Dependant]:
    for inner in dependant.dependencies:
        yield inner
        yield from _below(inner)


def _described(app: FastAPI, document: dict[str, Any]) -> dict[str, Any]:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    named: set[int] = set()
    for route in iter_route_contexts(app.routes):
        for method in route.methods or ():
            operation = document["paths"].get(route.path, {}).get(method.lower())
            if operation is not None:
                named |= _name(operation, refusals(route))
    components["responses"] = {f"Problem{status}": _response(status) for status in sorted(named)}
    return document


def _name(operation: dict[str, Any], statuses: frozenset[int]) -> frozenset[int]:
    """Name the statuses in an operation; that of a faulty request is there where it takes anything."""
    responses = operation["responses"]
    if responses.pop("422", None) is not None:
        statuses |= {UnprocessableError.http_status}
    for status in sorted(statuses):
        responses[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    return statuses


def _response(status: int) -> dict[str, Any]:
    kinds = [_BASES[status], *_all(_BASES[status])]
    return {
        "description": f"{kinds[0].title}. Codes: {', '.join(sorted({kind.code for kind in kinds}))}.",
        "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _all(kind: type[DukaError]) -> Iterator[type[DukaError]]:
    for inner in kind.__subclasses__():
        yield inner
        yield from _all(inner)
