"""A merchant's trade over days, on a clock that is moved to hours of the merchant's own calendar."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.commands import Command
from backend.orders.events import OrderState
from backend.orders.ports import OrderView
from backend.payments.models import Receipt
from backend.payments.ports import Evidence, Feed
from backend.payments.service.books import Books
from backend.platform.actors import Actor
from backend.platform.clock import SystemClock, move_clock
from backend.reports.periods import PeriodKind, local_day
from backend.reports.ports import Report
from backend.reports.service.periods import ReportsService
from tests.support.factories.catalog import HEADER, make_items
from tests.support.factories.customers import make_customer
from tests.support.factories.orders import advance, give, make_order, orders_service
from tests.support.factories.payments import receipts_service
from tests.support.factories.vendors import make_merchant, make_vendor, vendors_service

_CODES = count(1)
PLENTY = "UNGA-2KG,Maize Flour 2kg,unga,packet,176,{0},100000,\nSUKARI-1KG,Sugar 1kg,sukari,packet,150.50,{0},100000,\n"


def reports_service() -> ReportsService:
    """The service with its neighbour, real."""
    return ReportsService(vendors_service())


@dataclass
class Trade:
    """One merchant's trade, and the hands of a test; day 0 is the first day that lies wholly ahead."""

    session: AsyncSession
    merchant_id: str
    zone: str
    day0: date
    users: list[str] = field(default_factory=list)

    async def at(self, day: int, hour: int, minute: int = 0, second: int = 0) -> None:
        """Move the clock to an hour of the merchant's calendar."""
        local = datetime.combine(self.day(day), time(hour, minute, second), ZoneInfo(self.zone))
        now = (await self.session.execute(text("SELECT duka_now()"))).scalar_one()
        assert local > now, "time only goes forwards"
        await move_clock(self.session, local - now)

    def day(self, number: int) -> date:
        """The date of a day."""
        return self.day0 + timedelta(days=number)

    async def order(self, **changes: object) -> OrderView:
        """Place an order: two packets of flour, KES 352."""
        values = {"merchant_id": self.merchant_id, "vendor_id": f"V-{self.merchant_id}", "user_id": self.users[0]}
        return await make_order(self.session, shop=False, **{**values, **changes})

    async def pay(self, order: OrderView, minor: int | None = None, rail: str = "mpesa") -> Receipt:
        """Let money for an order come in, as a provider would tell of it."""
        fresh = await orders_service().get(self.session, order.id, lock=True)
        amount = fresh.due_minor if minor is None else minor
        code = f"T{next(_CODES):09}"
        told = Evidence(Feed.PROMPT, rail, code, amount, fresh.currency, order_id=order.id)
        return await receipts_service(SystemClock()).take(self.session, told)

    async def take_back(self, receipt: Receipt) -> None:
        """Let the provider say that the money went back."""
        held = await orders_service().hold(self.session, [str(receipt.order_id)])
        await Books(orders_service()).take_back(self.session, receipt, held[str(receipt.order_id)], "reversed")

    async def bring(self, order: OrderView, state: OrderState) -> OrderView:
        """Bring an order that is pending or confirmed to a later state."""
        fresh = await orders_service().get(self.session, order.id)
        return await advance(self.session, fresh, state)

    async def give(self, order: OrderView, actor: Actor, command: Command) -> OrderView:
        """Give a command that must be applied."""
        return await give(self.session, order, actor, command)

    async def card(self, order: OrderView, kind: str) -> None:
        """Let a person be called for an order."""
        await self.session.execute(
            text("INSERT INTO ops_exceptions (id, kind, subject_id, order_id, city) VALUES (:id, :kind, :id, :id, '')"),
            {"id": order.id, "kind": kind},
        )

    async def close_cards(self, order: OrderView) -> None:
        """Let the person have done what the order's cards were for."""
        await self.session.execute(
            text("UPDATE ops_exceptions SET state = 'resolved', resolved_at = duka_now() WHERE order_id = :id"),
            {"id": order.id},
        )

    async def report(self, day: int = 0, kind: PeriodKind = PeriodKind.DAY) -> Report:
        """The report of a day, or of the week or month that it lies in."""
        merchant = await vendors_service().merchant(self.session, self.merchant_id)
        return await reports_service().report(self.session, merchant, kind, self.day(day))


async def open_trade(session: AsyncSession, merchant_id: str = "M-1", *, country: str = "KE", **changes: str) -> Trade:
    """A merchant of Kenya or India with one outlet, a customer and more goods than anybody buys."""
    merchant = await make_merchant(session, merchant_id, country=country, **changes)
    await make_vendor(session, f"V-{merchant_id}", merchant_id=merchant_id, city=merchant.city)
    await make_items(session, merchant_id, HEADER + PLENTY.format(merchant.currency))
    user = await make_customer(session, merchant_id=merchant_id)
    now = (await session.execute(text("SELECT duka_now()"))).scalar_one()
    tomorrow = local_day(now, merchant.timezone) + timedelta(days=1)
    return Trade(session, merchant_id, merchant.timezone, tomorrow, [user.id])
