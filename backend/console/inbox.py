"""The agents' inbox: the list, a thread with its draft, taking over, replying, handing back."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import StringConstraints
from sqlalchemy import text

from backend.catalog.service import CatalogService
from backend.channels.ports import Permission
from backend.channels.service import ChannelsService
from backend.console.access import StaffDep
from backend.console.pages import page
from backend.console.queries import draft_of, mark, names_of
from backend.console.routes import ConsoleRoute
from backend.console.steps import refusal_of
from backend.conversations.ports import InboxFilter, InboxRow, MessageView, ThreadView
from backend.conversations.service import ConversationsService
from backend.conversations.service.speaking import REPLY_WAITING, TemplateWords
from backend.orders.commands import AddNote, FileName
from backend.orders.ports import NoteFiles, OrderFilter, OrderView
from backend.orders.service import OrdersService
from backend.orders.service.note_files import check_file
from backend.platform.actors import Source
from backend.platform.auth.principal import ALL_CITIES, Principal
from backend.platform.web import SessionDep, provide
from backend.vendors.service import VendorsService

router = APIRouter(prefix="/console", include_in_schema=False, route_class=ConsoleRoute)
_ROWS: Final = 60
_MESSAGES: Final = 60
_ORDERS: Final = 5
_PARTS: Final = {"list": "_inbox_list.html", "messages": "_messages.html", "side": "_side.html"}
_TYPED: Final = frozenset({Permission.FREE, Permission.PERSON_ONLY})
VersionForm = Annotated[int, Form(ge=0)]


@dataclass(frozen=True)
class InboxDesk:
    """The parts that the pages are made of."""

    session: SessionDep
    service: Annotated[ConversationsService, Depends(provide(ConversationsService))]
    catalog: Annotated[CatalogService, Depends(provide(CatalogService))]
    channels: Annotated[ChannelsService, Depends(provide(ChannelsService))]
    vendors: Annotated[VendorsService, Depends(provide(VendorsService))]
    orders: Annotated[OrdersService, Depends(provide(OrdersService))]
    attached: Annotated[NoteFiles, Depends(provide(NoteFiles))]

    async def rows(self, principal: Principal) -> tuple[list[InboxRow], int]:
        """Return the list, those that wait for a person first, and how many there are in all."""
        cities = None if principal.cities == ALL_CITIES else principal.cities
        wanted = InboxFilter(cities=cities, merchant_id=principal.merchant_id)
        return await self.service.desk.list(self.session, wanted, limit=_ROWS, offset=0)

    async def visible(self, conversation_id: str, principal: Principal) -> ThreadView:
        """Return a thread that the person may see.

        Raises:
            NotFoundError: There is none, or it is of another city or merchant.
        """
        thread = await self.service.facts(self.session, conversation_id)
        principal.check_city(thread.city)
        principal.check_merchant(thread.merchant_id)
        return thread

    async def messages(self, conversation_id: str, before: int | None = None) -> list[MessageView]:
        """Return a page of the thread, oldest first."""
        return list(await self.service.desk.messages(self.session, conversation_id, before=before, limit=_MESSAGES))

    async def orders_of(self, thread: ThreadView) -> list[OrderView]:
        """Return the customer's newest orders with the shop, which a file may be kept with."""
        wanted = OrderFilter(user_id=thread.customer_id, merchant_id=thread.merchant_id)
        return list((await self.orders.list_orders(self.session, wanted, limit=_ORDERS))[0])

    async def keep_with(self, order_id: str, file: FileName, words: str, kind: str, principal: Principal) -> None:
        """Keep a file of the order's customer with the order, once.

        Raises:
            DukaError: The order is not theirs to change, or the file is not its customer's; the message says why.
        """
        order = await self.orders.get(self.session, order_id)
        principal.check_city(order.city)
        principal.check_merchant(order.merchant_id)
        note = AddNote(words, kind, file)
        await check_file(self.session, self.attached, order, note)
        twice = f"{principal.actor}:file:{file.message_id}:{file.place}:{kind}"
        await self.orders.handle(
            self.session, order_id, note, actor=principal.actor, source=Source.CONSOLE, command_id=twice
        )

    async def thread_values(self, thread: ThreadView, before: int | None) -> dict[str, Any]:
        """Return what the thread's templates show."""
        messages, customer = await self.messages(thread.id, before), f"customer:{thread.customer_id}"
        now = await self.session.scalar(text("SELECT duka_now()"))
        permitted = self.channels.permission(thread.channel, thread.last_inbound_at, now)
        return {
            "thread": thread,
            "customer": customer,
            "messages": messages,
            "orders": await self.orders_of(thread),
            "earlier": messages[0].seq if len(messages) == _MESSAGES else None,
            "before": before,
            "files": await self.service.files.states(self.session, messages),
            "names": await names_of(
                self.session, [customer, str(thread.owner), *(message.author for message in messages)]
            ),
            "draft": await draft_of(self.session, self.catalog, thread.merchant_id, thread.id),
            "zone": (await self.vendors.merchant(self.session, thread.merchant_id)).timezone,
            "may_write": permitted in _TYPED,
            "may_answer_comment": await self.service.desk.may_answer_comment(self.session, thread.id),
            "may_invite": permitted is Permission.TEMPLATE_ONLY,
            "open_until": self.channels.open_until(thread.channel, thread.last_inbound_at),
            "now": now,
        }


DeskDep = Annotated[InboxDesk, Depends()]


@router.get("/inbox")
async def inbox(request: Request, desk: DeskDep, principal: StaffDep) -> Response:
    """Show the conversations."""
    marked = await mark(desk.session)
    rows, total = await desk.rows(principal)
    values = {"mark": marked, "rows": rows, "total": total, "chosen": ""}
    template = "_inbox_list.html" if request.query_params.get("region") else "inbox.html"
    return page(request, template, values, principal=principal)


@router.get("/inbox/{conversation_id}")
async def thread_page(
    request: Request,
    conversation_id: str,
    desk: DeskDep,
    principal: StaffDep,
    region: str = "",
    before: int | None = None,
) -> Response:
    """Show one thread beside the list, or one part of that."""
    template = _PARTS.get(region, "thread.html")
    return await _show(request, desk, conversation_id, principal, template=template, before=before)


async def _show(
    request: Request,
    desk: InboxDesk,
    conversation_id: str,
    principal: Principal,
    *,
    template: str = "thread.html",
    before: int | None = None,
    notice: str = "",
    words: str = "",
) -> Response:
    """Show a thread; after a refusal with its words, and with what the person had typed."""
    thread = await desk.visible(conversation_id, principal)
    values: dict[str, Any] = {"notice": notice, "words": words, "chosen": conversation_id}
    values["mark"] = await mark(desk.session)
    if template in {"thread.html", "_inbox_list.html"}:
        values["rows"], values["total"] = await desk.rows(principal)
    if template != "_inbox_list.html":
        values |= await desk.thread_values(thread, before)
    return page(request, template, values, principal=principal, status=409 if notice else 200)


@router.get("/inbox/{conversation_id}/files/{message_id}/{place}")
async def file_of_message(
    conversation_id: str,
    message_id: str,
    place: Annotated[int, Path(ge=0, le=99)],
    desk: DeskDep,
    principal: StaffDep,
) -> Response:
    """Return a photo, a voice note or another file that a customer sent."""
    await desk.visible(conversation_id, principal)
    kept = await desk.service.files.get(desk.session, conversation_id, message_id, place)
    return Response(kept.content, headers=kept.headers)


@router.post("/inbox/{conversation_id}/files/{message_id}/{place}/note")
async def keep_with_order(
    request: Request,
    conversation_id: str,
    message_id: str,
    place: Annotated[int, Path(ge=0, le=99)],
    desk: DeskDep,
    principal: StaffDep,
    order_id: Annotated[str, Form(max_length=40)],
    words: Annotated[str, Form(), StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)],
    tell: Annotated[str, Form(max_length=1)] = "",
) -> Response:
    """Keep a voice note or a picture with an order of its customer, for vendor and rider to heed where told so."""
    await desk.visible(conversation_id, principal)
    kind = "instruction" if tell else "voice"
    step = desk.keep_with(order_id, FileName(message_id, place), words, kind, principal)
    return await _step(request, desk, conversation_id, principal, step)


async def _step(
    request: Request,
    desk: InboxDesk,
    conversation_id: str,
    principal: Principal,
    step: Awaitable[object],
    *,
    words: str = "",
) -> Response:
    refusal = await refusal_of(desk.session, step)
    if not refusal or (words and await _said_already(desk, conversation_id, principal, words)):
        return RedirectResponse(f"/console/inbox/{conversation_id}", status_code=303)
    return await _show(request, desk, conversation_id, principal, notice=refusal, words=words)


async def _said_already(desk: InboxDesk, conversation_id: str, principal: Principal, words: str) -> bool:
    """Return whether the person's last words in the thread are these: the button was pressed twice."""
    ours = [message for message in await desk.messages(conversation_id) if message.direction == "out"]
    return bool(ours) and (ours[-1].author, ours[-1].text) == (f"agent:{principal.actor.id}", words)


@router.post("/inbox/{conversation_id}/take")
async def take(
    request: Request, conversation_id: str, desk: DeskDep, principal: StaffDep, version: VersionForm
) -> Response:
    """Take a thread over from the bot, or from the queue."""
    await desk.visible(conversation_id, principal)
    step = desk.service.desk.take(desk.session, conversation_id, principal.actor, version=version)
    return await _step(request, desk, conversation_id, principal, step)


@router.post("/inbox/{conversation_id}/reply")
async def reply(
    request: Request,
    conversation_id: str,
    desk: DeskDep,
    principal: StaffDep,
    version: VersionForm,
    words: Annotated[str, Form(), StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)],
) -> Response:
    """Say something as a person; a second sender is told, and nothing is sent twice."""
    await desk.visible(conversation_id, principal)
    step = desk.service.desk.reply(desk.session, conversation_id, principal.actor, words, version=version)
    return await _step(request, desk, conversation_id, principal, step, words=words)


@router.post("/inbox/{conversation_id}/invite")
async def invite(
    request: Request, conversation_id: str, desk: DeskDep, principal: StaffDep, version: VersionForm
) -> Response:
    """Tell a customer that an answer waits, by the template that the closed window lets through."""
    thread = await desk.visible(conversation_id, principal)
    shop = await desk.vendors.merchant(desk.session, thread.merchant_id)
    step = desk.service.desk.reply(
        desk.session,
        conversation_id,
        principal.actor,
        "",
        version=version,
        template=TemplateWords(REPLY_WAITING, (shop.name,)),
    )
    return await _step(request, desk, conversation_id, principal, step)


@router.post("/inbox/{conversation_id}/hand-back")
async def hand_back(
    request: Request, conversation_id: str, desk: DeskDep, principal: StaffDep, version: VersionForm
) -> Response:
    """Give a thread back to the bot."""
    await desk.visible(conversation_id, principal)
    step = desk.service.desk.give_back(desk.session, conversation_id, principal.actor, version=version)
    return await _step(request, desk, conversation_id, principal, step)
