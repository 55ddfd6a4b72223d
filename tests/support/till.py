"""A shop's till in one process: the payment endpoints, the worker's loops, and simulated Daraja and UPI behind them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import text

from backend.catalog.router import router as catalog
from backend.orders.ports import OrderView
from backend.orders.router import router as order_routes
from backend.orders.tasks import timer_handlers as order_timers
from backend.payments.payout_tasks import PayoutHandler, PayoutStatusHandler, PendingPayouts
from backend.payments.payout_tasks import subscriptions as payout_subscriptions
from backend.payments.payout_tasks import timer_handlers as payout_timers
from backend.payments.ports import PaymentProvider
from backend.payments.providers.daraja.client import DarajaClient
from backend.payments.providers.daraja.statement import read_statement
from backend.payments.providers.upi.client import UpiLinkClient
from backend.payments.router import PaymentCallbacks, router, webhooks
from backend.payments.service import PaymentsService
from backend.payments.service.books import Books
from backend.payments.service.hand_payments import HandPaymentsService
from backend.payments.service.inbox import PaymentsInbox
from backend.payments.service.parts import PartsService
from backend.payments.service.pasted import timer_handlers as pasted_timers
from backend.payments.service.payouts import PayoutsService
from backend.payments.service.receipts import ReceiptsService
from backend.payments.service.refunds import RefundsService
from backend.payments.service.settlements import SettlementsService
from backend.payments.service.statements import StatementsService
from backend.payments.settings import DarajaSettings, UpiSettings
from backend.payments.subscribers import PaymentsSubscriber
from backend.payments.subscribers import subscriptions as order_subscriptions
from backend.payments.tasks import (
    CloseHandler,
    PendingPayments,
    QueryHandler,
    ReceiptCheckHandler,
    RequestHandler,
    timer_handlers,
)
from backend.platform.clock import move_clock
from backend.platform.consumers import EventConsumers
from backend.platform.db.session import Database
from backend.platform.http import HttpClient
from backend.platform.inbox import EventIntake
from backend.platform.inbox_worker import InboxWorker
from backend.platform.sender import SenderLoop
from backend.platform.sends import SendHandler
from backend.platform.timer_engine import TimerEngine
from backend.sandbox.app import create_app
from backend.sandbox.settings import SandboxSettings
from backend.sandbox.world import World
from tests.support.app import Api, serving
from tests.support.clock import FixedClock
from tests.support.factories.orders import ladders, orders_service
from tests.support.factories.payments import (
    BASE_URL,
    attempts_service,
    daraja_callbacks,
    parts_service,
    pasted_codes,
    payments_service,
    payouts_service,
    receipts_service,
    refunds_service,
    taken_back_service,
    upi_callbacks,
    watches,
)

NOMINATED = "254711000299"


@dataclass
class Till:
    """The till, and the hands of a test."""

    api: Api
    database: Database
    clock: FixedClock
    sandbox: httpx.AsyncClient
    payments: PaymentsService
    sender: SenderLoop
    inbox: InboxWorker
    timers: TimerEngine
    daraja: DarajaClient
    events: EventConsumers
    simulator: World

    async def control(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Use the sandbox's control API."""
        answer = await self.sandbox.post(f"/__sim{path}", json=body or {})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def fault(self, **fault: Any) -> None:
        """Let requests to a provider go wrong."""
        await self.control("/faults", fault)

    async def act(self, provider: str, verb: str, **body: Any) -> Any:
        """Let a person do something on their phone, and let what follows happen."""
        answer = await self.control(f"/actor/{provider}/{verb}", body)
        await self.settle()
        return answer

    async def settle(self) -> None:
        """Send, deliver webhooks and work them off until nothing is left to do at this instant."""
        while await self._once():
            continue

    async def _once(self) -> bool:
        sent = await self.sender.drain()
        await self.control("/webhooks/flush")
        return bool(sent + await self.inbox.drain() + await self.events.drain())

    async def wait(self, seconds: float) -> None:
        """Let time pass, on every clock, in steps of a few seconds at most."""
        while seconds > 0:
            await self.skip(min(seconds, 5.0))
            seconds -= 5.0

    async def skip(self, seconds: float) -> None:
        """Let time pass at once, as in an outage."""
        self.clock.advance(seconds=seconds)
        async with self.database.transaction() as session:
            await move_clock(session, timedelta(seconds=seconds))
        while await self.timers.step():
            continue
        await self.settle()

    async def post(self, path: str, body: bytes, **headers: str) -> httpx.Response:
        """Post a webhook, and let it be worked off."""
        answer = await self.api.client.post(path, content=body, headers=headers)
        await self.settle()
        return answer

    async def order(self, order_id: str) -> OrderView:
        """The order as it stands."""
        async with self.database.transaction() as session:
            return await orders_service().get(session, order_id)

    async def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """Rows of a query."""
        async with self.database.transaction() as session:
            return [tuple(row) for row in await session.execute(text(query), values)]

    async def calls(self, provider: str, path: str) -> list[Any]:
        """The requests that a simulator has received at a path."""
        answer = await self.sandbox.get("/__sim/calls", params={"provider": provider, "path": path})
        found: list[Any] = answer.json()
        return found


def _handlers(database: Database, clock: FixedClock, sandbox: Any, daraja: DarajaClient) -> tuple[SendHandler, ...]:
    upi = UpiSettings()
    auth = (upi.key_id, upi.key_secret.get_secret_value())
    upi_http = HttpClient("http://sandbox.test/upi", name="upi", auth=auth, app=sandbox)
    orders, attempts, callbacks = orders_service(), attempts_service(clock), daraja_callbacks()
    rails: tuple[tuple[str, PaymentProvider, Any], ...] = (
        ("daraja", daraja, lambda attempt_id: callbacks.address("stk", attempt_id)),
        ("upi", UpiLinkClient(upi_http), lambda _: ""),
    )
    handlers: list[SendHandler] = [
        ReceiptCheckHandler(daraja.ask_about_receipt, lambda order_id: callbacks.address("result", order_id))
    ]
    for channel, provider, address in rails:
        handlers += [
            RequestHandler(channel, provider, database, orders, attempts, watches(), address),
            QueryHandler(f"{channel}.query", provider, database, orders, attempts),
            CloseHandler(f"{channel}.close", provider, database, orders, attempts),
        ]
    service = payouts_service(clock)
    payouts = PayoutHandler(daraja, database, service, callbacks.address)
    return (*handlers, payouts, PayoutStatusHandler(daraja, database, callbacks.address))


@asynccontextmanager
async def open_till(database: Database, clock: FixedClock, *, orders_move: bool = False) -> AsyncIterator[Till]:
    """Build the till over simulators whose webhooks reach its endpoints; the database's clock is the test's.

    Args:
        database: A database of the test alone.
        clock: The test's.
        orders_move: Whether orders that nobody pays end, and what was paid for those that ended is owed back.
    """
    async with database.transaction() as session:
        await move_clock(session, clock.now() - await move_clock(session, timedelta()))
    intake, callbacks = EventIntake(database), PaymentCallbacks(daraja=daraja_callbacks(), upi=upi_callbacks())
    payments = payments_service(clock)
    services: dict[type[Any], Any] = {
        EventIntake: intake,
        PaymentCallbacks: callbacks,
        PaymentsService: payments,
        ReceiptsService: receipts_service(clock),
        RefundsService: refunds_service(clock),
        PayoutsService: payouts_service(clock),
        HandPaymentsService: HandPaymentsService(orders_service()),
        PartsService: parts_service(clock),
        SettlementsService: SettlementsService(orders_service()),
        StatementsService: StatementsService(
            database,
            receipts_service(clock),
            lambda file: read_statement(file, {DarajaSettings().shortcode, DarajaSettings().paid_to}),
        ),
    }
    async with serving(database, clock, router, webhooks, order_routes, catalog, services=services) as api:
        transport = api.client._transport
        sandbox = create_app(
            SandboxSettings(backend_url=BASE_URL), time_source=lambda: clock.now().timestamp(), transport=transport
        )
        inboxes = {
            name: PaymentsInbox(
                known,
                orders_service(),
                attempts_service(clock),
                receipts_service(clock),
                payouts_service(clock),
                pasted_codes(clock),
                taken_back_service(clock),
            )
            for name, known in callbacks.items()
        }
        daraja_http = HttpClient("http://sandbox.test/daraja", name="daraja", app=sandbox)
        daraja = DarajaClient(
            DarajaSettings(pull_nominated_number=NOMINATED),
            daraja_http,
            clock,
            daraja_callbacks().address("c2b", "pull"),
        )
        follower = PaymentsSubscriber(orders_service(), Books(orders_service()))
        client = httpx.AsyncClient(transport=httpx.ASGITransport(sandbox), base_url="http://sandbox.test")
        async with client:
            yield Till(
                api=api,
                database=database,
                clock=clock,
                sandbox=client,
                payments=payments,
                sender=SenderLoop(database, _handlers(database, clock, sandbox, daraja)),
                inbox=InboxWorker(database, {name: inbox.handle for name, inbox in inboxes.items()}),
                timers=TimerEngine(
                    database,
                    {
                        **(order_timers(orders_service(), ladders()) if orders_move else {}),
                        **timer_handlers(PendingPayments(watches())),
                        **pasted_timers(pasted_codes(clock)),
                        **payout_timers(PendingPayouts(payouts_service(clock))),
                    },
                ),
                events=EventConsumers(
                    database,
                    (
                        *payout_subscriptions(payouts_service(clock)),
                        *(order_subscriptions(follower) if orders_move else ()),
                    ),
                ),
                daraja=daraja,
                simulator=sandbox.state.world,
            )
        await sandbox.state.world.close()
        await intake.close()
