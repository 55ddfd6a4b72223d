"""What callers are told where something behind the API is away."""

import pytest
from fastapi import APIRouter, Request, Response
from sqlalchemy import text
from starlette.types import ASGIApp, Message
from structlog.testing import capture_logs

from backend.platform.db.embedded import free_port
from backend.platform.db.session import Database
from backend.platform.errors import ForbiddenError, OutcomeUnknownError
from backend.platform.web import PROBLEM_JSON, DirectRoutes, SessionDep
from tests.support.app import serving
from tests.support.clock import FixedClock

router = APIRouter()


hooks = APIRouter(prefix="/hooks")


@hooks.get("/refusing")
@hooks.post("/refusing")
async def _refusing(request: Request) -> Response:
    """Refuse whatever comes."""
    raise ForbiddenError(method=request.method)


@hooks.post("/failing")
async def _failing(_: Request) -> Response:
    """Fail as only a fault of ours does."""
    message = "a fault"
    raise RuntimeError(message)


@hooks.post("/reading")
async def _reading(request: Request) -> Response:
    """Read the body as a webhook does."""
    return Response(await request.body())


async def _hang_up(app: ASGIApp, path: str) -> list[Message]:
    """Send half a body and go away; return what the application says to nobody."""
    given = iter(({"type": "http.request", "body": b"half", "more_body": True}, {"type": "http.disconnect"}))
    said = list[Message]()
    scope = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "root_path": "", "headers": []}

    async def receive() -> Message:
        return next(given)

    async def send(message: Message) -> None:
        said.append(message)

    await app({**scope, "query_string": b"", "scheme": "http", "server": ("duka.test", 80)}, receive, send)
    return said


@router.get("/asking")
async def _asking() -> None:
    """Wait for a provider that answers nonsense."""
    raise OutcomeUnknownError("maps.unreadable", "<html>")


@router.get("/now")
async def _now(session: SessionDep) -> str:
    """Ask the database for something."""
    return str(await session.scalar(text("SELECT duka_now()")))


async def test_a_provider_that_fails_a_request_is_told_as_that(database: Database, clock: FixedClock) -> None:
    """502 with its code, not a fault of ours; its words stay here."""
    async with serving(database, clock, router) as api:
        answer = await api.client.get("/asking")
    assert (answer.status_code, answer.json()["code"]) == (502, "502_UPSTREAM_BSP")
    assert answer.json()["context"] == {"provider_code": "maps.unreadable"}
    assert "<html>" not in answer.text


async def test_a_database_that_is_away_is_told_as_a_passing_trouble(clock: FixedClock) -> None:
    """503 with a time to try again, and no error of the server: the caller's key makes the next try safe."""
    nowhere = Database(f"postgresql://nobody@127.0.0.1:{free_port()}/nothing")
    async with serving(nowhere, clock, router) as api:
        answer = await api.client.get("/now")
    await nowhere.close()
    assert (answer.status_code, answer.json()["code"]) == (503, "duka.store_away")
    assert answer.headers["retry-after"] == "5"


async def test_a_database_whose_connections_are_all_in_use_is_told_as_a_passing_trouble(
    database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request waits a while for a connection, and is then told to try again."""
    monkeypatch.setattr("backend.platform.db.session._POOL_TIMEOUT_S", 0.05)
    small = Database(database.url, pool_size=1)
    async with serving(small, clock, router) as api, small.transaction() as one, small.transaction() as other:
        for held in (one, other):
            await held.execute(text("SELECT 1"))
        answer = await api.client.get("/now")
    await small.close()
    assert (answer.status_code, answer.json()["code"]) == (503, "duka.store_away")


@pytest.mark.parametrize(("method", "code"), [("POST", "403_FORBIDDEN"), ("GET", "403_FORBIDDEN"), ("PUT", "http.405")])
async def test_the_short_way_refuses_as_the_framework_does(
    database: Database, clock: FixedClock, method: str, code: str
) -> None:
    """A refusal is the same problem document by either way, and other methods are the framework's."""
    async with serving(database, clock, hooks) as routed, serving(database, clock, hooks) as direct:
        direct.app.add_middleware(DirectRoutes, router=hooks)
        answers = [await api.client.request(method, "/hooks/refusing") for api in (routed, direct)]
    assert [answer.json()["code"] for answer in answers] == [code] * 2
    assert answers[0].status_code == answers[1].status_code
    assert all(answer.headers["content-type"] == PROBLEM_JSON for answer in answers)


@pytest.mark.parametrize("short", [True, False])
async def test_a_caller_who_hangs_up_is_a_quiet_line(database: Database, clock: FixedClock, *, short: bool) -> None:
    """By either way no fault of ours: what came is dropped, and the sender tries again."""
    async with serving(database, clock, hooks) as api:
        if short:
            api.app.add_middleware(DirectRoutes, router=hooks)
        with capture_logs() as lines:
            said = await _hang_up(api.app, "/hooks/reading")
    assert said[0]["status"] == 499
    assert [(line["event"], line["log_level"]) for line in lines] == [("request.hung_up", "info")]


async def test_a_fault_on_the_short_way_is_told_without_its_words(database: Database, clock: FixedClock) -> None:
    """The caller hears of a fault of ours under a trace id, and nothing of what it is."""
    async with serving(database, clock, hooks) as api:
        api.app.add_middleware(DirectRoutes, router=hooks)
        answer = await api.client.post("/hooks/failing")
    assert (answer.status_code, answer.json()["code"]) == (500, "duka.unexpected")
    assert answer.json()["trace_id"]
    assert "a fault" not in answer.text
