"""The money desk: what orders owe, what came in and has no order yet, what riders carry, and what is owed back."""

from collections import defaultdict
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import text

from backend.console.access import StaffDep
from backend.console.pages import page
from backend.console.queries import mark, names_of
from backend.console.routes import ConsoleRoute
from backend.console.steps import refusal_of
from backend.console.tills import CashBag, ShownReceipt, bags, shown
from backend.orders.ports import OrderFilter, OrderView
from backend.orders.service import OrdersService
from backend.payments.models import Refund
from backend.payments.repository import GIVEN, ReceiptFilter, ReceiptPage
from backend.payments.service.parts import Part, PartsService
from backend.payments.service.payouts import PayoutsService
from backend.payments.service.receipts import ReceiptsService
from backend.payments.service.refunds import RefundsService
from backend.platform.auth.principal import ALL_CITIES, Principal, Role
from backend.platform.errors import NotFoundError
from backend.platform.money import minor_of
from backend.platform.web import MAX_OFFSET, SessionDep, provide

router = APIRouter(prefix="/console/money", include_in_schema=False, route_class=ConsoleRoute)
PATH: Final = "/console/money"
READERS: Final = (Role.ADMIN, Role.OWNER)
PAGE: Final = 50
_LATELY: Final = 10
_MONTH: Final = 30

ReasonForm = Annotated[str, Form(min_length=3, max_length=300)]
OffsetQuery = Annotated[int, Query(ge=0, le=MAX_OFFSET)]


@dataclass(frozen=True)
class Where:
    """What somebody looks for on the desk, and how far down each list they are."""

    find: Annotated[str, Query(max_length=60)] = ""
    open_from: OffsetQuery = 0
    owed_from: OffsetQuery = 0
    back_from: OffsetQuery = 0

    def moved(self, path: str = PATH, **steps: int) -> str:
        """Return an address that looks for the same, with some lists further down or up."""
        given = {**vars(self), **steps}
        wanted = {name: value for name, value in given.items() if value}
        return f"{path}?{urlencode(wanted)}" if wanted else path


WhereDep = Annotated[Where, Depends()]


@dataclass(frozen=True)
class MoneyDesk:
    """The parts that the page is made of."""

    session: SessionDep
    principal: StaffDep
    where: WhereDep
    orders: Annotated[OrdersService, Depends(provide(OrdersService))]
    receipts: Annotated[ReceiptsService, Depends(provide(ReceiptsService))]
    parts: Annotated[PartsService, Depends(provide(PartsService))]
    refunds: Annotated[RefundsService, Depends(provide(RefundsService))]
    payouts: Annotated[PayoutsService, Depends(provide(PayoutsService))]

    def check(self) -> Principal:
        """Return the person, who must be allowed to handle money."""
        self.principal.check_role(*READERS)
        return self.principal

    def check_platform(self) -> Principal:
        """Return the person, who must not be a merchant's: what is taken apart may be anybody's.

        Raises:
            NotFoundError: They are.
        """
        if self.check().merchant_id is not None:
            raise NotFoundError
        return self.principal

    async def owed(self) -> tuple[list[OrderView], int, Sequence[tuple[str, int]]]:
        """Return a page of the orders that wait for their money, how many there are, and what they all owe."""
        wanted = OrderFilter(owes=True, cities=self._cities, merchant_id=self.check().merchant_id)
        rows, total = await self.orders.list_orders(self.session, wanted, limit=PAGE, offset=self.where.owed_from)
        return rows, total, await self.orders.due_of(self.session, wanted)

    async def waiting(self) -> ReceiptPage:
        """Return a page of the receipts that have no order yet, and fit what is looked for."""
        wanted = self._receipts(search=self.where.find)
        return await self.receipts.page(self.session, wanted, limit=PAGE, offset=self.where.open_from)

    async def given(self) -> ReceiptPage:
        """Return the receipts that found their order last, and fit what is looked for."""
        wanted = self._receipts(states=GIVEN, newest_first=True, search=self.where.find)
        return await self.receipts.page(self.session, wanted, limit=_LATELY, offset=0)

    async def owed_back(self, state: str = "due") -> tuple[Sequence[Refund], int]:
        """Return a page of the refunds that nobody has decided about, and how many there are; or of another state."""
        who = self.check()
        return await self.refunds.page(
            self.session,
            state=state,
            merchant_id=who.merchant_id,
            cities=self._cities,
            limit=PAGE,
            offset=self.where.back_from if state == "due" else 0,
        )

    @property
    def _cities(self) -> frozenset[str] | None:
        return None if self.principal.cities == ALL_CITIES else self.principal.cities

    def _receipts(self, **parts: Any) -> ReceiptFilter:
        return ReceiptFilter(cities=self._cities, merchant_id=self.check().merchant_id, **parts)

    async def check_receipt(self, receipt_id: str, **parts: Any) -> None:
        """Refuse a receipt that the person may not see, or that does not wait any more.

        Raises:
            NotFoundError: It is none of theirs, or not in such a state.
        """
        found = await self.receipts.page(
            self.session, self._receipts(receipt_id=receipt_id, **parts), limit=1, offset=0
        )
        if not found.total:
            raise NotFoundError("Somebody has found its order by now, or it is not yours to give.")

    async def order(self, typed: str) -> str:
        """Return the id of an order that the person may see, as it was typed.

        Raises:
            NotFoundError: There is none, or it is of another city or merchant.
        """
        order = await self.orders.get(self.session, typed.strip().upper())
        self.principal.check_city(order.city)
        self.principal.check_merchant(order.merchant_id)
        return order.id

    async def give(self, receipt_id: str, order_id: str) -> None:
        """Give an open receipt to an order."""
        await self.check_receipt(receipt_id)
        await self.receipts.accept(self.session, receipt_id, await self.order(order_id), self.principal.actor)

    async def split(self, receipt_id: str, order_ids: Sequence[str], amounts: Sequence[str], reason: str) -> None:
        """Give parts of an open receipt to orders; lines without an order are left out."""
        who = self.check_platform()
        await self.check_receipt(receipt_id)
        lines = [(order, amount) for order, amount in zip(order_ids, amounts, strict=False) if order.strip()]
        parts = [Part(await self.order(order), minor_of(amount)) for order, amount in lines]
        await self.parts.split(self.session, receipt_id, parts, reason, who.actor)

    async def merge(self, order_id: str, receipt_ids: Sequence[str], reason: str) -> None:
        """Give several open receipts to one order."""
        who = self.check_platform()
        for receipt_id in receipt_ids:
            await self.check_receipt(receipt_id)
        await self.parts.merge(self.session, await self.order(order_id), receipt_ids, reason, who.actor)

    async def give_back(self, receipt_id: str) -> None:
        """Queue an open receipt to go back to its sender."""
        who = self.check_platform()
        await self.check_receipt(receipt_id)
        await self.receipts.give_back(self.session, receipt_id, who.actor)

    async def undo(self, receipt_id: str, reason: str) -> None:
        """Take a receipt from the order that it was given to."""
        who = self.check_platform()
        await self.check_receipt(receipt_id, states=GIVEN)
        await self.parts.undo(self.session, receipt_id, reason, who.actor)

    async def _check_refund(self, refund_id: str) -> Principal:
        """Return the person, who must be allowed to see the refund.

        Raises:
            NotFoundError: They are not.
        """
        who = self.check()
        refund = await self.refunds.get_unlocked(self.session, refund_id)
        if refund.order_id is not None:
            await self.order(refund.order_id)
        elif who.merchant_id is not None or self._cities is not None:
            raise NotFoundError
        return who

    async def paid_back(self, refund_id: str, code: str) -> None:
        """Record that an approved refund was paid by hand, under the provider's code."""
        who = await self._check_refund(refund_id)
        await self.refunds.pay(self.session, refund_id, code.strip().upper(), who.actor)

    async def pay_out(self, refund_id: str) -> None:
        """Pay an approved refund out by API."""
        who = await self._check_refund(refund_id)
        await self.payouts.begin(self.session, refund_id, who.actor)

    async def decide(self, refund_id: str, note: str, *, approve: bool) -> None:
        """Decide about what is owed back."""
        who = await self._check_refund(refund_id)
        await self.refunds.decide(
            self.session, refund_id, approve=approve, note=note, actor=who.actor, is_owner=Role.OWNER in who.roles
        )


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
    return await _step(request, desk, desk.give(receipt_id, order_id))


@router.post("/receipts/{receipt_id}/split")
async def split(
    request: Request,
    receipt_id: str,
    desk: DeskDep,
    order_id: Annotated[list[str], Form()],
    amount: Annotated[list[str], Form()],
    reason: ReasonForm,
) -> Response:
    """Give parts of a payment to several orders; the rest stays open."""
    return await _step(request, desk, desk.split(receipt_id, order_id, amount, reason))


@router.post("/receipts/{receipt_id}/undo")
async def undo(request: Request, receipt_id: str, desk: DeskDep, reason: ReasonForm) -> Response:
    """Take a payment from an order whose it was not."""
    return await _step(request, desk, desk.undo(receipt_id, reason))


@router.post("/receipts/{receipt_id}/give-back")
async def give_back(request: Request, receipt_id: str, desk: DeskDep) -> Response:
    """Let a payment that is for no order go back to its sender."""
    return await _step(request, desk, desk.give_back(receipt_id))


@router.post("/refunds/{refund_id}/paid")
async def paid_back(
    request: Request, refund_id: str, desk: DeskDep, code: Annotated[str, Form(min_length=3, max_length=40)]
) -> Response:
    """Record that an approved refund was paid by hand."""
    return await _step(request, desk, desk.paid_back(refund_id, code))


@router.post("/refunds/{refund_id}/payout")
async def pay_out(request: Request, refund_id: str, desk: DeskDep) -> Response:
    """Pay an approved refund out by API, once however often it is asked for."""
    return await _step(request, desk, desk.pay_out(refund_id))


@router.post("/merge")
async def merge(
    request: Request,
    desk: DeskDep,
    order_id: Annotated[str, Form(max_length=40)],
    reason: ReasonForm,
    receipt_id: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Give the payments that were ticked to one order."""
    if not receipt_id:
        return await _desk(request, desk, notice="Tick the payments that belong together first.", status=409)
    return await _step(request, desk, desk.merge(order_id, receipt_id, reason))


@router.post("/refunds/{refund_id}")
async def decide(
    request: Request,
    refund_id: str,
    desk: DeskDep,
    decision: Annotated[str, Form(pattern="^(approve|reject)$")],
    note: ReasonForm,
) -> Response:
    """Approve or reject what is owed back."""
    return await _step(request, desk, desk.decide(refund_id, note, approve=decision == "approve"))


async def _step(request: Request, desk: MoneyDesk, step: Awaitable[object]) -> Response:
    """Take a step, and show the desk after it; a refusal shows it with the words."""
    refusal = await refusal_of(desk.session, step)
    if refusal:
        return await _desk(request, desk, notice=refusal, status=409)
    return RedirectResponse(desk.where.moved(), status_code=303)


async def _desk(request: Request, desk: MoneyDesk, *, notice: str = "", status: int = 200) -> Response:
    who, session = desk.check(), desk.session
    marked = await mark(session)
    owed, orders, debts = await desk.owed()
    waiting, given = await desk.waiting(), await desk.given()
    receipts, lately = await shown(session, waiting), await shown(session, given)
    due, refunds = await desk.owed_back()
    approved, to_pay = await desk.owed_back("approved")
    cash = await bags(session, who)
    values = {
        "mark": marked,
        "notice": notice,
        "where": desk.where,
        "size": PAGE,
        "owed": owed,
        "orders": orders,
        "receipts": receipts,
        "waiting": waiting.total,
        "lately": lately,
        "given": given.total,
        "cash": cash,
        "due": due,
        "refunds": refunds,
        "approved": approved,
        "to_pay": to_pay,
        "totals": {
            "owed": [(minor, currency) for currency, minor in debts],
            "open": [(minor, currency) for currency, _, minor in waiting.sums],
            "cash": _in_bags(cash),
        },
        "may_part": who.merchant_id is None,
        "names": await names_of(session, _people(owed, [*receipts, *lately], cash)),
        "now": await session.scalar(text("SELECT duka_now()")),
    }
    if who.merchant_id is None and not request.query_params.get("region"):
        values["mismatch"] = await desk.receipts.mismatch(session, _MONTH)
    template = "_money.html" if request.query_params.get("region") else "money.html"
    return page(request, template, values, principal=who, status=status)


def _people(owed: Sequence[OrderView], receipts: Sequence[ShownReceipt], cash: Sequence[CashBag]) -> list[str]:
    customers = [order.user_id for order in owed] + [one.user_id for row in receipts for one in row.candidates]
    deciders = [row.matched_by for row in receipts]
    return [*(f"customer:{one}" for one in customers), *(f"rider:{bag.rider_id}" for bag in cash), *deciders]


def _in_bags(cash: Sequence[CashBag]) -> list[tuple[int, str]]:
    """Add up what all riders carry, and have to collect, by currency."""
    sums: dict[str, int] = defaultdict(int)
    for bag in cash:
        sums[bag.currency] += bag.to_collect_minor + bag.held_minor
    return [(minor, currency) for currency, minor in sorted(sums.items())]
