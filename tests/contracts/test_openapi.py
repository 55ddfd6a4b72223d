"""The HTTP surface as a whole: the document is what the code says, and no route is open by oversight."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from backend.app import create_app
from backend.bootstrap import build
from backend.platform.settings import PlatformSettings

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
