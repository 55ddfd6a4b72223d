"""Sending and reading messages on any channel."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.channels import repository, windows
from backend.channels.errors import UnknownChannelError
from backend.channels.ports import (
    Channel,
    DeliveryReceipt,
    InboundItem,
    InboundMessage,
    MediaContent,
    MediaRef,
    MessageChannel,
    OutboundKind,
    OutboundMessage,
    Permission,
    TemplateNotice,
)
from backend.channels.sealing import seal
from backend.channels.templates import TEMPLATES, TemplateStates, template_row
from backend.platform import outages
from backend.platform.db.types import blind_index
from backend.platform.inbox import StoredProviderEvent
from backend.platform.sends import NewSend, enqueue_many, mark_sent

APPROVED: Final = frozenset({"APPROVED", "PENDING", "FLAGGED", "REINSTATED"})


class ChannelsService:
    """The channels that were set up, behind one interface."""

    def __init__(self, channels: Iterable[MessageChannel]) -> None:
        self._channels = {channel.channel: channel for channel in channels}
        self._learnt = set[tuple[str, str]]()

    def channel(self, name: str) -> MessageChannel:
        """Return the adapter of a channel.

        Raises:
            UnknownChannelError: It was not set up.
        """
        try:
            return self._channels[Channel(name)]
        except (KeyError, ValueError):
            raise UnknownChannelError(channel=name) from None

    def read(self, event: StoredProviderEvent) -> Sequence[InboundItem]:
        """Read a stored webhook row in our words.

        Raises:
            ValueError: It can't be read; the inbox keeps it for a person.
        """
        return self.channel(event.provider).read(event.kind, event.body)

    async def send(
        self,
        session: AsyncSession,
        message: OutboundMessage,
        *,
        idem: str,
        order_id: str | None = None,
        priority: int = 5,
        delay_s: float = 0,
    ) -> str:
        """Queue a message in the parts that the channel takes; return the id of the last part's send.

        Parts are named `idem`, `idem#1`, ...; those of one recipient go out in their order. `idem` is also the
        reference that comes back with statuses.

        Raises:
            UnknownTemplateError: The template or the count of its parameters is wrong; nothing was queued.
        """
        sends = self.sends(message, idem=idem, order_id=order_id, priority=priority, delay_s=delay_s)
        return (await enqueue_many(session, sends))[-1]

    def sends(
        self,
        message: OutboundMessage,
        *,
        idem: str,
        order_id: str | None = None,
        priority: int = 5,
        delay_s: float = 0,
        trace_id: str = "",
    ) -> list[NewSend]:
        """Return the sends of a message, for those who queue several at once; as `send` queues them.

        Raises:
            UnknownTemplateError: The template or the count of its parameters is wrong.
        """
        if message.kind is OutboundKind.TEMPLATE:
            template_row(message.template, message.params, message.payloads)
        # The lane must not hold a number, and must not join one person's threads with several shops.
        lane = blind_index(f"{message.channel}:{message.scope}:{message.to}").hex()[:32]
        return [
            NewSend(
                str(message.channel),
                seal(part),
                idem=f"{idem}#{number}" if number else idem,
                scope=message.scope,
                order_id=order_id,
                priority=priority,
                delay_s=delay_s,
                lane=lane,
                trace_id=trace_id,
            )
            for number, part in enumerate(self.channel(message.channel).fit(message))
        ]

    def template_parameters(self, name: str) -> tuple[str, ...]:
        """Return the names of a template's parameters, in their order; none where it is unknown."""
        row = TEMPLATES.get(name)
        return row.parameters if row else ()

    def permission(self, channel: str, last_inbound_at: datetime | None, now: datetime) -> Permission:
        """Say what may be sent to a person who last wrote at `last_inbound_at` (None: never)."""
        return windows.permission(Channel(channel), last_inbound_at, now)

    def open_until(self, channel: str, last_inbound_at: datetime | None) -> datetime | None:
        """Return when free texts end to be allowed; None where the person never wrote."""
        return windows.open_until(Channel(channel), last_inbound_at)

    def comments_open_since(self, channel: str, now: datetime) -> datetime | None:
        """Return since when a public comment may be answered privately, once; None where the channel has no such."""
        return now - windows.PRIVATE_REPLY if channel == Channel.INSTAGRAM else None

    async def record_receipt(self, session: AsyncSession, receipt: DeliveryReceipt) -> None:
        """Keep what proves that a send arrived: its sender may be without an answer, or still wait for one.

        A failure of the account itself is noted as its outage, as where the send is refused at once.
        """
        if receipt.of_account:
            await outages.note(session, str(receipt.channel), receipt.account)
        if receipt.reference:
            await repository.save_receipt(session, receipt.reference, receipt.message_id, str(receipt.status))
            await mark_sent(session, receipt.reference, receipt.message_id)

    async def record_echo(self, session: AsyncSession, idem: str, provider_id: str) -> None:
        """Keep that a send of ours was seen again on the channel itself, which proves that it arrived."""
        await repository.save_receipt(session, idem, provider_id, "sent")
        await mark_sent(session, idem, provider_id)

    async def record_template(self, session: AsyncSession, notice: TemplateNotice) -> None:
        """Record how a template stands with the provider."""
        await repository.save_template(session, notice)

    async def record_business(self, session: AsyncSession, item: InboundMessage | DeliveryReceipt) -> None:
        """Learn which of the provider's accounts one of our numbers belongs to."""
        pair = (item.account, item.business)
        if not all(pair) or pair in self._learnt:
            return
        if await repository.account_of(session, item.account) == item.business:
            self._learnt.add(pair)
        else:
            await repository.save_account(session, *pair)

    async def templates(self, session: AsyncSession, numbers: Collection[str]) -> TemplateStates:
        """Return how templates stand for some of our numbers, with one statement."""
        return TemplateStates(await repository.refused_templates(session, numbers, APPROVED))

    async def usable_template(self, session: AsyncSession, name: str, language: str, number: str) -> str | None:
        """Return the template's name, or its fallback's where it was paused or refused; None where neither works."""
        return (await self.templates(session, (number,))).usable(name, language, number)

    async def fetch_media(self, channel: str, account: str, media: MediaRef) -> MediaContent:
        """Fetch a file that came with a message.

        Raises:
            ChannelRefusedError: It is gone, too large, or not what it said.
        """
        return await self.channel(channel).fetch_media(account, media)
