"""HTTP of money that is held for us: its statements, and what goes to the bank."""

from typing import Annotated

from fastapi import APIRouter, Depends, UploadFile

from backend.payments.router.access import MoneyStaff, Owner, platform_only
from backend.payments.schemas import BankTransfer, StatementView
from backend.payments.service import outflows
from backend.payments.service.statements import StatementsService
from backend.platform.intents import IntentDep
from backend.platform.web import SessionDep, provide

router = APIRouter()
StatementsDep = Annotated[StatementsService, Depends(provide(StatementsService))]


@router.post("/payments/statements")
async def import_statement(file: UploadFile, service: StatementsDep, principal: MoneyStaff) -> StatementView:
    """Take an organisation's M-Pesa statement in, CSV or XLSX; the same one again changes nothing."""
    platform_only(principal)  # One paybill serves all merchants.
    return StatementView.of(await service.take(file.file))


@router.post("/payments/bank-transfers", status_code=201)
async def bank_transfer(body: BankTransfer, session: SessionDep, principal: Owner, intent: IntentDep) -> BankTransfer:
    """Record that money went to the bank from where it was held; what a statement tells of is booked by it."""
    platform_only(principal)

    async def book() -> BankTransfer:
        await outflows.bank(session, body.told(str(principal.actor)))
        return body

    return await intent.once(session, body, BankTransfer, book)
