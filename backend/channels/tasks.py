"""What the sender loops do for the channels: one handler each."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.channels import repository
from backend.channels.errors import Action, ChannelRefusedError
from backend.channels.ports import Channel, MessageChannel, SendObserver
from backend.channels.sealing import unseal
from backend.platform.db.session import Database
from backend.platform.observability.logging import get_logger
from backend.platform.observability.metrics import WA_FAIL, WA_SEND
from backend.platform.sends import (
    ClaimedSend,
    HearsOfStops,
    Refused,
    SendHandler,
    SendOutcome,
    SendPolicy,
    Sent,
    Unknown,
)

log = get_logger(__name__)
# A status with our reference comes within seconds where the message went out; after that it is sent once more, and
# marked as a possible duplicate.
_ASK_AFTER_S: Final = (3.0, 10.0, 30.0)
_LEAST_BURST: Final = 20
_BURST_S: Final = 0.25  # After a quiet time the messages of this many seconds may go at once, and a few always.


class ChannelSender:
    """Sends the queued messages of one channel."""

    def __init__(
        self, adapter: MessageChannel, database: Database, observers: Sequence[SendObserver], *, rate_per_s: float
    ) -> None:
        """Prepare the handler.

        Args:
            adapter: The channel.
            database: Where receipts are looked up while no transaction is open.
            observers: The domains whose messages these are; each hears of every send and knows its own, and one that
                `HearsOfStops` also of sends that wait for their account.
            rate_per_s: Sends a second for each account.
        """
        self.channel = str(adapter.channel)
        self.policy = SendPolicy(
            rate_per_s=rate_per_s,
            burst=max(_LEAST_BURST, round(rate_per_s * _BURST_S)),
            investigate_after_s=_ASK_AFTER_S,
            resend_after_unknown=True,
        )
        self._adapter = adapter
        self._database = database
        self._observers = observers

    async def objection(self, session: AsyncSession, send: ClaimedSend) -> Refused | None:
        """Ask those whose message it may be whether it still holds."""
        objections = [await observer.objection(session, send) for observer in self._observers]
        found = next((objection for objection in objections if objection), None)
        return Refused(f"channels.{found}", "", str(Action.GIVE_UP)) if found else None

    async def deliver(self, send: ClaimedSend) -> SendOutcome:
        """Send one message; what is not refused for good is the sender's to judge."""
        try:
            return Sent(await self._adapter.send(unseal(send.payload), send.idem))
        except ChannelRefusedError as error:
            return Refused(error.code, error.detail, str(error.action))
        except ValueError as error:
            return Refused("channels.malformed", type(error).__name__, str(Action.FIX_CODE))

    async def settle(self, session: AsyncSession, send: ClaimedSend, outcome: SendOutcome) -> None:
        """Tell those whose message it is, and count it."""
        if self.channel == Channel.WHATSAPP and not isinstance(outcome, Unknown):
            template = str(send.payload.get("template") or send.payload.get("kind"))
            (WA_SEND if isinstance(outcome, Sent) else WA_FAIL).labels(template).inc()
        if not isinstance(outcome, Sent):
            log.warning("send.not_taken", send_id=send.id, channel=self.channel, outcome=type(outcome).__name__)
        for observer in self._observers:
            await observer.settled(session, send, outcome)

    async def stopped(self, session: AsyncSession, send: ClaimedSend) -> None:
        """Tell those who do not wait for a message until its account is set right."""
        for observer in self._observers:
            if isinstance(observer, HearsOfStops):
                await observer.stopped(session, send)

    async def investigate(self, send: ClaimedSend) -> SendOutcome:
        """Look for a status or an echo of the message; the providers can't be asked in any other way."""
        async with self._database.transaction() as session:
            receipt = await repository.receipt_of(session, send.idem)
        return Sent(receipt.provider_id, "seen by its receipt") if receipt else Unknown("no receipt yet")


def send_handlers(
    adapters: Sequence[tuple[MessageChannel, float]], database: Database, observers: Sequence[SendObserver]
) -> tuple[SendHandler, ...]:
    """Return a handler for each channel, given with its rate a second."""
    return tuple(ChannelSender(adapter, database, observers, rate_per_s=rate) for adapter, rate in adapters)
