"""Tells open pages that something has changed; they fetch their regions again."""

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from backend.console.queries import mark
from backend.conversations.service.speaking import INBOX_BELL
from backend.platform import wakeups
from backend.platform.auth.sessions import ConsoleSessions
from backend.platform.db.session import Database
from backend.platform.errors import ForbiddenError
from backend.platform.events import OUTBOX_BELL

if TYPE_CHECKING:
    from backend.platform.registry import Registry

router = APIRouter(prefix="/console")
_POLL_S: Final = 1.0
_COALESCE_S: Final = 0.05
_NOT_LOGGED_IN: Final = 4401


@router.websocket("/live")
async def live(socket: WebSocket) -> None:
    """Send the present mark whenever it changes, until the page goes away or the log-in ends."""
    await socket.accept()
    gone = asyncio.create_task(_until_gone(socket))
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        await _tell(socket, gone)
    gone.cancel()


async def _until_gone(socket: WebSocket) -> None:
    """Read on, since a socket learns only by reading that the page went away."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


async def _tell(socket: WebSocket, gone: asyncio.Task[None]) -> None:
    registry: Registry = socket.app.state.registry
    sessions, database, sent = registry.get(ConsoleSessions), registry.get(Database), ""
    with wakeups.listen(OUTBOX_BELL, INBOX_BELL) as bell:
        while not gone.done():
            if not _may_listen(socket, sessions):
                await socket.close(_NOT_LOGGED_IN)
                return
            async with database.transaction() as session:
                current = await mark(session)
            if current != sent:
                await socket.send_json({"mark": current})
                sent = current
            await bell.wait(_POLL_S)
            await asyncio.sleep(_COALESCE_S)


def _may_listen(socket: WebSocket, sessions: ConsoleSessions) -> bool:
    try:
        sessions.check_origin(socket.headers)
    except ForbiddenError:
        return False
    return sessions.principal_of(socket.cookies) is not None
