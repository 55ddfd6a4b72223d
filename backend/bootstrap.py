"""Builds the services and says which provider is real; the only module that knows all of them."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import APIRouter

from backend.catalog.router import router as catalog_router
from backend.catalog.service import CatalogService
from backend.channels.providers.instagram.client import InstagramChannel
from backend.channels.providers.instagram.settings import InstagramSettings
from backend.channels.providers.whatsapp.client import WhatsAppChannel
from backend.channels.providers.whatsapp.settings import WhatsAppSettings
from backend.channels.router import router as channels_router
from backend.channels.service import ChannelsService
from backend.channels.tasks import send_handlers as channel_senders
from backend.comms import subscribers as comms_subscribers
from backend.comms import tasks as comms_tasks
from backend.comms.dead_work import DeadWork
from backend.comms.ports import RiderDesk, VoiceWebhooks
from backend.comms.providers.exotel.client import ExotelClient
from backend.comms.providers.exotel.webhook import ContextSigner, ExotelWebhooks
from backend.comms.router import router as comms_router
from backend.comms.router import webhooks as voice_webhooks
from backend.comms.service.actions import PartnerActions
from backend.comms.service.calls import CallsService
from backend.comms.service.cards import CardsService
from backend.comms.service.journal import CommsJournal
from backend.comms.service.ladders import LadderService
from backend.comms.service.messages import PartnerMessages
from backend.comms.service.partner_inbox import PartnerDesk
from backend.comms.service.partner_speech import PartnerSpeech
from backend.comms.service.rider_prompts import RiderPrompts
from backend.comms.service.vendor_prompts import VendorPrompts
from backend.comms.settings import CommsSettings, ExotelSettings
from backend.console.router import router as console_router
from backend.conversations import subscribers as conversation_subscribers
from backend.conversations import tasks as conversation_tasks
from backend.conversations.bot_router import router as bot_router
from backend.conversations.drafts.briefed import BriefedHandover
from backend.conversations.drafts.ports import Shop
from backend.conversations.drafts.service import DialogueService
from backend.conversations.drafts.settings import DraftSettings
from backend.conversations.providers.rasa.client import RasaClient
from backend.conversations.reading.reader import read_message
from backend.conversations.router import router as inbox_router
from backend.conversations.service import ConversationsService
from backend.conversations.settings import ConversationsSettings, DialogueSettings
from backend.customers.router import router as customers_router
from backend.customers.service import CustomersService
from backend.dispatch import subscribers as dispatch_subscribers
from backend.dispatch.router import router as dispatch_router
from backend.dispatch.service import DispatchService, RidersService
from backend.dispatch.settings import DispatchSettings
from backend.geo.providers.nominatim.client import NominatimClient
from backend.geo.providers.offline.maps import OfflineMaps
from backend.geo.providers.osrm.client import OsrmClient
from backend.geo.router import router as geo_router
from backend.geo.service import GeoService
from backend.geo.settings import GeoSettings
from backend.orders import tasks as order_tasks
from backend.orders.router import router as orders_router
from backend.orders.service import OrdersService
from backend.orders.settings import OrdersSettings
from backend.payments import tasks as payment_tasks
from backend.payments.providers.daraja.client import DarajaClient
from backend.payments.providers.daraja.webhook import DarajaCallbacks
from backend.payments.providers.upi.client import UpiLinkClient
from backend.payments.providers.upi.webhook import UpiCallbacks
from backend.payments.router import PaymentCallbacks
from backend.payments.router import router as payments_router
from backend.payments.router import webhooks as payment_webhooks
from backend.payments.service import PaymentsService
from backend.payments.service.evidence import EvidenceService
from backend.payments.service.inbox import PaymentsInbox
from backend.payments.service.refunds import RefundsService
from backend.payments.settings import DarajaSettings, PaymentsSettings, UpiSettings
from backend.platform.auth.sessions import ConsoleSessions
from backend.platform.auth.tokens import TokenIssuer
from backend.platform.clock import Clock, HostClock, SystemClock
from backend.platform.consumers import EventConsumers
from backend.platform.db.session import Database
from backend.platform.events import Subscription
from backend.platform.flags import Flags
from backend.platform.http import HttpClient
from backend.platform.inbox import EventIntake
from backend.platform.inbox_worker import InboxHandler, InboxWorker
from backend.platform.registry import Registry
from backend.platform.sandbox_router import router as sandbox_router
from backend.platform.sender import SenderLoop
from backend.platform.sends import SendHandler
from backend.platform.settings import PlatformSettings
from backend.platform.timer_engine import TimerEngine
from backend.platform.timers import TimerHandler, TimerKind
from backend.platform.wakeups import RedisRelay
from backend.vendors.router import router as vendors_router
from backend.vendors.service import VendorsService
from backend.vendors.settings import VendorsSettings

if TYPE_CHECKING:
    from backend.payments.ports import PaymentProvider

type Loop = Callable[[asyncio.Event], Coroutine[None, None, None]]


@dataclass(frozen=True, slots=True)
class Providers:
    """The adapters of this process; a simulator is only another address."""

    whatsapp: WhatsAppChannel
    instagram: InstagramChannel
    daraja: DarajaClient
    upi: UpiLinkClient
    exotel: ExotelClient
    rasa: RasaClient
    callbacks: PaymentCallbacks
    voice: ExotelWebhooks
    http: tuple[HttpClient, ...]

    async def close(self) -> None:
        """Close what is open."""
        for client in self.http:
            await client.close()
        await self.rasa.close()


@dataclass(frozen=True, slots=True)
class Built:
    """What a process runs on: its services by type, and its loops."""

    registry: Registry
    providers: Providers
    app_loops: tuple[Loop, ...]
    worker_loops: tuple[Loop, ...]

    async def close(self) -> None:
        """Close providers and database."""
        await self.providers.close()
        await self.registry.get(Database).close()


def build(settings: PlatformSettings, *, application: str, clock: SystemClock | None = None) -> Built:
    """Build everything for one process.

    Args:
        settings: Where the stores are.
        application: The process's name, as the database shows it.
        clock: Another clock, for tests.
    """
    registry, own_clock = Registry(), clock or SystemClock()
    database = registry.add(
        Database, Database(settings.database_url, pool_size=settings.pool_size, application=application)
    )
    _add_platform(registry, settings, database, own_clock)
    providers = _providers(settings, own_clock)
    _add_shop(registry)
    _add_payments(registry, providers, own_clock)
    _add_dispatch(registry, own_clock)
    registry.add(GeoService, _geo(GeoSettings(), own_clock))
    _add_comms(registry, providers, own_clock)
    _add_conversations(registry, own_clock)
    flags = registry.get(Flags)
    app_loops: list[Loop] = [lambda stop: own_clock.follow(database, stop), flags.run]
    if settings.redis_url:
        app_loops.append(RedisRelay(settings.redis_url).run)
    return Built(registry, providers, tuple(app_loops), _worker_loops(registry, providers))


def _add_platform(registry: Registry, settings: PlatformSettings, database: Database, clock: SystemClock) -> None:
    registry.add(PlatformSettings, settings)
    registry.add(SystemClock, clock)
    registry.add(TokenIssuer, TokenIssuer(settings, HostClock()))
    registry.add(ConsoleSessions, ConsoleSessions(settings))
    registry.add(EventIntake, EventIntake(database))
    registry.add(Flags, Flags(database, settings.feature_flags))


def _providers(settings: PlatformSettings, clock: Clock) -> Providers:
    daraja, upi, exotel = DarajaSettings(), UpiSettings(), ExotelSettings()
    payments, base = PaymentsSettings(), settings.public_base_url
    signer = ContextSigner(exotel.webhook_secret.get_secret_value())
    http = (
        HttpClient(daraja.base_url, name="daraja", timeout_s=daraja.timeout_s),
        HttpClient(
            upi.base_url,
            name="upi",
            timeout_s=upi.timeout_s,
            auth=(upi.key_id, upi.key_secret.get_secret_value()),
        ),
        HttpClient(
            exotel.api_url,
            name="exotel",
            timeout_s=exotel.timeout_s,
            auth=(exotel.api_key.get_secret_value(), exotel.api_token.get_secret_value()),
        ),
    )
    upi_secrets = [secret for secret in (upi.webhook_secret, upi.previous_webhook_secret) if secret is not None]
    callbacks = PaymentCallbacks(
        daraja=DarajaCallbacks(base, payments.callback_secret.get_secret_value()),
        upi=UpiCallbacks([secret.get_secret_value() for secret in upi_secrets]),
    )
    return Providers(
        whatsapp=WhatsAppChannel(WhatsAppSettings()),
        instagram=InstagramChannel(InstagramSettings()),
        daraja=DarajaClient(daraja, http[0], clock),
        upi=UpiLinkClient(http[1]),
        exotel=ExotelClient(exotel, http[2], base, signer),
        rasa=RasaClient(DialogueSettings()),
        callbacks=callbacks,
        voice=ExotelWebhooks(signer),
        http=http,
    )


def _add_shop(registry: Registry) -> None:
    vendors = registry.add(VendorsService, VendorsService(VendorsSettings()))
    catalog = registry.add(CatalogService, CatalogService(vendors))
    customers = registry.add(CustomersService, CustomersService(vendors))
    registry.add(OrdersService, OrdersService(catalog, customers, vendors, OrdersSettings()))


def _add_payments(registry: Registry, providers: Providers, clock: Clock) -> None:
    orders = registry.get(OrdersService)
    evidence = registry.add(EvidenceService, EvidenceService(orders))
    registry.add(PaymentsService, PaymentsService(orders, evidence, clock, PaymentsSettings()))
    registry.add(RefundsService, RefundsService())
    registry.add(PaymentCallbacks, providers.callbacks)


def _add_dispatch(registry: Registry, clock: Clock) -> None:
    riders = registry.add(RidersService, RidersService(clock))
    desk = DispatchService(riders, registry.get(OrdersService), registry.get(PaymentsService), DispatchSettings())
    registry.add(DispatchService, desk)


def _geo(settings: GeoSettings, clock: Clock) -> GeoService:
    """Return geography over the map services that have an address."""
    planner, geocoder = None, None
    if settings.osrm_url:
        http = HttpClient(settings.osrm_url, name="osrm", timeout_s=settings.timeout_s)
        planner = OsrmClient(http, settings.osrm_profile)
    if settings.nominatim_url:
        http = HttpClient(settings.nominatim_url, name="nominatim", timeout_s=settings.timeout_s)
        geocoder = NominatimClient(http, settings.user_agent)
    return GeoService(OfflineMaps(settings), settings, clock, planner=planner, geocoder=geocoder)


def _add_comms(registry: Registry, providers: Providers, clock: Clock) -> None:
    orders, vendors, desk = registry.get(OrdersService), registry.get(VendorsService), registry.get(DispatchService)
    channels = registry.add(ChannelsService, ChannelsService((providers.whatsapp, providers.instagram)))
    journal = registry.add(CommsJournal, CommsJournal())
    cards = registry.add(CardsService, CardsService(clock))
    actions = registry.add(PartnerActions, PartnerActions(orders, desk, cards, journal))
    settings = registry.add(CommsSettings, CommsSettings())
    calls = registry.add(CallsService, CallsService(orders, vendors, journal, actions, settings))
    registry.add(PartnerSpeech, PartnerSpeech(channels, vendors, journal, clock))
    messages = registry.add(PartnerMessages, PartnerMessages(channels, vendors, journal))
    ladders = LadderService(orders, vendors, desk, messages, calls, cards, registry.get(Flags))
    registry.add(LadderService, ladders)
    registry.add(RiderDesk, desk)  # type: ignore[type-abstract]
    registry.add(VoiceWebhooks, providers.voice)  # type: ignore[type-abstract]


def _add_conversations(registry: Registry, clock: Clock) -> None:
    orders, vendors, customers = (
        registry.get(OrdersService),
        registry.get(VendorsService),
        registry.get(CustomersService),
    )
    partners = PartnerDesk(
        vendors,
        registry.get(RidersService),
        registry.get(DispatchService),
        orders,
        registry.get(PartnerActions),
        registry.get(PartnerSpeech),
        registry.get(CommsJournal),
    )
    conversations = ConversationsService(
        ConversationsSettings(), registry.get(ChannelsService), vendors, customers, orders, partners
    )
    registry.add(ConversationsService, conversations)
    shop = Shop(
        catalogues=registry.get(CatalogService),
        orders=orders,
        payments=registry.get(PaymentsService),
        customers=customers,
        shops=vendors,
        handover=BriefedHandover(conversations),
        read=read_message,
        clock=clock,
    )
    registry.add(DialogueService, DialogueService(shop, DraftSettings()))


def _worker_loops(registry: Registry, providers: Providers) -> tuple[Loop, ...]:
    database, flags = registry.get(Database), registry.get(Flags)
    conversations, dead = registry.get(ConversationsService), DeadWork(registry.get(CardsService))
    turns = conversation_tasks.TurnLoop(database, conversations, providers.rasa, ConversationsSettings())
    return (
        InboxWorker(database, _inbox_handlers(registry, providers), on_dead=dead.on_event).run,
        turns.run,
        EventConsumers(database, _subscriptions(registry)).run,
        TimerEngine(database, _timer_handlers(registry), on_dead=dead.on_timer).run,
        SenderLoop(
            database,
            _send_handlers(registry, providers),
            is_paused=lambda channel: flags.enabled(f"pause.{channel}"),
        ).run,
    )


def _inbox_handlers(registry: Registry, providers: Providers) -> dict[str, InboxHandler]:
    orders, evidence = registry.get(OrdersService), registry.get(EvidenceService)
    payments: dict[str, InboxHandler] = {
        name: PaymentsInbox(callbacks, orders, evidence).handle for name, callbacks in providers.callbacks.items()
    }
    voice = comms_tasks.VoiceInbox(providers.voice, registry.get(CallsService))
    return {
        **conversation_tasks.inbox_handlers(registry.get(ConversationsService)),
        **payments,
        providers.voice.provider: voice.handle,
    }


def _subscriptions(registry: Registry) -> tuple[Subscription, ...]:
    dispatch = dispatch_subscribers.DispatchSubscriber(registry.get(DispatchService), DispatchSettings())
    comms = comms_subscribers.CommsSubscriber(
        registry.get(CallsService), registry.get(CardsService), registry.get(VendorsService)
    )
    return (
        *dispatch_subscribers.subscriptions(dispatch),
        *comms_subscribers.subscriptions(comms),
        *comms_subscribers.prompt_subscriptions(*_prompts(registry)),
        *conversation_subscribers.subscriptions(
            registry.get(ConversationsService), registry.get(OrdersService), registry.get(DispatchService)
        ),
    )


def _prompts(registry: Registry) -> tuple[RiderPrompts, VendorPrompts]:
    orders, vendors, speech = registry.get(OrdersService), registry.get(VendorsService), registry.get(PartnerSpeech)
    riders = RiderPrompts(orders, vendors, registry.get(DispatchService), speech)
    return riders, VendorPrompts(orders, vendors, speech)


def _timer_handlers(registry: Registry) -> dict[TimerKind, TimerHandler]:
    return {
        **order_tasks.timer_handlers(registry.get(OrdersService)),
        **payment_tasks.timer_handlers(payment_tasks.PendingPayments(PaymentsSettings())),
        **comms_tasks.timer_handlers(registry.get(LadderService)),
        **conversation_tasks.timer_handlers(registry.get(ConversationsService)),
    }


def _send_handlers(registry: Registry, providers: Providers) -> tuple[SendHandler, ...]:
    database, journal = registry.get(Database), registry.get(CommsJournal)
    observers = (registry.get(ConversationsService).speaker, journal)
    rates = (
        (providers.whatsapp, WhatsAppSettings().rate_per_s),
        (providers.instagram, InstagramSettings().rate_per_s),
    )
    voice = comms_tasks.CallSender(providers.exotel, database, registry.get(CallsService), journal, ExotelSettings())
    return (*channel_senders(rates, database, observers), *_payment_senders(registry, providers), voice)


def _payment_senders(registry: Registry, providers: Providers) -> tuple[SendHandler, ...]:
    database, orders = registry.get(Database), registry.get(OrdersService)
    evidence, settings = registry.get(EvidenceService), PaymentsSettings()
    daraja = providers.callbacks["daraja"]
    rails: tuple[tuple[str, PaymentProvider], ...] = (("daraja", providers.daraja), ("upi", providers.upi))
    handlers: list[SendHandler] = []
    for channel, provider in rails:
        callbacks = providers.callbacks[channel]
        handlers += [
            payment_tasks.RequestHandler(
                channel,
                provider,
                database,
                orders,
                evidence,
                settings,
                lambda attempt, callbacks=callbacks: callbacks.address("stk", attempt),  # type: ignore[misc]
            ),
            payment_tasks.QueryHandler(f"{channel}.query", provider, database, orders, evidence),
            payment_tasks.CloseHandler(f"{channel}.close", provider, database, orders, evidence),
        ]
    check = payment_tasks.ReceiptCheckHandler(
        providers.daraja.ask_about_receipt, lambda order_id: daraja.address("result", order_id)
    )
    return (*handlers, check)


def routers(settings: PlatformSettings) -> tuple[APIRouter, ...]:
    """Return every router of the application."""
    always = (
        orders_router,
        catalog_router,
        vendors_router,
        customers_router,
        payments_router,
        payment_webhooks,
        dispatch_router,
        geo_router,
        comms_router,
        voice_webhooks,
        channels_router,
        bot_router,
        inbox_router,
        console_router,
    )
    return (*always, sandbox_router) if settings.sandbox_token is not None else always
