"""Tells open pages that something has changed; they fetch their regions again."""

import asyncio
import contextlib
from typing import TYPE_CHECKING

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from sqlalchemy import text

from backend.platform import wakeups
from backend.platform.auth.sessions import ConsoleSessions
from backend.platform.db.session import Database
from backend.platform.events import OUTBOX_BELL
from backend.platform.inbox import INBOX_BELL

if TYPE_CHECKING:
    from backend.platform.registry import Registry

router = APIRouter(prefix="/console")
_POLL_S = 1.0
_COALESCE_S = 0.05
_NOT_LOGGED_IN = 4401
_VERSION = text("SELECT (SELECT coalesce(max(pos), 0) FROM outbox), (SELECT coalesce(max(seq), 0) FROM messages)")


async def _version(database: Database) -> str:
    """Return a mark that differs after every event and every message."""
    async with database.transaction() as session:
        row = (await session.execute(_VERSION)).one()
    return f"{row[0]}.{row[1]}"


@router.websocket("/live")
async def live(socket: WebSocket) -> None:
    """Send the present mark whenever it changes, until the page goes away."""
    registry: Registry = socket.app.state.registry
    if registry.get(ConsoleSessions).principal_of(socket.cookies) is None:
        await socket.close(_NOT_LOGGED_IN)
        return
    await socket.accept()
    database = registry.get(Database)
    with contextlib.suppress(WebSocketDisconnect, RuntimeError), wakeups.listen(OUTBOX_BELL, INBOX_BELL) as bell:
        sent = ""
        while True:
            current = await _version(database)
            if current != sent:
                await socket.send_json({"version": current})
                sent = current
            await bell.wait(_POLL_S)
            await asyncio.sleep(_COALESCE_S)
