"""Endpoints of customers."""

from typing import Annotated

from fastapi import APIRouter, Depends

from backend.customers.schemas import UserOut, user_out
from backend.customers.service import CustomersService
from backend.platform.auth.dependencies import require
from backend.platform.auth.principal import Principal, Role
from backend.platform.web import SessionDep, provide

router = APIRouter(prefix="/api/v1", tags=["users"])

Customers = Annotated[CustomersService, Depends(provide(CustomersService))]
Reader = Annotated[
    Principal,
    Depends(require(Role.SERVICE, Role.BOT, Role.AGENT, Role.ADMIN, Role.OWNER, Role.DEVELOPER, Role.CUSTOMER)),
]


@router.get("/users/{user_id}")
async def get_user(user_id: str, session: SessionDep, customers: Customers, principal: Reader) -> UserOut:
    """Name, language and preferences of a customer."""
    principal.check_self(Role.CUSTOMER, user_id)
    view = await customers.get(session, user_id)
    principal.check_merchant(view.merchant_id)
    principal.check_city(await customers.city_of(session, view.merchant_id))
    return user_out(view, await customers.addresses(session, user_id))
