"""The agents' inbox: the list, a thread with its draft, taking over, replying, handing back."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from backend.catalog.service import CatalogService
from backend.console.access import StaffDep
from backend.console.pages import page
from backend.console.queries import draft_of
from backend.conversations.ports import InboxFilter, ThreadView
from backend.conversations.service import ConversationsService
from backend.platform.auth.principal import ALL_CITIES, Principal
from backend.platform.errors import DukaError
from backend.platform.web import SessionDep, provide

router = APIRouter(prefix="/console", include_in_schema=False)
ConversationsDep = Annotated[ConversationsService, Depends(provide(ConversationsService))]
CatalogDep = Annotated[CatalogService, Depends(provide(CatalogService))]
_ROWS = 60


def _filter(principal: Principal) -> InboxFilter:
    cities = None if principal.cities == ALL_CITIES else principal.cities
    return InboxFilter(cities=cities, merchant_id=principal.merchant_id)


async def _visible(
    session: AsyncSession, service: ConversationsService, conversation_id: str, principal: Principal
) -> ThreadView:
    thread = await service.facts(session, conversation_id)
    principal.check_city(thread.city)
    principal.check_merchant(thread.merchant_id)
    return thread


@router.get("/inbox")
async def inbox(request: Request, session: SessionDep, service: ConversationsDep, principal: StaffDep) -> Response:
    """Show the conversations, those that wait for a person first."""
    rows, total = await service.desk.list(session, _filter(principal), limit=_ROWS, offset=0)
    template = "_inbox_list.html" if request.query_params.get("region") else "inbox.html"
    return page(request, template, {"rows": rows, "total": total, "chosen": ""}, principal=principal)


@router.get("/inbox/{conversation_id}")
async def thread_page(
    request: Request,
    conversation_id: str,
    session: SessionDep,
    service: ConversationsDep,
    catalog: CatalogDep,
    principal: StaffDep,
) -> Response:
    """Show one thread beside the list."""
    thread = await _visible(session, service, conversation_id, principal)
    region = request.query_params.get("region", "")
    values = {
        "thread": thread,
        "messages": await service.desk.messages(session, conversation_id),
        "draft": await draft_of(session, catalog, thread.merchant_id, conversation_id),
        "notice": request.query_params.get("notice", ""),
    }
    if region == "thread":
        return page(request, "_thread.html", values, principal=principal)
    rows, total = await service.desk.list(session, _filter(principal), limit=_ROWS, offset=0)
    chosen = {"rows": rows, "total": total, "chosen": conversation_id}
    template = "_inbox_list.html" if region else "thread.html"
    return page(request, template, {**values, **chosen}, principal=principal)


def _back(conversation_id: str, notice: str = "") -> Response:
    return RedirectResponse(f"/console/inbox/{conversation_id}?notice={notice}", status_code=303)


@router.post("/inbox/{conversation_id}/take")
async def take(
    conversation_id: str,
    session: SessionDep,
    service: ConversationsDep,
    principal: StaffDep,
    version: Annotated[int, Form()],
) -> Response:
    """Take a thread over from the bot, or from the queue."""
    await _visible(session, service, conversation_id, principal)
    try:
        await service.desk.take(session, conversation_id, principal.actor, version=version)
    except DukaError as error:
        return _back(conversation_id, error.message)
    return _back(conversation_id)


@router.post("/inbox/{conversation_id}/reply")
async def reply(
    conversation_id: str,
    session: SessionDep,
    service: ConversationsDep,
    principal: StaffDep,
    version: Annotated[int, Form()],
    words: Annotated[str, Form(min_length=1, max_length=4000)],
) -> Response:
    """Say something as a person; a second sender is told, and nothing is sent twice."""
    await _visible(session, service, conversation_id, principal)
    try:
        await service.desk.reply(session, conversation_id, principal.actor, words, version=version)
    except DukaError as error:
        return _back(conversation_id, error.message)
    return _back(conversation_id)


@router.post("/inbox/{conversation_id}/hand-back")
async def hand_back(
    conversation_id: str,
    session: SessionDep,
    service: ConversationsDep,
    principal: StaffDep,
    version: Annotated[int, Form()],
) -> Response:
    """Give a thread back to the bot."""
    await _visible(session, service, conversation_id, principal)
    try:
        await service.desk.give_back(session, conversation_id, principal.actor, version=version)
    except DukaError as error:
        return _back(conversation_id, error.message)
    return _back(conversation_id)
