"""The money desk: what orders owe, what came in and has no order yet, what riders carry, and what is owed back."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import text

from backend.console.access import StaffDep
from backend.console.pages import page
from backend.console.queries import mark, names_of
from backend.console.routes import ConsoleRoute
from backend.console.steps import refusal_of
from backend.console.tills import CashBag, OpenReceipt, bags, open_receipts
from backend.orders.events import OrderState
from backend.orders.ports import OrderFilter, OrderView
from backend.orders.service import OrdersService
from backend.payments.models import Refund
from backend.payments.service.receipts import ReceiptsService
from backend.payments.service.refunds import RefundsService
from backend.platform.auth.principal import ALL_CITIES, Principal, Role
from backend.platform.errors import NotFoundError
from backend.platform.web import SessionDep, provide

router = APIRouter(prefix="/console/money", include_in_schema=False, route_class=ConsoleRoute)
PATH: Final = "/console/money"
READERS: Final = (Role.ADMIN, Role.OWNER)
_UNPAID: Final = (OrderState.PENDING, OrderState.PARTIAL)
_MOST: Final = 50


@dataclass(frozen=True)
class MoneyDesk:
    """The parts that the page is made of."""

    session: SessionDep
    principal: StaffDep
    orders: Annotated[OrdersService, Depends(provide(OrdersService))]
    receipts: Annotated[ReceiptsService, Depends(provide(ReceiptsService))]
    refunds: Annotated[RefundsService, Depends(provide(RefundsService))]

    def check(self) -> Principal:
        """Return the person, who must be allowed to handle money."""
        self.principal.check_role(*READERS)
        return self.principal

    async def owed(self) -> tuple[list[OrderView], int]:
        """Return the orders that wait for their money, and how many there are."""
        who = self.check()
        wanted = OrderFilter(states=_UNPAID, cities=self._cities, merchant_id=who.merchant_id)
        return await self.orders.list_orders(self.session, wanted, limit=_MOST)

    async def owed_back(self) -> tuple[Sequence[Refund], int]:
        """Return the refunds that nobody has decided about, and how many there are."""
        who = self.check()
        return await self.refunds.page(
            self.session, state="due", merchant_id=who.merchant_id, cities=self._cities, limit=_MOST, offset=0
        )

    @property
    def _cities(self) -> frozenset[str] | None:
        return None if self.principal.cities == ALL_CITIES else self.principal.cities

    async def receipt(self, receipt_id: str) -> OpenReceipt:
        """Return an open receipt that the person may see.

        Raises:
            NotFoundError: It is not open any more, or it is somebody else's.
        """
        found = await open_receipts(self.session, self.check())
        for one in found:
            if one.id == receipt_id:
                return one
        raise NotFoundError(receipt_id=receipt_id)

    async def give(self, receipt_id: str, order_id: str) -> None:
        """Give an open receipt to an order.

        Raises:
            DukaError: One of them is not there, or the receipt has an order by now.
        """
        receipt = await self.receipt(receipt_id)
        order = await self.orders.get(self.session, order_id.strip().upper())
        self.principal.check_city(order.city)
        self.principal.check_merchant(order.merchant_id)
        await self.receipts.accept(self.session, receipt.id, order.id, self.principal.actor)


DeskDep = Annotated[MoneyDesk, Depends()]


@router.get("")
async def desk(request: Request, desk: DeskDep) -> Response:
    """Show the desk; a request for the region alone gets only that."""
    return await _desk(request, desk)


@router.post("/receipts/{receipt_id}/order")
async def give(
    request: Request, receipt_id: str, desk: DeskDep, order_id: Annotated[str, Form(max_length=40)]
) -> Response:
    """Give money that came in to the order that a person names."""
    refusal = await refusal_of(desk.session, desk.give(receipt_id, order_id))
    if refusal:
        return await _desk(request, desk, notice=refusal, status=409)
    return RedirectResponse(PATH, status_code=303)


@router.post("/refunds/{refund_id}")
async def decide(
    request: Request,
    refund_id: str,
    desk: DeskDep,
    decision: Annotated[str, Form(pattern="^(approve|reject)$")],
    note: Annotated[str, Form(min_length=3, max_length=300)],
) -> Response:
    """Approve or reject what is owed back."""
    who = desk.check()
    due, _ = await desk.owed_back()
    if all(refund.id != refund_id for refund in due):
        return await _desk(request, desk, notice="Somebody has decided about that already.", status=409)
    step = desk.refunds.decide(
        desk.session,
        refund_id,
        approve=decision == "approve",
        note=note,
        actor=who.actor,
        is_owner=Role.OWNER in who.roles,
    )
    refusal = await refusal_of(desk.session, step)
    if refusal:
        return await _desk(request, desk, notice=refusal, status=409)
    return RedirectResponse(PATH, status_code=303)


async def _desk(request: Request, desk: MoneyDesk, *, notice: str = "", status: int = 200) -> Response:
    who, session = desk.check(), desk.session
    marked = await mark(session)
    owed, waiting = await desk.owed()
    receipts = await open_receipts(session, who)
    due, refunds = await desk.owed_back()
    cash = await bags(session, who)
    values = {
        "mark": marked,
        "notice": notice,
        "owed": owed,
        "waiting": waiting,
        "receipts": receipts,
        "cash": cash,
        "due": due,
        "refunds": refunds,
        "totals": _totals(owed, receipts, cash),
        "names": await names_of(session, _people(owed, receipts, cash)),
        "now": await session.scalar(text("SELECT duka_now()")),
    }
    template = "_money.html" if request.query_params.get("region") else "money.html"
    return page(request, template, values, principal=who, status=status)


def _people(owed: Sequence[OrderView], receipts: Sequence[OpenReceipt], cash: Sequence[CashBag]) -> list[str]:
    customers = [order.user_id for order in owed] + [one.user_id for row in receipts for one in row.candidates]
    return [*(f"customer:{one}" for one in customers), *(f"rider:{bag.rider_id}" for bag in cash)]


def _totals(
    owed: Sequence[OrderView], receipts: Sequence[OpenReceipt], cash: Sequence[CashBag]
) -> dict[str, list[tuple[int, str]]]:
    """Add up each column by currency."""
    sums: dict[str, dict[str, int]] = {name: defaultdict(int) for name in ("owed", "open", "cash")}
    for order in owed:
        sums["owed"][order.currency] += order.due_minor
    for receipt in receipts:
        sums["open"][receipt.currency] += receipt.amount_minor
    for bag in cash:
        sums["cash"][bag.currency] += bag.to_collect_minor + bag.taken_minor
    return {name: [(minor, currency) for currency, minor in sorted(found.items())] for name, found in sums.items()}
