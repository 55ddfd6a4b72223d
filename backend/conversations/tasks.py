"""What runs in the worker for the conversations: provider events, turns, and the timer of silent people."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.channels.errors import ChannelRefusedError
from backend.conversations import repository
from backend.conversations.errors import ConversationNotFoundError, DialogueFailedError
from backend.conversations.models import Conversation, Message
from backend.conversations.ports import DialogueClient, DialogueReply
from backend.conversations.service import ConversationsService
from backend.conversations.service.files import FILES_CHANNEL, Files
from backend.conversations.service.ownership import SUBJECT
from backend.conversations.service.receiving import TURN_BELL
from backend.conversations.service.turns import TurnWork
from backend.conversations.settings import ConversationsSettings
from backend.platform import wakeups
from backend.platform.db.session import Database
from backend.platform.inbox_worker import InboxHandler
from backend.platform.loops import ErrorPause
from backend.platform.observability.logging import get_logger
from backend.platform.observability.metrics import TURN_SECONDS, TURNS
from backend.platform.observability.trace import traced
from backend.platform.sender import Leased, SenderLoop
from backend.platform.sends import ClaimedSend, Refused, SendOutcome, SendPolicy, Sent, Unknown
from backend.platform.timers import ClaimedTimer, TimerHandler, TimerKind, skip

log = get_logger(__name__)
_TRIES: Final = 2
_LONGEST_SLEEP_S: Final = 1.0
_SHORTEST_SLEEP_S: Final = 0.005


class TurnLoop:
    """Runs the bot's turns, several at once, one at a time for each conversation; any number of workers may."""

    def __init__(
        self,
        database: Database,
        service: ConversationsService,
        dialogue: DialogueClient,
        settings: ConversationsSettings,
        sender: SenderLoop | None = None,
    ) -> None:
        """Prepare the loop.

        Args:
            database: Holds the threads.
            service: Claims and ends turns.
            dialogue: Answers.
            settings: How many turns at once, and after how long a customer is shown that somebody types.
            sender: Sends a turn's replies as soon as they are committed; without one they wait for whoever sends.
        """
        self._database = database
        self._sender = sender
        self._turns = service.turns
        self._typing = service.typing
        self._typing_after_s = settings.typing_after_s
        self._dialogue = dialogue
        self._free = asyncio.Semaphore(settings.turn_concurrency)
        self._open = False
        self._running: set[asyncio.Task[None]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Run turns until told to stop; those under way are finished."""
        pause = ErrorPause("turns.loop_failed")
        self._open = True
        with wakeups.listen(TURN_BELL) as bell:
            while not stop.is_set():
                sleep_s = 0.0
                async with pause.around():
                    sleep_s = await self._start_due()
                if sleep_s:
                    await bell.wait(sleep_s)
        self._open = False
        if self._running:
            await asyncio.wait(self._running)

    async def begin(self, session: AsyncSession, thread: Conversation, message: Message) -> None:
        """Take the turn that a message makes due, in the transaction that stores it; it runs once that has committed.

        Where there is no room, or this loop does not run, the turn stays due for whoever comes to it.
        """
        if not self._open or self._free.locked():
            return
        work = await self._turns.take(session, thread, message)
        if work is not None:
            session.info["bells"].discard(TURN_BELL)
            wakeups.after_commit(session, partial(self._start, work, self._run_own))

    async def _run_own(self, work: TurnWork) -> None:
        await self._free.acquire()
        await self._run_freeing(work)

    async def _start_due(self) -> float:
        """Start what is due; return how long there is nothing more to do."""
        await self._free.acquire()
        work = None
        try:
            async with self._database.transaction(durable=False) as session:
                work = await self._turns.claim(session)
                due_s = work.next_due_s if work else await repository.seconds_until_due(session)
        finally:
            if work is None:
                self._free.release()
        if work is not None:
            self._start(work, self._run_freeing)
            if due_s is not None and due_s <= 0:
                return 0.0
        return min(max(due_s if due_s is not None else _LONGEST_SLEEP_S, _SHORTEST_SLEEP_S), _LONGEST_SLEEP_S)

    def _start(self, work: TurnWork, run: Callable[[TurnWork], Coroutine[None, None, None]]) -> None:
        task = asyncio.create_task(run(work), name=f"turn-{work.turn_id}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _run_freeing(self, work: TurnWork) -> None:
        leased: Sequence[Leased] = ()
        try:
            leased = await self.run_turn(work)
        except Exception:
            # The lease ends, and the turn is taken over.
            log.exception("turn.not_recorded", turn_id=work.turn_id)
        finally:
            self._free.release()
        await self._deliver(leased)

    async def drain(self) -> int:
        """Run what is due now, one turn after another; return how many."""
        count = 0
        while True:
            async with self._database.transaction(durable=False) as session:
                work = await self._turns.claim(session)
            if work is None:
                return count
            await self._deliver(await self.run_turn(work))
            count += 1

    async def _deliver(self, leased: Sequence[Leased]) -> None:
        if self._sender is not None:
            await self._sender.deliver(leased)

    async def run_turn(self, work: TurnWork) -> Sequence[Leased]:
        """Ask the bot and record what it says, or that it failed; return the replies that may leave at once."""
        with traced(work.trace_id):
            started = time.monotonic()
            async with self._shown_typing(work):
                replies, reason = await self._ask(work)
            async with self._database.transaction(durable=self._sender is not None) as session:
                if replies:
                    outcome = await self._turns.finish(session, work, replies)
                else:
                    outcome = await self._turns.fail(session, work, reason)
                ended_at = await repository.now(session)
                leased = await self._sender.lease_own(session) if self._sender is not None else ()
            TURNS.labels(outcome).inc()
            TURN_SECONDS.observe(max((ended_at - work.received_at).total_seconds(), 0))
            log.info(
                "turn.ended",
                turn_id=work.turn_id,
                conversation_id=work.conversation_id,
                outcome=outcome,
                reason=reason,
                seconds=round(time.monotonic() - started, 3),
            )
        return leased

    @asynccontextmanager
    async def _shown_typing(self, work: TurnWork) -> AsyncIterator[None]:
        """Let the customer see that somebody types, if what is done here takes long."""
        answered = asyncio.Event()
        showing = asyncio.create_task(self._show_typing(work, answered), name=f"typing-{work.turn_id}")
        try:
            yield
        finally:
            answered.set()
            await showing

    async def _show_typing(self, work: TurnWork, answered: asyncio.Event) -> None:
        try:
            await asyncio.wait_for(answered.wait(), self._typing_after_s)
        except TimeoutError:
            try:
                async with self._database.transaction(durable=False) as session:
                    await self._typing.show(session, work.conversation_id, work.turn_id)
            except Exception:
                # A courtesy: the answer does not fall with it.
                log.exception("typing.not_shown", turn_id=work.turn_id)

    async def _ask(self, work: TurnWork) -> tuple[Sequence[DialogueReply], str]:
        """Ask twice at most, under the same turn id, so that the actions' effects happen once."""
        reason = "taken_over_too_often"
        if work.request is None:
            return (), reason
        for attempt in range(_TRIES):
            try:
                return await self._dialogue.respond(work.request, attempt), ""
            except DialogueFailedError as error:
                reason = error.reason
                log.warning("turn.attempt_failed", turn_id=work.turn_id, attempt=attempt, reason=reason)
        return (), reason


class FileFetcher:
    """Fetches what customers sent; fetching one twice does no harm, since it is kept under its message."""

    channel = FILES_CHANNEL
    policy = SendPolicy(concurrency=4, lease_s=60, max_attempts=6, resend_after_unknown=True)

    def __init__(self, database: Database, files: Files) -> None:
        self._database = database
        self._files = files

    async def deliver(self, send: ClaimedSend) -> SendOutcome:
        """Fetch it, and keep it."""
        try:
            return Sent(await self._files.keep(self._database, send.payload))
        except ChannelRefusedError as error:
            return Refused(error.code, error.detail)

    async def investigate(self, send: ClaimedSend) -> SendOutcome:
        """Fetch it again."""
        return await self.deliver(send)

    async def settle(self, session: AsyncSession, send: ClaimedSend, outcome: SendOutcome) -> None:
        """Let people see where a file could not be had."""
        if not isinstance(outcome, Sent | Unknown):
            await self._files.lost(session, send.payload)


def inbox_handlers(service: ConversationsService, turns: TurnLoop | None = None) -> Mapping[str, InboxHandler]:
    """Return the handlers of the messaging providers' events; `turns` begins what is due at once without a look."""
    take = partial(service.receiver.take, begin=turns.begin if turns is not None else None)
    return {"whatsapp": take, "instagram": take}


def timer_handlers(service: ConversationsService) -> Mapping[TimerKind, TimerHandler]:
    """Return the handler that gives threads back to the bot."""

    async def on_timeout(session: AsyncSession, timers: Sequence[ClaimedTimer]) -> None:
        for timer in timers:
            if not await _expire(service, session, timer):
                await skip(session, [timer], reason="the bot has it")

    return {TimerKind.CONVERSATION_TIMEOUT: on_timeout}


async def _expire(service: ConversationsService, session: AsyncSession, timer: ClaimedTimer) -> bool:
    if timer.subject_kind != SUBJECT:
        return False
    try:
        return await service.ownership.expire(session, timer.subject_id)
    except ConversationNotFoundError:
        return False
