"""The HTTP surface as a whole: the document is what the code says, and no route is open by oversight."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import Depends, FastAPI
from fastapi.routing import iter_route_contexts

from backend.app import create_app
from backend.bootstrap import build
from backend.platform.errors import MediaTypeError, TooLargeError, UpstreamError
from backend.platform.problems import refusals
from backend.platform.settings import PlatformSettings
from backend.platform.web import provide, refuses

DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.json"

# What anybody may ask, and why. Everything else wants a token, a log-in or a provider's proof.
OPEN = {
    "GET /healthz",  # a supervisor has no account
    "GET /readyz",
    "GET /metrics",  # kept inside by the network; it holds counts
    "GET /openapi.json",  # the document that stands in this repository
    "GET /docs",
    "GET /docs/oauth2-redirect",
    "GET /redoc",
    "GET /console/",  # leads to the board, which asks
    "GET /console/login",  # an empty form that is posted is refused like any other
    "POST /console/logout",
}


@pytest.fixture
async def app(database_url: str) -> AsyncIterator[FastAPI]:
    """The whole application, over a real database."""
    built = build(PlatformSettings(database_url=database_url), application="test")
    yield create_app(built)
    await built.close()


def _operations(app: FastAPI) -> Iterator[tuple[str, str]]:
    for route in iter_route_contexts(app.routes):
        for method in sorted((route.methods or set()) - {"HEAD"}):
            assert route.path is not None
            yield method, route.path


async def _answers(app: FastAPI) -> dict[str, httpx.Response]:
    """Call every operation without a token, a cookie or a signature."""
    answers = {}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://duka.test") as client:
        for method, path in _operations(app):
            answers[f"{method} {path}"] = await client.request(method, re.sub(r"\{[^}]+\}", "X-1", path))
    return answers


def _refuses(answer: httpx.Response) -> bool:
    """Nobody is known (401), no proof (403), a path that holds none (404), nothing to judge (422), or the log-in."""
    location = answer.headers.get("location", "")
    return answer.status_code in {401, 403, 404, 422} or location.startswith("/console/login?next=")


async def test_the_document_is_what_the_code_says(app: FastAPI) -> None:
    """`make openapi` writes it anew."""
    assert json.loads(DOCUMENT.read_text(encoding="utf-8")) == app.openapi()


async def test_every_operation_has_an_id_of_its_own(app: FastAPI) -> None:
    ids = [one["operationId"] for methods in app.openapi()["paths"].values() for one in methods.values()]
    assert sorted(ids) == sorted(set(ids))


# What each may refuse with, by what it asks for: the table of errors, beside what any request may meet.
REFUSES = {
    "GET /healthz": set(),
    "GET /api/v1/exceptions": {"401", "403", "422", "503"},
    "GET /api/v1/orders/{order_id}": {"401", "403", "404", "422", "503"},
    "POST /api/v1/orders": {"400", "401", "403", "404", "409", "422", "503"},
    "PATCH /api/v1/orders/{order_id}/state": {"400", "401", "403", "404", "409", "422", "503"},
    "PUT /api/v1/ladders/{kind}": {"401", "403", "404", "409", "422", "503"},
    "POST /api/v1/comms/notify/{who}/{what}": {"400", "401", "403", "404", "409", "422", "429", "503"},
    "POST /api/v1/comms/bridge": {"400", "401", "403", "404", "409", "422", "429", "503"},
    "POST /webhooks/whatsapp/inbound": {"400", "401", "413", "503"},
    "POST /webhooks/instagram": {"400", "401", "413", "503"},
    "POST /api/v1/riders/{rider_id}/proofs": {"401", "403", "404", "409", "412", "413", "422", "503"},
    "HEAD /api/v1/riders/{rider_id}/proofs/{proof_id}": {"401", "403", "404", "412", "422", "503"},
    "PATCH /api/v1/riders/{rider_id}/proofs/{proof_id}": {
        *("401", "403", "404", "409", "412", "413", "415", "422", "503"),
    },
    "GET /api/v1/orders/{order_id}/proofs": {"401", "403", "404", "422", "503"},
}


async def test_each_operation_names_the_errors_that_it_may_answer_with(app: FastAPI) -> None:
    """A caller's (401, 403), those of an id (404), of a key (400, 409), of a limit (429), of what is away (503)."""
    document = app.openapi()
    named = {
        f"{method.upper()} {path}": {status for status in one["responses"] if status >= "400"}
        for path, methods in document["paths"].items()
        for method, one in methods.items()
    }
    assert {operation: named[operation] for operation in REFUSES} == REFUSES
    for operation, statuses in named.items():
        keyed = "Idempotency-Key" in str(document["paths"][operation.split(" ")[1]][operation.split(" ")[0].lower()])
        assert not keyed or statuses >= {"400", "401", "403", "409"}, operation
        assert "{" not in operation or "404" in statuses, operation
        assert not operation.split(" ")[1].startswith("/api/") or "401" in statuses, operation


async def test_a_route_names_what_it_and_its_dependencies_are_marked_with() -> None:
    """Also of a type that a dependency provides: one that asks a provider in the request says 502."""
    app, asking = FastAPI(), type("Asking", (), {"refuses_with": (UpstreamError,)})

    @refuses(TooLargeError)
    async def part() -> None: ...

    @app.post("/parts", dependencies=[Depends(part), Depends(provide(asking))])
    @refuses(MediaTypeError)
    async def send() -> None: ...

    [route] = [one for one in iter_route_contexts(app.routes) if one.path == "/parts"]
    assert refusals(route) == {413, 415, 502}


async def test_each_error_in_the_document_is_a_problem_with_its_codes(app: FastAPI) -> None:
    document = app.openapi()
    shared = document["components"]["responses"]
    assert {kind for one in shared.values() for kind in one["content"]} == {"application/problem+json"}
    problem = {"$ref": "#/components/schemas/Problem"}
    assert all(one["content"]["application/problem+json"]["schema"] == problem for one in shared.values())
    assert "409_CONFLICT, " in shared["Problem409"]["description"]
    assert "503_EXOTEL_DOWN, 503_UNAVAILABLE" in shared["Problem503"]["description"]
    used = {
        one["$ref"].rpartition("/")[2]
        for methods in document["paths"].values()
        for operation in methods.values()
        for status, one in operation["responses"].items()
        if status >= "400"
    }
    assert used == set(shared)
    assert "HTTPValidationError" not in document["components"]["schemas"]


async def test_a_stranger_is_answered_where_that_is_meant_and_nowhere_else(app: FastAPI) -> None:
    """Without a token, a log-in or a provider's signature."""
    answers = await _answers(app)
    open_to_all = {name for name, answer in answers.items() if not _refuses(answer)}
    assert open_to_all == OPEN


async def test_the_api_asks_everybody_for_a_token(app: FastAPI) -> None:
    answers = await _answers(app)
    statuses = {name: answer.status_code for name, answer in answers.items() if " /api/" in name}
    assert len(statuses) > 50
    assert set(statuses.values()) == {401}
