"""The books: what merchants are owed and were paid, statements that are taken in, and the trial balance."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Query, Request, UploadFile
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import text

from backend.console.access import StaffDep
from backend.console.money import PATH, READERS
from backend.console.pages import page
from backend.console.queries import names_of
from backend.console.routes import ConsoleRoute
from backend.console.steps import refusal_of
from backend.payments.errors import SettlementNotFoundError
from backend.payments.models import Settlement
from backend.payments.ports import AccountBalance
from backend.payments.service import ledger
from backend.payments.service.settlements import SettlementsService
from backend.payments.service.statements import StatementReport, StatementsService
from backend.platform.auth.principal import ALL_CITIES, Principal, Role
from backend.platform.errors import DukaError, NotFoundError
from backend.platform.web import MAX_OFFSET, SessionDep, provide
from backend.vendors.ports import MerchantView
from backend.vendors.service import VendorsService

router = APIRouter(prefix=f"{PATH}/books", include_in_schema=False, route_class=ConsoleRoute)
_PAGE: Final = 20

MerchantForm = Annotated[str, Form(max_length=40)]
CodeForm = Annotated[str, Form(min_length=3, max_length=40)]


@dataclass(frozen=True)
class Account:
    """An account of the trial balance, with what it holds in one currency; `name` is who or what it is of."""

    kind: str
    name: str
    held: AccountBalance


@dataclass(frozen=True)
class BooksDesk:
    """The parts that the page is made of."""

    session: SessionDep
    principal: StaffDep
    settlements: Annotated[SettlementsService, Depends(provide(SettlementsService))]
    statements: Annotated[StatementsService, Depends(provide(StatementsService))]
    vendors: Annotated[VendorsService, Depends(provide(VendorsService))]
    offset: Annotated[int, Query(ge=0, le=MAX_OFFSET)] = 0

    def check(self) -> Principal:
        """Return the person, who must be allowed to see the books."""
        self.principal.check_role(*READERS)
        return self.principal

    async def merchants(self) -> list[MerchantView]:
        """Return the merchants whose books the person may see."""
        who = self.check()
        known = await self.vendors.merchants(self.session)
        return [one for one in known if who.merchant_id in {None, one.id} and who.serves(one.city)]

    async def settle(self, merchant_id: str) -> None:
        """Make payable what a merchant's delivered orders have brought until now.

        Raises:
            NotFoundError: The merchant's books are not the person's to see.
        """
        self.principal.check_merchant(merchant_id)
        merchant = await self.vendors.merchant(self.session, merchant_id)
        self.principal.check_city(merchant.city)
        until = (await self.session.execute(text("SELECT duka_now()"))).scalar_one()
        await self.settlements.settle(self.session, merchant.id, merchant.currency, until, self.principal.actor)

    async def pay(self, settlement_id: str, code: str) -> None:
        """Record that a settlement was paid out.

        Raises:
            SettlementNotFoundError: There is none of this id that is the person's to pay.
        """
        found = await self.settlements.get(self.session, settlement_id)
        if found.merchant_id not in {one.id for one in await self.merchants()}:
            raise SettlementNotFoundError(settlement_id=settlement_id)
        await self.settlements.pay(self.session, settlement_id, code.strip(), self.principal.actor)

    async def page(self) -> tuple[Sequence[Settlement], int]:
        """Return a page of settlements, the newest first, and how many there are."""
        whose = {one.id for one in await self.merchants()} if self._is_limited else None
        return await self.settlements.page(self.session, whose, limit=_PAGE, offset=self.offset)

    @property
    def _is_limited(self) -> bool:
        """True where the person does not see all merchants' books."""
        return self.principal.merchant_id is not None or self.principal.cities != ALL_CITIES

    async def balance(self) -> list[tuple[str, list[Account]]]:
        """Return the accounts of each currency that hold or held something, of all books or of those of one merchant.

        Who serves some cities and several merchants sees each of them by the API alone.
        """
        whose = [one.id for one in await self.merchants()] if self._is_limited else [None]
        rows = await ledger.trial_balance(self.session, whose[0]) if len(whose) == 1 else []
        by_currency = groupby(sorted(rows, key=attrgetter("currency", "account")), attrgetter("currency"))
        return [(currency, [_account(row) for row in its]) for currency, its in by_currency]


BooksDep = Annotated[BooksDesk, Depends()]


@router.get("")
async def books(request: Request, desk: BooksDep) -> Response:
    """Show the books."""
    return await _books(request, desk)


@router.post("/settlements")
async def settle(request: Request, desk: BooksDep, merchant_id: MerchantForm) -> Response:
    """Make a settlement of what is ready."""
    desk.check()
    return await _step(request, desk, desk.settle(merchant_id))


@router.post("/settlements/{settlement_id}/paid")
async def paid(request: Request, desk: BooksDep, settlement_id: str, code: CodeForm) -> Response:
    """Record that a settlement was paid out, under the bank's code; the owner's to say."""
    desk.principal.check_role(Role.OWNER)
    return await _step(request, desk, desk.pay(settlement_id, code))


@router.post("/statements")
async def statement(request: Request, desk: BooksDep, file: UploadFile) -> Response:
    """Take a statement in and tell what became of its lines; the same one again changes nothing.

    Raises:
        NotFoundError: The person is a merchant's: one paybill serves all merchants.
    """
    if desk.check().merchant_id is not None:
        raise NotFoundError
    try:
        report = await desk.statements.take(file.file)
    except DukaError as error:
        return await _books(request, desk, notice=error.message, status=error.http_status)
    return await _books(request, desk, report=report)


async def _step(request: Request, desk: BooksDesk, step: Awaitable[object]) -> Response:
    refusal = await refusal_of(desk.session, step)
    if refusal:
        return await _books(request, desk, notice=refusal, status=409)
    return RedirectResponse(router.prefix, status_code=303)


async def _books(
    request: Request, desk: BooksDesk, *, notice: str = "", report: StatementReport | None = None, status: int = 200
) -> Response:
    who = desk.check()
    merchants = await desk.merchants()
    settlements, total = await desk.page()
    values: dict[str, Any] = {
        "notice": notice,
        "report": report,
        "path": router.prefix,
        "merchants": merchants,
        "merchant_names": {one.id: one.name for one in merchants},
        "settlements": settlements,
        "total": total,
        "offset": desk.offset,
        "size": _PAGE,
        "balance": await desk.balance(),
        "is_owner": Role.OWNER in who.roles,
        "may_import": who.merchant_id is None,
        "names": await names_of(desk.session, [one.made_by for one in settlements]),
        "now": await desk.session.scalar(text("SELECT duka_now()")),
    }
    return page(request, "books.html", values, principal=who, status=status)


def _account(row: AccountBalance) -> Account:
    """Part an account's name: `clearing.mpesa` is money on its way, at M-Pesa."""
    kind, _, name = row.account.partition(".")
    return Account(kind, name, row)
