"""What comms does on a clock and in the background: ladder timers and calls."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms import repository
from backend.comms.ladders import KINDS, Purpose, Rung
from backend.comms.models import VoiceCall
from backend.comms.ports import CallRequest, CallState, VoiceProvider, VoiceWebhooks
from backend.comms.service.calls import VOICE_CHANNEL, CallsService
from backend.comms.service.journal import NOT_WANTED, CommsJournal
from backend.comms.service.ladders import LadderService
from backend.comms.settings import ExotelSettings
from backend.platform.db.session import Database
from backend.platform.errors import OutcomeUnknownError, ProviderRejectedError, ProviderUnavailableError
from backend.platform.inbox import StoredProviderEvent
from backend.platform.sends import (
    ClaimedSend,
    Refused,
    SendOutcome,
    SendPolicy,
    Sent,
    Throttled,
    Unavailable,
    Unknown,
)
from backend.platform.timers import TimerHandler, TimerKind

_PER_MINUTE = 200


def timer_handlers(ladders: LadderService) -> Mapping[TimerKind, TimerHandler]:
    """Return the timers that ladders run on."""
    return dict.fromkeys(KINDS, ladders.fire)


class CallSender:
    """Places queued calls; one whose answer was lost is looked for, never dialled again blindly."""

    channel = VOICE_CHANNEL
    policy = SendPolicy(
        concurrency=4, lease_s=30, rate_per_s=_PER_MINUTE / 60, burst=10, max_attempts=3, backoff_base_s=2
    )

    def __init__(
        self,
        provider: VoiceProvider,
        database: Database,
        calls: CallsService,
        journal: CommsJournal,
        settings: ExotelSettings,
    ) -> None:
        self._provider = provider
        self._database = database
        self._calls = calls
        self._journal = journal
        self._settings = settings

    async def deliver(self, send: ClaimedSend) -> SendOutcome:
        """Dial, unless the question has been answered meanwhile."""
        async with self._database.transaction() as session:
            call = await repository.call(session, send.payload["call_id"])
            wanted = call is not None and await self._calls.still_wanted(session, call)
        if call is None or not wanted:
            return Refused(NOT_WANTED, "the question has been answered")
        return await self._dial(self._request(call))

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
        dids = {
            Purpose.NEW_ORDER: self._settings.did_new_order,
            Purpose.REMINDER: self._settings.did_reminder,
            Purpose.ADDRESS: self._settings.did_address,
        }
        ring_s = self._settings.ring_s if call.rung == Rung.RING else self._settings.ivr_ring_s
        return CallRequest(call.id, call.phone, dids[Purpose(call.purpose)], ring_s, call.other_phone)

    async def investigate(self, send: ClaimedSend) -> SendOutcome:
        """Look for the call at the provider."""
        async with self._database.transaction() as session:
            call = await repository.call(session, send.payload["call_id"])
        if call is None:
            return Refused("call.gone")
        if call.call_sid:
            return Sent(call.call_sid)
        try:
            sid = await self._provider.find(self._request(call))
        except (ProviderRejectedError, ProviderUnavailableError, OutcomeUnknownError) as error:
            return Unknown(error.code)
        return Sent(sid) if sid else Unavailable("no such call at the provider")

    async def settle(self, session: AsyncSession, send: ClaimedSend, outcome: SendOutcome) -> None:
        """Record what became of the dialling."""
        await self._journal.settled(session, send, outcome)
        call = await repository.call(session, send.payload["call_id"], lock=True)
        if call is None or call.state != CallState.QUEUED:
            return
        if isinstance(outcome, Sent):
            call.state, call.call_sid = CallState.DIALLED, call.call_sid or outcome.provider_ref
        elif isinstance(outcome, Unknown):
            call.state = CallState.UNKNOWN
        else:
            wanted = not (isinstance(outcome, Refused) and outcome.code == NOT_WANTED)
            call.state = CallState.FAILED if wanted else CallState.CANCELLED


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
