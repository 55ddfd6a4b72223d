"""What the bot asks of us: one question a turn."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from backend.conversations.bot_schemas import StepOut, TurnIn
from backend.conversations.drafts.ports import EarlierMessage
from backend.conversations.drafts.service import DialogueService, ReadMessage
from backend.platform.auth.dependencies import require
from backend.platform.auth.principal import Role
from backend.platform.web import UnhurriedSessionDep, provide

router = APIRouter(prefix="/api/v1/bot", tags=["bot"], dependencies=[Depends(require(Role.BOT))])

DialogueDep = Annotated[DialogueService, Depends(provide(DialogueService))]


@router.post("/conversations/{conversation_id}/turns", operation_id="bot_apply_turn")
async def apply_turn(
    conversation_id: str, turn: TurnIn, session: UnhurriedSessionDep, dialogue: DialogueDep
) -> StepOut:
    """Take one message that the bot has read, and say what the bot does next.

    The draft order, all prices and all state are kept here; asking again under the same turn id changes nothing.
    """
    step: dict[str, Any] = await dialogue.apply_reading(session, conversation_id, _message(turn))
    return StepOut.model_validate(step)


def _message(turn: TurnIn) -> ReadMessage:
    return ReadMessage(
        turn_id=turn.turn_id,
        text=turn.text,
        reading=turn.reading,
        intent=turn.intent,
        history=tuple(EarlierMessage(earlier.sender, earlier.text) for earlier in turn.history),
        button=turn.button,
        attachments=tuple(turn.attachments),
    )
