"""Conversations with the bot for tests: a shop, a customer, and messages with their readings."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.conversations.drafts.ports import EarlierMessage, Shop
from backend.conversations.drafts.service import DialogueService, ReadMessage
from backend.conversations.drafts.settings import DraftSettings
from backend.conversations.drafts.step import Handoff
from backend.conversations.models import Conversation
from backend.conversations.reading.reader import read_message
from backend.platform.clock import Clock
from backend.platform.ids import new_uuid
from tests.support.factories.catalog import HEADER, catalog_service, make_items
from tests.support.factories.customers import customers_service, make_customer
from tests.support.factories.orders import orders_service
from tests.support.factories.payments import payments_service
from tests.support.factories.vendors import make_merchant, make_vendor, vendors_service
from tests.support.readings import reading

SHELF = HEADER + (
    "UNGA-1KG,Maize Flour 1kg,unga ndogo,packet,92,KES,20,size=1kg\n"
    "UNGA-2KG,Maize Flour 2kg,unga,packet,176,KES,10,size=2kg\n"
    "SUKARI-1KG,Sugar 1kg,sukari|sugar,packet,150,KES,25,size=1kg\n"
    "MAZIWA-500,Fresh Milk 500ml,,packet,62,KES,30,size=500ml\n"
    "MAZIWA-1L,Fresh Milk 1L,,packet,122,KES,20,size=1L\n"
    "NJAHI,Black Beans,njahi,kg,230,KES,0,\n"
    "NYAYO,Nyayo Beans,nyayo,kg,160,KES,12.5,\n"
    "MAYAI,Eggs,mayai|eggs,piece,15,KES,4,\n"
)


@dataclass
class RecordedHandovers:
    """Keeps the briefs that people would get."""

    briefs: list[Handoff] = field(default_factory=list)
    opted_out: list[str] = field(default_factory=list)

    async def hand_over(
        self,
        session: AsyncSession,  # noqa: ARG002 - the port's signature
        conversation_id: str,  # noqa: ARG002
        turn_id: str,  # noqa: ARG002
        handoff: Handoff,
    ) -> None:
        self.briefs.append(handoff)

    async def opt_out(self, session: AsyncSession, conversation_id: str) -> None:  # noqa: ARG002
        self.opted_out.append(conversation_id)


@dataclass
class Chat:
    """One customer's conversation, driven message by message."""

    session: AsyncSession
    conversation_id: str
    customer_id: str
    dialogue: DialogueService
    handovers: RecordedHandovers
    history: list[EarlierMessage] = field(default_factory=list)

    async def say(
        self,
        text: str,
        intent: str,
        *,
        button: str | None = None,
        turn_id: str | None = None,
        decided: str | None = None,
        attachments: Sequence[dict[str, Any]] = (),
        **parts: Any,
    ) -> dict[str, Any]:
        """Send one message with this reading; return the step."""
        message = ReadMessage(
            turn_id=turn_id or new_uuid(),
            text=text,
            reading=reading(text, intent, **parts),
            intent=decided or intent,
            history=tuple(self.history[-6:]),
            button=button,
            attachments=attachments,
        )
        step = await self.dialogue.apply_reading(self.session, self.conversation_id, message)
        self.history.append(EarlierMessage("customer", text))
        self.history += [EarlierMessage("bot", spoken(said)) for said in step["say"]]
        return step


def spoken(said: dict[str, Any]) -> str:
    """What the bot's message would show of its parts."""
    return " ".join([said["response"], *said["params"].values()])


def responses(step: dict[str, Any]) -> list[str]:
    """The names of what is said, in order."""
    return [said["response"] for said in step["say"]]


def make_dialogue(clock: Clock, handovers: RecordedHandovers) -> DialogueService:
    """The dialogue with the real shop behind it."""
    shop = Shop(
        catalogues=catalog_service(),
        orders=orders_service(),
        payments=payments_service(clock),
        customers=customers_service(),
        shops=vendors_service(),
        handover=handovers,
        read=read_message,
        clock=clock,
    )
    return DialogueService(shop, DraftSettings())


async def make_conversation(session: AsyncSession, customer_id: str, **changes: Any) -> Conversation:
    """A thread of merchant M-1 with this customer, owned by the bot."""
    values: dict[str, Any] = {
        "id": f"C-{new_uuid()[:8]}",
        "merchant_id": "M-1",
        "city": "Nairobi",
        "country": "KE",
        "customer_id": customer_id,
        "channel": "whatsapp",
        "account": "acct",
        "peer": "254700000101",
        "language": "sw",
        "currency": "KES",
        "session_id": new_uuid(),
    }
    row = Conversation(**{**values, **changes})
    session.add(row)
    await session.flush()
    return row


async def make_chat(session: AsyncSession, clock: Clock, *, phone: str | None = "+254700000101") -> Chat:
    """A shop with a shelf, and a customer who is about to write."""
    await make_merchant(session)
    await make_vendor(session)
    await make_items(session, text=SHELF)
    customer = await make_customer(session, phone=phone)
    thread = await make_conversation(session, customer.id)
    handovers = RecordedHandovers()
    return Chat(session, thread.id, customer.id, make_dialogue(clock, handovers), handovers)
