"""What comms does on a clock and in the background: ladder timers and calls."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.channels.errors import ChannelRefusedError
from backend.comms import repository
from backend.comms.ladders import CHASING, Purpose, Rung
from backend.comms.lines import VoiceLine
from backend.comms.models import VoiceCall
from backend.comms.ports import ENDED, CallNews, CallRequest, CallState, VoiceProvider, VoiceWebhooks, moves_on
from backend.comms.service.calls import STATUS_ASKS, CallsService, status_ask
from backend.comms.service.cards import CardsService
from backend.comms.service.journal import NOT_WANTED, CommsJournal
from backend.comms.service.ladders import LadderService
from backend.comms.service.plans import late_calls
from backend.comms.service.rider_pictures import MEDIA_CHANNEL, NOT_FETCHED, RiderPictures
from backend.platform.actors import SYSTEM
from backend.platform.db.session import Database
from backend.platform.errors import DukaError, OutcomeUnknownError, ProviderRejectedError, ProviderUnavailableError
from backend.platform.inbox import StoredProviderEvent
from backend.platform.observability.logging import get_logger
from backend.platform.sends import (
    ClaimedSend,
    Refused,
    SendOutcome,
    SendPolicy,
    Sent,
    Throttled,
    Unavailable,
    Unknown,
    enqueue,
)
from backend.platform.timers import TimerHandler, TimerKind

log = get_logger(__name__)
_ENGAGED_S: Final = 5.0
_ASKING_SHARE: Final = 0.1  # Of the requests that an account allows: what is left for questions about calls.
_BURST_S: Final = 3  # After a quiet time the calls of this many seconds may go at once.


def timer_handlers(ladders: LadderService) -> Mapping[TimerKind, TimerHandler]:
    """Return the timers that ladders run on."""
    return dict.fromkeys(CHASING, ladders.fire)


class CallSender:
    """Places queued calls; one whose answer was lost is looked for, never dialled again blindly."""

    def __init__(
        self,
        provider: VoiceProvider,
        database: Database,
        calls: CallsService,
        journal: CommsJournal,
        cards: CardsService,
        line: VoiceLine,
    ) -> None:
        self.channel = line.channel
        self._provider = provider
        self._database = database
        self._calls = calls
        self._journal = journal
        self._cards = cards
        self._line = line
        self._asked = line.status_poll_s is not None
        rate_per_s = line.calls_per_minute * (1 - _ASKING_SHARE) / 60
        burst = max(1, round(rate_per_s * _BURST_S))
        self.policy = SendPolicy(
            concurrency=4, lease_s=30, rate_per_s=rate_per_s, burst=burst, max_attempts=3, backoff_base_s=2
        )

    async def deliver(self, send: ClaimedSend) -> SendOutcome:
        """Dial, unless the question has been answered meanwhile, or the call was placed after all."""
        async with self._database.transaction() as session:
            call = await repository.call(session, send.payload["call_id"])
            wanted = call is not None and await self._calls.still_wanted(session, call, doubtful=True)
            engaged = call is not None and wanted and await repository.line_engaged(session, call, asked=self._asked)
        if call is not None and call.call_sid:
            return Sent(call.call_sid)
        if call is None or not wanted:
            return Refused(NOT_WANTED, "the question has been answered")
        return Throttled(_ENGAGED_S) if engaged else await self._dial(self._request(call))

    async def _dial(self, request: CallRequest) -> SendOutcome:
        try:
            return Sent(await self._provider.place(request))
        except ProviderRejectedError as error:
            return Refused(error.code, error.detail)
        except ProviderUnavailableError as error:
            return Throttled(error.retry_after_s) if error.retry_after_s else Unavailable(error.code)
        except OutcomeUnknownError as error:
            return Unknown(error.code)

    def _request(self, call: VoiceCall) -> CallRequest:
        ring_s = self._line.ring_s if call.rung == Rung.RING else self._line.ivr_ring_s
        caller_id = self._line.caller_id(Purpose(call.purpose), call.params.get("city", ""), call.callee)
        return CallRequest(call.id, call.phone, caller_id, ring_s, call.other_phone)

    async def investigate(self, send: ClaimedSend) -> SendOutcome:
        """Look for the call at the provider: the newest to this person that none of ours is.

        It is this one, since nobody is dialled while another call to them is in doubt.
        """
        async with self._database.transaction() as session:
            call = await repository.call(session, send.payload["call_id"])
        if call is None:
            return Refused("call.gone")
        if call.call_sid:
            return Sent(call.call_sid)
        try:
            found = await self._provider.find(self._request(call))
        except (ProviderRejectedError, ProviderUnavailableError, OutcomeUnknownError) as error:
            return Unknown(error.code)
        async with self._database.transaction() as session:
            sid = await repository.unclaimed(session, found)
        return Sent(sid) if sid else Unavailable("no such call at the provider")

    async def settle(self, session: AsyncSession, send: ClaimedSend, outcome: SendOutcome) -> None:
        """Record what became of the dialling."""
        await self._journal.settled(session, send, outcome)
        call = await repository.call(session, send.payload["call_id"], lock=True)
        if call is None:
            return
        if isinstance(outcome, Sent):
            await self._dialled(session, call, outcome.provider_ref)
            await self._tell_in_time(session)
        elif call.state not in {CallState.QUEUED, CallState.UNKNOWN}:
            return
        elif isinstance(outcome, Unknown):
            call.state = CallState.UNKNOWN
        else:
            wanted = not (isinstance(outcome, Refused) and outcome.code == NOT_WANTED)
            call.state = CallState.FAILED if wanted else CallState.CANCELLED

    async def _tell_in_time(self, session: AsyncSession) -> None:
        """Close the card about calls that came too late, once none waits any more."""
        if not await repository.calls_wait(session, self.channel):
            words = "calls are placed in time again"
            await self._cards.resolve_for_subject(session, late_calls(self.channel), SYSTEM, words)

    async def _dialled(self, session: AsyncSession, call: VoiceCall, sid: str) -> None:
        """Note the provider's id; a callback may have been quicker. Ask later, in case none comes."""
        call.call_sid = call.call_sid or sid
        if moves_on(CallState(call.state), CallState.DIALLED):
            call.state = CallState.DIALLED
        else:
            await self._journal.call_stands(session, call.call_sid, CallState(call.state))
        await ask_later(session, call, self._line, 0)


def status_channel(line: VoiceLine) -> str:
    """Return the channel of the questions about a line's calls."""
    return f"{line.channel}.status"


async def ask_later(session: AsyncSession, call: VoiceCall, line: VoiceLine, turn: int) -> None:
    """Queue a question about a call that has not ended, where it can be asked; each waits twice as long."""
    if call.state in ENDED or line.status_poll_s is None:
        return
    await enqueue(
        session,
        status_channel(line),
        {"call_id": call.id, "turn": turn},
        idem=status_ask(call.id, turn),
        order_id=call.order_id,
        priority=6,
        delay_s=line.status_poll_s * 2**turn,
    )


class CallStatusAsker:
    """Asks the provider about calls whose status callback has not come; asking twice does no harm."""

    def __init__(self, provider: VoiceProvider, database: Database, calls: CallsService, line: VoiceLine) -> None:
        self.channel = status_channel(line)
        rate_per_s = line.calls_per_minute * _ASKING_SHARE / 60
        self.policy = SendPolicy(
            concurrency=2, lease_s=30, rate_per_s=rate_per_s, burst=5, max_attempts=3, resend_after_unknown=True
        )
        self._provider = provider
        self._database = database
        self._calls = calls
        self._line = line

    async def deliver(self, send: ClaimedSend) -> SendOutcome:
        """Ask, unless its end was told meanwhile; the state goes to `settle` as the outcome's detail."""
        async with self._database.transaction() as session:
            call = await repository.call(session, send.payload["call_id"])
        if call is None or call.call_sid is None or call.state in ENDED:
            return Sent("", "")
        try:
            return Sent(call.call_sid, str(await self._provider.state_of(call.call_sid)))
        except ProviderUnavailableError as error:
            return Throttled(error.retry_after_s) if error.retry_after_s else Unavailable(error.code)

    async def investigate(self, send: ClaimedSend) -> SendOutcome:
        """Ask again."""
        return await self.deliver(send)

    async def settle(self, session: AsyncSession, send: ClaimedSend, outcome: SendOutcome) -> None:
        """Apply what the provider said; ask again later where the call goes on or the provider was away."""
        call_id, turn = send.payload["call_id"], int(send.payload["turn"])
        if isinstance(outcome, Sent) and outcome.detail:
            news = CallNews(call_id, outcome.provider_ref, state=CallState(outcome.detail))
            await self._calls.apply_news(session, news)
        call = await repository.call(session, call_id, lock=True)
        if call is None or call.state in ENDED:
            return
        if turn + 1 < STATUS_ASKS:
            await ask_later(session, call, self._line, turn + 1)
        else:
            call.state = CallState.UNKNOWN  # Whoever picks it up yet, or hangs up, is heard all the same.
            log.warning("call.end_unknown", call_id=call_id, order_id=call.order_id)


class PhotoFetcher:
    """Fetches riders' photos; fetching one twice does no harm, since it is kept under one id."""

    channel = MEDIA_CHANNEL
    policy = SendPolicy(concurrency=2, lease_s=60, max_attempts=4, resend_after_unknown=True)

    def __init__(self, database: Database, pictures: RiderPictures) -> None:
        self._database = database
        self._pictures = pictures

    async def deliver(self, send: ClaimedSend) -> SendOutcome:
        """Fetch it, and keep it as proof."""
        try:
            return Sent(await self._pictures.keep(self._database, send.payload))
        except ChannelRefusedError as error:
            return Refused(NOT_FETCHED, error.code)
        except DukaError as error:
            code = str(error.context.get("reason", error.code))
            return Unavailable(code) if error.retryable else Refused(code)

    async def investigate(self, send: ClaimedSend) -> SendOutcome:
        """Fetch it again."""
        return await self.deliver(send)

    async def settle(self, session: AsyncSession, send: ClaimedSend, outcome: SendOutcome) -> None:
        """Tell the rider."""
        await self._pictures.answer(session, send, outcome)


class VoiceInbox:
    """Applies stored voice webhooks."""

    def __init__(self, webhooks: VoiceWebhooks, calls: CallsService) -> None:
        self._webhooks = webhooks
        self._calls = calls

    async def handle(self, session: AsyncSession, event: StoredProviderEvent) -> None:
        """Apply one stored event."""
        news = self._webhooks.read(event.kind, event.headers.get("call", ""), event.body)
        if news is not None:
            await self._calls.apply_news(session, news)
