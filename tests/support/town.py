"""A whole town in one process: simulated WhatsApp and Instagram, the webhooks, the worker's loops, a scripted bot."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import text
from starlette.applications import Starlette

from backend.channels.ports import DeliveryReceipt, InboundMessage
from backend.channels.providers.instagram.client import InstagramChannel
from backend.channels.providers.instagram.settings import InstagramSettings
from backend.channels.providers.whatsapp.client import WhatsAppChannel
from backend.channels.providers.whatsapp.settings import WhatsAppSettings
from backend.channels.router import router as webhook_router
from backend.channels.service import ChannelsService
from backend.channels.tasks import send_handlers
from backend.conversations.errors import DialogueFailedError
from backend.conversations.ports import DialogueReply, DialogueRequest, MessageView, ReplyButton, ThreadView
from backend.conversations.router import router as inbox_router
from backend.conversations.service import ConversationsService
from backend.conversations.settings import ConversationsSettings
from backend.conversations.tasks import FileFetcher, TurnLoop, inbox_handlers, timer_handlers
from backend.platform.actors import Actor
from backend.platform.auth.sessions import ConsoleSessions
from backend.platform.auth.tokens import TokenIssuer
from backend.platform.clock import SystemClock, move_clock
from backend.platform.db.session import Database
from backend.platform.http import HttpClient
from backend.platform.inbox import EventIntake
from backend.platform.inbox_worker import InboxPolicy, InboxWorker
from backend.platform.registry import Registry
from backend.platform.sender import SenderLoop
from backend.platform.settings import PlatformSettings
from backend.platform.timer_engine import TimerEngine
from backend.platform.web import TraceMiddleware, install_problem_handlers
from backend.sandbox.app import create_app
from backend.sandbox.settings import SandboxSettings
from tests.support.factories.customers import customers_service
from tests.support.factories.orders import orders_service
from tests.support.factories.vendors import make_merchant, vendors_service

KENYA_NUMBER = "100000000000001"
INDIA_NUMBER = "100000000000002"
KENYA_INSTAGRAM = "17841400000000001"
INDIA_INSTAGRAM = "17841400000000002"
VENDOR_PHONE = "+254711000231"

type Answer = Sequence[DialogueReply] | Exception
type Script = Callable[[DialogueRequest], Awaitable[Answer] | Answer]


def reply(words: str, *buttons: tuple[str, str], **custom: Any) -> DialogueReply:
    """What the bot says; buttons as (title, payload)."""
    return DialogueReply(words, tuple(ReplyButton(*button) for button in buttons), custom=custom)


@dataclass
class ScriptedBot:
    """Answers by a function; by default it repeats what it heard."""

    script: Script = lambda request: [reply(f"You said: {request.text}")]
    heard: list[DialogueRequest] = field(default_factory=list)

    async def respond(self, request: DialogueRequest, attempt: int) -> Sequence[DialogueReply]:  # noqa: ARG002 - the port
        self.heard.append(request)
        answer = self.script(request)
        if isinstance(answer, Awaitable):
            answer = await answer
        if isinstance(answer, Exception):
            raise answer
        return answer


def silent(_: DialogueRequest) -> Answer:
    """Fail as a bot does whose action server is down."""
    return DialogueFailedError("rasa.silent")


@dataclass
class PartnerDesk:
    """Takes what comes from the vendor's number, and receipts of messages that are not the conversations'."""

    taken: list[InboundMessage] = field(default_factory=list)
    receipts: list[DeliveryReceipt] = field(default_factory=list)

    async def take(self, session: Any, merchant_id: str, message: InboundMessage) -> bool:  # noqa: ARG002 - the port
        if message.sender.phone != VENDOR_PHONE:
            return False
        self.taken.append(message)
        return True

    async def receipt(self, session: Any, receipt: DeliveryReceipt) -> None:  # noqa: ARG002 - the port
        self.receipts.append(receipt)


@dataclass
class Town:
    """The parts, and the hands of a test."""

    database: Database
    sandbox: Starlette
    client: httpx.AsyncClient
    api: httpx.AsyncClient
    registry: Registry
    channels: ChannelsService
    service: ConversationsService
    bot: ScriptedBot
    partners: PartnerDesk
    turns: TurnLoop
    inbox: InboxWorker
    sender: SenderLoop
    timers: TimerEngine
    settings: ConversationsSettings

    async def control(self, method: str, url: str, /, **body: Any) -> Any:
        answer = await self.client.request(method, f"/__sim/{url}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def act(self, provider: str, verb: str, **body: Any) -> Any:
        """Let a person do something and deliver the webhooks."""
        result = await self.control("POST", f"actor/{provider}/{verb}", **body)
        await self.control("POST", "webhooks/flush")
        return result

    async def account(self, provider: str, verb: str, **body: Any) -> Any:
        result = await self.control("POST", f"accounts/{provider}/{verb}", **body)
        await self.control("POST", "webhooks/flush")
        return result

    async def says(self, words: str, who: str = "wanjiru", provider: str = "whatsapp") -> str:
        """Let a customer write and everybody react; return the provider's id of the message."""
        sent = await self.act(provider, "text", **{"from": who}, text=words)
        await self.settle()
        return str(sent.get("id") or sent.get("mid"))

    async def settle(self) -> None:
        """Work until nothing is due any more."""
        for _ in range(8):
            await self.control("POST", "webhooks/flush")
            worked = await self.inbox.drain()
            worked += await self.turns.drain()
            worked += await self.sender.drain()
            if not worked:
                return

    async def pass_time(self, seconds: float) -> None:
        """Move the clock of the database and of the providers."""
        async with self.database.transaction() as session:
            await move_clock(session, timedelta(seconds=seconds))
        await self.control("POST", "clock", advance_s=seconds)
        await self.control("POST", "webhooks/flush")

    async def thread(self) -> ThreadView:
        """The conversation that somebody wrote in last."""
        found = await self.scalar("SELECT id FROM conversations ORDER BY last_message_at DESC LIMIT 1")
        async with self.database.transaction() as session:
            return await self.service.facts(session, found)

    async def messages(self) -> Sequence[MessageView]:
        thread = await self.thread()
        async with self.database.transaction() as session:
            return await self.service.desk.messages(session, thread.id, limit=200)

    async def lines(self) -> list[tuple[str, str]]:
        """The thread as (author, text), notes left out."""
        return [(m.author, m.text) for m in await self.messages() if m.direction != "note"]

    async def scalar(self, query: str, **values: Any) -> Any:
        async with self.database.transaction() as session:
            return await session.scalar(text(query), values)

    async def sends(self, provider: str = "whatsapp") -> list[dict[str, Any]]:
        """The bodies of the messages that reached the provider, oldest first."""
        calls = (await self.client.get("/__sim/calls", params={"provider": provider})).json()
        return [call["body"] for call in calls if call["method"] == "POST"]

    async def last_shown(self, provider: str = "whatsapp") -> str:
        """The provider's id of our latest message."""
        found = await self.scalar(
            "SELECT r.provider_id FROM message_refs r JOIN messages m ON m.id = r.message_id"
            " WHERE m.direction = 'out' AND r.channel = :provider ORDER BY m.seq DESC LIMIT 1",
            provider=provider,
        )
        return str(found)

    def headers(self, actor: str, *roles: Any, **claims: Any) -> dict[str, str]:
        token = self.registry.get(TokenIssuer).issue(Actor.parse(actor), roles, **claims)
        return {"authorization": f"Bearer {token}"}


def sandbox_settings() -> SandboxSettings:
    """A sandbox that reports to the town at once."""
    return SandboxSettings(backend_url="http://duka.test", public_url="http://sandbox.test", whatsapp_delivery_s=0.0)


def whatsapp_settings(**changes: Any) -> WhatsAppSettings:
    """Settings that reach the sandbox."""
    sandbox = sandbox_settings()
    values = {
        "api_url": "http://sandbox.test/whatsapp/v25.0",
        "token": sandbox.whatsapp_token,
        "webhook_secret": sandbox.whatsapp_app_secret,
        "webhook_secret_previous": sandbox.whatsapp_old_app_secret,
        "verify_token": sandbox.whatsapp_verify_token,
    }
    return WhatsAppSettings(**{**values, **changes})


def instagram_settings(**changes: Any) -> InstagramSettings:
    """Settings that reach the sandbox."""
    sandbox = sandbox_settings()
    values = {
        "api_url": "http://sandbox.test/instagram/v25.0",
        "account_tokens": {account.ig_id: account.token for account in sandbox.instagram_accounts},
        "webhook_secret": sandbox.instagram_app_secret,
        "webhook_secret_previous": sandbox.instagram_old_app_secret,
        "verify_token": sandbox.instagram_verify_token,
        "human_agent": True,
    }
    return InstagramSettings(**{**values, **changes})


def _application(registry: Registry) -> FastAPI:
    app = FastAPI()
    app.state.registry = registry
    app.add_middleware(TraceMiddleware)
    install_problem_handlers(app)
    app.include_router(webhook_router)
    app.include_router(inbox_router)
    return app


@asynccontextmanager
async def town(database: Database, **changes: Any) -> AsyncIterator[Town]:
    """Build the town; two merchants, one in each country, on WhatsApp and Instagram."""
    settings = ConversationsSettings(**{"burst_silence_s": 0, **changes})
    registry = Registry()
    app = _application(registry)
    sandbox = create_app(sandbox_settings(), transport=httpx.ASGITransport(app))
    whatsapp = WhatsAppChannel(
        whatsapp_settings(), HttpClient("http://sandbox.test/whatsapp/v25.0", name="whatsapp", app=sandbox)
    )
    instagram = InstagramChannel(
        instagram_settings(), HttpClient("http://sandbox.test/instagram/v25.0", name="instagram", app=sandbox)
    )
    channels, partners, bot = ChannelsService([whatsapp, instagram]), PartnerDesk(), ScriptedBot()
    customers, vendors = customers_service(), vendors_service()
    service = ConversationsService(settings, channels, vendors, customers, orders_service(), partners)
    intake, platform = EventIntake(database), PlatformSettings()
    registry.add(Database, database)
    registry.add(TokenIssuer, TokenIssuer(platform, SystemClock()))
    registry.add(ConsoleSessions, ConsoleSessions(platform))
    registry.add(ChannelsService, channels)
    registry.add(ConversationsService, service)
    registry.add(EventIntake, intake)
    handlers = (
        *send_handlers([(whatsapp, 1000.0), (instagram, 1000.0)], database, [service.speaker]),
        FileFetcher(database, service.files),
    )
    async with database.transaction() as session:
        await make_merchant(session, "M-1", wa_phone_number_id=KENYA_NUMBER, ig_account_id=KENYA_INSTAGRAM)
        await make_merchant(
            session, "M-2", country="IN", wa_phone_number_id=INDIA_NUMBER, ig_account_id=INDIA_INSTAGRAM
        )
    async with (
        httpx.AsyncClient(transport=httpx.ASGITransport(sandbox), base_url="http://sandbox.test") as client,
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://duka.test") as api,
    ):
        yield Town(
            database=database,
            sandbox=sandbox,
            client=client,
            api=api,
            registry=registry,
            channels=channels,
            service=service,
            bot=bot,
            partners=partners,
            turns=TurnLoop(database, service, bot, settings),
            inbox=InboxWorker(database, inbox_handlers(service), InboxPolicy(max_attempts=1)),
            sender=SenderLoop(database, handlers),
            timers=TimerEngine(database, timer_handlers(service)),
            settings=settings,
        )
    await intake.close()
    await sandbox.state.world.close()
