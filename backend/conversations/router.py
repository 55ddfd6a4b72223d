"""The inbox: list, thread, take, reply, hand back, note."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from backend.channels.service import ChannelsService
from backend.conversations.ports import InboxFilter, OwnerKind, ThreadView
from backend.conversations.schemas import (
    ConversationOut,
    InboxRowOut,
    MessageOut,
    NoteIn,
    ReplyIn,
    ThreadOut,
    VersionIn,
)
from backend.conversations.service import ConversationsService
from backend.conversations.service.speaking import TemplateWords
from backend.platform.auth.dependencies import require
from backend.platform.auth.principal import ALL_CITIES, Principal, Role
from backend.platform.errors import UnprocessableError
from backend.platform.web import Page, PageDep, SessionDep, provide

router = APIRouter(prefix="/api/v1/inbox", tags=["inbox"])

_KINDS: Final = {
    "all": None,
    "mine": (OwnerKind.AGENT,),
    "unassigned": (OwnerKind.NOBODY,),
    "handoff": (OwnerKind.NOBODY, OwnerKind.AGENT),
}

ServiceDep = Annotated[ConversationsService, Depends(provide(ConversationsService))]
ChannelsDep = Annotated[ChannelsService, Depends(provide(ChannelsService))]
StaffDep = Annotated[Principal, Depends(require(Role.AGENT, Role.ADMIN, Role.OWNER))]
Which = Annotated[Literal["all", "mine", "unassigned", "handoff"], Query(description="Which conversations.")]


def inbox_filter(principal: Principal, which: str) -> InboxFilter:
    """Return what this person may see of a list."""
    return InboxFilter(
        cities=None if principal.cities == ALL_CITIES else principal.cities,
        merchant_id=principal.merchant_id,
        owner_id=principal.actor.id if which == "mine" else None,
        owner_kinds=_KINDS[which],
    )


async def _visible(
    session: AsyncSession, service: ConversationsService, principal: Principal, conversation_id: str
) -> ThreadView:
    """Return a conversation that is the caller's to see.

    Raises:
        NotFoundError: It is another city's or merchant's, or there is none.
    """
    thread = await service.facts(session, conversation_id)
    principal.check_city(thread.city)
    principal.check_merchant(thread.merchant_id)
    return thread


def _rendered(channels: ChannelsService, thread: ThreadView) -> ConversationOut:
    return ConversationOut.of(thread, channels.open_until(thread.channel, thread.last_inbound_at))


@router.get("/conversations", summary="List conversations, those that wait for a person first")
async def list_conversations(
    session: SessionDep,
    service: ServiceDep,
    channels: ChannelsDep,
    principal: StaffDep,
    page: PageDep,
    which: Which = "all",
) -> Page[InboxRowOut]:
    """Return a page, the dearest and longest waiting on top."""
    rows, total = await service.desk.list(session, inbox_filter(principal, which), limit=page.limit, offset=page.offset)
    items = [InboxRowOut.of(row, channels.open_until(row.thread.channel, row.thread.last_inbound_at)) for row in rows]
    return Page(items=items, total=total, limit=page.limit, offset=page.offset)


@router.get("/conversations/{conversation_id}", summary="Read a thread")
async def read_thread(
    session: SessionDep,
    service: ServiceDep,
    channels: ChannelsDep,
    principal: StaffDep,
    conversation_id: str,
    before: Annotated[int | None, Query(description="End before this message's `seq`.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Messages a page.")] = 50,
) -> ThreadOut:
    """Return the conversation and its last messages."""
    thread = await _visible(session, service, principal, conversation_id)
    messages = await service.desk.messages(session, conversation_id, before=before, limit=limit)
    return ThreadOut(conversation=_rendered(channels, thread), messages=[MessageOut.of(view) for view in messages])


@router.get(
    "/conversations/{conversation_id}/messages/{message_id}/files/{place}",
    summary="Fetch a file that a customer sent",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}, "description": "The file, under its own kind."}},
)
async def get_file(
    session: SessionDep,
    service: ServiceDep,
    principal: StaffDep,
    conversation_id: str,
    message_id: str,
    place: Annotated[int, Path(ge=0, le=99, description="Its place in the message's `content.media`, from 0.")],
) -> Response:
    """Return a photo, a voice note or another file as it came; 404 until it is here, and where it can't be had."""
    await _visible(session, service, principal, conversation_id)
    kept = await service.files.get(session, conversation_id, message_id, place)
    return Response(kept.content, headers=kept.headers)


@router.post("/conversations/{conversation_id}/take", summary="Take a conversation over")
async def take(
    session: SessionDep,
    service: ServiceDep,
    channels: ChannelsDep,
    principal: StaffDep,
    conversation_id: str,
    body: VersionIn,
) -> ConversationOut:
    """Make the caller its owner; the bot falls silent."""
    await _visible(session, service, principal, conversation_id)
    thread = await service.desk.take(session, conversation_id, principal.actor, version=body.version)
    return _rendered(channels, thread)


@router.post("/conversations/{conversation_id}/replies", summary="Answer the customer", status_code=201)
async def reply(
    session: SessionDep, service: ServiceDep, principal: StaffDep, conversation_id: str, body: ReplyIn
) -> MessageOut:
    """Send words, or a template where the window is closed; refused where somebody else was faster."""
    await _visible(session, service, principal, conversation_id)
    template = TemplateWords(body.template.name, tuple(body.template.params)) if body.template else None
    if template is None and not body.text.strip():
        message = "Please write something to send."
        raise UnprocessableError(message)
    return MessageOut.of(
        await service.desk.reply(
            session, conversation_id, principal.actor, body.text, version=body.version, template=template
        )
    )


@router.post("/conversations/{conversation_id}/handback", summary="Give a conversation back to the bot")
async def hand_back(
    session: SessionDep,
    service: ServiceDep,
    channels: ChannelsDep,
    principal: StaffDep,
    conversation_id: str,
    body: VersionIn,
) -> ConversationOut:
    """Let the bot answer again; the customer is told."""
    await _visible(session, service, principal, conversation_id)
    thread = await service.desk.give_back(session, conversation_id, principal.actor, version=body.version)
    return _rendered(channels, thread)


@router.post("/conversations/{conversation_id}/notes", summary="Leave a note for colleagues", status_code=201)
async def add_note(
    session: SessionDep, service: ServiceDep, principal: StaffDep, conversation_id: str, body: NoteIn
) -> MessageOut:
    """Keep a remark that the customer does not see."""
    await _visible(session, service, principal, conversation_id)
    return MessageOut.of(await service.desk.note(session, conversation_id, principal.actor, body.text))
