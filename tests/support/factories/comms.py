"""The switchboard for tests: ladders, calls, prompts and the partners' inbox over real services."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import text

from backend.channels.ports import Channel, InboundKind, InboundMessage, MediaRef, Party, Place
from backend.channels.providers.whatsapp.client import WhatsAppChannel
from backend.channels.providers.whatsapp.settings import WhatsAppSettings
from backend.channels.sealing import unseal
from backend.channels.service import ChannelsService
from backend.comms import money_cards
from backend.comms import subscribers as comms_subscribers
from backend.comms.contexts import ContextSigner
from backend.comms.lines import line_of
from backend.comms.note_links import NoteLinks
from backend.comms.ports import RiderDesk, VoiceWebhooks
from backend.comms.providers.exotel.client import ExotelClient
from backend.comms.providers.exotel.webhook import ExotelWebhooks
from backend.comms.router import router, webhooks
from backend.comms.service.actions import PartnerActions
from backend.comms.service.bridges import Bridges
from backend.comms.service.calls import CallsService
from backend.comms.service.cards import CardsService
from backend.comms.service.control import LadderControl
from backend.comms.service.forecasts import LadderForecasts
from backend.comms.service.heard_notes import HeardNotes
from backend.comms.service.instructions import Instructions
from backend.comms.service.journal import CommsJournal
from backend.comms.service.ladders import LadderService
from backend.comms.service.messages import PartnerMessages
from backend.comms.service.partner_inbox import PartnerDesk
from backend.comms.service.partner_speech import PartnerSpeech
from backend.comms.service.plans import LadderPlans
from backend.comms.service.rider_pictures import RiderPictures
from backend.comms.service.rider_prompts import RiderPrompts
from backend.comms.service.undelivered import Undelivered
from backend.comms.service.vendor_prompts import VendorPrompts
from backend.comms.settings import CommsSettings, ExotelSettings
from backend.comms.tasks import CallSender, CallStatusAsker, PhotoFetcher, VoiceInbox, timer_handlers
from backend.conversations.service.attached import AttachedFiles
from backend.dispatch import subscribers as dispatch_subscribers
from backend.dispatch.service import DispatchService, ProofsService, RouteWatch
from backend.dispatch.settings import DispatchSettings
from backend.dispatch.tasks import WayPlanner
from backend.geo.providers.offline.maps import OfflineMaps
from backend.geo.service import GeoService
from backend.geo.settings import GeoSettings
from backend.orders.ports import OrderView
from backend.platform.clock import SystemClock, move_clock
from backend.platform.consumers import EventConsumers
from backend.platform.db.session import Database
from backend.platform.flags import Flags
from backend.platform.http import HttpClient
from backend.platform.ids import new_uuid
from backend.platform.inbox import EventIntake
from backend.platform.inbox_worker import InboxWorker
from backend.platform.ratelimit import RequestLimiter
from backend.platform.sender import SenderLoop
from backend.platform.timer_engine import TimerEngine
from backend.sandbox.app import create_app
from backend.sandbox.settings import Persona, SandboxSettings
from backend.vendors.ports import NewMerchant
from tests.support.app import Api, serving
from tests.support.factories.customers import customers_service
from tests.support.factories.dispatch import dispatch_service, riders_service
from tests.support.factories.orders import ladders as order_ladders
from tests.support.factories.orders import orders_service
from tests.support.factories.vendors import vendors_service

ACCOUNT = "100000000000001"
BASE_URL = "http://duka.test"


@dataclass
class Switchboard:
    """Everything that chases vendors and riders, and the hands of a test."""

    api: Api
    database: Database
    clock: SystemClock
    sandbox: httpx.AsyncClient
    desk: DispatchService
    proofs: ProofsService
    channels: ChannelsService
    calls: CallsService
    plans: LadderPlans
    ladders: LadderService
    partners: PartnerDesk
    actions: PartnerActions
    signer: ContextSigner
    timers: TimerEngine
    consumers: EventConsumers
    sender: SenderLoop
    inbox: InboxWorker

    async def settle(self) -> None:
        """Hand out events, place calls and take webhooks until nothing is left to do at this instant."""
        while await self._once():
            continue

    async def _once(self) -> bool:
        handled = await self.consumers.drain() + await self.timers.step() + await self.sender.drain()
        await self.control("/webhooks/flush")
        return bool(handled + await self.inbox.drain())

    async def control(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Use the sandbox's control API."""
        answer = await self.sandbox.post(f"/__sim{path}", json=body or {})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def act(self, verb: str, **body: Any) -> Any:
        """Let a person do something with their ringing phone, and let what follows happen."""
        answer = await self.control(f"/actor/exotel/{verb}", body)
        await self.settle()
        return answer

    async def wait(self, seconds: float) -> None:
        """Move time on every clock."""
        async with self.database.transaction() as session:
            await move_clock(session, timedelta(seconds=seconds))
        await self.clock.refresh(self.database)
        await self.control("/clock", {"advance_s": seconds})
        await self.settle()

    async def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """Rows of a query."""
        async with self.database.transaction() as session:
            return [tuple(row) for row in await session.execute(text(query), values)]

    async def chased(self) -> list[str]:
        """What went out so far, as `channel:template`, in order."""
        found = await self.rows(
            "SELECT channel || ':' || template FROM comms_log WHERE direction = 'outbound'"
            " AND status NOT LIKE 'withheld:%' ORDER BY id"
        )
        return [row[0] for row in found]

    async def cards(self) -> list[str]:
        """The kinds of the live cards."""
        found = await self.rows("SELECT kind FROM ops_exceptions WHERE state <> 'resolved' ORDER BY created_at, id")
        return [row[0] for row in found]

    async def messages(self, to: str) -> list[tuple[str, list[str]]]:
        """The WhatsApp messages queued to a number: template or text, and the ids of their buttons."""
        found = await self.rows("SELECT payload FROM outbound_send WHERE channel = 'whatsapp' ORDER BY created_at, id")
        messages = [unseal(row[0]) for row in found]
        return [
            (message.template or message.body, [*message.payloads, *(choice.id for choice in message.choices)])
            for message in messages
            if message.to == to.lstrip("+")
        ]

    async def parameters(self, to: str) -> tuple[str, ...]:
        """The parameters of the last template queued to a number."""
        found = await self.rows("SELECT payload FROM outbound_send WHERE channel = 'whatsapp' ORDER BY created_at, id")
        messages = [unseal(row[0]) for row in found]
        return [message.params for message in messages if message.template and message.to == to.lstrip("+")][-1]

    async def photograph(self, content: bytes) -> MediaRef:
        """Put a picture where WhatsApp keeps those that people send; return what a message says of it."""
        token = SandboxSettings().whatsapp_token.get_secret_value()
        answer = await self.sandbox.post(
            f"/whatsapp/v25.0/{ACCOUNT}/media",
            data={"messaging_product": "whatsapp", "type": "image/jpeg"},
            files={"file": ("photo.jpg", content, "image/jpeg")},
            headers={"authorization": f"Bearer {token}"},
        )
        assert answer.status_code == 200, answer.text
        return MediaRef(type="image", id=answer.json()["id"])

    async def write(
        self,
        phone: str,
        words: str = "",
        *,
        payload: str = "",
        place: Place | None = None,
        media: MediaRef | None = None,
    ) -> bool:
        """Let somebody write to the shop, and let what follows happen."""
        kind = InboundKind.BUTTON if payload else InboundKind.LOCATION if place else InboundKind.TEXT
        kind = InboundKind.MEDIA if media else kind
        message = InboundMessage(
            channel=Channel.WHATSAPP,
            account=ACCOUNT,
            id=f"wamid.{new_uuid()}",
            kind=kind,
            sender=Party(phone.lstrip("+"), phone=phone),
            at=datetime.now(UTC),  # noqa: TID251 - the provider's own clock
            text=words,
            payload=payload,
            place=place,
            media=(media,) if media else (),
        )
        async with self.database.transaction() as session:
            taken = await self.partners.take(session, "M-1", message)
        await self.settle()
        return taken

    async def order(self, order_id: str) -> OrderView:
        """The order as it stands."""
        async with self.database.transaction() as session:
            return await orders_service().get(session, order_id)

    async def connect_whatsapp(self) -> None:
        """Give merchant M-1 its WhatsApp account."""
        async with self.database.transaction() as session:
            known = await vendors_service().merchant(session, "M-1")
            fields = ("id", "name", "city", "country", "currency", "timezone", "default_language")
            values = {name: getattr(known, name) for name in fields}
            await vendors_service().save_merchant(session, NewMerchant(**values, wa_phone_number_id=ACCOUNT))


def _people() -> list[Persona]:
    return [
        Persona(id="vendor", name="Njeri", role="vendor", phone="254700000201"),
        Persona(id="rider", name="Rider", role="rider", phone="254700000301"),
        Persona(id="second", name="Second", role="rider", phone="254700000302"),
    ]


@asynccontextmanager
async def open_switchboard(database: Database, *, flags: str = "wa=true,exotel=true") -> AsyncIterator[Switchboard]:
    """Build the switchboard; WhatsApp messages stay queued, calls go to simulated Exotel."""
    clock, settings = SystemClock(), ExotelSettings()
    orders, vendors = orders_service(), vendors_service()
    desk, riders, journal = dispatch_service(clock), riders_service(clock), CommsJournal()
    cards, late = CardsService(clock), _Late()
    whatsapp = HttpClient("http://sandbox.test/whatsapp/v25.0", name="whatsapp", app=late)
    channels = ChannelsService((WhatsAppChannel(_whatsapp_settings(), whatsapp),))
    actions = PartnerActions(orders, vendors, desk, cards, journal)
    calls = CallsService(orders, vendors, journal, actions, CommsSettings())
    speech = PartnerSpeech(channels, vendors, journal, clock)
    heard = HeardNotes(orders, AttachedFiles(), speech, NoteLinks("a secret of tests", BASE_URL))
    proofs = ProofsService(orders, DispatchSettings())
    watch = RouteWatch(GeoService(OfflineMaps(GeoSettings()), GeoSettings(), clock), orders, riders)
    pictures = RiderPictures(desk, proofs, orders, channels, speech)
    messages = PartnerMessages(channels)
    plans = LadderPlans(vendors, desk, channels, Flags(database, flags), CommsSettings())
    undelivered = Undelivered(orders, plans)
    ladders = LadderService(orders, vendors, desk, messages, calls, cards, journal, plans)
    signer = ContextSigner(settings.webhook_secret.get_secret_value())
    voice, intake = ExotelWebhooks(signer, settings.voices), EventIntake(database)
    services: dict[type[Any], Any] = {
        EventIntake: intake,
        VoiceWebhooks: voice,
        CallsService: calls,
        CardsService: cards,
        HeardNotes: heard,
        LadderPlans: plans,
        LadderForecasts: LadderForecasts(plans),
        LadderControl: LadderControl(orders, plans, calls, cards),
        RiderDesk: desk,
        CommsSettings: CommsSettings(),
        RequestLimiter: RequestLimiter(),
        Bridges: Bridges(vendors, customers_service(), desk, calls, plans, RequestLimiter(), CommsSettings()),
    }
    subscriptions = (
        *dispatch_subscribers.subscriptions(
            dispatch_subscribers.DispatchSubscriber(desk, DispatchSettings(), Flags(database, flags))
        ),
        *comms_subscribers.subscriptions(
            comms_subscribers.CommsSubscriber(orders, calls, cards, vendors, order_ladders())
        ),
        *money_cards.subscriptions(money_cards.MoneyCards(cards)),
        *comms_subscribers.prompt_subscriptions(
            RiderPrompts(orders, vendors, desk, speech, heard),
            VendorPrompts(orders, vendors, speech),
            Instructions(orders, vendors, desk, speech, cards, heard),
        ),
    )
    async with serving(database, clock, router, webhooks, services=services) as api:
        late.app = sandbox = create_app(
            SandboxSettings(backend_url=BASE_URL, people=_people()), transport=api.client._transport
        )
        auth = (settings.api_key.get_secret_value(), settings.api_token.get_secret_value())
        http = HttpClient("http://sandbox.test/exotel", name="exotel", auth=auth, app=sandbox)
        provider = ExotelClient(settings, http, BASE_URL, signer)
        client = httpx.AsyncClient(transport=httpx.ASGITransport(sandbox), base_url="http://sandbox.test")
        async with client:
            yield Switchboard(
                api=api,
                database=database,
                clock=clock,
                sandbox=client,
                desk=desk,
                proofs=proofs,
                channels=channels,
                calls=calls,
                plans=plans,
                ladders=ladders,
                partners=PartnerDesk(
                    *(vendors, riders, desk, orders, actions, speech, journal, undelivered, pictures, watch)
                ),
                actions=actions,
                signer=signer,
                timers=TimerEngine(
                    database,
                    timer_handlers(ladders),
                ),
                consumers=EventConsumers(database, subscriptions),
                sender=SenderLoop(
                    database,
                    (
                        CallSender(provider, database, calls, journal, cards, line_of(settings)),
                        CallStatusAsker(provider, database, calls, line_of(settings)),
                        PhotoFetcher(database, pictures),
                        WayPlanner(database, watch),
                    ),
                ),
                inbox=InboxWorker(database, {"exotel": VoiceInbox(voice, calls).handle}),
            )
        await sandbox.state.world.close()
        await intake.close()
        await http.close()
        await whatsapp.close()


class _Late:
    """An application that is put in after those who call it were made."""

    def __init__(self) -> None:
        self.app: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass the request on."""
        await self.app(scope, receive, send)


def _whatsapp_settings() -> WhatsAppSettings:
    token = SandboxSettings().whatsapp_token
    api_url = "http://sandbox.test/whatsapp/v25.0"
    return WhatsAppSettings(api_url=api_url, token=token, media_hosts=("127.0.0.1",))
