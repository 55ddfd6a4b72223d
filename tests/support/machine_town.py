"""What a sequence of the machine acts on: the worker's parts over one session, and hands to move them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.catalog.ports import ItemChanges
from backend.catalog.tasks import timer_handlers as price_timers
from backend.channels.service import ChannelsService
from backend.comms import money_cards
from backend.comms import subscribers as comms_subscribers
from backend.comms.service.actions import PartnerActions
from backend.comms.service.calls import CallsService
from backend.comms.service.cards import CardsService
from backend.comms.service.journal import CommsJournal
from backend.comms.service.ladders import LadderService
from backend.comms.service.messages import PartnerMessages
from backend.comms.service.plans import LadderPlans
from backend.comms.settings import CommsSettings
from backend.orders import commands as c
from backend.orders.commands import Command
from backend.orders.ports import Outcome
from backend.orders.tasks import timer_handlers as order_timers
from backend.payments import subscribers as payment_subscribers
from backend.payments.cash_tasks import CarriedCash
from backend.payments.cash_tasks import timer_handlers as cash_timers
from backend.payments.ports import Evidence, Feed
from backend.payments.service.books import Books
from backend.payments.service.refunds import RefundsService
from backend.payments.service.settlements import SettlementsService
from backend.payments.settings import PaymentsSettings
from backend.payments.tasks import PendingPayments
from backend.payments.tasks import timer_handlers as payment_timers
from backend.platform.actors import SYSTEM, Actor, Source
from backend.platform.clock import SystemClock, move_clock
from backend.platform.errors import DukaError
from backend.platform.events import Position, StoredEvent
from backend.platform.flags import Flags
from backend.platform.ids import new_uuid
from backend.platform.timer_engine import TimerEngine
from backend.platform.timers import TimerKind
from backend.reports import subscribers as report_subscribers
from backend.reports.periods import PeriodKind, local_day
from backend.reports.service.periods import ReportsService
from tests.support.factories.catalog import catalog_service
from tests.support.factories.customers import make_customer
from tests.support.factories.dispatch import dispatch_service, make_rider
from tests.support.factories.orders import BOT, ladders, make_shop, orders_service
from tests.support.factories.payments import (
    attempts_service,
    cash_service,
    parts_service,
    payments_service,
    receipts_service,
    watches,
)
from tests.support.factories.vendors import vendors_service

# Those that a sequence may break; what waits for the worker's other loops is left to its tests.
HOLDS: Final = frozenset({"I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "I10", "I13", "I14", "I15", "I17"})
AMOUNTS: Final = (1, 5_000, 17_600, 35_200, 90_000)
SKUS: Final = ("UNGA-2KG", "SUKARI-1KG", "NYANYA")
# One of each, since a service reads its settings when it is made.
ORDERS: Final = orders_service()
CATALOG: Final = catalog_service()
_EVENTS: Final = text("SELECT * FROM outbox WHERE pos > :after ORDER BY pos")
_LEDGER: Final = text("""
SELECT coalesce(sum(l.credit_minor - l.debit_minor), 0)::bigint FROM ledger_entries l JOIN orders o ON o.id = l.order_id
WHERE l.account IN
    ('customer_funds', 'refunds_payable', 'refunds_declined', 'owed_by_payers', 'merchant_payable', 'fees_earned')
""")


class Savepoints:
    """Looks like a database; its transactions are savepoints of one session."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        async with self.session.begin_nested():
            yield self.session


def _chaser(session: AsyncSession, calls: CallsService, cards: CardsService) -> LadderService:
    """Who takes the steps of packed goods that nobody picks up; nobody is written to for them."""
    vendors, desk, channels = vendors_service(), dispatch_service(SystemClock()), ChannelsService(())
    flags = Flags(Savepoints(session), "")  # type: ignore[arg-type]
    plans = LadderPlans(vendors, desk, channels, flags, CommsSettings())
    journal = CommsJournal()
    return LadderService(ORDERS, vendors, desk, PartnerMessages(channels), calls, cards, journal, plans)


@dataclass
class Town:
    """One sequence's session, the worker's parts over it, and the hands of the rules."""

    session: AsyncSession
    user_id: str = ""
    read_to: int = 0

    def __post_init__(self) -> None:
        clock = SystemClock()
        orders, vendors, cards, journal = ORDERS, vendors_service(), CardsService(clock), CommsJournal()
        actions = PartnerActions(orders, vendors, dispatch_service(clock), cards, journal)
        calls = CallsService(orders, vendors, journal, actions, CommsSettings())
        self.payments, self.refunds = payments_service(clock), RefundsService(orders, clock, PaymentsSettings())
        self.receipts, self.attempts = receipts_service(clock), attempts_service(clock)
        self.parts, self.cash = parts_service(clock), cash_service(clock)
        self.settlements = SettlementsService(orders)
        self.subscriptions = (
            *comms_subscribers.subscriptions(
                comms_subscribers.CommsSubscriber(orders, calls, cards, vendors, ladders())
            ),
            *money_cards.subscriptions(money_cards.MoneyCards(cards)),
            *payment_subscribers.subscriptions(payment_subscribers.PaymentsSubscriber(orders, Books(orders))),
            *report_subscribers.subscriptions(cards, vendors),
        )
        handlers = {
            **order_timers(orders, ladders()),
            **payment_timers(PendingPayments(watches())),
            **cash_timers(CarriedCash(self.cash)),
            **price_timers(CATALOG),
            TimerKind.PICKUP: _chaser(self.session, calls, cards).fire,
        }
        self.timers = TimerEngine(Savepoints(self.session), handlers)  # type: ignore[arg-type]

    async def open(self) -> None:
        """Open the shop, with a customer and a rider."""
        await make_shop(self.session)
        await make_rider(self.session, SystemClock())
        mark = ItemChanges(low_at=Decimal(3))
        await CATALOG.change_item(self.session, "M-1", "UNGA-2KG", mark, reason="mark", actor=SYSTEM)
        self.user_id = (await make_customer(self.session)).id

    async def attempt(self, deed: Callable[[], Awaitable[Any]]) -> Any:
        """Do something as a request does: whole, or not at all where it is refused with a code."""
        try:
            async with self.session.begin_nested():
                done = await deed()
        except DukaError:
            done = None
        await self.settle()
        return done

    async def settle(self) -> None:
        """Hand every new event to who listens to it, in order."""
        while rows := (await self.session.execute(_EVENTS, {"after": self.read_to})).all():
            for row in rows:
                self.read_to = row.pos
                event = StoredEvent(
                    *(row.event_id, row.topic, row.key, row.payload, Actor.parse(row.actor)),
                    *(row.city, row.trace_id, row.occurred_at, Position(0, row.pos)),
                )
                for one in self.subscriptions:
                    if event.topic in one.topics:
                        await one.handle(self.session, event)
            await self.session.flush()

    async def wait(self, seconds: int) -> None:
        """Let time pass, and what is due happen."""
        await move_clock(self.session, timedelta(seconds=seconds))
        while await self.timers.step():
            await self.settle()

    async def place(self, command: c.PlaceOrder) -> str | None:
        """Place an order; return its id, or None where it was refused."""
        placed = await self.attempt(lambda: ORDERS.place(self.session, command, actor=BOT, source=Source.BOT))
        return None if placed is None else str(placed.id)

    async def give(self, order_id: str, actor: Actor, command: Command) -> None:
        """Give a command; one that is refused leaves the order as it was."""
        orders = ORDERS
        before = await orders.get(self.session, order_id)
        result = await self.attempt(
            lambda: orders.handle(
                self.session, order_id, command, actor=actor, source=Source.API, command_id=new_uuid()
            )
        )
        if result is None or result.outcome is Outcome.REFUSED:
            assert await orders.get(self.session, order_id) == before

    async def receive(self, order_id: str, code: str, minor: int, rail: str, feed: Feed = Feed.PROMPT) -> None:
        """Let money for an order come in, under a code that may be known."""

        async def book() -> None:
            await ORDERS.get(self.session, order_id, lock=True)
            await self.receipts.take(self.session, Evidence(feed, rail, code, minor, "KES", order_id=order_id))

        await self.attempt(book)

    async def report_agrees(self) -> None:
        """The month's report says what the ledger has grown by."""
        now = (await self.session.execute(text("SELECT duka_now()"))).scalar_one()
        merchant = await vendors_service().merchant(self.session, "M-1")
        day = local_day(now, merchant.timezone)
        report = await ReportsService(vendors_service()).report(self.session, merchant, PeriodKind.MONTH, day)
        in_all = int((await self.session.execute(_LEDGER)).scalar_one())
        booked = (report.figure("collected").minor or 0) - (report.figure("refunds.paid").minor or 0)
        first = (await self.session.execute(text("SELECT min(created_at) FROM ledger_entries"))).scalar_one()
        if first is None or local_day(first, merchant.timezone) >= report.first:
            assert booked == in_all
