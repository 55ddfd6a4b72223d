"""The bot's turns: claimed by one worker at a time, answered, recorded with their replies in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from backend.conversations import repository
from backend.conversations.composing import compose
from backend.conversations.models import Conversation, Message, Turn
from backend.conversations.policies import RULES, turn_due
from backend.conversations.ports import DialogueReply, DialogueRequest, OwnerKind
from backend.conversations.service.ownership import Ownership
from backend.conversations.service.receiving import TURN_BELL
from backend.conversations.service.speaking import BOT, INBOX_BELL, Origin, Speaker, ring
from backend.conversations.service.threads import SESSION_BITS
from backend.conversations.settings import ConversationsSettings
from backend.conversations.turn_text import Said, turn_text
from backend.customers.service import CustomersService
from backend.platform.ids import new_uuid, opaque_token

_SENDERS: Final = {"customer": "customer", "bot": "bot", "agent": "bot"}


@dataclass(frozen=True, slots=True)
class TurnWork:
    """A turn that this worker holds until the lease ends.

    Attributes:
        request: What the bot is asked; None where the turn was taken over too often.
        received_at: When its last message was stored.
        next_due_s: In how many seconds another conversation is due; None where none waits.
    """

    turn_id: str
    conversation_id: str
    fence: int
    request: DialogueRequest | None
    received_at: datetime
    trace_id: str
    next_due_s: float | None


class Turns:
    """Claims and ends turns."""

    def __init__(
        self,
        settings: ConversationsSettings,
        speaker: Speaker,
        ownership: Ownership,
        customers: CustomersService,
    ) -> None:
        self._settings = settings
        self._speaker = speaker
        self._ownership = ownership
        self._customers = customers

    async def take(self, session: AsyncSession, thread: Conversation, message: Message) -> TurnWork | None:
        """Take the turn that a new message makes due at once, in the transaction that stores it.

        None where one is running, which takes the message when it ends.

        Args:
            session: The transaction; the message is added to it and not written yet.
            thread: Its conversation, locked.
            message: What came just now.
        """
        if thread.lease_until is not None:
            return None
        earlier: list[Message] = []
        if thread.burst_started_at != await repository.now(session):  # Else the message begins the burst.
            with session.no_autoflush:
                earlier = await repository.messages_awaiting_turn(session, thread.id)
        held = await self._begin(session, thread, [*(one for one in earlier if one is not message), message])
        return None if held is None else await self._lease(session, thread, *held, next_due_s=None)

    async def claim(self, session: AsyncSession) -> TurnWork | None:
        """Take the turn that has waited longest, or one whose worker is gone; None where nothing is due.

        The work has no request where the turn was taken over too often; a person gets it.
        """
        while (due := await repository.lock_due(session)) is not None:
            thread, next_due_s = due
            held = await self._resume(session, thread)
            if held is None:
                waiting = await repository.messages_awaiting_turn(session, thread.id)
                held = await self._begin(session, thread, waiting)
            if held is not None:
                return await self._lease(session, thread, *held, next_due_s=next_due_s)
            thread.turn_due_at = thread.burst_started_at = None
            await session.flush()
        return None

    async def _resume(self, session: AsyncSession, thread: Conversation) -> tuple[Turn, list[Message]] | None:
        """Return the turn whose worker let its lease run out; a thread that has none was never leased."""
        turn = await repository.running_turn(session, thread.id) if thread.lease_until is not None else None
        return None if turn is None else (turn, await repository.messages_of_turn(session, turn.id))

    async def _begin(
        self, session: AsyncSession, thread: Conversation, waiting: list[Message]
    ) -> tuple[Turn, list[Message]] | None:
        if not waiting or thread.owner_kind != OwnerKind.BOT:
            return None
        now = await repository.now(session)
        idle = timedelta(seconds=self._settings.session_idle_s)
        if thread.last_turn_at is not None and now - thread.last_turn_at > idle:
            renew_session(thread, now)
        turn = Turn(
            id=new_uuid(),
            conversation_id=thread.id,
            session_id=thread.session_id,
            state="running",
            attempts=0,
            fence=thread.fence,
            trace_id=waiting[-1].trace_id,
        )
        session.add(turn)
        thread.burst_started_at = None  # What comes from now on begins the next burst.
        return turn, waiting

    async def _lease(
        self,
        session: AsyncSession,
        thread: Conversation,
        turn: Turn,
        said: Sequence[Message],
        *,
        next_due_s: float | None,
    ) -> TurnWork:
        thread.fence += 1
        # By the host's clock: a sandbox that moves time forward must not take a turn from its worker.
        thread.lease_until = func.clock_timestamp() + timedelta(seconds=self._settings.turn_lease_s)
        turn.fence = fence = thread.fence
        turn.attempts += 1
        for message in said:
            message.turn, message.session_id = turn, turn.session_id
        await session.flush()
        tired = turn.attempts > self._settings.max_takeovers + 1
        request = None if tired else await self._request(session, thread, turn, said)
        return TurnWork(turn.id, thread.id, fence, request, said[-1].created_at, turn.trace_id, next_due_s)

    async def _request(
        self, session: AsyncSession, thread: Conversation, turn: Turn, said: Sequence[Message]
    ) -> DialogueRequest:
        words = [Said(m.kind, m.text, repository.content_of(m)) for m in said]
        tapped = any(word.content.get("payload") for word in words)
        told = turn_text(words, await self._payloads(session, thread) if tapped else set())
        lines = await repository.history(session, thread.id, before=said[0].seq, limit=self._settings.history_messages)
        metadata: dict[str, Any] = {
            "turn_id": turn.id,
            "conversation_id": thread.id,
            "trace_id": turn.trace_id,
            "language": thread.language,
            "region": thread.country,
            "asked": thread.asked,
            "history": [{"from": _SENDERS[line.sender], "text": line.text} for line in lines],
            "attachments": list(told.attachments),
        }
        if told.payload:
            metadata["payload"] = told.payload
        return DialogueRequest(turn.session_id, told.text, metadata)

    async def _payloads(self, session: AsyncSession, thread: Conversation) -> set[str]:
        """Return the ids of the buttons that we sent in this session; only those may steer the dialogue."""
        sent = await repository.recent_outbound(session, thread.id)
        current = (repository.content_of(m) for m in sent if m.session_id == thread.session_id)
        return {choice["id"] for content in current for choice in content.get("choices", [])}

    async def finish(self, session: AsyncSession, work: TurnWork, replies: Sequence[DialogueReply]) -> str:
        """Record what the bot said and queue it; return the turn's outcome.

        Nothing is said where a person has taken the thread in the meantime, or the customer has opted out; a turn that
        another worker has taken over is left to it.
        """
        held = await self._held(session, work)
        if held is None:
            return "taken_over"
        thread, turn = held
        result = compose(replies, thread.asked)
        outcome = "superseded"
        if await self._may_speak(session, thread) and result.words:
            said = [
                await self._speaker.say(session, thread, words, Origin(BOT, turn_id=turn.id)) for words in result.words
            ]
            turn.result = {"messages": [message.id for message in said]}
            thread.asked = result.asked if result.asks else thread.asked
            outcome = "replied"
        await self._end(session, thread, turn, outcome)
        return outcome

    async def fail(self, session: AsyncSession, work: TurnWork, reason: str) -> str:
        """Give a turn that the bot could not answer to a person, and tell the customer so; return its outcome."""
        held = await self._held(session, work)
        if held is None:
            return "taken_over"
        thread, turn = held
        turn.error = reason
        if await self._may_speak(session, thread):
            brief: Mapping[str, Any] = {"reason": "failed_turn", "error": reason, "open_slot": thread.asked}
            await self._ownership.hand_over(
                session, thread, "failed_turn", brief=brief, turn_id=turn.id, sentence="failed_turn"
            )
            thread.unread += 1
        await self._end(session, thread, turn, "failed")
        return "failed"

    async def _held(self, session: AsyncSession, work: TurnWork) -> tuple[Conversation, Turn] | None:
        held = await repository.lock_running(session, work.conversation_id)
        if held is None or held[1].id != work.turn_id or held[1].fence != work.fence:
            return None
        return held

    async def _may_speak(self, session: AsyncSession, thread: Conversation) -> bool:
        if thread.owner_kind == OwnerKind.AGENT:
            return False
        return not await self._customers.opted_out(session, thread.customer_id)

    async def _end(self, session: AsyncSession, thread: Conversation, turn: Turn, state: str) -> None:
        now = await repository.now(session)
        waiting: list[Message] = []
        if thread.burst_started_at is not None:
            with session.no_autoflush:  # What is written below goes in one statement a row.
                waiting = await repository.messages_awaiting_turn(session, thread.id)
        turn.state, turn.finished_at = state, now
        thread.last_turn_at, thread.lease_until = now, None
        if waiting and thread.owner_kind == OwnerKind.BOT:
            thread.burst_started_at = waiting[0].created_at
            thread.turn_due_at = self._due(waiting, now)
            ring(session, TURN_BELL)
        else:
            thread.turn_due_at = thread.burst_started_at = None
        ring(session, INBOX_BELL)

    def _due(self, waiting: Sequence[Message], now: datetime) -> datetime:
        """Return when the messages that came during the turn are answered: as if it had not been running."""
        last = waiting[-1]
        rule = next((rule for kind, rule in RULES.items() if kind == last.kind), None)
        due = turn_due(
            last.created_at,
            waiting[0].created_at,
            silence_s=self._settings.burst_silence_s,
            cap_s=self._settings.burst_cap_s,
            at_once=rule is not None and rule.at_once,
        )
        return max(now, due)


def renew_session(thread: Conversation, now: datetime) -> None:
    """Let the dialogue start afresh under a new opaque name; the thread itself goes on."""
    thread.session_id, thread.session_started_at, thread.asked = opaque_token(SESSION_BITS), now, None
