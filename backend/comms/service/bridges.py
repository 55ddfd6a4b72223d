"""Two people of an order, joined by phone behind our number: asked for by API and by the console."""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms.ports import Contact, RiderDesk
from backend.comms.service.calls import CallsService
from backend.comms.service.plans import LadderPlans
from backend.comms.service.vendor_prompts import vendor_contact
from backend.comms.settings import CommsSettings
from backend.customers.service import CustomersService
from backend.orders.ports import OrderView
from backend.platform.actors import Actor
from backend.platform.errors import ExotelDownError, TooManyRequestsError, UnprocessableError
from backend.platform.ratelimit import RequestLimiter
from backend.vendors.service import VendorsService

_WINDOW_S = 600


class Bridges:
    """Finds out whom to call, and that they may be called."""

    refuses_with: Final = (TooManyRequestsError, ExotelDownError)

    def __init__(
        self,
        vendors: VendorsService,
        customers: CustomersService,
        desk: RiderDesk,
        calls: CallsService,
        plans: LadderPlans,
        limiter: RequestLimiter,
        settings: CommsSettings,
    ) -> None:
        self._vendors = vendors
        self._customers = customers
        self._desk = desk
        self._calls = calls
        self._plans = plans
        self._limiter = limiter
        self._settings = settings

    async def join(
        self, session: AsyncSession, order: OrderView, first: str, second: str, *, by: Actor, key: str
    ) -> str:
        """Queue a call between two of `vendor`, `rider`, `customer` and `admin`; return our id of it.

        Args:
            session: The transaction.
            order: The order that it is about.
            first: Who is rung first.
            second: Who is put through.
            by: Who asks for it.
            key: Names the wish; the same again is the same call.

        Raises:
            ExotelDownError: Calls are down, or switched off in the city.
            UnprocessableError: One of them can't be called.
            TooManyRequestsError: One of them was joined with others too often of late.
        """
        if first == second:
            raise UnprocessableError("Name two different people.")
        if not await self._plans.calls_possible(session, order.city):
            raise ExotelDownError(order_id=order.id)
        one, other = [await self._contact(session, who, order) for who in (first, second)]
        for contact in (one, other):
            most = self._settings.bridges_per_person
            await self._limiter.check("comms.bridge", contact.actor, most=most, per_s=_WINDOW_S)
        return await self._calls.bridge(session, order, one, other, f"bridge:{order.id}:{first}:{second}:{by}:{key}")

    async def _contact(self, session: AsyncSession, who: str, order: OrderView) -> Contact:
        if who == "vendor":
            return vendor_contact(await self._vendors.get(session, order.vendor_id))
        if who == "rider":
            return await self._rider(session, order)
        if who == "admin":
            return Contact("admin:desk", "Admin", self._settings.admin_number, "en", order.city)
        return await self._customer(session, order)

    async def _rider(self, session: AsyncSession, order: OrderView) -> Contact:
        if order.rider_id is None:
            raise UnprocessableError("No rider is assigned to this order yet.")
        return await self._desk.contact(session, order.rider_id)

    async def _customer(self, session: AsyncSession, order: OrderView) -> Contact:
        customer = await self._customers.get(session, order.user_id)
        phone = order.contact_phone or customer.phone
        if phone is None:
            raise UnprocessableError("We have no number of this customer; ask in the chat.")
        return Contact(f"customer:{customer.id}", customer.name or "", phone, customer.language or "en", order.city)
