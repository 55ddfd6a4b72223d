"""HTTP of statements: a file in, a report out."""

from typing import Annotated

from fastapi import APIRouter, Depends, UploadFile

from backend.payments.router.access import MoneyStaff
from backend.payments.schemas import StatementView
from backend.payments.service.statements import StatementsService
from backend.platform.errors import NotFoundError
from backend.platform.web import provide

router = APIRouter()
StatementsDep = Annotated[StatementsService, Depends(provide(StatementsService))]


@router.post("/payments/statements")
async def import_statement(file: UploadFile, service: StatementsDep, principal: MoneyStaff) -> StatementView:
    """Take an organisation's M-Pesa statement in, CSV or XLSX; the same one again changes nothing."""
    if principal.merchant_id is not None:  # One paybill serves all merchants.
        raise NotFoundError
    return StatementView.of(await service.take(file.file))
