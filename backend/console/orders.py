"""The page of one order: its goods and money, who is chased, its riders, and all that happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import text

from backend.comms.service.bridges import Bridges
from backend.console.access import StaffDep
from backend.console.chases import chases_of
from backend.console.pages import page
from backend.console.queries import mark, names_of
from backend.console.routes import ConsoleRoute
from backend.console.steps import refusal_of
from backend.console.timeline import Moment, order_story
from backend.dispatch.ports import AssignmentView
from backend.dispatch.service import DispatchService, ProofsService
from backend.orders.events import OrderState
from backend.orders.ports import NoteFiles, OrderView, StoredFile
from backend.orders.service import OrdersService
from backend.orders.service.note_files import file_of
from backend.payments.service import PaymentsService
from backend.platform.actors import Source
from backend.platform.auth.principal import Principal
from backend.platform.errors import ConflictError, UnprocessableError
from backend.platform.ids import new_uuid
from backend.platform.web import SessionDep, picture_response, provide
from backend.vendors.service import VendorsService

router = APIRouter(prefix="/console", include_in_schema=False, route_class=ConsoleRoute)
_WAY: Final = (
    (OrderState.CONFIRMED, "Confirmed"),
    (OrderState.PROCESSING, "Accepted"),
    (OrderState.HANDOVER, "Ready"),
    (OrderState.OUT_FOR_DELIVERY, "On the way"),
    (OrderState.DELIVERED, "Delivered"),
)

# Who is joined with whom by phone, and how the page says it; who is named first is rung first.
_PAIRS: Final[Mapping[str, tuple[str, str, str]]] = {
    "rider-customer": ("rider", "customer", "Rider and customer"),
    "rider-vendor": ("rider", "vendor", "Rider and vendor"),
    "vendor-customer": ("vendor", "customer", "Vendor and customer"),
    "admin-rider": ("admin", "rider", "Us and the rider"),
    "admin-vendor": ("admin", "vendor", "Us and the vendor"),
    "admin-customer": ("admin", "customer", "Us and the customer"),
}


@dataclass(frozen=True)
class OrderDesk:
    """The parts that the page is made of."""

    session: SessionDep
    orders: Annotated[OrdersService, Depends(provide(OrdersService))]
    payments: Annotated[PaymentsService, Depends(provide(PaymentsService))]
    dispatch: Annotated[DispatchService, Depends(provide(DispatchService))]
    proofs: Annotated[ProofsService, Depends(provide(ProofsService))]
    vendors: Annotated[VendorsService, Depends(provide(VendorsService))]
    bridges: Annotated[Bridges, Depends(provide(Bridges))]
    files: Annotated[NoteFiles, Depends(provide(NoteFiles))]

    async def visible(self, order_id: str, principal: Principal) -> OrderView:
        """Return an order that the person may see.

        Raises:
            NotFoundError: There is none, or it is of another city or merchant.
        """
        order = await self.orders.get(self.session, order_id)
        principal.check_city(order.city)
        principal.check_merchant(order.merchant_id)
        return order

    async def offer(self, order_id: str, rider_id: str, principal: Principal) -> None:
        """Offer the order to a rider.

        Raises:
            DukaError: It can't be; the message says why.
        """
        result = await self.dispatch.assign(
            self.session,
            order_id,
            rider_id,
            actor=principal.actor,
            source=Source.CONSOLE,
            command_id=new_uuid(),
        )
        if not result.accepted:
            raise ConflictError(result.message)

    async def join(self, order: OrderView, pair: str, principal: Principal) -> None:
        """Join two of its people by phone.

        Raises:
            DukaError: They can't be; the message says why.
        """
        if pair not in _PAIRS:
            raise UnprocessableError("Say who is to be joined with whom.")
        first, second, _ = _PAIRS[pair]
        await self.bridges.join(self.session, order, first, second, by=principal.actor, key=new_uuid())

    async def note_files(self, order: OrderView) -> dict[int, str]:
        """Return the media types of the files that remarks name, by remark; one that is gone is left out."""
        named = {note.id: note.file for note in await self.orders.notes(self.session, order.id) if note.file}
        kinds = await self.files.kinds_for(self.session, order, list(named.values()))
        return {note_id: kinds[file] for note_id, file in named.items() if file in kinds}

    async def note_file(self, order_id: str, note_id: int) -> StoredFile:
        """Return the file that a remark names.

        Raises:
            NoteFileGoneError: It names none, or none that is kept.
        """
        notes = await self.orders.notes(self.session, order_id)
        return await file_of(self.session, self.files, order_id, notes, note_id)

    async def values(self, order: OrderView) -> dict[str, Any]:
        """Return what the template shows."""
        session = self.session
        marked = await mark(session)
        choosing = order.state in {OrderState.PROCESSING, OrderState.HANDOVER} and order.rider_id is None
        offers = await self.dispatch.history(session, order.id)
        story = await order_story(session, self.orders, order.id)
        return {
            "mark": marked,
            "order": order,
            "way": _way(story, order),
            "zone": (await self.vendors.merchant(session, order.merchant_id)).timezone,
            "vendor": await self.vendors.get(session, order.vendor_id),
            "payment": await self.payments.status(session, order.id),
            "story": story,
            "names": await names_of(session, _people(order, offers, story)),
            "chase": (await chases_of(session, [order])).get(order.id),
            "choosing": choosing,
            "suggestions": await self.dispatch.suggest(session, order.id) if choosing else [],
            "offers": offers,
            "note_files": await self.note_files(order),
            "proofs": await self.proofs.of_order(session, order.id),
            "pairs": [(pair, row[2]) for pair, row in _PAIRS.items() if order.rider_id or "rider" not in row],
            "now": await session.scalar(text("SELECT duka_now()")),
        }


DeskDep = Annotated[OrderDesk, Depends()]


def _people(order: OrderView, offers: Sequence[AssignmentView], story: Sequence[Moment]) -> list[str]:
    parties = [f"customer:{order.user_id}", f"vendor:{order.vendor_id}", f"rider:{order.rider_id}"]
    return [*parties, *(f"rider:{offer.rider_id}" for offer in offers), *(moment.who for moment in story)]


def _way(story: Sequence[Moment], order: OrderView) -> list[Mapping[str, Any]]:
    """Return the steps from confirmed to delivered, with the time at which each was reached."""
    reached = {moment.state: moment.at for moment in story if moment.detail.get("to") and moment.state}
    return [{"title": title, "at": reached.get(str(state)), "current": order.state is state} for state, title in _WAY]


async def _show(
    request: Request, desk: OrderDesk, order: OrderView, principal: Principal, *, notice: str = "", status: int = 200
) -> Response:
    template = "_order.html" if request.query_params.get("region") else "order.html"
    values = {**await desk.values(order), "notice": notice}
    return page(request, template, values, principal=principal, status=status)


@router.get("/orders/{order_id}")
async def order_page(request: Request, order_id: str, desk: DeskDep, principal: StaffDep) -> Response:
    """Show one order."""
    return await _show(request, desk, await desk.visible(order_id, principal), principal)


@router.get("/orders/{order_id}/proofs/{proof_id}")
async def proof_picture(order_id: str, proof_id: str, desk: DeskDep, principal: StaffDep) -> Response:
    """Show the photo or signature by which a delivery is known."""
    await desk.visible(order_id, principal)
    view, content = await desk.proofs.picture(desk.session, order_id, proof_id)
    return picture_response(content, view.media_type, view.sha256)


@router.get("/orders/{order_id}/notes/{note_id}/file")
async def file_of_note(order_id: str, note_id: int, desk: DeskDep, principal: StaffDep) -> Response:
    """Let a voice note be heard, or a picture be seen, that a remark names."""
    await desk.visible(order_id, principal)
    found = await desk.note_file(order_id, note_id)
    return Response(found.content, headers=dict(found.headers))


@router.post("/orders/{order_id}/rider")
async def choose_rider(
    request: Request,
    order_id: str,
    desk: DeskDep,
    principal: StaffDep,
    rider_id: Annotated[str, Form(max_length=40)],
) -> Response:
    """Offer the order to a rider that a person has chosen."""
    await desk.visible(order_id, principal)
    refusal = await refusal_of(desk.session, desk.offer(order_id, rider_id, principal))
    if not refusal:
        return RedirectResponse(f"/console/orders/{order_id}", status_code=303)
    order = await desk.visible(order_id, principal)
    return await _show(request, desk, order, principal, notice=refusal, status=409)


@router.post("/orders/{order_id}/bridge")
async def join_people(
    request: Request,
    order_id: str,
    desk: DeskDep,
    principal: StaffDep,
    pair: Annotated[str, Form(max_length=40)],
) -> Response:
    """Call two of the order's people together; clicking again while they are called changes nothing."""
    order = await desk.visible(order_id, principal)
    refusal = await refusal_of(desk.session, desk.join(order, pair, principal))
    if not refusal:
        return RedirectResponse(f"/console/orders/{order_id}", status_code=303)
    return await _show(request, desk, order, principal, notice=refusal, status=409)
