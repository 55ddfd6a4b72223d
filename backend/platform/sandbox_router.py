"""Lets the sandbox move the clock; the route exists only where a sandbox token is set, never in production."""

import hmac
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field

from backend.platform import wakeups
from backend.platform.clock import SystemClock, move_clock
from backend.platform.db.session import Database
from backend.platform.errors import UnauthorizedError
from backend.platform.settings import PlatformSettings
from backend.platform.timers import TIMER_BELL
from backend.platform.web import provide

router = APIRouter(prefix="/api/v1/sandbox", tags=["sandbox"])
_bearer = HTTPBearer(auto_error=False)


class ClockMove(BaseModel):
    """How far to move the clock."""

    advance_s: float = Field(ge=0, le=31 * 86_400, description="Seconds forward.")


class ClockView(BaseModel):
    """The clock after the move."""

    now: datetime = Field(description="The database's instant, offset included.")


@router.post("/clock")
async def advance(
    body: ClockMove,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    settings: Annotated[PlatformSettings, Depends(provide(PlatformSettings))],
    database: Annotated[Database, Depends(provide(Database))],
    clock: Annotated[SystemClock, Depends(provide(SystemClock))],
) -> ClockView:
    """Move every process's time forward."""
    token = settings.sandbox_token.get_secret_value() if settings.sandbox_token else ""
    given = credentials.credentials if credentials else ""
    if not token or not hmac.compare_digest(token.encode(), given.encode()):
        raise UnauthorizedError
    async with database.transaction() as session:
        now = await move_clock(session, timedelta(seconds=body.advance_s))
    await clock.refresh(database)
    wakeups.notify(TIMER_BELL)
    return ClockView(now=now)
