"""What a route depends on is asynchronous: a plain function would cost each request a thread and a hop to it."""

import inspect
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from backend.bootstrap import routers
from backend.platform.settings import PlatformSettings


def _calls(dependant: Dependant) -> Iterator[Any]:
    for below in dependant.dependencies:
        yield below.call
        yield from _calls(below)


def _waits(call: Any) -> bool:
    if getattr(call, "__module__", "").startswith("backend.console") and isinstance(call, type):
        return True  # A screen's desk, made for a person's click; there are few of those a second.
    plain = call if inspect.isroutine(call) else type(call).__call__
    return inspect.iscoroutinefunction(plain) or inspect.isasyncgenfunction(plain)


def test_no_dependency_of_a_route_runs_in_a_thread() -> None:
    app = FastAPI()
    for router in routers(PlatformSettings()):
        app.include_router(router)
    dependants = [getattr(route, "dependant", None) for route in iter_route_contexts(app.routes)]
    calls = {call for dependant in dependants if dependant is not None for call in _calls(dependant)}
    assert len(calls) > 20
    assert sorted(str(call) for call in calls if not _waits(call)) == []
