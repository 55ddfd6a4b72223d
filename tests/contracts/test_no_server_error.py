"""Whatever fits the document, or does not, from whichever role: the answer is ours, and never an unexpected failure."""

import asyncio
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import requests  # noqa: TID251 - the library that draws the cases speaks in its requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from sqlalchemy import text

from backend.app import create_app
from backend.bootstrap import Built, build
from backend.orders.events import OrderState
from backend.platform.actors import Actor
from backend.platform.auth.principal import Role
from backend.platform.auth.tokens import TokenIssuer
from backend.platform.db.session import Database
from backend.platform.settings import PlatformSettings
from tests.support.clock import FixedClock
from tests.support.factories.customers import make_customer
from tests.support.factories.dispatch import make_rider
from tests.support.factories.orders import make_order, make_shop

BASE_URL = "http://duka.test"
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
_PROOF = """
INSERT INTO proofs (id, order_id, rider_id, kind, length, expires_at)
VALUES ('PF-1', :order, 'R-1', 'photo', 20, duka_now() + interval '1 day')
"""
EXAMPLES = int(os.environ.get("DUKA_SCHEMA_EXAMPLES", "5"))  # noqa: TID251 - for each operation and mode
STATES = (OrderState.PENDING, OrderState.CONFIRMED, OrderState.PROCESSING, OrderState.OUT_FOR_DELIVERY)
# A failure that has a code of its own is an answer: a provider or the database is away.
EXPECTED = {"502_UPSTREAM_BSP", "503_EXOTEL_DOWN", "503_UNAVAILABLE"}
WHO = {Role.VENDOR: "vendor:V-1", Role.RIDER: "rider:R-1"}
# Where nobody is asked for a token, one caller stands for all.
_CALLERS: tuple[Role | None, ...] = (*Role, None)


@dataclass(frozen=True)
class Surface:
    """The application on a database with a shop, and what may be asked of it."""

    runner: asyncio.Runner
    client: httpx.AsyncClient
    built: Built
    known: Mapping[str, Sequence[str]]
    operations: Sequence[Any]

    def ask(self, case: Any, role: Role | None) -> httpx.Response | None:
        """Send a case as this role; None where HTTP itself has no form for it."""
        try:
            request = requests.Request(**_kwargs(case, self._headers(role))).prepare()
        except (ValueError, requests.RequestException):
            return None
        sent = self.client.request(
            str(request.method), str(request.url), headers=dict(request.headers), content=request.body or b""
        )
        return self.runner.run(sent)

    def _headers(self, role: Role | None) -> dict[str, str]:
        if role is None:
            return {}
        actor = Actor.parse(WHO.get(role, f"{role}:S-1" if role is not Role.DEVELOPER else "agent:S-1"))
        token = self.built.registry.get(TokenIssuer).issue(actor, [role])
        return {"authorization": f"Bearer {token}"}


def _kwargs(case: Any, headers: dict[str, str]) -> dict[str, Any]:
    kwargs = case.as_transport_kwargs(base_url=BASE_URL, headers=headers)
    return {
        name: kwargs[name]
        for name in ("method", "url", "headers", "params", "json", "data", "files", "cookies")
        if name in kwargs
    }


async def _shop(database: Database) -> dict[str, Sequence[str]]:
    """A shop with orders in four states; return the ids by the names that the document gives them."""
    async with database.transaction() as session:
        await make_shop(session)
        user = (await make_customer(session)).id
        orders = [await make_order(session, state, shop=False, user_id=user) for state in STATES]
        await make_rider(session, FixedClock())
        await session.execute(text(_PROOF), {"order": orders[-1].id})
    return {
        "order_id": [order.id for order in orders],
        "vendor_id": ["V-1"],
        "merchant_id": ["M-1"],
        "user_id": [user],
        "rider_id": ["R-1"],
        "sku": ["UNGA-2KG"],
        "proof_id": ["PF-1"],
    }


@contextmanager
def _surface(database_url: str) -> Iterator[Surface]:
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        built = build(PlatformSettings(database_url=database_url), application="surface")
        app = create_app(built)
        known = runner.run(_shop(built.registry.get(Database)))
        schema = schemathesis.openapi.from_dict(app.openapi())
        operations = [found.ok() for found in schema.get_all_operations()]
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url=BASE_URL)
        yield Surface(runner, client, built, known, operations)
        runner.run(client.aclose())
        runner.run(built.close())


@pytest.fixture
def surface(fresh_database_url: str) -> Iterator[Surface]:
    with _surface(fresh_database_url) as opened:
        yield opened


def _name_what_exists(data: st.DataObject, known: Mapping[str, Sequence[str]], *places: Any) -> None:
    """Let ids in a path or body be, as a rule, those of things that are there."""
    for place in places:
        for name in known.keys() & (place.keys() if isinstance(place, dict) else set()):
            if data.draw(st.integers(0, 3), label="exists"):
                place[name] = data.draw(st.sampled_from(known[name]), label=name)


def _breaks(surface: Surface, operation: Any, mode: GenerationMode) -> str | None:
    """Draw cases of an operation; return what failed, with the smallest case, or None."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(data=st.data())
    def never_fails(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy(generation_mode=mode))
        _name_what_exists(data, surface.known, case.path_parameters, case.body, case.query)
        # Admins get furthest, so every case is theirs too; over all operations each role has its share.
        for role in {Role.ADMIN, data.draw(st.sampled_from(_CALLERS), label="role")}:
            answer = surface.ask(case, role)
            if answer is not None and answer.status_code >= 500:
                code = answer.json().get("code")
                assert code in EXPECTED, f"{role}: {answer.status_code} {code} {case!r}"

    try:
        never_fails()
    except Unsatisfiable:
        return None  # Nothing can be sent that does not fit: the operation takes nothing.
    except AssertionError as error:
        return str(error)
    return None


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_no_operation_fails_unexpectedly(surface: Surface, mode: GenerationMode) -> None:
    """Every operation of the document, as every role, on a real database."""
    broken = {
        operation.label: found for operation in surface.operations if (found := _breaks(surface, operation, mode))
    }
    assert broken == {}
